import { Construct } from 'constructs';
import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import * as ts from 'typescript';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInstanceType,
  IGpuNodePool,
  IKubernetesCluster,
  IModelStore,
  IRdmaFabric,
  MetricsTarget,
  ModelImport,
  ModelSource,
  ModelStore,
  MonitoringStack,
  NcclAcceptanceTest,
  RdmaFabric,
  TritonDeployment,
} from '../../lib';
import { TestWorkload } from '../monitoring/support';
import { NDR, RACK } from '../network/support';
import { TestPool, TestStore, llama8b } from '../serving/support/fixtures';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { parse, visit } from '../support/source-rules';
import { synthStack, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

type Own<T> = { readonly [member in keyof T]?: unknown };

/** An object of a user's own class with other members than it should have. */
function changed<T extends object>(whole: T, own: Own<T>): T {
  for (const [member, value] of Object.entries(own))
    Object.defineProperty(whole, member, { value, configurable: true });
  return whole;
}

/** An object behind an interface that is of no class of ours. */
function plain<T extends object>(whole: T, ...members: (keyof T & string)[]): T {
  return Object.fromEntries(
    members.map((member) => {
      const value: unknown = Reflect.get(whole, member);
      return [member, typeof value === 'function' ? (value.bind(whole) as unknown) : value];
    }),
  ) as unknown as T;
}

const watching = (target: Own<MetricsTarget>) => {
  const stack = testStack();
  const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [] });
  monitoring.watch(new TestWorkload(stack, 'Workload', target as Partial<MetricsTarget>));
};

interface Site {
  readonly store?: Own<IModelStore>;
  readonly pool?: Own<IGpuNodePool>;
  readonly cluster?: Own<IKubernetesCluster>;
}

function serving({ store = {}, pool = {}, cluster = {} }: Site): void {
  const stack = testStack();
  const own = testCluster(stack);
  const nodePool = changed(new TestPool(stack, 'gpu', own, GpuInstanceType.G6E_XLARGE), pool);
  new TritonDeployment(stack, 'Chat', {
    cluster: changed(own, cluster),
    nodePool,
    modelStore: changed(new TestStore(stack, 'Store'), store),
    models: [llama8b],
  });
  synthStack(stack);
}

function fabric(own: Own<IRdmaFabric>): IRdmaFabric {
  const members = ['podResources', 'bind', 'nodeResources', 'bandwidthGbps', 'hardwareFaults'] as const;
  const known = ['kind', 'fabricName', 'resourceName', 'adaptersPerNode', 'capabilities', 'networks'] as const;
  return changed(plain<IRdmaFabric>(RdmaFabric.infiniband(NDR), ...members, ...known), own);
}

function linked(own: Own<IRdmaFabric>): void {
  const stack = testStack();
  const cluster = testCluster(stack);
  const nodePool = new ExistingGpuNodePool(stack, 'Rack', {
    cluster,
    hardware: RACK,
    nodes: 2,
    fabric: fabric(own),
    nodeSelector: { pool: 'rack' },
  });
  new NcclAcceptanceTest(stack, 'Test', { nodePool });
  synthStack(stack);
}

test('what these tests change is accepted as it is', () => {
  watching({});
  serving({});
  linked({});
});

/** By object: a member, what a user's own class has for it, the property of the fault, and a part of its sentence. */
const PLAN = {
  concurrency: 1,
  kvCapacityTokens: 1,
  timePerTokenMs: 1,
  outputTokensPerSecond: 1,
  gpuMemory: DataSize.gib(1),
};

