// Rewrites dist/index.js so that a name loads its file when it is first used: requiring the package costs milliseconds, and a
// program pays only for the provider classes behind the constructs it uses. Internal helpers do not appear among the names.
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

const owners = new Map();
for (const leaf of leaves(path.join(dist, 'index.js'))) {
  for (const name of Object.keys(load(leaf)).filter(isPublic)) {
    if (owners.has(name) && owners.get(name) !== leaf) throw new Error(`${name} is exported by two files`);
    owners.set(name, leaf);
  }
}
const entries = [...owners].sort(([a], [b]) => (a < b ? -1 : 1));
const specifier = (file) => JSON.stringify(`./${path.relative(dist, file).split(path.sep).join('/')}`);
writeFileSync(
  path.join(dist, 'index.js'),
  [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    'const lazy = (name, load) => Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: load });',
    ...entries.map(([name, file]) => `lazy("${name}", () => require(${specifier(file)}).${name});`),
    '// For tools that find the names of a CommonJS module without running it.',
    `0 && (module.exports = { ${entries.map(([name]) => name).join(', ')} });`,
    '',
  ].join('\n'),
);
console.log(`dist/index.js: ${entries.length} names, loaded when used`);

/** Files that another loads when it first uses a function of theirs: readers of files that most programs do not read. */
const LATE = [['catalog/model-spec.js', './hugging-face-config', 'modelFromConfig']];

for (const [file, module, name] of LATE) {
  const target = path.join(dist, file);
  const text = readFileSync(target, 'utf8');
  const eager = new RegExp(`const (\\w+) = require\\("${module}"\\);`);
  if (!eager.test(text)) throw new Error(`${file} does not load ${module}`);
  const late = `const $1 = { get ${name}() { return require("${module}").${name}; } };`;
  writeFileSync(target, text.replace(eager, late));
}
