// The package as users get it: packed, installed into empty folders, required, type-checked, and the examples synthesized by it;
// once with cdktf, and once with its living fork cdktn under the name of cdktf.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  cleanEnvironment,
  ensureBuilt,
  ensureInstalled,
  exampleNames,
  expect,
  mustRun,
  npm,
  ROOT,
  run,
  Suite,
  synthesize,
} from './support.mjs';

// Outside the project, whose own node_modules would be found from any folder inside it.
const FOLDER = mkdtempSync(path.join(tmpdir(), 'package-'));
const NAME = 'gpu-inference-constructs';
const CDKTN = 'npm:cdktn@^0.24.0';
const { bin, bundledDependencies, devDependencies, peerDependencies } = JSON.parse(
  readFileSync(path.join(ROOT, 'package.json'), 'utf8'),
);

/** Packs the compiled package. Returns the path of the tarball and the files in it. */
async function pack() {
  const { stdout } = await mustRun(npm('pack', '--json', '--ignore-scripts', '--pack-destination', FOLDER), {
    capture: true,
  });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.search(/^\[/m)));
  return { tarball: path.join(FOLDER, filename), files: files.map((file) => file.path) };
}

/** Installs the tarball into an empty folder. */
async function install(name, tarball, { manifest = {}, flags = [] } = {}) {
  const folder = path.join(FOLDER, name);
  mkdirSync(folder, { recursive: true });
  const content = { name: `consumer-${name}`, private: true, ...manifest };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(content, null, 2));
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...flags];
  await mustRun(npm('install', tarball, ...options), { cwd: folder, env: cleanEnvironment(), capture: true });
  return folder;
}

const evaluate = (folder, code) =>
  run([process.execPath, '-e', code], { cwd: folder, env: cleanEnvironment(), capture: true });

async function mustEvaluate(folder, code) {
  const { code: status, stdout, stderr } = await evaluate(folder, code);
  expect(status === 0, stderr);
  return stdout.trim();
}

const versionOf = (folder, name) =>
  JSON.parse(readFileSync(path.join(folder, 'node_modules', name, 'package.json'), 'utf8'));

/** Writes the examples as the JavaScript a user's compiler makes of them. */
function compileExamples(folder) {
  const ts = createRequire(import.meta.url)('typescript');
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  for (const example of exampleNames()) {
    const source = path.join(ROOT, 'examples', example);
    const target = path.join(folder, 'examples', example);
    mkdirSync(target, { recursive: true });
    // What programs read beside themselves, but nothing that a run of theirs left.
    const read = readdirSync(source).filter((name) => !/^(cdktf\.out|node_modules|\.|terraform\.)/.test(name));
    for (const name of read) cpSync(path.join(source, name), path.join(target, name), { recursive: true });
    for (const file of read.filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(path.join(source, file), 'utf8');
      writeFileSync(
        path.join(target, file.replace(/ts$/, 'js')),
        ts.transpileModule(text, { compilerOptions }).outputText,
      );
    }
  }
}

/** The JSON of a stack without the engine's version. */
function withoutEngine(json) {
  const { version: _engine, ...metadata } = json['//'].metadata;
  return JSON.stringify({ ...json, '//': { ...json['//'], metadata } }, null, 2);
}

const sources = new Map();

/** The stacks of an example as its sources make them, once. */
async function stacksOfSources(example) {
  const output = path.join(FOLDER, 'sources', example);
  if (!sources.has(example)) {
    sources.set(example, (await synthesize(path.join(ROOT, 'examples', example, 'main.ts'), output)).stacks);
  }
  return sources.get(example);
}

async function compareExample(folder, example) {
  const program = path.join(folder, 'examples', example);
  const [{ stacks: theirs }, ours] = await Promise.all([
    synthesize(path.join(program, 'main.js'), path.join(program, 'cdktf.out'), { nodeArguments: [] }),
    stacksOfSources(example),
  ]);
  expect(ours.length > 0, `${example} has no stacks`);
  expect(theirs.map(({ name }) => name).join() === ours.map(({ name }) => name).join(), `${example} has other stacks`);
  for (const [index, { name, json }] of ours.entries()) {
    const [a, b] = [withoutEngine(json), withoutEngine(theirs[index].json)].map((text) => text.split('\n'));
    const at = a.findIndex((line, number) => line !== b[number]);
    expect(at < 0 && a.length === b.length, `stack ${name} differs at line ${at + 1}: ${a[at]} | ${b[at]}`);
  }
  return { ours, theirs };
}