const TARGET_FAULTS: [keyof MetricsTarget, unknown, string, string][] = [
  ['startupSeconds', Infinity, 'startupSeconds', 'must be a number of seconds of at least 0; got Infinity'],
  ['startupSeconds', NaN, 'startupSeconds', 'must be a number of seconds of at least 0; got NaN'],
  ['startupSeconds', -5, 'startupSeconds', 'got -5'],
  ['startupSeconds', '5m', 'startupSeconds', "must be a number; got '5m'"],
  ['replicas', NaN, 'replicas', 'must be a whole number of at least 0; got NaN'],
  ['replicas', -1, 'replicas', 'must be a whole number of at least 0; got -1'],
  ['replicas', 1.5, 'replicas', 'got 1.5'],
  ['path', 'metrics', 'path', "must be an HTTP path that begins with '/', e.g. '/metrics'; got 'metrics'"],
  ['path', '', 'path', "got ''"],
  ['path', '/metrics\nfoo: bar', 'path', 'must be an HTTP path'],
  ['path', '/a b', 'path', 'must be an HTTP path'],
  ['podSelector', { app: 'a b' }, "podSelector['app']", 'must be the value of a label'],
  ['podSelector', { 'app=b': 'a' }, "podSelector['app=b']", 'must be the key of a label'],
  ['podSelector', { app: 5 }, "podSelector['app']", 'must be a text; got 5'],
  ['podSelector', ['app'], 'podSelector', 'must be an object'],
  ['podSelector', new Map([['app', 'b']]), 'podSelector', 'must be an object'],
  ['jobName', 'a"b', 'jobName', 'without quotes'],
  ['jobName', "a'b", 'jobName', 'without quotes'],
  ['jobName', 'a\nb', 'jobName', 'without quotes, backslashes and line breaks'],
  ['jobName', null, 'jobName', 'must be a text; got null'],
  ['models', ['a"b'], 'models[0]', 'without quotes'],
  ['version', 'latest', 'version', 'must be a version'],
  ['port', NaN, 'port', 'must be a whole number from 1 to 65535; got NaN'],
  ['plannedLatencyMs', { deepseek: -1 }, "plannedLatencyMs['deepseek']", 'must be a number of milliseconds above 0'],
  ['targetLatencyMs', { deepseek: 0 }, "targetLatencyMs['deepseek']", 'must be a number of milliseconds above 0'],
  ['plannedLatencyMs', { deepseek: Infinity }, "plannedLatencyMs['deepseek']", 'got Infinity'],
  ['latencyLimitsMs', { deepseek: 0 }, "latencyLimitsMs['deepseek']", 'must be a number of milliseconds above 0'],
  ['plans', { deepseek: { ...PLAN, concurrency: 0 } }, "plans['deepseek'].concurrency", 'got 0'],
  ['plans', { deepseek: { ...PLAN, kvCapacityTokens: 1.5 } }, "plans['deepseek'].kvCapacityTokens", 'got 1.5'],
  ['plans', { deepseek: { ...PLAN, timePerTokenMs: 0 } }, "plans['deepseek'].timePerTokenMs", 'milliseconds above 0'],
  ['plans', { deepseek: { ...PLAN, outputTokensPerSecond: NaN } }, "plans['deepseek'].outputTokensPerSecond", 'NaN'],
];

test.each(TARGET_FAULTS)('a workload with the %s %p is refused', (member, value, property, sentence) => {
  const faults = faultsThrown(() => watching({ [member]: value }));
  const fault = faults.find((each) => each.property?.endsWith(`metricsTarget.${property}`));
  expect(faults.map(({ reason }) => reason)).toEqual([fault?.reason]);
  expect(fault?.reason).toContain(sentence);
});

test('a workload that changes after it is watched is refused at synthesis', () => {
  const stack = testStack();
  const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), alertReceivers: [] });
  const workload = new TestWorkload(stack, 'Workload');
  monitoring.watch(workload);
  workload.metricsTarget = { ...workload.metricsTarget, replicas: NaN };
  expect(idsOf(faultsAtSynth(monitoring))).toEqual(['NOT_A_WHOLE_NUMBER metricsTarget.replicas']);
});

