import { TerraformStack } from 'cdktf';
import {
  CapacityPlanner,
  DataSize,
  Duration,
  EdgeHardware,
  EdgeTopology,
  EdgeTopologyProps,
  ExistingGpuNodePool,
  GpuType,
  InferenceServer,
  KubernetesCluster,
  KubernetesManifests,
  ModelCache,
  ModelSpec,
  Parallelism,
  PowerBudget,
  Precision,
  RdmaFabric,
} from '../../../lib';
import { ClusterNodePools } from '../../../lib/scheduling/cluster-node-pools';
import { faultsThrown, idsOf } from '../../support/faults';
import { synthesize, testStack } from '../../support/synth';
import { CHAT, RELEASE_KEY, edgeSite, t4 } from './edge-site';

const UPLINK = { url: 'https://hub.example.com/api/v1/write', maxOutage: Duration.hours(72) };

const made = (props: Partial<EdgeTopologyProps> = {}) => edgeSite(testStack(), props);
const stackOf = (edge: EdgeTopology) => TerraformStack.of(edge);
const refused = (props: Partial<EdgeTopologyProps>) => faultsThrown(() => made(props));

describe('one statement', () => {
  test('serves the model in the widest format that the machine has memory for, by the program with an image for it', () => {
    const synthesized = synthesize((stack) => void edgeSite(stack));
    const { spec } = synthesized.byName('kubernetes_deployment_v1', 'llama-2-13b').spec.template;
    expect(spec.node_selector).toEqual({ 'gpu-inference-constructs/pool': 't4' });
    expect(JSON.stringify(spec.container)).toContain('vllm/vllm-openai:v0.24.0');
    expect(made().plans['llama-2-13b'].precision.name).toBe('int4');
    // The driver is the host's: device plugins, and no operator that installs one.
    expect(synthesized.resources('kubernetes_daemon_set_v1').map(({ metadata }) => metadata.name)).toContain(
      'nvidia-device-plugin',
    );
    expect(synthesized.resources('helm_release').map(({ name }) => name)).toEqual(['llama-2-13b-api-key']);
  });

  test.each<[number, [Precision, RegExp][], string]>([
    [
      1,
      [
        [Precision.FP16, /in fp16 by 1[45]\.\d+ GiB/],
        [Precision.INT8, /in int8 by [23]\.\d+ GiB/],
      ],
      'int4',
    ],
    [2, [[Precision.FP16, /in fp16 by 1\.\d+ GiB/]], 'int8'],
    [4, [], 'fp16'],
  ])('%d T4 serve of Llama 2 13B what the planner proves, and refuse wider formats with what lacks', (...row) => {
    const [cards, wider, served] = row;
    const hardware = t4(cards);
    const { plans } = made({ hardware });
    expect(plans['llama-2-13b'].precision.name).toBe(served);
    expect(plans['llama-2-13b'].toJson()).toEqual(CapacityPlanner.forEdge({ ...CHAT, hardware }).toJson());
    for (const [precision, lack] of wider) {
      const faults = refused({ hardware, models: [{ ...CHAT, precision }] });
      expect(idsOf(faults)).toEqual(['MODEL_FITS_NOWHERE hardware']);
      expect(faults[0].reason).toMatch(lack);
      // In plain words, the same number as the planner alone.
      const [alone] = faultsThrown(() => CapacityPlanner.forEdge({ ...CHAT, hardware, precisions: [precision] }));
      expect(faults[0].reason).toContain(alone.reason);
    }
  });

  test('keeps weights on the disk of the machine, for pods that restart while the link is cut', () => {
    const synthesized = synthesize((stack) => void edgeSite(stack));
    expect(synthesized.types).toContain('kubernetes_persistent_volume_v1');
    const [volume] = synthesized.resources('kubernetes_persistent_volume_v1');
    expect(JSON.stringify(volume)).toContain('model-cache');
  });

  test('pods stay on the only machine for the outage, and move from one of several that dies', () => {
    expect(made().nodePool.unreachableTolerationSeconds).toBe(72 * 3600 + 120);
    expect(made({ maxUplinkOutage: Duration.hours(8) }).nodePool.unreachableTolerationSeconds).toBe(8 * 3600 + 120);
    expect(made({ nodes: 2 }).nodePool.unreachableTolerationSeconds).toBeUndefined();
    const { spec } = synthesize((stack) => void edgeSite(stack)).byName('kubernetes_deployment_v1', 'llama-2-13b').spec
      .template;
    expect(spec.toleration).toContainEqual(
      expect.objectContaining({ key: 'node.kubernetes.io/unreachable', toleration_seconds: String(72 * 3600 + 120) }),
    );
  });

  test('monitors there, and hands its metrics to a buffer for the outage', () => {
    const synthesized = synthesize(
      (stack) => void edgeSite(stack, { monitoringOptions: { alertReceivers: [], uplink: UPLINK } }),
    );
    for (const name of ['prometheus', 'uplink'])
      expect(synthesized.byName('kubernetes_stateful_set_v1', name).spec.template.spec.node_selector).toEqual({
        'gpu-inference-constructs/pool': 't4',
      });
    expect(synthesized.types).toContain('kubernetes_network_policy_v1');
    expect(made().expectedSite).toMatchObject({ name: 'berlin' });
    expect(made().expectedSite.maxOutage?.toSeconds()).toBe(72 * 3600);
    expect(made({ monitoring: false, monitoringOptions: undefined }).monitoring).toBeUndefined();
  });

  test('holds the GPUs within the watts', () => {
    const edge = made({ hardware: t4(2), powerBudget: PowerBudget.ofNode(260, 130) });
    expect(edge.power).toEqual({ wattsPerGpu: 65 });
    expect(edge.explain()).toContain('each GPU is held at 65 W');
    expect(made().power).toBeUndefined();
  });

  test('a Jetson stays within the memory that it shares with the host, and within its watts', () => {
    const hardware = EdgeHardware.jetson({ board: GpuType.JETSON_AGX_ORIN_64GB, localStorage: DataSize.gb(500) });
    const edge = made({ hardware, powerBudget: PowerBudget.ofGpus(30) });
    const { gpuMemoryUtilization, power } = edge.plans['llama-2-13b'];
    expect(gpuMemoryUtilization).toBeLessThanOrEqual(0.85);
    expect(power?.modeName).toBe('MODE_30W');
  });

  test('says everything: machines, plans, watts, the outage and where pods go', () => {
    const said = made().explain();
    for (const part of [
      'Site berlin: 1 x t4 of pool t4.',
      'gpu-inference-constructs/pool=t4',
      'no budget; no GPU is limited',
      'llama-2-13b: 1 replica(s) by vLLM, in int4',
      'outages of up to 72h',
    ])
      expect(said).toContain(part);
  });

  test('a site may have machines of two kinds, each with a topology, on one cluster', () => {
    const stack = testStack();
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Berlin', { configPath: 'k', clusterName: 'berlin' });
    edgeSite(stack, { cluster });
    const hardware = EdgeHardware.server({
      ...{ gpu: GpuType.L4, vcpus: 16, memory: DataSize.gib(64), localStorage: DataSize.gb(960) },
    });
    const models = [{ model: ModelSpec.LLAMA_3_2_1B, contextLength: 4096 }];
    edgeSite(stack, { cluster, hardware, models, monitoring: false, monitoringOptions: undefined }, 'Second');
    expect(ClusterNodePools.of(cluster).map(({ poolName }) => poolName)).toEqual(['l4', 't4']);
  });

  test('uses a pool of the cluster', () => {
    const stack = testStack();
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Berlin', { configPath: 'k', clusterName: 'berlin' });
    const hardware = t4();
    const nodePool = new ExistingGpuNodePool(stack, 'Till', {
      ...{ cluster, hardware: hardware.nodeType as never, nodes: 1, driverInImage: true },
    });
    expect(edgeSite(stack, { cluster, hardware, nodePool }).nodePool).toBe(nodePool);
  });
});

