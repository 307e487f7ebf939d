#!/usr/bin/env node
'use strict';

/** Exit status of an error of the program itself: Node.js would end with 1, which means 'does not fit'. */
const INTERNAL_ERROR = 3;

process.on('uncaughtException', (error) => {
  process.stderr.write(
    `internal error: ${String(error && error.message).split('\n')[0]}; please report it with the command\n`,
  );
  process.exit(INTERNAL_ERROR);
});

const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

// In a clone; the package that is installed has it.
if (!existsSync(join(__dirname, '../dist/command-line/command-line.js'))) {
  process.stderr.write("the command is not built; run 'npm run build' in the clone first\n");
  process.exit(INTERNAL_ERROR);
}

const { version } = require('../package.json');
const { runCommandLine } = require('../dist/command-line/command-line.js');

const {
  output,
  status,
  isMessage,
  notes = [],
} = runCommandLine(process.argv.slice(2), (path) => readFileSync(path, 'utf8'), version);
process.exitCode = status;
for (const note of notes) process.stderr.write(`${note}\n`);
const stream = status >= 2 || isMessage ? process.stderr : process.stdout;
// Who reads only the first lines closes the pipe.
stream.on('error', (error) => process.exit(error.code === 'EPIPE' ? status : INTERNAL_ERROR));
stream.write(`${output.trimEnd()}\n`);
