// npm run mutation: changes one literal of lib at a time (an action of a policy, a principal, port, path, label, flag) and asks whether a
// unit test sees it. Snapshots do not count. Survivors are listed by line; those that are read and accepted, with the reason, are in
// test/mutation-accepted.json. Takes an hour and more on two cores, so CI does not run it.
//
//   npm run mutation                          everything
//   npm run mutation -- lib/monitoring        one folder
//   npm run mutation -- --kind action,port    some kinds
//   npm run mutation -- --every 5             each fifth mutant
//   npm run mutation -- --tests test/pods     some folders of tests only, comma separated
//   npm run mutation -- --survivors           what the last run left, by file and literal
//   npm run mutation -- --resume              goes on where a run of the same sources and arguments was stopped
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bin, CACHE, ensureInstalled, ROOT, run, say } from './support.mjs';

const { mutantsOf } = createRequire(import.meta.url)('./mutation/mutants.cjs');
const FOLDER = path.join(CACHE, 'mutation');
const ANSWERS = path.join(FOLDER, 'answers');
const PURE = /^lib\/(units|catalog|planning|command-line|manifests|testing)\//;
// What rights are made of; test/policies compares all rights, when it loads.
const RIGHTS = /^(action|principal|condition|policy)$/;
// Test files that are asked about each mutant that lives, nearest first; test/pods, which reaches nearly all, only about what the nearest have
// left. Most are asked together, so that modules load once; one that decides
// something when modules or tests load is seen only in a run of its own.
const STEPS = [
  { from: 0, to: 1, alone: true, kinds: RIGHTS },
  { from: 0, to: 1 },
  { from: 1, to: 4 },
  { from: 0, to: 2, alone: true },
  { from: 4, to: 12 },
  { within: 'test/pods' },
  { from: 2, to: 6, alone: true },
  { within: 'test/pods', alone: true },
  { from: 12, to: 40 },
];
const CHUNK = 24;
// Longest that one test file tries mutants, seconds, unless --seconds says otherwise.
const SECONDS = '180';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: 'string' },
    every: { type: 'string', default: '1' },
    tests: { type: 'string' },
    survivors: { type: 'boolean' },
    seconds: { type: 'string', default: SECONDS },
    resume: { type: 'boolean' },
  },
});
const SURVIVORS = path.join(FOLDER, 'survivors.json');

/** Whether a mutant is of a literal that the last run left, wherever it stands now. */
function wasLeft() {
  if (!values.survivors) return () => true;
  const left = new Set(JSON.parse(readFileSync(SURVIVORS, 'utf8')).map(({ file, from }) => `${file} ${from}`));
  return ({ file, from }) => left.has(`${file} ${from}`);
}

function allMutants() {
  const files = readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })
    .map((file) => `lib/${file.split(path.sep).join('/')}`)
    .filter((file) => file.endsWith('.ts') && !PURE.test(file))
    .filter((file) => positionals.length === 0 || positionals.some((wanted) => file.startsWith(wanted)))
    .sort();
  const kinds = values.kind?.split(',');
  return files
    .flatMap((file) =>
      mutantsOf(file, readFileSync(path.join(ROOT, file), 'utf8')).map((mutant) => ({ ...mutant, file })),
    )
    .filter(({ kind }) => !kinds || kinds.includes(kind))
    .filter(wasLeft())
    .filter((_, index) => index % Number(values.every) === 0);
}

const base = () => {
  const { moduleNameMapper } = createRequire(import.meta.url)(path.join(ROOT, 'jest.config.js'));
  const helper = (name) => path.join(ROOT, 'scripts', 'mutation', name);
  return {
    rootDir: ROOT,
    roots: (values.tests ?? 'test').split(',').map((folder) => `<rootDir>/${folder}`),
    testEnvironment: 'node',
    modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
    testPathIgnorePatterns: [
      '/node_modules/',
      '<rootDir>/test/e2e/',
      '<rootDir>/test/examples/',
      '<rootDir>/test/readme',
      // Of the folders that are not mutated, and inputs that are refused before anything is made.
      '<rootDir>/test/(units|catalog|planning|command-line|manifests|testing|scripts|inputs|architecture)',
    ],
    transform: { '^.+\\.ts$': helper('transformer.cjs') },
    setupFiles: [helper('setup.cjs')],
    setupFilesAfterEnv: [helper('setup-tests.cjs')],
    moduleNameMapper,
  };
};

