import { GpuInstanceType, GpuInterconnect, GpuNodeType, GpuType, ModelSpec, Parallelism } from '../../../lib/catalog';
import { EfaInstaller, ServingImage } from '../../../lib/images';
import { RdmaFabric } from '../../../lib/network';
import { LeaderWorkerSetController, VllmDeployment } from '../../../lib/serving';
import { CustomResources } from '../../../lib/kubernetes';
import { faultsThrown } from '../../support/faults';
import { DataSize } from '../../../lib/units';
import { Block, Synthesized } from '../../support/synth';
import { withSite } from '../support/fixtures';
import { CHAT, VllmOverrides, deployVllm } from '../support/vllm-fixtures';

const IMAGE = 'registry.example.com/vllm-efa:0.24.0';

/** A model of 70B on two nodes of eight GPUs, by stages. */
const STAGES: VllmOverrides = {
  instanceType: GpuInstanceType.P5_48XLARGE,
  maxNodes: 2,
  fabric: RdmaFabric.efa(),
  vllmImage: IMAGE,
  model: { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) },
};

/** DeepSeek's R1 on two nodes: sixteen ranks of attention share the experts. */
const RANKS: VllmOverrides = {
  ...STAGES,
  model: { model: ModelSpec.DEEPSEEK_R1, parallelism: Parallelism.of({ tensor: 1, data: 16, expert: 16 }) },
};

/** The LeaderWorkerSets of a stack, as Helm gets them. */
function groupsOf(json: Synthesized): Block[] {
  return json
    .resources('helm_release')
    .filter(({ values }) => (values as string[])[0].includes('"LeaderWorkerSet"'))
    .map(({ values }) => (JSON.parse((values as string[])[0]) as { resources: Block[] }).resources[0]);
}

/** The disruption budget of groups, as Helm gets it. */
function budgetOf(json: Synthesized): Block {
  const resources = json
    .resources('helm_release')
    .flatMap(({ values }) => (JSON.parse((values as string[])[0]) as { resources?: Block[] }).resources ?? []);
  const [budget, ...others] = resources.filter(({ kind }) => kind === 'PodDisruptionBudget');
  expect(others).toEqual([]);
  return budget;
}

function containersOf(json: Synthesized): { readonly leader: Block; readonly worker: Block } {
  const [{ spec }] = groupsOf(json);
  const { leaderTemplate, workerTemplate } = spec.leaderWorkerTemplate as Block;
  return { leader: leaderTemplate.spec.containers[0] as Block, worker: workerTemplate.spec.containers[0] as Block };
}

const argsOf = ({ args }: Block) => args as string[];

