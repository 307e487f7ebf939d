import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http from 'node:http';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App } from 'cdktf';
import { MonitoringStack } from '../../lib';
import { ASLEEP, INSTANCE_TYPE, NAMESPACE, NODES, SELECTOR, TALK, WINDOW, scaled } from './autoscaling-stack';
import { definitionsOf } from './harness/definitions';
import { KubeObject } from './harness/kube-client';
import { startMetrics } from './harness/metrics-adapter';
import { describeWith } from './harness/needs';
import { nodeObject } from './harness/nodes';
import { OwnCluster } from './harness/own-cluster';
import { Stoppable, until } from './harness/process';
import { PROJECT } from './harness/tools';

const [FIRST, NEXT] = ['0.24.0-1', '0.24.0-2'].map((tag) => `registry.example.com/vllm:${tag}`);
/** The definition of a ScaledObject, as KEDA's chart brings it. */
const KEDA = definitionsOf('serving/scaling/fixtures/keda-crds.json');
/** What a real vLLM 0.24.0 answered. */
const RECORDED = path.join(PROJECT, 'test', 'monitoring', 'fixtures', 'vllm-0.24.0-cpu.prom');
/** Requests that one server of the exporter runs at once; the others wait. */
const AT_ONCE = 8;

/** Stands for all servers of a model: what a vLLM exposes, with as many requests as a test says. */
class Exporter {
  public requests = 0;
  public servers = 1;
  private readonly text = readFileSync(RECORDED, 'utf8').replaceAll(
    'model_name="meta/tiny"',
    `model_name="${TALK.name}"`,
  );
  private readonly server = http.createServer((_, answer) => answer.end(this.exposition()));

  public async start(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private exposition(): string {
    const running = Math.min(this.requests, this.servers * AT_ONCE);
    const of = { running, waiting: this.requests - running };
    return this.text.replace(
      /^(vllm:num_requests_(running|waiting)\{[^}]*\}) .*$/gm,
      (_, series: string, kind: 'running' | 'waiting') => `${series} ${of[kind]}`,
    );
  }
}