const SITE_FAULTS: [Site, string, string][] = [
  [{ store: { uriFor: () => null } }, 'modelStore.uriFor()', 'must be a text; got null'],
  [{ store: { uriFor: () => 's3://models/a\nb' } }, 'modelStore.uriFor()', 'must be the URL of a folder in S3'],
  [{ store: { uriFor: () => 'https://models/a' } }, 'modelStore.uriFor()', 'must be the URL of a folder in S3'],
  [{ store: { uriFor: () => 's3://models/$(id)' } }, 'modelStore.uriFor()', 'must be the URL of a folder in S3'],
  [{ store: { uriFor: () => '' } }, 'modelStore.uriFor()', "got ''"],
  [{ store: { uriFor: 's3://models' } }, 'modelStore.uriFor', "must be a method; got 's3://models'"],
  [{ store: { grantRead: 5 } }, 'modelStore.grantRead', 'must be a method; got 5'],
  [{ store: { node: undefined } }, 'modelStore.node', "must be a construct's node"],
  [{ store: { node: { path: 'x' } } }, 'modelStore.node', "must be a construct's node"],
  [{ store: { bucketArn: 'models' } }, 'modelStore.bucketArn', 'must be an ARN'],
  [{ store: { bucketName: 'a\nb' } }, 'modelStore.bucketName', 'must be one line'],
  [{ pool: { maxNodes: -1 } }, 'nodePool.maxNodes', 'must be a whole number of at least 0; got -1'],
  [{ pool: { maxNodes: NaN } }, 'nodePool.maxNodes', 'got NaN'],
  [{ pool: { minNodes: 0.5 } }, 'nodePool.minNodes', 'got 0.5'],
  [{ pool: { nodeSelector: { pool: 'a b' } } }, "nodePool.nodeSelector['pool']", 'must be the value of a label'],
  [
    { pool: { taints: [{ key: 'a b', effect: 'NoSchedule' }] } },
    'nodePool.taints[0].key',
    'must be the key of a taint',
  ],
  [{ pool: { taints: [{ key: 'a', effect: 'Never' }] } }, 'nodePool.taints[0].effect', "'NoSchedule'"],
  [{ pool: { allocatable: { memory: 'much' } } }, "nodePool.allocatable['memory']", 'must be a quantity'],
  [{ pool: { gpuResourceName: 'gpu' } }, 'nodePool.gpuResourceName', 'must be the name of an extended resource'],
  [{ pool: { hardware: { name: 'g6e.xlarge' } } }, 'nodePool.hardware', 'GpuNodeType.custom(...)'],
  [{ pool: { ready: [{ fqn: 5 }] } }, 'nodePool.ready[0]', 'must be a resource, data source or module of cdktf'],
  [{ pool: { poolName: '' } }, 'nodePool.poolName', 'must be a text that is not empty'],
  [{ cluster: { serviceAccountRole: 5 } }, 'cluster.serviceAccountRole', 'must be a method'],
  [{ cluster: { connection: { host: 'a b' } } }, 'cluster.connection.host', 'must be the URL of an API server'],
  [{ cluster: { ready: {} } }, 'cluster.ready', 'must be a list'],
  [{ cluster: { provider: { alias: 'x' } } }, 'cluster.provider', 'must be a provider of cdktf'],
  [
    {
      cluster: {
        serviceAccountRole: () => ({ node: new Construct(testStack(), 'R').node, roleName: 'a', roleArn: 'b' }),
      },
    },
    'cluster.serviceAccountRole()',
    'without serviceAccountAnnotations, ready',
  ],
];

test.each(SITE_FAULTS)('a deployment with %p is refused', (site, property, sentence) => {
  const [fault] = faultsThrown(() => serving(site));
  expect(fault.property).toBe(property);
  expect(fault.reason).toContain(sentence);
});

