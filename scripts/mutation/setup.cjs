// In each test file of a mutation run, before anything else: the mutants of lib, one of which may be chosen, and what is known of them.
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const { folder, alone, seconds } = globalThis.__MUTATION__;
const list = path.join(folder, 'asked.json');
const askedOf = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : {};
const begun = Date.now();
const mutation = (globalThis.__mutation = {
  alone,
  chosen: alone,
  asked: new Set(),
  askedOf,
  killed: new Set(),
  reached: new Set(),
  reachedNow: new Set(),
  late: () => Date.now() - begun > seconds * 1e3,
  /** Each test file leaves what it reached and saw in a file of its own. */
  write(test) {
    if (alone !== undefined) return;
    const name = createHash('sha256').update(test).digest('hex').slice(0, 16);
    const row = {
      test,
      reached: [...mutation.reached],
      killed: [...mutation.killed],
      late: mutation.late(),
    };
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(row));
  },
});
const reach = (id) => {
  mutation.reached.add(id);
  mutation.reachedNow.add(id);
};
globalThis.__mutant = (id, original, mutated) => {
  reach(id);
  return mutation.chosen === id ? mutated : original;
};
globalThis.__dropped = (id, original) => {
  reach(id);
  return mutation.chosen === id ? [] : [original];
};
