// Rewrites dist/index.js and dist/planning/index.js so that a name loads its file when it is first used: requiring the package costs
// milliseconds, and a program pays only for the provider classes behind the constructs it uses, or for the tables that a plan needs. Internal
// helpers do not appear among the names.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const load = createRequire(import.meta.url);

/** The files that an index re-exports, through the indexes of its folders. */
function leaves(file) {
  const stars = [...readFileSync(file, 'utf8').matchAll(/__exportStar\(require\("(.+?)"\), exports\);/g)];
  if (stars.length === 0) return [file];
  return stars.flatMap(([, name]) => leaves(load.resolve(path.resolve(path.dirname(file), name))));
}

/** Classes and enums: what jsii lets into the public API. */
const isPublic = (name) => /^[A-Z]/.test(name) && /[a-z]/.test(name);

/** Makes the names of an index load their files when they are first used. */
function makeLazy(index) {
  const owners = new Map();
  for (const leaf of leaves(index)) {
    for (const name of Object.keys(load(leaf)).filter(isPublic)) {
      if (owners.has(name) && owners.get(name) !== leaf) throw new Error(`${name} is exported by two files`);
      owners.set(name, leaf);
    }
  }
  const entries = [...owners].sort(([a], [b]) => (a < b ? -1 : 1));
  const relative = (file) => path.relative(path.dirname(index), file).split(path.sep).join('/');
  const specifier = (file) => JSON.stringify(relative(file).startsWith('.') ? relative(file) : `./${relative(file)}`);
  const text = [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    'const lazy = (name, load) => Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: load });',
    ...entries.map(([name, file]) => `lazy("${name}", () => require(${specifier(file)}).${name});`),
    '// For tools that find the names of a CommonJS module without running it.',
    `0 && (module.exports = { ${entries.map(([name]) => name).join(', ')} });`,
    '',
  ].join('\n');
  console.log(`${path.relative(path.join(dist, '..'), index)}: ${entries.length} names, loaded when used`);
  return [index, text];
}

// Both are read before either is written.
const indexes = ['index.js', 'planning/index.js'].map((file) => makeLazy(path.join(dist, file)));
for (const [index, text] of indexes) writeFileSync(index, text);

/** Files that others load when they first use a function of theirs: what most programs, or most plans, do not need. */
const LATE = [
  // Grafana's package is loaded by programs that make dashboards.
  ['monitoring/watch-list.js', './grafana/dashboards/dashboards'],
  ['catalog/model-spec.js', './hugging-face-config'],
  ['planning/capacity-planner.js', './alternatives'],
  ['planning/capacity-planner.js', './search'],
  ['planning/capacity-plan.js', './explain'],
  ['planning/capacity-plan.js', './plan-json'],
];

for (const [file, module] of LATE) {
  const target = path.join(dist, file);
  const text = readFileSync(target, 'utf8');
  const [eager, variable] = new RegExp(`const (\\w+) = require\\("${module}"\\);`).exec(text) ?? [];
  if (!variable) throw new Error(`${file} does not load ${module}`);
  const names = [...new Set([...text.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))].map(([, name]) => name))];
  const getters = names.map((name) => `get ${name}() { return require("${module}").${name}; }`);
  writeFileSync(target, text.replace(eager, `const ${variable} = { ${getters.join(', ')} };`));
}
