import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { stacksOf } from '../policies/programs';
import { ROWS as AGENTS } from './agents';
import { OBJECTS as GATEWAY_OBJECTS, ROWS as GATEWAYS } from './gateways';
import { ROWS as JOBS } from './jobs';
import { ROWS as MONITORING } from './monitoring';
import { ObjectRow, ROWS as OTHER_OBJECTS } from './objects';
import { ObjectFacts, PodFacts, objectsOf, podsOf } from './pod-text';
import { PROGRAMS } from './programs';
import { Row } from './rows';
import { ROWS as SERVERS } from './servers';
import { OBJECTS as ROLLOUT_OBJECTS, ROWS as ROLLOUTS } from './rollout';
import { OBJECTS as SYNC_OBJECTS, ROWS as SYNCS } from './sync';

const PODS: readonly Row[] = [...SERVERS, ...GATEWAYS, ...JOBS, ...AGENTS, ...MONITORING, ...SYNCS, ...ROLLOUTS];
const OBJECTS: readonly ObjectRow[] = [...OTHER_OBJECTS, ...GATEWAY_OBJECTS, ...SYNC_OBJECTS, ...ROLLOUT_OBJECTS];
const LIB = path.join(__dirname, '..', '..', 'lib');

/** What a program of this folder has. */
type Of<T> = T & { readonly program: string };

interface Facts {
  readonly pods: Of<PodFacts>[];
  readonly objects: Of<ObjectFacts>[];
}

const factsOf = (name: string): Facts => {
  const stacks = stacksOf(PROGRAMS[name]);
  const of = <T>(facts: T[]) => facts.map((each): Of<T> => ({ ...each, program: name }));
  return { pods: of(stacks.flatMap(podsOf)), objects: of(stacks.flatMap(objectsOf)) };
};

interface Addressed {
  readonly address: RegExp;
  readonly program?: string;
}

const suits = (row: Addressed, { address, program }: Of<{ address: string }>) =>
  row.address.test(address) && (row.program ?? program) === program;

const matching = <T extends Addressed>(rows: readonly T[], each: Of<{ address: string }>) =>
  rows.filter((row) => suits(row, each));

const sorted = (lines: readonly string[]) => [...lines].sort();

/** What the table says of a pod. */
const podOf = ({ workload, pod, containers }: Omit<Row, 'address' | 'program'>) => ({
  workload: sorted(workload),
  pod: sorted(pod),
  // A list, since the order of init containers counts.
  containers: Object.entries(containers).map(([name, lines]) => [name, sorted(lines)]),
});

const objectOf = ({ address, text }: ObjectRow, found: ObjectFacts) => {
  const [, name] = address.exec(found.address) ?? [];
  return sorted(text.map((line) => line.replace('<1>', name)));
};

const byAddress = <T extends { address: string }>(found: readonly T[], say: (each: T) => unknown) =>
  Object.fromEntries(found.map((each) => [each.address, say(each)]));

describe('what every kind of pod and of object beside it is, and may, and no more', () => {
  test.each(Object.keys(PROGRAMS))('%s', (name) => {
    const { pods, objects } = factsOf(name);
    expect(byAddress(pods, podOf)).toEqual(byAddress(pods, (each) => matching(PODS, each).map(podOf)[0]));
    expect(byAddress(objects, ({ text }) => text)).toEqual(
      byAddress(objects, (each) => matching(OBJECTS, each).map((row) => objectOf(row, each))[0]),
    );
  });

  test('has one row of the table for each, and one of each for every row', () => {
    const found = Object.keys(PROGRAMS).map(factsOf);
    const all = [
      [PODS, found.flatMap(({ pods }) => pods)],
      [OBJECTS, found.flatMap(({ objects }) => objects)],
    ] as const;
    for (const [rows, each] of all) {
      const numbers = each.map((one) => `${one.address}: ${matching<Addressed>(rows, one).length}`);
      expect(numbers.filter((line) => !line.endsWith(': 1'))).toEqual([]);
      expect(rows.filter((row: Addressed) => !each.some((one) => suits(row, one)))).toEqual([]);
    }
  });

  // A pod that is built elsewhere would be in no program of this folder.
  test('comes from one of these files, each of which the programs use', () => {
    const makesPods =
      /\b(?:p|plainP)odTemplate\(|new (?:Deployment|DaemonSet|Daemonset|StatefulSet|Job|CronJob|Pod)(?:V1)?\(/;
    const builders = (readdirSync(LIB, { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts') && makesPods.test(readFileSync(path.join(LIB, file), 'utf8')))
      .map((file) => file.split(path.sep).join('/'));
    expect(builders.sort()).toEqual([
      'compute/agents/image-pre-puller.ts',
      'compute/agents/node-agents-daemon-set.ts',
      'jobs/model-import.ts',
      // Its pods are in test/jobs/training-job.test.ts.
      'jobs/pipeline/model-pipeline.ts',
      'jobs/training-job.ts',
      'kubernetes/pod-template.ts',
      'monitoring/exporters/kube-state-metrics.ts',
      'monitoring/exporters/node-exporter.ts',
      'monitoring/grafana/grafana-server.ts',
      'monitoring/servers/monitoring-server.ts',
      'network/definition-wait.ts',
      'network/nccl-acceptance-test.ts',
      'serving/gateway/gateway-pod.ts',
      'serving/gateway/inference-gateway.ts',
      // Its pods, but for what KServe names, are those of a deployment: test/serving/kserve/kserve-inference-service.test.ts compares them.
      'serving/kserve/inference-service.ts',
      // Likewise: test/serving/kserve/kserve-llm-inference-service.test.ts.
      'serving/kserve/llm-inference-service.ts',
      // Its pods, whose template is that of a deployment, are in test/serving/vllm/server-groups.test.ts.
      'serving/pod/make-server-group.ts',
      'serving/pod/make-server.ts',
      'serving/pod/node-cache.ts',
      'storage/sync/model-release.ts',
      'storage/sync/model-rollout.ts',
      'storage/sync/model-sync.ts',
    ]);
  });
});