describe('stages on two nodes', () => {
  const { json, deployment } = deployVllm(STAGES);
  const [group] = groupsOf(json);
  const { leader, worker } = containersOf(json);

  test('are one LeaderWorkerSet in place of a deployment', () => {
    expect(json.resources('kubernetes_deployment_v1')).toEqual([]);
    expect(group.spec.leaderWorkerTemplate.size).toBe(2);
    expect(group.spec.replicas).toBe(1);
    expect(Object.keys(deployment.leaderWorkerSets)).toEqual(['chat']);
    expect(deployment.deployments).toEqual({});
    expect(deployment.leaderWorkerSets.chat).toBeInstanceOf(CustomResources);
  });

  test('meet at the first node', () => {
    const shared = ['--nnodes=2', '--tensor-parallel-size=8', '--pipeline-parallel-size=2', '--master-port=29501'];
    expect(argsOf(leader)).toEqual(
      expect.arrayContaining([...shared, '--node-rank=0', '--master-addr=$(VLLM_HOST_IP)']),
    );
    expect(argsOf(worker)).toEqual(
      expect.arrayContaining([
        ...shared,
        '--node-rank=$(LWS_WORKER_INDEX)',
        '--master-addr=$(LWS_LEADER_ADDRESS)',
        '--headless',
      ]),
    );
    expect(argsOf(leader)).not.toContain('--headless');
    const own = { name: 'VLLM_HOST_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } };
    for (const { env } of [leader, worker]) expect(env).toContainEqual(own);
  });

  test('have the engine alike, and only the first has an API', () => {
    const engine = (container: Block) =>
      argsOf(container).filter((each) => /^--(max-|dtype|gpu-memory|tensor|pipeline|enable-prefix)/.test(each));
    expect(engine(worker)).toEqual(engine(leader));
    expect(argsOf(worker).filter((each) => /^--(host|port|middleware|tool|reasoning)/.test(each))).toEqual([]);
    expect([worker.ports, worker.readinessProbe, worker.livenessProbe, worker.startupProbe]).toEqual(
      [].concat(Array(4).fill(undefined) as never[]),
    );
    const names = (worker.env as Block[]).map(({ name }) => name as string);
    expect(names).not.toContain('VLLM_API_KEY');
  });

  test('have all devices of their nodes, and no capability for EFA', () => {
    for (const { resources, securityContext } of [leader, worker]) {
      expect(resources.limits).toMatchObject({
        'nvidia.com/gpu': '8',
        'vpc.amazonaws.com/efa': '32',
        'hugepages-2Mi': '5Gi',
      });
      expect(securityContext.capabilities).toEqual({ drop: ['ALL'] });
      expect(securityContext.runAsNonRoot).toBe(true);
    }
    const [namespace] = json.resources('kubernetes_namespace_v1');
    expect(namespace.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  test('fail rather than send by TCP where their image is known to have the plugin for EFA', () => {
    const net = ({ json: of }: { json: Synthesized }) =>
      Object.values(containersOf(of)).map(({ env }) => (env as Block[]).find(({ name }) => name === 'NCCL_NET')?.value);
    const repository = 'registry.example.com/vllm';
    const servingImage = ServingImage.vllm({ repository, efa: EfaInstaller.DEFAULT });
    expect(net(deployVllm({ ...STAGES, vllmImage: undefined, servingImage }))).toEqual(Array(2).fill('AWS Libfabric'));
    // Of an image by its name alone it is not known.
    expect(net({ json })).toEqual([undefined, undefined]);
  });

  test('find each other by a name that is not that of their service', () => {
    const service = json.only('kubernetes_service_v1');
    // The controller makes a headless service named after the group, unless there is one.
    expect(service.metadata.name).toBe('chat');
    expect(group.metadata.name).toBe('chat-group');
  });

  test('are reached at the first node only', () => {
    const { leaderTemplate, workerTemplate } = group.spec.leaderWorkerTemplate as Block;
    const { selector } = json.only('kubernetes_service_v1').spec as { selector: Block };
    const { podSelector } = deployment.metricsTarget;
    for (const each of [selector, podSelector]) {
      expect(leaderTemplate.metadata.labels).toMatchObject(each);
      expect(workerTemplate.metadata.labels).not.toMatchObject(each);
    }
  });

  test('reach each other through the network policy, on every port', () => {
    const { pod_selector: pods, ingress, egress } = json.only('kubernetes_network_policy_v1').spec as Block;
    const { leaderTemplate, workerTemplate } = group.spec.leaderWorkerTemplate as Block;
    for (const template of [leaderTemplate, workerTemplate])
      expect(template.metadata.labels).toMatchObject(pods.match_labels as Block);
    const open = (rules: Block[], peers: 'from' | 'to') =>
      rules.some(
        ({ ports, [peers]: list }) => (ports ?? []).length === 0 && JSON.stringify(list).includes('"match_labels"'),
      );
    expect(open(ingress as Block[], 'from')).toBe(true);
    expect(open(egress as Block[], 'to')).toBe(true);
  });

  test('a drained node takes one pod of them, and what is left of its group is never in the way of a drain', () => {
    const { selector, ...spec } = budgetOf(json).spec as Block;
    const { leaderTemplate, workerTemplate } = group.spec.leaderWorkerTemplate as Block;
    for (const { metadata } of [leaderTemplate, workerTemplate] as Block[])
      expect(metadata.labels).toMatchObject(selector.matchLabels as Block);
    expect(spec).toEqual({ maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(json.resources('kubernetes_pod_disruption_budget_v1')).toEqual([]);
  });

  test('disruptions are counted in groups', () => {
    const { spec } = budgetOf(deployVllm({ ...STAGES, maxNodes: 6, replicas: 3, maxDisruptions: 2 }).json);
    // One group is away with both of its pods, and the first pod of another may go.
    expect(spec.maxUnavailable).toBe(3);
  });

  test('a worker stays while the first node finishes what runs', () => {
    const grace = group.spec.leaderWorkerTemplate.workerTemplate.spec.terminationGracePeriodSeconds as number;
    const { command } = worker.lifecycle.preStop.exec as { command: string[] };
    expect(command.slice(0, 3)).toEqual(['python3', '/etc/vllm-probes/probe_vllm.py', 'follow']);
    expect(Number(command[3])).toBeLessThan(grace);
  });

  test('loading may take as long as the download of another node', () => {
    const alone = deployVllm({
      ...STAGES,
      model: { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8 }) },
    });
    expect(deployment.startupBudget.toSeconds()).toBeGreaterThan(alone.deployment.startupBudget.toSeconds());
  });

  test('restart together, once all of them have started', () => {
    expect(group.spec.leaderWorkerTemplate.restartPolicy).toBe('RecreateGroupAfterStart');
    expect(group.spec.startupPolicy).toBe('LeaderCreated');
  });
});

describe('ranks on two nodes', () => {
  const { json } = deployVllm(RANKS);
  const { leader, worker } = containersOf(json);

  test('share the experts', () => {
    const shared = ['--data-parallel-size=16', '--data-parallel-size-local=8', '--enable-expert-parallel'];
    expect(argsOf(leader)).toEqual(expect.arrayContaining([...shared, '--data-parallel-address=$(VLLM_HOST_IP)']));
    expect(argsOf(worker)).toEqual(
      expect.arrayContaining([...shared, '--data-parallel-address=$(LWS_LEADER_ADDRESS)', '--headless']),
    );
    expect(argsOf(leader).filter((each) => each.startsWith('--nnodes'))).toEqual([]);
  });

  test('are counted from the first of their node', () => {
    expect(worker.command).toEqual([
      '/bin/sh',
      '-c',
      'exec vllm serve "$@" --data-parallel-start-rank=$((LWS_WORKER_INDEX * 8))',
      'vllm',
    ]);
    expect(leader.command).toEqual(['vllm', 'serve']);
  });
});

test('ranks within a node are one pod', () => {
  const { json } = deployVllm({
    instanceType: GpuInstanceType.P5EN_48XLARGE,
    model: { model: ModelSpec.DEEPSEEK_V2_LITE, parallelism: Parallelism.of({ tensor: 1, data: 8, expert: 8 }) },
  });
  const { args } = json.only('kubernetes_deployment_v1').spec.template.spec.container[0] as { args: string[] };
  expect(args).toContain('--data-parallel-size=8');
  expect(args.filter((each) => /local|address|nnodes|headless/.test(each))).toEqual([]);
});

test('on InfiniBand pods lock memory as root, in a namespace that admits them', () => {
  const { json } = deployVllm({
    ...STAGES,
    vllmImage: undefined,
    instanceType: GpuNodeType.custom({
      name: 'rack',
      gpu: GpuType.of('H100'),
      gpuCount: 8,
      interconnect: GpuInterconnect.NVSWITCH,
      nvlinkDomainSize: 8,
      memory: DataSize.gib(2048),
      vcpus: 128,
      networkBandwidthGbps: 3200,
    }),
    fabric: RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 }),
  });
  const { leader } = containersOf(json);
  expect(leader.securityContext).toMatchObject({
    runAsUser: 0,
    runAsNonRoot: false,
    capabilities: { drop: ['ALL'], add: ['IPC_LOCK'] },
  });
  expect(leader.env).toContainEqual({ name: 'NCCL_NET', value: 'IB' });
  const [namespace] = json.resources('kubernetes_namespace_v1');
  expect(namespace.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('privileged');
});

test('an image of their own says whether it has EFA', () => {
  const repository = 'registry.example.com/vllm';
  const built = (efa?: EfaInstaller) =>
    deployVllm({ ...STAGES, vllmImage: undefined, servingImage: ServingImage.vllm({ repository, efa }) });
  expect(() => built(EfaInstaller.DEFAULT)).not.toThrow();
  expect(faultsThrown(() => built())).toMatchObject([{ id: 'IMAGE_WITHOUT_FABRIC', property: 'servingImage' }]);
});

describe('rollouts', () => {
  const strategy = (overrides: VllmOverrides) =>
    groupsOf(deployVllm({ ...STAGES, ...overrides }).json)[0].spec.rolloutStrategy.rollingUpdateConfiguration as Block;

  test('on a full pool replace one group after another', () => {
    expect(strategy({ replicas: 2, maxNodes: 4 })).toEqual({ partition: 0, maxSurge: 0, maxUnavailable: 1 });
  });

  test('of one server start another group first where there is room for it', () => {
    expect(strategy({ maxNodes: 4 })).toMatchObject({ maxSurge: 1, maxUnavailable: 0 });
    expect(strategy({ maxNodes: 3 })).toMatchObject({ maxSurge: 0, maxUnavailable: 1 });
  });

  test('of a new version may stop at some groups', () => {
    const model = { ...STAGES.model, rolloutPartition: 1 };
    expect(strategy({ replicas: 2, maxNodes: 4, model })).toMatchObject({ partition: 1 });
  });
});

describe('the proof', () => {
  test('counts every pod of a group', () => {
    const build = () =>
      withSite((site) => {
        const pool = site.pool(GpuInstanceType.P5_48XLARGE, 3, 'gpu', RdmaFabric.efa());
        const props = { cluster: site.cluster, nodePool: pool, modelStore: site.store, vllmImage: IMAGE };
        const model = (name: string) => ({ ...STAGES.model, name, model: ModelSpec.LLAMA_3_1_70B });
        new VllmDeployment(site.scope, 'A', { ...props, models: [model('a')] });
        new VllmDeployment(site.scope, 'B', { ...props, models: [model('b')] });
      });
    expect(build).toThrow(/'inference\/a-group' 2 x 8, 'inference\/b-group' 2 x 8/);
  });
});

describe('the controller', () => {
  const build = (order: 'before' | 'after' | 'none' | 'twice') =>
    withSite((site) => {
      const controller = (id: string) => new LeaderWorkerSetController(site.scope, id, { cluster: site.cluster });
      if (order === 'before' || order === 'twice') controller('Lws');
      if (order === 'twice') controller('Again');
      new VllmDeployment(site.scope, 'Talk', {
        cluster: site.cluster,
        nodePool: site.pool(GpuInstanceType.P5_48XLARGE, 2, 'gpu', RdmaFabric.efa()),
        modelStore: site.store,
        vllmImage: IMAGE,
        models: [{ ...CHAT, ...STAGES.model }],
      });
      if (order === 'after') controller('Lws');
    });

  test('is installed before the groups', () => {
    const json = build('before');
    const [release] = json.resources('helm_release').filter(({ name }) => name === 'lws');
    expect(release).toMatchObject({ chart: 'lws', repository: 'oci://registry.k8s.io/lws/charts', version: '0.9.0' });
    const values = JSON.parse((release.values as string[])[0]) as Block;
    expect(values.image.manager.tag).toBe('v0.9.0');
    const [group] = json.resources('helm_release').filter(({ name }) => name === 'chat-group');
    expect((group.depends_on as string[]).some((each) => /helm_release.*Lws/i.test(each))).toBe(true);
  });

  test('of the namespaces is one', () => {
    expect(faultsThrown(() => build('twice')).map(({ id }) => id)).toEqual(['LEADER_WORKER_SETS_EXIST']);
  });

  test('comes before the groups', () => {
    expect(faultsThrown(() => build('after')).map(({ id }) => id)).toEqual(['CONTROLLER_AFTER_GROUPS']);
  });

  test('of an existing cluster is assumed to be there', () => {
    expect(build('none').annotations().join()).not.toContain('NO_LEADER_WORKER_SETS');
  });

  test.each([
    ['0.7.0', 'CHART_TOO_OLD'],
    ['latest', 'INVALID_FORMAT'],
  ])('has no chart %s', (chartVersion, id) => {
    const faults = faultsThrown(() =>
      withSite((site) => new LeaderWorkerSetController(site.scope, 'Lws', { cluster: site.cluster, chartVersion })),
    );
    expect(faults).toMatchObject([{ id, property: 'chartVersion' }]);
  });
});

test.each<[string, VllmOverrides, string, string]>([
  [
    'GPUs that are no whole nodes',
    { ...STAGES, model: { ...STAGES.model, parallelism: Parallelism.of({ tensor: 4, pipeline: 3 }) } },
    'GROUP_DOES_NOT_DIVIDE',
    'models[0].parallelism',
  ],
  [
    'tensor parallelism beyond a node',
    { ...STAGES, model: { ...STAGES.model, parallelism: Parallelism.of({ tensor: 16 }) } },
    'TENSOR_EXCEEDS_NODE',
    'models[0].parallelism',
  ],
  [
    'ranks beyond a node',
    {
      ...RANKS,
      model: { ...RANKS.model, parallelism: Parallelism.of({ tensor: 8, pipeline: 2, data: 2, expert: 16 }) },
    },
    'RANK_EXCEEDS_NODE',
    'models[0].parallelism',
  ],
  [
    'replicas as parallelism',
    { ...STAGES, model: { ...STAGES.model, parallelism: Parallelism.of({ tensor: 8, pipeline: 2, data: 2 }) } },
    'REPLICAS_AS_PARALLELISM',
    'models[0].parallelism',
  ],
  ['an image that would send by TCP', { ...STAGES, vllmImage: undefined }, 'IMAGE_WITHOUT_FABRIC', 'servingImage'],
  ['more groups than the pool has nodes for', { ...STAGES, replicas: 2 }, 'REPLICAS_EXCEED_POOL', 'replicas'],
  [
    'a partition of single pods',
    { model: { rolloutPartition: 1 } },
    'CONFLICTING_PROPERTIES',
    'models[0].rolloutPartition',
  ],
  [
    'a partition beyond the groups',
    { ...STAGES, model: { ...STAGES.model, rolloutPartition: 2 } },
    'NOT_A_WHOLE_NUMBER',
    'models[0].rolloutPartition',
  ],
  [
    'a name that is too long',
    { ...STAGES, model: { ...STAGES.model, name: 'a'.repeat(41) } },
    'INVALID_NAME',
    'models[0].name',
  ],
  [
    'variables that the fabric has set',
    { ...STAGES, environment: { FI_PROVIDER: 'efa' } },
    'FABRIC_VARIABLE_RESERVED',
    'environment.FI_PROVIDER',
  ],
])('%s are refused', (_what, overrides, id, property) => {
  expect(faultsThrown(() => deployVllm(overrides))).toContainEqual(expect.objectContaining({ id, property }));
});