async function jest(config, name) {
  const file = path.join(FOLDER, `${name}.config.json`);
  const report = path.join(FOLDER, `${name}.report.json`);
  rmSync(report, { force: true });
  const reporters = [[path.join(ROOT, 'scripts', 'mutation', 'reporter.cjs'), { file: report }]];
  writeFileSync(file, JSON.stringify({ maxWorkers: 2, workerIdleMemoryLimit: '1GB', ...config, reporters }));
  const { stdout, stderr } = await run([...bin('jest'), '--config', file, '--ci', '--silent', '--passWithNoTests'], {
    capture: true,
  });
  if (!existsSync(report)) throw new Error(`jest wrote no report:\n${stdout}${stderr}`);
  return JSON.parse(readFileSync(report, 'utf8'));
}

/** Runs test files, each asked about the mutants of its list, and reads what each reached and saw. */
async function ask(askedOf, name, seconds = Number(values.seconds)) {
  rmSync(ANSWERS, { recursive: true, force: true });
  mkdirSync(ANSWERS, { recursive: true });
  if (askedOf) writeFileSync(path.join(ANSWERS, 'asked.json'), JSON.stringify(askedOf));
  const project = {
    ...base(),
    displayName: 'none',
    globals: { __MUTATION__: { folder: ANSWERS, seconds } },
    ...(askedOf && { testMatch: Object.keys(askedOf) }),
  };
  const { none: failed = {} } = await jest({ projects: [project] }, name);
  const answers = readdirSync(ANSWERS)
    .filter((file) => file !== 'asked.json')
    .map((file) => JSON.parse(readFileSync(path.join(ANSWERS, file), 'utf8')));
  return { failed, answers };
}

/** Which mutants the tests of each file reach. */
async function coverage() {
  const { failed, answers } = await ask(undefined, 'coverage');
  const bad = Object.keys(failed);
  if (Object.values(failed).includes('does not load'))
    throw new Error(`tests do not load without any mutant: ${JSON.stringify(failed, null, 2)}`);
  if (bad.length > 0) say(`without any mutant, already failing and left out: ${JSON.stringify(failed)}`);
  return answers
    .filter(({ test }) => !bad.includes(test))
    .map(({ test, reached }) => ({ test, reached: new Set(reached) }));
}

/** Test files that reach a mutant: those of its own folder first, then those that reach the fewest mutants. */
function testsOf(mutant, covering) {
  const folders = mutant.file.split('/').slice(1, -1);
  const nearness = (test) => {
    const own = path.relative(path.join(ROOT, 'test'), test).split(path.sep);
    let shared = 0;
    while (shared < folders.length && own[shared] === folders[shared]) shared += 1;
    const stem = path.basename(mutant.file, '.ts');
    const ofRights = own[0] === 'policies' && RIGHTS.test(mutant.kind);
    return shared + (own.at(-1).startsWith(stem) ? 1 : 0) + (ofRights ? 10 : 0);
  };
  return covering
    .filter(({ reached }) => reached.has(mutant.id))
    .sort((a, b) => nearness(b.test) - nearness(a.test) || a.reached.size - b.reached.size)
    .map(({ test }) => test);
}

/** The tests of a mutant that a step asks. */
const testsIn = ({ tests }, { from, to, within }) =>
  within ? tests.filter((test) => test.startsWith(path.join(ROOT, within) + path.sep)) : tests.slice(from, to);
const nameOf = ({ from, to, within }) => within ?? `files ${from + 1} to ${to}`;

