// Security policy: checkov on the synthesized JSON of every example. A failed check needs a suppression with a written reason in
// test/checkov/policy.json; a suppression that matches nothing, or no longer fails, is a failure too.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  CACHE,
  ensureInstalled,
  exampleNames,
  expect,
  mustRun,
  ROOT,
  run,
  stacksIn,
  Suite,
  synthesize,
} from './support.mjs';

const POLICY = path.join(ROOT, 'test', 'checkov');
const { expected, suppressions } = JSON.parse(readFileSync(path.join(POLICY, 'policy.json'), 'utf8'));

/** checkov in a virtual environment of its own, made anew when the pinned versions change. */
async function checkovProgram() {
  const folder = path.join(CACHE, 'checkov-venv');
  const stamp = path.join(folder, 'requirements.txt');
  const wanted = readFileSync(path.join(POLICY, 'requirements.txt'), 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    await mustRun(['python3', '-m', 'venv', folder]);
    const requirements = ['-r', path.join(POLICY, 'requirements.txt')];
    await mustRun([path.join(folder, 'bin', 'pip'), 'install', '--quiet', ...requirements], { capture: true });
    writeFileSync(stamp, wanted);
  }
  return path.join(folder, 'bin', 'checkov');
}

/** Every verdict of checkov on a synthesis: { check, name, passed, type, path }. */
async function verdicts(checkov, output) {
  const arguments_ = ['--framework', 'terraform_json', '--directory', output, '--output', 'json', '--compact'];
  const { stdout, stderr } = await run([checkov, ...arguments_, '--skip-download'], { capture: true });
  const start = stdout.search(/[[{]/);
  expect(start >= 0, `checkov printed no report:\n${stdout}${stderr}`);
  const reports = [JSON.parse(stdout.slice(start))].flat();
  const stacks = stacksIn(output);
  return reports.flatMap((report) => {
    expect(
      !(report.summary?.parsing_errors > 0),
      `checkov could not parse ${JSON.stringify(report.results?.parsing_errors)}`,
    );
    const { passed_checks: passed = [], failed_checks: failed = [] } = report.results ?? {};
    return [...passed, ...failed].map((verdict) => ({
      check: verdict.check_id,
      name: verdict.check_name,
      passed: passed.includes(verdict),
      ...locate(stacks, verdict),
    }));
  });
}

/** The resource of a verdict. checkov writes `resource.<id>` for some, so the id and the stack's file find it. */
function locate(stacks, { resource, file_path: file }) {
  const id = resource.split('.').at(-1).replace(/\[.*/, '');
  const { json } = stacks.find((stack) => file.includes(`stacks/${stack.name}/`)) ?? {};
  for (const kind of ['resource', 'data', 'provider']) {
    for (const [type, instances] of Object.entries(json?.[kind] ?? {})) {
      const found = !Array.isArray(instances) && instances[id];
      if (found) return { type, path: found['//']?.metadata?.path ?? id };
    }
  }
  return { type: resource.split('.')[0], path: id };
}

const used = new Set();

function unsuppressed(failures) {
  return failures.filter((failure) => {
    const matching = suppressions.filter(
      ({ check, type, path: where = '' }) =>
        check === failure.check && (!type || type === failure.type) && new RegExp(where).test(failure.path),
    );
    matching.forEach((suppression) => used.add(suppression));
    return matching.length === 0;
  });
}

function judge(example, all) {
  const passed = all.filter((verdict) => verdict.passed);
  expect(passed.length > 0, `no check passed on ${example}`);
  const types = new Set(passed.map((verdict) => verdict.type));
  expect(expected[example]?.length > 0, `test/checkov/policy.json expects no resource types of ${example}`);
  const missing = expected[example].filter((type) => !types.has(type));
  expect(missing.length === 0, `no passed check on ${missing.join(', ')} of ${example}`);
  const left = unsuppressed(all.filter((verdict) => !verdict.passed));
  const lines = left.map(({ check, type, path: where, name }) => `  ${check} ${type} ${where}: ${name}`);
  expect(left.length === 0, `${left.length} failed checks without a suppression on ${example}:\n${lines.join('\n')}`);
}

await ensureInstalled();
const suite = new Suite('checkov');
const checkov = await checkovProgram();
const outputs = path.join(CACHE, 'checkov');
mkdirSync(outputs, { recursive: true });

await suite.check('sees an open security group (the check can fail)', async () => {
  const failed = (await verdicts(checkov, path.join(POLICY, 'fixtures'))).filter((verdict) => !verdict.passed);
  const seen = failed.some(({ check, type }) => check === 'CKV_AWS_24' && type === 'aws_security_group');
  expect(seen, `CKV_AWS_24 did not fail: ${JSON.stringify(failed)}`);
  expect(unsuppressed(failed).length > 0, 'every failure of the fixture is suppressed');
});
for (const example of exampleNames()) {
  await suite.check(example, async () => {
    const output = path.join(outputs, example);
    await synthesize(path.join(ROOT, 'examples', example, 'main.ts'), output);
    judge(example, await verdicts(checkov, output));
  });
}
await suite.check('every suppression has a reason and is needed', () => {
  const bare = suppressions.filter(({ check, reason }) => !/^CKV2?_/.test(check) || !(reason?.length > 20));
  expect(bare.length === 0, `without a check id or a reason: ${JSON.stringify(bare)}`);
  const unused = suppressions.filter((suppression) => !used.has(suppression));
  expect(unused.length === 0, `no longer needed: ${JSON.stringify(unused)}`);
});
suite.finish();