describeWith(['terraform', 'controlPlane', 'prometheusAdapter'], 'servers that are scaled', () => {
  let site: OwnCluster;
  let metrics: Stoppable | undefined;
  let watcher: NodeJS.Timeout | undefined;
  const exporter = new Exporter();
  /** Numbers of servers that were asked for, each once it differs from the one before. */
  const asked: number[] = [];

  const talk = async () => (await site.kube.find(object('apps/v1', 'Deployment')))!;
  const replicas = async () => (await talk()).spec.replicas as number;
  const autoscaler = async () => (await site.kube.find(object('autoscaling/v2', 'HorizontalPodAutoscaler')))!;
  const condition = async (type: string) =>
    ((await autoscaler()).status?.conditions as { type: string; status: string }[] | undefined)?.find(
      (each) => each.type === type,
    )?.status;
  const apply = async (image: string) => {
    const workloads = await site.workloads(scaled(image), []);
    await workloads.apply();
    return workloads.way;
  };
  const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

  beforeAll(async () => {
    // The controller looks each 15 s by default.
    site = await OwnCluster.start('autoscaling', 'hall-8', {
      managerArguments: ['--horizontal-pod-autoscaler-sync-period=2s'],
    });
    await site.define(KEDA);
    for (let index = 0; index < NODES; index++) await site.kube.create(gpuNode(`rack-${index}`));
    const exporterPort = await exporter.start();
    metrics = await startMetrics(site.controlPlane, site.folder, { exporterPort, ...configurations() });
  });

  afterAll(async () => {
    clearInterval(watcher);
    await metrics?.stop();
    await exporter.stop();
    await site?.stop();
  });

  test('apply to an existing cluster, and start with one', async () => {
    console.log(`they went by ${await apply(FIRST)}`);
    expect(await replicas()).toBe(1);
    watcher = setInterval(() => {
      void replicas().then((number) => {
        exporter.servers = number;
        if (asked.at(-1) !== number) asked.push(number);
      });
    }, 250);
    await until(async () => (await condition('ScalingActive')) === 'True', 60, 'a metric for the autoscaler');
  });

  test('what KEDA is told is taken by its definition, and starts nothing by itself', async () => {
    const found = await site.kube.find({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: ASLEEP, namespace: NAMESPACE },
    });
    expect(found?.spec).toMatchObject({
      minReplicaCount: 0,
      triggers: [{ type: 'prometheus' }, { type: 'prometheus' }],
    });
  });

  test('stay one while one is enough', async () => {
    exporter.requests = TALK.target;
    await seconds(8);
    expect(asked).toEqual([1]);
  });

  test('become as many as the requests ask for, and do not flap while these vary', async () => {
    exporter.requests = 28;
    await until(() => asked.at(-1) === 3, 30, 'three servers');
    for (const requests of [26, 30, 24, 29, 27]) {
      exporter.requests = requests;
      await seconds(4);
    }
    expect(asked).toEqual([1, 3]);
    const { spec, status } = await autoscaler();
    expect(spec.maxReplicas).toBe(TALK.most);
    expect(status).toMatchObject({ currentReplicas: 3, desiredReplicas: 3 });
  });

  test('find a node each', async () => {
    const pods = async () =>
      (await site.kube.list('v1', 'Pod', NAMESPACE)).filter(({ metadata }) =>
        metadata.name.startsWith(`${TALK.name}-`),
      );
    await until(
      async () => (await pods()).filter(({ spec }) => spec.nodeName).length === 3,
      30,
      'three pods with nodes',
    );
  });

  test('Terraform plans nothing, and an apply of a new image leaves their number alone', async () => {
    expect(await site.plan(scaled(FIRST), KEDA)).toEqual([]);
    await apply(NEXT);
    expect((await talk()).spec.template.spec.containers[0].image).toBe(NEXT);
    expect(await site.plan(scaled(NEXT), KEDA)).toEqual([]);
    expect(asked).toEqual([1, 3]);
  });

  test('are stopped one by one, once fewer have been enough for longer than one takes to load', async () => {
    exporter.requests = 4;
    const begin = Date.now();
    // What the watcher has seen, which looks a little later than another would.
    await until(() => asked.at(-1) !== 3, WINDOW + 40, 'fewer servers');
    expect((Date.now() - begin) / 1000).toBeGreaterThan(WINDOW - 5);
    expect(asked).toEqual([1, 3, 2]);
  });

  test('stay as many as they are while nobody can tell of their requests', async () => {
    await exporter.stop();
    await until(async () => (await condition('ScalingActive')) === 'False', 60, 'an autoscaler without a metric');
    expect(await replicas()).toBe(2);
  });

  test('leave nothing behind', async () => {
    clearInterval(watcher);
    await (await site.workloads(scaled(NEXT), [])).destroy();
    expect(await site.kube.list('autoscaling/v2', 'HorizontalPodAutoscaler')).toEqual([]);
    expect(await site.kube.list('keda.sh/v1alpha1', 'ScaledObject')).toEqual([]);
  });
});

function object(apiVersion: string, kind: string): KubeObject {
  return { apiVersion, kind, metadata: { name: TALK.name, namespace: NAMESPACE } };
}

/** What the monitoring stack and the adapter are told. */
function configurations() {
  const outdir = mkdtempSync(path.join(tmpdir(), 'autoscaling-'));
  try {
    const app = new App({ outdir, stackTraces: false });
    const stack = scaled(FIRST, true)(app);
    app.synth();
    const written = JSON.parse(readFileSync(path.join(outdir, 'stacks', stack.node.id, 'cdk.tf.json'), 'utf8'));
    const releases = Object.values(written.resource.helm_release) as { name: string; values: string[] }[];
    const { values } = releases.find(({ name }) => name === 'prometheus-adapter')!;
    const adapterRules = JSON.parse(values[0]).rules.custom as unknown[];
    const monitoring = stack.node.findChild('Monitoring') as MonitoringStack;
    return { configuration: monitoring.prometheusConfiguration, rules: monitoring.rules, adapterRules };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function gpuNode(node: string): KubeObject {
  return nodeObject({
    name: node,
    instanceType: INSTANCE_TYPE,
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': node, ...SELECTOR },
    taints: [],
    hasDevicePlugin: true,
    efa: 0,
    rootGib: 200,
    localStorage: true,
  });
}
