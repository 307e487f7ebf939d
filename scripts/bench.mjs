// npm run bench: what the package costs a user's process, as a table. Each figure is the median of several processes, and those that
// are compared run by turns in the same minutes, because two cores are seldom idle alike. Of all this it asserts one thing: that a real
// control plane places the pods of a large fleet as the proof at synthesis says.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { prepare } from '../test/e2e/setup.mjs';
import { CACHE, cleanEnvironment, ensureBuilt, ensureInstalled, exampleNames, mustRun, ROOT, say } from './support.mjs';

const REPETITIONS = Number(process.argv[2] ?? 9);
const FOLDER = path.join(CACHE, 'bench');
const NAME = 'gpu-inference-constructs';

/** Runs a program in a new process; its wall-clock time and its peak resident memory, as the process itself reports it. */
async function measure(program) {
  const env = cleanEnvironment({ CDKTF_OUTDIR: path.join(FOLDER, 'out') });
  const started = process.hrtime.bigint();
  const { stderr } = await mustRun([process.execPath, '--require', path.join(FOLDER, 'peak.cjs'), program], {
    cwd: FOLDER,
    env,
    capture: true,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { seconds, megabytes: Number(/peak (\d+) kB/.exec(stderr)[1]) / 1024 };
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Medians of programs that take turns. The first turn fills the file cache and does not count. */
async function race(programs) {
  const names = Object.keys(programs);
  const runs = Object.fromEntries(names.map((name) => [name, []]));
  for (let turn = 0; turn <= REPETITIONS; turn++) {
    for (const name of names) {
      const figures = await measure(programs[name]);
      if (turn > 0) runs[name].push(figures);
    }
  }
  const middle = (name, key) => median(runs[name].map((figures) => figures[key]));
  const ratios = (a, b) => runs[a].map((figures, turn) => figures.seconds / runs[b][turn].seconds);
  const result = names.map((name) => [
    name,
    { seconds: middle(name, 'seconds'), megabytes: middle(name, 'megabytes') },
  ]);
  return { ...Object.fromEntries(result), ratio: (a, b) => median(ratios(a, b)) };
}

function program(file, text) {
  const target = path.join(FOLDER, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

/** The example as JavaScript, resolving the package to the compiled one. */
function compiledExample(example) {
  const ts = createRequire(import.meta.url)('typescript');
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  const folder = path.join(ROOT, 'examples', example);
  for (const file of readdirSync(folder).filter((name) => /\.(ts|pem|pub|csv)$/.test(name))) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    const compiled = file.endsWith('.ts') ? ts.transpileModule(text, { compilerOptions }).outputText : text;
    program(`${example}/${file.replace(/\.ts$/, '.js')}`, compiled);
  }
  return path.join(FOLDER, example, 'main.js');
}

/** The provider modules that a program itself imports, or the package for it: not those that these import in turn. */
async function providerModules(main) {
  const spy = program(
    'spy.cjs',
    `const Module = require('module');
     const load = Module._load;
     const seen = new Set();
     Module._load = function (request, parent) {
       const inside = /[\\\\/]node_modules[\\\\/]@cdktf[\\\\/]/.test((parent && parent.filename) || '');
       if (request.startsWith('@cdktf/provider-') && !inside) seen.add(request);
       return load.apply(this, arguments);
     };
     process.on('exit', () => process.stderr.write('modules ' + JSON.stringify([...seen].sort()) + '\\n'));`,
  );
  const env = cleanEnvironment({ CDKTF_OUTDIR: path.join(FOLDER, 'out') });
  const { stderr } = await mustRun([process.execPath, '--require', spy, main], { cwd: FOLDER, env, capture: true });
  return JSON.parse(/^modules (.*)$/m.exec(stderr)[1]);
}

function print(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  console.log(`\n${title}`);
  for (const row of rows) {
    console.log(
      row.map((cell, column) => String(cell)[column === 0 ? 'padEnd' : 'padStart'](widths[column])).join('  '),
    );
  }
}

const inSeconds = (value) => `${value.toFixed(3)} s`;
const inMegabytes = (value) => `${value.toFixed(0)} MB`;

await ensureInstalled();
await ensureBuilt();
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(path.join(FOLDER, 'node_modules'), { recursive: true });
symlinkSync(ROOT, path.join(FOLDER, 'node_modules', NAME));
program(
  'peak.cjs',
  `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + ' kB\\n'));`,
);

say(`${REPETITIONS} runs each, medians; node ${process.versions.node}`);
const load = await race({
  node: program('nothing.js', ''),
  cdktf: program('cdktf.js', `require('cdktf');`),
  package: program('package.js', `require('cdktf'); require('${NAME}');`),
  every: program('every.js', `require('cdktf'); Object.values(require('${NAME}'));`),
  planning: program('planning.js', `require('${NAME}/planning');`),
});
const above = (name, base) => [
  inSeconds(load[name].seconds - load[base].seconds),
  inMegabytes(load[name].megabytes - load[base].megabytes),
];
print('Loading', [
  ['', 'time', 'peak memory'],
  ['bare node', inSeconds(load.node.seconds), inMegabytes(load.node.megabytes)],
  ['bare cdktf', inSeconds(load.cdktf.seconds), inMegabytes(load.cdktf.megabytes)],
  ['cdktf and the package', inSeconds(load.package.seconds), inMegabytes(load.package.megabytes)],
  ['the package above bare cdktf (wanted: 0.400 s, 120 MB)', ...above('package', 'cdktf')],
  ['the package with every name of it used, above bare cdktf', ...above('every', 'cdktf')],
  [`${NAME}/planning above bare node`, ...above('planning', 'node')],
]);

const rows = [['', 'time', 'peak memory', 'ratio']];
for (const example of exampleNames()) {
  const main = compiledExample(example);
  const modules = await providerModules(main);
  const imports = ['cdktf', 'constructs', ...modules].map((name) => `require('${name}');`).join('\n');
  const result = await race({ synth: main, imports: program(`${example}/imports.js`, imports) });
  const wanted = example === 'quickstart' ? ' (wanted: at most 1.60)' : '';
  rows.push(
    [
      `${example}: cold synth${wanted}`,
      inSeconds(result.synth.seconds),
      inMegabytes(result.synth.megabytes),
      result.ratio('synth', 'imports').toFixed(2),
    ],
    [
      `${example}: the same ${modules.length} provider classes imported, nothing made`,
      inSeconds(result.imports.seconds),
      inMegabytes(result.imports.megabytes),
      '1.00',
    ],
  );
}
print('Synthesis', rows);

await mustRun([process.execPath, path.join(ROOT, 'bench', 'pools.mjs')], { cwd: ROOT });
const fleet = [process.execPath, '--import', 'tsx', path.join(ROOT, 'bench', 'fleet.ts')];
await mustRun(fleet, { cwd: ROOT });
const tools = path.join(CACHE, 'bench-tools.json');
const { controlPlane, leaderWorkerSet, missing } = await prepare(tools, ['leaderWorkerSet']);
if (controlPlane && leaderWorkerSet)
  await mustRun([...fleet, '--cluster'], { cwd: ROOT, env: { ...process.env, E2E_TOOLS: tools } });
else say(`no fleet is placed: ${missing.join('; ')}`);