const TYPE_CHECK = {
  compilerOptions: {
    module: 'node16',
    moduleResolution: 'node16',
    target: 'es2022',
    strict: true,
    noEmit: true,
    // The package's declarations are checked too, not only their use.
    skipLibCheck: false,
    // As in a project that cdktf makes; of this one's modules.
    types: ['node'],
    typeRoots: [path.join(ROOT, 'node_modules', '@types')],
  },
  include: ['examples/*/*.ts'],
};

const SECOND = 'second-copy-of-constructs';

/** One copy makes the cluster, the other the pool, both the pods; prints `agreed` when each sees what the other did. */
const TWO_COPIES = `
  const assert = require('node:assert');
  const { App, TerraformStack } = require('cdktf');
  const { PodV1 } = require('@cdktf/provider-kubernetes/lib/pod-v1');
  const [ours, theirs] = [require('${NAME}'), require('${SECOND}')];
  assert.notStrictEqual(ours.KubernetesCluster, theirs.KubernetesCluster);
  const stack = new TerraformStack(new App(), 'two');
  const cluster = ours.KubernetesCluster.fromKubeconfig(stack, 'Rack', { configPath: 'rack.yaml' });
  const { kubernetesProvider: provider } = ours.KubernetesAccess.of(stack, cluster);
  assert.strictEqual(theirs.KubernetesAccess.of(stack, cluster).kubernetesProvider, provider);
  const hardware = theirs.GpuNodeType.custom({
    name: 'rack-h100', gpu: theirs.GpuType.H100, gpuCount: 8, vcpus: 224, memory: theirs.DataSize.gib(2048),
  });
  const pool = new theirs.ExistingGpuNodePool(stack, 'Pool', { cluster, hardware, nodes: 1 });
  assert.deepStrictEqual(cluster.nodePools.map(({ node }) => node.path), [pool.node.path]);
  new theirs.NodeAgents(stack, 'Agents', { cluster });
  assert.throws(() => new ours.NodeAgents(stack, 'More', { cluster }), /already/);
  new PodV1(stack, 'Pod', {
    provider,
    metadata: { name: 'own', namespace: 'default' },
    spec: {
      container: [{ name: 'own', image: 'busybox:1', resources: { limits: { 'nvidia.com/gpu': '9' } } }],
      toleration: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
    },
  });
  const faults = cluster.node.validate().filter((fault) => fault.includes('nvidia.com/gpu'));
  assert.strictEqual(faults.length, 1, faults.join());
  console.log('agreed');
`;

await ensureInstalled();
await ensureBuilt();
const suite = new Suite('package');
const { tarball, files } = await pack();

