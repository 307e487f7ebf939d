import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { KubernetesManifests } from '../../../lib/manifests';
import { ServerAutoscaling } from '../../../lib/serving';
import { onPath, testWith } from '../../monitoring/support';
import { Block } from '../../support/synth';
import { CHAT, deployVllm } from '../support/vllm-fixtures';

const promtool = onPath('promtool');
const withPromtool = testWith('promtool');

const folder = mkdtempSync(path.join(tmpdir(), 'scaling-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What KEDA asks for the requests of a model that may have no server. */
function queryOf(name: string): string {
  const { json } = deployVllm({
    models: [{ ...CHAT, name }],
    autoscaling: ServerAutoscaling.keda({ minReplicas: 0, maxReplicas: 2, wakeQuery: 'sum(asked)' }),
  });
  const { objects } = KubernetesManifests.of(json.stack, { skipHelmReleases: true });
  const { spec } = objects.find(({ kind }) => kind === 'ScaledObject') as Block;
  return spec.triggers[0].metadata.query as string;
}

/** Whether Prometheus answers a query by these values. */
function answers(query: string, series: readonly string[], values: readonly number[]): string {
  const file = path.join(folder, 'no-servers.test.yml');
  const exp = values.map((value) => ({ labels: '{}', value }));
  const input = series.map((each) => ({ series: each.split(' ')[0], values: each.split(' ')[1] }));
  const one = {
    interval: '1m',
    input_series: input,
    promql_expr_test: [{ expr: query, eval_time: '0m', exp_samples: exp }],
  };
  writeFileSync(file, JSON.stringify({ tests: [one] }));
  try {
    return execFileSync(promtool as string, ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' }) && '';
  } catch (error) {
    return (error as { stdout: string; stderr: string }).stdout + (error as { stderr: string }).stderr;
  }
}

const LONG = 'a-model-with-a-name-of-many-parts-and-of-many-words';
const REQUESTS = 'inference_requests_in_flight{namespace="inference",service="chat",model="chat"}';
const pod = (name: string, value: number, namespace = 'inference') =>
  `up{job="vllm",namespace="${namespace}",pod="${name}"} ${value}`;

describe('the requests of a model that may have no server', () => {
  withPromtool.each<[string, string, string[], number[]]>([
    ['are none where no pod is scraped', 'chat', [], [0]],
    ['are those that are recorded', 'chat', [`${REQUESTS} 7`, pod('chat-5d9f-x2x', 1)], [7]],
    ['are not known where its pods do not answer', 'chat', [pod('chat-5d9f-x2x', 0), pod('chat-5d9f-q7q', 0)], []],
    ['are not known where they answer and nothing is recorded', 'chat', [pod('chat-5d9f-x2x', 1)], []],
    ['are not known where those of groups do not answer', 'chat', [pod('chat-0', 0)], []],
    ['are none whatever other models have', 'chat', [pod('chat-large-5d9f-x2x', 1), pod('talk-5d9f-x2x', 1)], [0]],
    ['are none whatever other namespaces have', 'chat', [pod('chat-5d9f-x2x', 1, 'other')], [0]],
    ['are not known where the pods have a part of a long name', LONG, [pod(`${LONG.slice(0, 46)}-5d9-x2x`, 0)], []],
  ])('%s', (_, name, series, values) => {
    const query = queryOf(name);
    expect(answers(query, series, values)).toBe('');
    // What does not hold is seen.
    expect(answers(query, series, [99])).toContain('FAILED');
  });
});
