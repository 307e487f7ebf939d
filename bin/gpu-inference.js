#!/usr/bin/env node
'use strict';

const { readFileSync } = require('node:fs');
const { runCommandLine } = require('../dist/command-line/command-line.js');

const { output, status } = runCommandLine(process.argv.slice(2), (path) => readFileSync(path, 'utf8'));
(status === 2 ? process.stderr : process.stdout).write(`${output.trimEnd()}\n`);
process.exitCode = status;