await suite.check('holds the compiled library, its declarations and documents, and nothing else', () => {
  const wanted = ['.jsii', 'CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
  const missing = [...wanted, 'dist/planning/index.js', 'dist/planning/index.d.ts'].filter(
    (file) => !files.includes(file),
  );
  expect(missing.length === 0, `missing: ${missing.join(', ')}`);
  const bundled = bundledDependencies.map((name) => `node_modules/${name}/`);
  const isBundled = (file) => bundled.some((folder) => file.startsWith(folder));
  const unpacked = bundled.filter((folder) => !files.includes(`${folder}package.json`));
  expect(unpacked.length === 0, `not bundled: ${unpacked.join(', ')}`);
  const own = files.filter((file) => !isBundled(file));
  const stray = own.filter((file) => !wanted.includes(file) && !/^(assets|bin|dist|docs|charts|jobs)\//.test(file));
  const sources = own.filter((file) => /(\.test\.|(?<!\.d)\.ts$|\.tsbuildinfo$)/.test(file));
  // The program of pipelines, without its tests and what Python compiled of it.
  const program = own.filter((file) => file.startsWith('jobs/'));
  const unused = program.filter(
    (file) => !/^jobs\/(src\/.*\.py|environments\/.*\.txt|pyproject\.toml|README\.md)$/.test(file),
  );
  expect(program.includes('jobs/src/model_pipeline/__main__.py'), 'the program of pipelines is missing');
  expect(unused.length === 0, `not wanted: ${unused.join(', ')}`);
  expect(stray.length + sources.length === 0, `not wanted: ${[...stray, ...sources].join(', ')}`);
});

await suite.check('without its peers: the planning entry works, and constructs do not', async () => {
  const folder = await install('planning', tarball, { flags: ['--omit=peer'] });
  const absent = Object.keys(peerDependencies).filter((peer) => existsSync(path.join(folder, 'node_modules', peer)));
  expect(absent.length === 0, `installed all the same: ${absent.join(', ')}`);
  const gib = await mustEvaluate(folder, `const p = require('${NAME}/planning'); console.log(p.DataSize.gib(2).mib)`);
  expect(gib === '2048', `DataSize.gib(2).mib is ${gib}`);
  const rules = path.join(folder, 'rules.yml');
  writeFileSync(rules, 'groups: [{ name: g, rules: [{ alert: A, expr: "rate(vllm:num_preemptions[5m]) > 0" }] }]');
  const command = path.join(folder, 'node_modules', NAME, 'bin', 'gpu-inference.js');
  const checked = await run([process.execPath, command, 'check-rules', rules, '--targets', 'chat=vllm@0.24.0'], {
    capture: true,
  });
  expect(/METRIC_UNKNOWN/.test(checked.stdout), `check-rules printed: ${checked.stdout}${checked.stderr}`);
  const construct = await evaluate(folder, `require('${NAME}').ModelStore`);
  expect(
    construct.code !== 0 && /Cannot find module/.test(construct.stderr),
    `a construct loaded: ${construct.stderr}`,
  );
});

await suite.check('without its peers: the command plans', async () => {
  const [name] = Object.keys(bin);
  const command = [path.join(FOLDER, 'planning', 'node_modules', '.bin', name), 'plan'];
  const options = ['--model', 'llama-3.1-8b', '--instance', 'g6e.xlarge'];
  const { code, stdout, stderr } = await run([...command, ...options], { env: cleanEnvironment(), capture: true });
  expect(code === 0 && /: fits/.test(stdout), `exited with ${code}: ${stdout}${stderr}`);
});

await suite.check('with its peers: installs, loads, and type-checks the examples', async () => {
  const folder = await install('full', tarball);
  compileExamples(folder);
  const names = await mustEvaluate(
    folder,
    `console.log(Object.entries(require('${NAME}')).filter(([, value]) => value).map(([name]) => name).join())`,
  );
  expect(names.includes('CloudTopology') && names.includes('DataSize'), `the root exports ${names}`);
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(TYPE_CHECK));
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js');
  const { stdout } = await run([process.execPath, tsc, '--pretty', 'false'], { cwd: folder, capture: true });
  const ownFaults = stdout
    .split('\n')
    .filter((line) => /^(examples|node_modules\/gpu-inference-constructs)\//.test(line));
  expect(ownFaults.length === 0, ownFaults.join('\n'));
});

for (const example of exampleNames()) {
  await suite.check(`with its peers: ${example} synthesizes as from the sources`, async () => {
    await compareExample(path.join(FOLDER, 'full'), example);
  });
}

await suite.check('two installed copies agree on the pools, providers and proof of a cluster', async () => {
  // As npm installs it for a library that wants another version than the program that uses the library.
  await mustRun(
    npm('install', `${SECOND}@file:${tarball}`, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'),
    {
      cwd: path.join(FOLDER, 'full'),
      env: cleanEnvironment(),
      capture: true,
    },
  );
  expect((await mustEvaluate(path.join(FOLDER, 'full'), TWO_COPIES)) === 'agreed', 'they do not agree');
});

await suite.check(`with cdktf as ${CDKTN}: one copy of the engine, and it is the fork`, async () => {
  const providers = Object.keys(peerDependencies).filter((peer) => peer.startsWith('@cdktf/'));
  const pinned = Object.fromEntries([...providers, 'constructs'].map((name) => [name, devDependencies[name]]));
  const manifest = { dependencies: { cdktf: CDKTN, ...pinned }, overrides: { cdktf: '$cdktf' } };
  const folder = await install('cdktn', tarball, { manifest });
  compileExamples(folder);
  const copies = readdirSync(path.join(folder, 'node_modules'), { recursive: true, encoding: 'utf8' });
  const engines = copies.filter((file) => /(^|\/)node_modules\/(cdktf|cdktn)$|^(cdktf|cdktn)$/.test(file));
  expect(engines.join() === 'cdktf', `engines installed: ${engines.join(', ')}`);
  expect(versionOf(folder, 'cdktf').name === 'cdktn', `cdktf is ${versionOf(folder, 'cdktf').name}`);
});

for (const example of exampleNames()) {
  await suite.check(`with cdktf as ${CDKTN}: ${example} differs in the engine's version only`, async () => {
    const { ours, theirs } = await compareExample(path.join(FOLDER, 'cdktn'), example);
    const version = ({ json }) => json['//'].metadata.version;
    expect(
      version(theirs[0]) === versionOf(path.join(FOLDER, 'cdktn'), 'cdktf').version,
      `ran on ${version(theirs[0])}`,
    );
    expect(version(theirs[0]) !== version(ours[0]), 'both syntheses ran on the same engine');
  });
}
rmSync(FOLDER, { recursive: true, force: true });
suite.finish();