describe('kept at a channel', () => {
  const sync = { keys: [RELEASE_KEY], channel: 'shops', maxMegabitsPerSecond: 20 };
  const kept = (props: Partial<EdgeTopologyProps> = {}) => made({ sync, ...props });

  test('servers take what the sync brought, in the format that is planned, and ask no store', () => {
    let edge: EdgeTopology | undefined;
    const synthesized = synthesize((stack) => void (edge = edgeSite(stack, { sync })));
    const { name, claimName, channel } = edge?.modelSyncs['llama-2-13b'] ?? {};
    expect([name, channel]).toEqual(['llama-2-13b-sync', 'shops']);
    const server = synthesized.byName('kubernetes_deployment_v1', 'llama-2-13b').spec.template.spec;
    expect(JSON.stringify(server.volume)).toContain(`"claim_name":"${claimName}"`);
    expect(JSON.stringify(server)).toContain('CACHE_SYNCED');
    const syncing = synthesized.byName('kubernetes_deployment_v1', 'llama-2-13b-sync').spec.template.spec;
    expect(syncing.node_selector).toEqual(server.node_selector);
    const texts = synthesized.resources('kubernetes_config_map_v1').flatMap(({ data }) => data['settings.json'] ?? []);
    expect(texts).toHaveLength(1);
    expect(JSON.parse(texts[0] as string)).toMatchObject({
      ...{ site: 'berlin', variant: 'int4', channel: 'shops', servers: ['llama-2-13b'], lateAfterSeconds: 72 * 3600 },
      rate: 2_500_000,
    });
    // Three versions of 6.75 GiB, each with a quarter for what a checkpoint has beside.
    expect(edge?.modelSyncs['llama-2-13b'].cacheSize.gib).toBe(27);
    expect(synthesized.types).not.toContain('kubernetes_persistent_volume_v1');
    expect(made().modelSyncs).toEqual({});
  });

  test('its metrics are watched; all of it can be rendered for GitOps', () => {
    const vllmServing = { apiKey: { name: 'key', key: 'key' } };
    const { objects } = KubernetesManifests.of(stackOf(kept({ vllmServing })));
    expect(objects.map(({ kind }) => kind)).toContain('StatefulSet');
    expect(JSON.stringify(objects)).toContain('model-sync-llama-2-13b-sync');
  });

  test.each<[string, Partial<EdgeTopologyProps>, string[], RegExp]>([
    ['on several machines', { nodes: 2 }, ['CONFLICTING_PROPERTIES sync'], /the site has 2/],
    [
      'beside a version',
      { models: [{ ...CHAT, version: '2' }] },
      ['CONFLICTING_PROPERTIES models[0].version'],
      /'2', but sync serves the newest of channel 'shops'/,
    ],
    [
      'beside another place',
      { vllmServing: { modelCache: ModelCache.onNode({ size: DataSize.gib(20) }) } },
      ['CONFLICTING_PROPERTIES vllmServing.modelCache'],
      /another place/,
    ],
    ['without keys', { sync: { ...sync, keys: [] } }, ['NO_KEY_IN_FORCE sync.keys'], /keys/],
    [
      'below no bandwidth',
      { sync: { ...sync, maxMegabitsPerSecond: 0 }, models: [CHAT, { ...CHAT, name: 'other' }] },
      ['OUT_OF_RANGE sync.maxMegabitsPerSecond'],
      /maxMegabitsPerSecond/,
    ],
  ])('refused %s', (_what, props, ids, reason) => {
    const faults = faultsThrown(() => kept(props));
    expect(idsOf(faults)).toEqual(ids);
    expect(faults[0].reason).toMatch(reason);
  });
});

