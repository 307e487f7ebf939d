/** @jest-environment ./test/e2e/harness/needed-environment.js */
import { mkdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { GatewayRunner } from './harness/gateway-runner';
import { SCRAPED_HERE, StandsFor, discoveredOf, localScrapes } from './harness/monitoring/local-scrapes';
import { seenPanels } from './harness/monitoring/panels';
import { Prometheus } from './harness/monitoring/prometheus';
import { Replay } from './harness/monitoring/replay';
import { comparedBy, selectorsOf } from './harness/monitoring/selectors';
import { podOf } from './harness/monitoring/served-models';
import { objectsOf, secretOf } from './harness/monitoring/synthesized';
import { neededTest } from './harness/needed';
import { describeWith } from './harness/needs';
import { OpenAiStandIn } from './harness/openai-stand-in';
import { PodRunner } from './harness/pod-runner';
import { Stoppable, stopAll, until } from './harness/process';
import { differenceTable } from './harness/server-site';
import { E2E_CACHE, Program, tools } from './harness/tools';
import { BEHIND, CALLER_KEY, DOOR, JOBS, recordedCluster } from './monitoring-live-replay-stack';

const PATIENCE_SECONDS = 240;
/** GPUs of the recordings: an L4, and one that an error was injected into. */
const [L4, T400] = ['GPU-c2f76b33-7953-256e-8f33-1343419b1a1c', 'GPU-b9f9e81b-bee7-34bc-af17-132ef6592740'];
const KEY = 'key-of-a-caller';
const REQUESTS = 12;

/** What is replayed, by job, each as a pod on a node. */
const RECORDINGS: { readonly [job: string]: readonly [node: string, recording: string] } = {
  [JOBS.dcgm]: ['gpu-0', 'dcgm-exporter-l4.prom'],
  [JOBS.listed]: ['gpu-0', 'dcgm-exporter.prom'],
  [JOBS.efa]: ['gpu-1', 'efa-node-exporter.prom'],
  [JOBS.nodes]: ['gpu-0', 'node-exporter-1.12.1.prom'],
  [JOBS.tensorRtLlm]: ['gpu-0', 'triton-tensorrtllm.prom'],
  [JOBS.tritonVllm]: ['gpu-1', 'triton-26-gpu.prom'],
};

/** By hand, of the recordings: what is recorded of them. Their counters stand still. */
const RECORDED: readonly (readonly [series: string, value: number])[] = [
  [`inference_gpu_utilization_percent{gpu_uuid="${L4}"}`, 0],
  [`inference_gpu_memory_percent{gpu_uuid="${L4}"}`, 0],
  [`inference_gpu_power_watts{gpu_uuid="${L4}"}`, 16.365],
  [`inference_gpu_temperature_celsius{gpu_uuid="${L4}"}`, 31],
  [`inference_gpu_xid_errors{gpu_uuid="${T400}"}`, 1],
  ['count(inference_rdma_bytes_per_second{node="gpu-1"} == 0)', 4],
  ['inference_rdma_bytes_per_second{node="gpu-0",device="mlx4_0"}', 0],
  ['round(inference_kv_cache_percent{model="tensorrt_llm"} * 6239)', 100],
  ['inference_batch_size{model="tensorrt_llm"}', 1],
  ['round(inference_load_time_percent{model="my_model"})', 2],
  ['inference_qps{model="my_model"}', 0],
];

/** By hand: what each alert of GPUs, of what joins them and of the gateway compares with its threshold. */
const COMPARED: readonly (readonly [job: string, alert: string, values: readonly number[]])[] = [
  [JOBS.dcgm, 'GpuLost', []],
  [JOBS.dcgm, 'GpuMemoryFailing', [0]],
  [JOBS.dcgm, 'GpuXidFatal', []],
  [JOBS.listed, 'GpuLost', []],
  [JOBS.listed, 'GpuMemoryFailing', []],
  [JOBS.listed, 'GpuThrottled', []],
  [JOBS.listed, 'GpuXidFatal', []],
  [JOBS.nodes, 'RdmaFellBackToTcp', []],
  [JOBS.door, 'GatewayHasNoServer', [1]],
  [JOBS.door, 'GatewayRequestsFail', [0]],
];
const ONE_COUNTER = 'the recording of what an injected error shows is of its counter alone';
/** Selectors of them that match nothing, by job and metric, with the reason. */
const WITHOUT_SERIES: { readonly [metric: string]: string } = {
  [`${JOBS.dcgm} DCGM_FI_DEV_XID_ERRORS`]: 'the recording does not have it',
  [`${JOBS.listed} DCGM_EXP_XID_ERRORS_COUNT`]: 'the injected error, 42, is none after which a GPU must be reset',
  [`${JOBS.listed} DCGM_FI_DEV_GPU_TEMP`]: ONE_COUNTER,
  [`${JOBS.listed} DCGM_FI_DEV_ROW_REMAP_FAILURE`]: ONE_COUNTER,
  [`${JOBS.listed} DCGM_FI_DEV_THERMAL_VIOLATION`]: ONE_COUNTER,
};
/** The dashboard of GPUs, and what of it has no data, with the reason. */
const GPUS = 'GPU inference / GPUs and fabric';
const WITHOUT_DATA = {
  NVLink: 'an L4 has no NVLink, and no recording of a GPU that has was found with its counters of bytes',
};

describeWith(['monitoring', 'envoy'], 'exporters that cannot run here, as they were recorded', () => {
  const found = tools();
  const { envoy, monitoring: older } = found as Required<typeof found>;
  const folder = path.join(E2E_CACHE, 'runs', 'monitoring-live-replay');
  const started: Stoppable[] = [];
  const replays = new Map<string, Replay>();
  let prometheus: Prometheus;
  let rules: readonly Rule[];
  let dashboards: readonly string[];
  let problem: unknown;

  const keep = async <T extends Stoppable>(starting: Promise<T>): Promise<T> => {
    const made = await starting;
    started.push(made);
    return made;
  };

  beforeAll(() => start().catch((error: unknown) => void (problem = error)));

  afterAll(() => stopAll(started));

  const start = async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { stack, objects } = objectsOf(recordedCluster);
    const { prometheusConfiguration: configuration, dashboards: byUid } = stack.monitoring;
    const text = stack.monitoring.rules;
    rules = (JSON.parse(text).groups as { rules: Rule[] }[]).flatMap((group) => group.rules);
    dashboards = Object.values(byUid);
    const pods: StandsFor[] = [];
    const stand = (job: string, node: string, port: number) => {
      const discovered = discoveredOf(configuration, job, {
        namespace: namespaceOf(rules, job),
        name: `${job}-0`,
        node,
      });
      pods.push({ job, port, discovered });
    };
    for (const [job, [node, recording]] of Object.entries(RECORDINGS)) {
      const replay = await keep(Replay.start(recording));
      replays.set(job, replay);
      stand(job, node, replay.port);
    }
    const door = await gateway(podOf(objects, DOOR), [...objects, secretOf(CALLER_KEY, KEY)] as never);
    stand(JOBS.door, 'cpu-0', door.metricsPort);
    const program: Program = found.prometheus3 ?? older.prometheus;
    console.log(`Prometheus ${program.version}; what differs:\n${differenceTable(SCRAPED_HERE)}`);
    prometheus = await keep(
      Prometheus.start({ program, folder, configuration: localScrapes(configuration, pods), rules: text }),
    );
    const scraped = async (times: number) =>
      (await prometheus.query(`count_over_time(up[10m]) >= ${times} and up == 1`)).length === pods.length;
    await until(() => scraped(2), PATIENCE_SECONDS, `two scrapes of ${pods.length} pods`);
    await ask(door.port);
    // Rates need two scrapes, and what is recorded another evaluation.
    await until(() => scraped(6), PATIENCE_SECONDS, `six scrapes of ${pods.length} pods`);
  };

  /** A real Envoy as its pod says, before a server that answers. */
  async function gateway(pod: ReturnType<typeof podOf>, objects: never): Promise<GatewayRunner> {
    const server = await keep(OpenAiStandIn.start(BEHIND.name));
    const find = ({ kind, metadata }: { kind: string; metadata: { name: string } }) =>
      Promise.resolve(
        (objects as (typeof pod)[]).find((each) => each.kind === kind && each.metadata.name === metadata.name),
      );
    const runner = async (name: string, of: typeof pod, options: object) => {
      return keep(PodRunner.make({ ...options, kube: { find }, pod: of, folder: path.join(folder, name) } as never));
    };
    const served = [{ host: `${BEHIND.name}.${BEHIND.namespace}.svc`, ports: [server.port] }];
    return GatewayRunner.start({ runner } as never, DOOR, { pod, program: envoy.program, served });
  }

  neededTest('every recording is scraped', () => {
    if (problem !== undefined) throw problem;
  });

  test('every rule is evaluated', async () => {
    expect(await prometheus.brokenRules()).toEqual([]);
  });

  test.each(RECORDED)('%s is %d', async (series, value) => {
    expect(await prometheus.value(series)).toBe(value);
  });

  test('every panel of GPUs and of what joins them has data, but where no recording can have it', async () => {
    const panels = await seenPanels(prometheus, dashboards, Date.now() / 1000);
    const ofGpus = panels.filter(({ dashboard }) => dashboard === GPUS);
    expect(ofGpus.length).toBeGreaterThanOrEqual(7);
    const empty = ofGpus.filter((each) => each.empty.length > 0).map(({ panel }) => panel);
    expect(empty).toEqual(Object.keys(WITHOUT_DATA));
    for (const [panel, reason] of Object.entries(WITHOUT_DATA)) console.log(`no data of ${panel}: ${reason}`);
  });

  test('every selector of their alerts has series, but where no recording can have it', async () => {
    const empty = new Set<string>();
    for (const { job, expr } of ofTable()) {
      for (const { metric, text } of selectorsOf(expr)) {
        if ((await prometheus.query(text)).length === 0) empty.add(`${job} ${metric}`);
      }
    }
    expect([...empty].sort()).toEqual(Object.keys(WITHOUT_SERIES).sort());
    for (const [metric, reason] of Object.entries(WITHOUT_SERIES)) console.log(`no series of ${metric}: ${reason}`);
  });

  test.each(COMPARED)('of %s, %s compares %j', async (job, alert, values) => {
    const { expr } = ofTable().find((rule) => rule.job === job && rule.alert === alert)!;
    expect((await prometheus.query(comparedBy(expr))).map(({ value }) => value)).toEqual(values);
  });

  test('and of no other alert of theirs', () => {
    const all = rules
      // What kube-state-metrics tells of GPUs: monitoring-live-exporters.e2e.ts.
      .filter(({ alert = '', labels }) => /^(Gpu|Rdma|Gateway)/.test(alert) && labels?.job !== 'kube-state-metrics')
      .map(({ alert, labels }) => `${labels!.job} ${alert}`);
    expect(all.sort()).toEqual(COMPARED.map(([job, alert]) => `${job} ${alert}`).sort());
  });

  test('a GPU that is gone while its exporter answers is told of', async () => {
    const { expr } = ofTable().find(({ job, alert }) => job === JOBS.dcgm && alert === 'GpuLost')!;
    replays.get(JOBS.dcgm)!.silence();
    await until(async () => (await prometheus.query(expr)).length > 0, PATIENCE_SECONDS, 'a GPU that is gone');
    expect((await prometheus.query(expr)).map(({ labels }) => labels)).toEqual([{ node: 'gpu-0', UUID: L4 }]);
  });

  /** The alerts of the table. */
  function ofTable() {
    return rules.flatMap(({ alert, expr, labels }) => {
      const job = labels?.job ?? '';
      return alert && COMPARED.some((row) => row[0] === job && row[1] === alert) ? [{ alert, job, expr }] : [];
    });
  }
});

/** Callers of the gateway, all of which are answered. */
async function ask(port: number): Promise<void> {
  for (let each = 0; each < REQUESTS; each++) {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ model: BEHIND.models[0], prompt: 'one two', max_tokens: 5 }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the gateway answers ${answer.status}: ${text}`);
  }
}

interface Rule {
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: { readonly job?: string; readonly namespace?: string };
}

function namespaceOf(rules: readonly Rule[], job: string): string {
  const found = rules.find(({ labels }) => labels?.job === job)?.labels?.namespace;
  if (!found) throw new Error(`nothing is recorded of ${job}`);
  return found;
}