/** Asks test files about the mutants that live, all in one run. */
async function askTogether(alive, step) {
  const askedOf = {};
  for (const mutant of alive) for (const test of testsIn(mutant, step)) (askedOf[test] ??= []).push(mutant.id);
  if (Object.keys(askedOf).length === 0) return new Set();
  const { answers } = await ask(askedOf, 'stage', Number(values.seconds) * (step.within ? 10 : 1));
  const killed = new Set(answers.flatMap((answer) => answer.killed));
  const late = answers.filter((answer) => answer.late).length;
  say(`${nameOf(step)} of each: ${killed.size} seen, ${late} files out of time`);
  return killed;
}

/** Asks about each mutant in a run of its own. */
async function askAlone(asked, step) {
  const projects = asked.map((mutant) => ({
    ...base(),
    displayName: mutant.id,
    globals: { __MUTATION__: { folder: ANSWERS, alone: mutant.id } },
    testMatch: testsIn(mutant, step),
  }));
  return new Set(Object.keys(await jest({ projects }, 'mutants')));
}

await ensureInstalled();
mkdirSync(FOLDER, { recursive: true });
const mutants = allMutants();
const key = createHash('sha256')
  .update(JSON.stringify(mutants.map(({ file, line, from, to }) => [file, line, from, to])))
  .digest('hex');
const STATE = path.join(FOLDER, 'state.json');
const saved = values.resume && existsSync(STATE) ? JSON.parse(readFileSync(STATE, 'utf8')) : undefined;
if (values.resume && saved?.key !== key) throw new Error('no stopped run of these mutants: start without --resume');
say(
  saved
    ? `${saved.alive.length} of ${mutants.length} mutants left`
    : `${mutants.length} mutants; the tests that reach each`,
);
const state = saved ?? { key, step: 0, asked: [] };
if (!saved) {
  const covering = await coverage();
  const reached = mutants.map((mutant) => ({ ...mutant, tests: testsOf(mutant, covering) }));
  state.unreached = reached.filter(({ tests }) => tests.length === 0);
  state.alive = reached.filter(({ tests }) => tests.length > 0);
}
const keep = () => writeFileSync(STATE, JSON.stringify(state, null, 1));
keep();
for (; state.step < STEPS.length; state.step += 1, state.asked = [], keep()) {
  const step = STEPS[state.step];
  const { alone, kinds } = step;
  const asked = () =>
    state.alive.filter(
      (mutant) =>
        (!kinds || kinds.test(mutant.kind)) && testsIn(mutant, step).length > 0 && !state.asked.includes(mutant.id),
    );
  const settle = (killed) => (state.alive = state.alive.filter(({ id }) => !killed.has(id)));
  if (!alone) settle(await askTogether(asked(), step));
  for (let some; alone && (some = asked().slice(0, CHUNK)).length > 0; keep()) {
    const killed = await askAlone(some, step);
    state.asked.push(...some.map(({ id }) => id));
    settle(killed);
    say(`alone, ${nameOf(step)}: ${killed.size} of ${some.length} seen, ${asked().length} to ask`);
  }
  say(`${state.alive.length} left`);
}
const { unreached, alive } = state;

const accepted = JSON.parse(readFileSync(path.join(ROOT, 'test', 'mutation-accepted.json'), 'utf8'));
const isAccepted = ({ file, from: literal }) =>
  accepted.some((entry) => entry.file === file && entry.literals.includes(literal));
const survivors = [...unreached, ...alive].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
writeFileSync(SURVIVORS, JSON.stringify(survivors, null, 2));
for (const mutant of survivors.filter((each) => !isAccepted(each))) {
  const how = mutant.drop ? 'left out' : `to ${mutant.to}`;
  console.log(
    `${mutant.file}:${mutant.line} ${mutant.kind} ${mutant.from} ${how}${mutant.tests.length === 0 ? ' (no test reaches it)' : ''}`,
  );
}
const left = survivors.filter((each) => !isAccepted(each)).length;
console.log(
  `${mutants.length} mutants: ${mutants.length - survivors.length} seen, ${survivors.length - left} accepted, ${left} unseen`,
);
process.exitCode = left > 0 ? 1 : 0;
