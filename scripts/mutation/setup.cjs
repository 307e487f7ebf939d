// In each test file of a mutation run: the chosen mutant, or a record of every mutant that the file's tests reach. Snapshots say nothing
// here: they see every change and explain none.
const { createHash } = require('node:crypto');
const { writeFileSync } = require('node:fs');
const path = require('node:path');

const chosen = globalThis.__MUTANT__;
const reached = new Set();

globalThis.__mutant = (id, original, mutated) => {
  if (chosen === undefined) reached.add(id);
  return chosen === id ? mutated : original;
};
globalThis.__dropped = (id, original) => {
  if (chosen === undefined) reached.add(id);
  return chosen === id ? [] : [original];
};
globalThis.__recordReached = () => {
  if (chosen !== undefined) return;
  const test = globalThis.expect.getState().testPath;
  const name = createHash('sha256').update(test).digest('hex').slice(0, 16);
  writeFileSync(path.join(globalThis.__REACHED__, `${name}.json`), JSON.stringify({ test, reached: [...reached] }));
};