test.each<[Own<IRdmaFabric>, string, string]>([
  [{ adaptersPerNode: -1 }, 'fabric.adaptersPerNode', 'must be a whole number of at least 1'],
  [{ fabricName: 'a"b' }, 'fabric.fabricName', 'without quotes'],
  [{ capabilities: ['ipc lock'] }, 'fabric.capabilities[0]', "must be a capability of Linux, e.g. 'IPC_LOCK'"],
  [{ networks: ['fast'] }, 'fabric.networks[0]', "must be a network as '<namespace>/<name>'"],
  [{ bandwidthGbps: () => NaN }, 'fabric.bandwidthGbps()', 'must be a number'],
  [{ bandwidthGbps: () => Infinity }, 'fabric.bandwidthGbps()', 'got Infinity'],
  [{ bandwidthGbps: () => -400 }, 'fabric.bandwidthGbps()', 'got -400'],
  [{ hardwareFaults: () => undefined }, 'fabric.hardwareFaults()', 'must be a list'],
  [
    { hardwareFaults: () => ['too slow'] },
    'fabric.hardwareFaults()[0]',
    'must be an object with the properties of Fault',
  ],
  [{ nodeResources: () => ({ 'rdma/shared': 8 }) }, "fabric.nodeResources()['rdma/shared']", 'must be a text; got 8'],
  [{ nodeResources: () => ({ 'rdma/shared': 'all' }) }, "fabric.nodeResources()['rdma/shared']", 'must be a quantity'],
  [{ bind: 5 }, 'fabric.bind', 'must be a method'],
  [{ bind: () => ({}) }, 'fabric.bind().resources', 'must be an object'],
])('a fabric with %p is refused', (own, property, sentence) => {
  const [fault] = faultsThrown(() => linked(own));
  expect(fault.property).toBe(property);
  expect(fault.reason).toContain(sentence);
});

test.each([[{ fqn: 5 }], [{}], ['aws_iam_role.a'], [{ fqn: '' }], [{ fqn: 'a b' }]])(
  'a dependency %j is refused',
  (dependency) => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE);
    const props = { cluster, nodePool, modelStore: new TestStore(stack, 'Store'), models: [llama8b] };
    expect(() => new TritonDeployment(stack, 'Chat', { ...props, dependsOn: [dependency as never] })).toThrow(
      /dependsOn\[0\] must be a resource, data source or module of cdktf; got/,
    );
  },
);

test('an address is a dependency within the stack', () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  new ModelImport(stack, 'Import', {
    cluster,
    modelStore: ModelStore.fromBucketName(stack, 'Store', 'models'),
    model: 'chat',
    source: ModelSource.volumeClaim('models'),
  });
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE);
  const props = { cluster, nodePool, modelStore: new TestStore(stack, 'Other'), models: [llama8b] };
  new TritonDeployment(stack, 'Chat', { ...props, dependsOn: [{ fqn: 'module.network' }] });
  expect(synthStack(stack).only('kubernetes_deployment_v1').depends_on).toContain('module.network');
});

/** A call of a method that classes of users implement; what it returns must be looked at in the same function. */
const ASKED =
  /(cluster|fabric|store)\??\.(serviceAccountRole|explain|uriFor|podResources|bind|nodeResources|bandwidthGbps|hardwareFaults)$/i;

test('whatever a method of an interface returns is checked where it is called', () => {
  const folder = path.join(__dirname, '..', '..', 'lib');
  let seen = 0;
  const unchecked = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const found: string[] = [];
      const { ast } = parse(file, readFileSync(path.join(folder, file), 'utf8'));
      visit(ast, (node) => {
        if (!ts.isCallExpression(node) || !ASKED.test(node.expression.getText())) return;
        seen++;
        const within = ts.findAncestor(node, ts.isFunctionLike) ?? ast;
        if (!/\breturned(Faults)?\(/.test(within.getText())) found.push(`${file}: ${node.getText()}`);
      });
      return found;
    });
  expect(seen).toBeGreaterThan(8);
  expect(unchecked).toEqual([]);
});

test('a cluster of a plain object is enough', () => {
  const stack = testStack();
  const made = testCluster(stack);
  const own = plain<TestCluster>(made, 'node', 'clusterName', 'connection', 'ready', 'serviceAccountRole');
  expect(() => new MonitoringStack(stack, 'Monitoring', { cluster: own, alertReceivers: [] })).not.toThrow();
});
