import { writeFileSync } from 'node:fs';
import { App } from 'cdktf';
import { definitionsOf } from '../../test/e2e/harness/definitions';
import { Describe, Drift, Site } from '../../test/e2e/harness/site';
import { PlannedChange } from '../../test/e2e/harness/terraform';
import { PlannedStep, judge, table } from './judgement';
import { POOLS_CHANGES } from './pools-changes';
import { PoolsProgram } from './pools-program';
import { Change, SERVING_CHANGES } from './serving-changes';
import { ServingProgram } from './serving-program';

/** A program that is applied once, and the changes of it. */
interface Subject {
  readonly name: string;
  readonly base: Describe;
  readonly changes: readonly { readonly change: Change<unknown>; readonly describe: Describe }[];
}

const SUBJECTS: readonly Subject[] = [
  {
    name: 'serving',
    base: (app) => new ServingProgram(app),
    changes: SERVING_CHANGES.map((change) => ({
      change,
      describe: (app: App) => new ServingProgram(app, change.program),
    })),
  },
  {
    name: 'pools',
    base: (app) => new PoolsProgram(app),
    changes: POOLS_CHANGES.map((change) => ({ change, describe: (app: App) => new PoolsProgram(app, change.program) })),
  },
];

const [onlySubject, ...onlyChanges] = process.argv.slice(2);

/** Applies a program and plans its changes; says what each does, and counts those that do something else than expected. */
async function drift({ name, base, changes }: Subject): Promise<{ passed: number; failed: number }> {
  const site = await Site.start(`drift-${name}`);
  const say = (...lines: string[]) =>
    console.log(lines.map((line) => `${name}: ${line}`.replace(/\n/g, `\n${name}: `)).join('\n'));
  let [passed, failed] = [0, 0];
  try {
    await site.define(definitionsOf('compute/pools/fixtures/karpenter-crds.json'));
    say(`applied, the Kubernetes half by ${await site.apply(base)}`);
    const again = await site.plan(base);
    say(`applied again, it would change ${again.length === 0 ? 'nothing' : `${again.length} things  FAILED`}`);
    if (again.length === 0) passed += 1;
    else failed += 1;
    for (const { change, describe } of changes) {
      if (onlyChanges.length > 0 && !onlyChanges.includes(change.name)) continue;
      const { problems, shown } = await planned(site, describe, change);
      const problem = (it: string) => `  !! ${it}`;
      say(`${change.name}${problems.length > 0 ? '  FAILED' : ''}`, shown, ...problems.map(problem));
      if (problems.length > 0) failed += 1;
      else passed += 1;
    }
  } finally {
    await site.stop();
  }
  return { passed, failed };
}

/** A change that is refused at synthesis, or by Terraform while it plans, does nothing to what runs: its sentence takes the place of the table. */
async function planned(site: Site, describe: Describe, { expected }: Change<unknown>) {
  try {
    const drift = await site.drift(describe);
    const steps = stepsOf(drift);
    if (expected.some(isRefusal)) {
      // Without Terraform it is the API server that refuses: what it does not update in place shows as a replacement.
      const refused = drift.workloads?.some(({ action }) => action === 'replace');
      return { problems: refused ? [] : ['not refused'], shown: table(steps) };
    }
    return { problems: judge(steps, expected), shown: table(steps) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const refusals = expected.filter(isRefusal);
    const problems =
      refusals.length > 0 && refusals.every((line) => message.includes(line.slice('refused '.length)))
        ? []
        : ['not planned'];
    return {
      problems,
      shown: message
        .split('\n')
        .slice(0, 12)
        .map((line) => `    ${line}`)
        .join('\n'),
    };
  }
}

const isRefusal = (line: string) => line.startsWith('refused ');

function stepsOf({ infrastructure, planned: byTerraform, workloads = [] }: Drift): PlannedStep[] {
  const objects = workloads.map(({ action, subject, attributes }): PlannedStep => {
    const [kind, name] = subject.split(' ');
    return { action, kind, name, because: attributes?.filter((it) => it !== 'metadata') };
  });
  return [...infrastructure, ...(byTerraform ?? [])].flatMap(stepOf).concat(objects);
}

/** An output of a stack is no thing that runs. */
function stepOf({ address, type, actions, before, after, replace_paths: paths = [] }: PlannedChange): PlannedStep[] {
  if (type === 'output') return [];
  const action =
    actions.length > 1 ? (actions[0] === 'delete' ? 'replace' : 'supersede') : (actions[0] as PlannedStep['action']);
  const changed =
    before && after
      ? Object.keys(before as object).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      : [];
  const because = paths.length > 0 ? paths.map((it) => it.join('.')) : changed;
  const own = address.slice(type.length + 1).replace(/_[0-9A-F]{8}$/, '');
  const metadata = (after ?? before)?.metadata?.[0];
  if (!type.startsWith('kubernetes_') || !metadata) return [{ action, kind: type, name: own, because }];
  const kind = type
    .replace(/^kubernetes_/, '')
    .replace(/_v\d+$/, '')
    .replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [{ action, kind, name: [metadata.namespace, metadata.name].filter(Boolean).join('/'), because }];
}

async function main(): Promise<void> {
  const subjects = SUBJECTS.filter(({ name }) => onlySubject === undefined || name === onlySubject);
  if (subjects.length === 0)
    throw new Error(`no program '${onlySubject}'; there are: ${SUBJECTS.map(({ name }) => name).join(', ')}`);
  const results = await Promise.all(subjects.map(drift));
  const sum = (key: 'passed' | 'failed') => results.reduce((total, result) => total + result[key], 0);
  const counts = { passed: sum('passed'), failed: sum('failed'), skipped: 0 };
  if (process.env.DRIFT_COUNTS) writeFileSync(process.env.DRIFT_COUNTS, JSON.stringify(counts));
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

void main();