describe('refused', () => {
  const arm = EdgeHardware.cpu({ vcpus: 8, memory: DataSize.gib(16) });
  const wsl2 = EdgeHardware.wsl2({ gpu: GpuType.RTX_4090, vcpus: 16, memory: DataSize.gib(64) });
  const v100 = EdgeHardware.server({ gpu: GpuType.V100_16GB, vcpus: 16, memory: DataSize.gib(64) });
  const cluster = (clusterName: string) =>
    KubernetesCluster.fromKubeconfig(testStack(), 'Cluster', { configPath: 'k', clusterName });
  const monitored = (more: object, uplink?: object) => ({
    monitoringOptions: { alertReceivers: [], ...more, ...(uplink ? { uplink: { ...UPLINK, ...uplink } } : {}) },
  });

  test.each<[string, Partial<EdgeTopologyProps>, string[], RegExp]>([
    ['a site that is no name', { site: 'Berlin 1' }, ['INVALID_NAME site'], /lower-case|RFC 1123|a-z/],
    ['a cluster of another name', { cluster: cluster('rome') }, ['CONFLICTING_PROPERTIES site'], /make them equal/],
    ['no model', { models: [] }, ['EMPTY_LIST models'], /name at least one/],
    ['two models of one name', { models: [CHAT, CHAT] }, ['DUPLICATE models'], /repeats 'llama-2-13b'/],
    [
      'models whose objects would have one name',
      {
        models: [
          { ...CHAT, name: 'a.b' },
          { ...CHAT, name: 'a-b' },
        ],
      },
      ['DUPLICATE models'],
      /both become 'a-b'/,
    ],
    [
      'Arm without CUDA, by what an image with CUDA lacks there',
      { hardware: arm },
      ['EDGE_HARDWARE_LACKS_FEATURE hardware'],
      /image has CUDA 13[.\d]*, and .*ServingImage\.armCpu \(USE_CUDA=OFF\)/,
    ],
    [
      'WSL2 with RDMA',
      { hardware: wsl2, nodes: 2, fabric: RdmaFabric.infiniband({ adaptersPerNode: 1, gbpsPerAdapter: 100 }) },
      ['EDGE_HARDWARE_LACKS_FEATURE fabric'],
      /has no RDMA/,
    ],
    [
      'vLLM where its image does not run',
      { hardware: v100, server: InferenceServer.VLLM },
      ['EDGE_SERVER_NOT_AVAILABLE server'],
      /compute capability/,
    ],
    [
      'watts below what the GPUs can be held at',
      { powerBudget: PowerBudget.ofGpus(40) },
      ['POWER_BUDGET_TOO_SMALL powerBudget'],
      /60 W/,
    ],
    [
      'a parallelism that lacks what another has',
      { hardware: t4(2), models: [{ ...CHAT, precision: Precision.INT8, parallelism: Parallelism.of({ tensor: 1 }) }] },
      ['MODEL_FITS_NOWHERE models[0].parallelism'],
      /but in int8 with/,
    ],
    [
      'an outage of no time',
      { maxUplinkOutage: Duration.seconds(0) },
      ['OUT_OF_RANGE maxUplinkOutage'],
      /maxUplinkOutage/,
    ],
    [
      'an outage that outlasts the buffer',
      monitored({}, { maxOutage: Duration.hours(12) }),
      ['UPLINK_SHORTER_THAN_OUTAGE monitoringOptions.uplink.maxOutage'],
      /12h, but the site may be cut off for 72h.*at least 72h/,
    ],
    [
      'a buffer that is full before the outage ends',
      monitored({}, { buffer: DataSize.gib(2) }),
      ['OUTAGE_BUFFER_TOO_SMALL monitoringOptions.uplink.buffer'],
      /uplink\.buffer is 2 GiB, but .* takes 21 GiB.*set at least 21 GiB/,
    ],
    [
      'series that are gone before the outage ends',
      monitored({ retentionDays: 3 }),
      ['OUTAGE_LOCAL_RETENTION_TOO_SHORT monitoringOptions.retentionDays'],
      /retentionDays is 3, but .* cut off for 72h.*set at least 5/,
    ],
    ['nodes beside a pool', { nodePool: made().nodePool, nodes: 2 }, ['CONFLICTING_PROPERTIES nodes'], /remove one/],
    ['no machine', { nodes: 0 }, ['NOT_A_WHOLE_NUMBER nodes'], /at least 1/],
    [
      'options of the other server',
      { serving: { maxSurge: 0 } },
      ['CONFLICTING_PROPERTIES serving'],
      /InferenceServer\.VLLM/,
    ],
    [
      'options of monitoring that is off',
      { monitoring: false },
      ['CONFLICTING_PROPERTIES monitoringOptions'],
      /remove one/,
    ],
    [
      'options of servers, by where they are',
      { vllmServing: { maxSurge: -1 } },
      ['NOT_A_WHOLE_NUMBER vllmServing.maxSurge'],
      /-1/,
    ],
  ])('%s', (_what, props, ids, reason) => {
    const faults = refused(props);
    expect(idsOf(faults)).toEqual(ids);
    expect(faults.map((each) => each.reason).join()).toMatch(reason);
  });

  test('everything at once', () => {
    const props = {
      models: [
        { ...CHAT, precision: Precision.FP16 },
        { ...CHAT, name: 'b', contextLength: 0 },
      ],
      serving: { maxSurge: 0 },
      ...monitored({ retentionDays: 3 }),
    };
    expect(idsOf(refused(props)).sort()).toEqual([
      'CONFLICTING_PROPERTIES serving',
      'MODEL_FITS_NOWHERE hardware',
      'NOT_A_WHOLE_NUMBER models[1].contextLength',
      'OUTAGE_LOCAL_RETENTION_TOO_SHORT monitoringOptions.retentionDays',
    ]);
  });

  test('a site that another cluster of the app has, which a site that was refused does not keep', () => {
    const stack = testStack();
    expect(() => edgeSite(stack, { nodes: 0 })).toThrow();
    edgeSite(stack);
    expect(stack.node.tryFindChild('Edge')).toBeDefined();
    const other = KubernetesCluster.fromKubeconfig(stack, 'Other', { configPath: 'k', clusterName: 'berlin' });
    expect(idsOf(faultsThrown(() => edgeSite(stack, { cluster: other }, 'Second')))).toEqual(['DUPLICATE site']);
    edgeSite(stack, { site: 'rome' }, 'Second');
  });

  test('more GPUs than the machines have', () => {
    const models = [CHAT, { ...CHAT, name: 'second' }];
    expect(() => synthesize((stack) => void edgeSite(stack, { models }))).toThrow(
      /together request 2 of nvidia.com\/gpu .* 1 node has 1/,
    );
  });
});
