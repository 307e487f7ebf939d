import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { ROWS as AGENTS } from './agents';
import { ROWS as JOBS } from './jobs';
import { ROWS as MONITORING } from './monitoring';
import { PodFacts, podsOf } from './pod-text';
import { stacks } from './programs';
import { Row } from './rows';
import { ROWS as SERVERS } from './servers';

const ROWS: readonly Row[] = [...SERVERS, ...JOBS, ...AGENTS, ...MONITORING];
const LIB = path.join(__dirname, '..', '..', 'lib');

const pods = stacks().flatMap(podsOf);

const matching = ({ address }: PodFacts) => ROWS.filter((row) => row.address.test(address));

const sorted = (lines: readonly string[]) => [...lines].sort();

describe('what every kind of pod is, and may, and no more', () => {
  test('has one row of the table for each workload, and each row a workload', () => {
    const numbers = pods.map((each) => `${each.address}: ${matching(each).length}`);
    expect(numbers.filter((line) => !line.endsWith(': 1'))).toEqual([]);
    expect(ROWS.filter(({ address }) => !pods.some((each) => address.test(each.address)))).toEqual([]);
  });

  test.each(pods.map((each): [string, PodFacts] => [each.address, each]))('%s', (_, found) => {
    const { address: __, ...facts } = found;
    const [row] = matching(found);
    expect(facts).toEqual({
      workload: sorted(row.workload),
      pod: sorted(row.pod),
      containers: Object.fromEntries(Object.entries(row.containers).map(([name, lines]) => [name, sorted(lines)])),
    });
    expect(Object.keys(facts.containers)).toEqual(Object.keys(row.containers));
  });

  // A pod that is built elsewhere would be in no program of this folder.
  test('comes from one of these files, each of which the programs use', () => {
    const builders = (readdirSync(LIB, { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts'))
      .filter((file) =>
        /\bpodTemplate\(|new (?:Deployment|DaemonSet|Daemonset|StatefulSet|Job|CronJob|Pod)(?:V1)?\(/.test(
          readFileSync(path.join(LIB, file), 'utf8'),
        ),
      )
      .map((file) => file.split(path.sep).join('/'));
    expect(builders.sort()).toEqual([
      'compute/agents/image-pre-puller.ts',
      'compute/agents/node-agents-daemon-set.ts',
      'jobs/model-import.ts',
      'kubernetes/pod-template.ts',
      'monitoring/monitoring-server.ts',
      'network/definition-wait.ts',
      'network/nccl-acceptance-test.ts',
      'serving/pod/make-server.ts',
      'serving/pod/server-pod.ts',
    ]);
  });
});
