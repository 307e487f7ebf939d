// jest's transformer with the mutants in: sources of lib are instrumented, everything is compiled as in jest.config.js.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { createTransformer } = require('@swc/jest');
const { instrumented } = require('./mutants.cjs');

const ROOT = path.join(__dirname, '..', '..');
const OWN = readFileSync(path.join(__dirname, 'mutants.cjs'), 'utf8');
const swc = createTransformer({
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
});

const within = (file) => {
  const relative = path.relative(ROOT, file);
  return relative.startsWith(`lib${path.sep}`) ? relative.split(path.sep).join('/') : undefined;
};

module.exports = {
  canInstrument: false,
  getCacheKey: (code, file) => createHash('sha256').update(OWN).update(file).update(code).digest('hex').slice(0, 32),
  process(code, file, options) {
    const relative = within(file);
    return swc.process(relative ? instrumented(relative, code) : code, file, options);
  },
};
