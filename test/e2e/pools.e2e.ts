import { App } from 'cdktf';
import { isLeftOut, leftOut } from './harness/adapt';
import { Exchange, Value } from './harness/exchange';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { poolsOf, running } from './harness/pods';
import { PoolRequest, interfaceWords, poolRequests } from './harness/pool-requests';
import { until } from './harness/process';
import { Site } from './harness/site';
import { tools } from './harness/tools';
import { DEVICES, LAYOUTS, ruleOf } from './pools-expected';
import { AllPools, CHANGES, CLUSTER, ON_DEMAND, POOLS, REGION, ROLLED } from './pools-stack';

const NAMES = Object.keys(POOLS);
const BLOCK = 'cr-02168da1478b509e0';
const START = 'capacity-block-start-20311201T113000Z';
const DRAIN = 'capacity-block-drain-20311208T103000Z';
const RESERVATION = 'cr-0a1b2c3d4e5f60718';
const REPAIRED = 'node group: nodes repaired in parallel';
const AGENTS = 'gpu-node-agents';

const describePools = (app: App) => new AllPools(app);
const describeChanged = (app: App) => new AllPools(app, true);
const devicesOf = (pool: string) => DEVICES[POOLS[pool].instanceType.name];

describeWith(['terraform', 'emulator', 'controlPlane'], 'pools of every instance type', () => {
  let site: Site;
  let before: string[];
  let requests: ReadonlyMap<string, PoolRequest>;
  let clusterGroup: string;

  beforeAll(async () => {
    site = await Site.start('pools');
    before = await site.inventory(REGION);
    console.log(`the Kubernetes half went by ${await site.apply(describePools)}`);
    requests = poolRequests(site.proxy);
    const cluster = site.proxy.exchanges.find(({ action }) => action === `GET /clusters/${CLUSTER}`);
    clusterGroup = JSON.parse(cluster?.answer ?? '{}').cluster.resourcesVpcConfig.clusterSecurityGroupId as string;
  });

  afterAll(() => site?.stop());

  const requestOf = (pool: string) => requests.get(pool) as PoolRequest;

  test('are there for the whole catalog', () => {
    expect(ON_DEMAND.map(({ name }) => name).sort()).toEqual(Object.keys(DEVICES).sort());
    expect([...requests.keys()].sort()).toEqual([...NAMES, 'system'].sort());
  });

  test('plan nothing after that', async () => {
    expect(await site.plan(describePools)).toEqual([]);
  });

  describe.each(NAMES)('%s sent', (pool) => {
    const { instanceType } = POOLS[pool];
    const image = pool === 'bottlerocket';
    const isBlock = pool === 'block';
    const { efa } = devicesOf(pool);

    test('its interfaces, with the security groups of each', () => {
      const request = requestOf(pool);
      const words = LAYOUTS[pool] ?? ruleOf(devicesOf(pool));
      expect(interfaceWords(request)).toEqual(words);
      expect(words.filter((word) => word.includes('=efa'))).toHaveLength(efa);
      expect(request.launchTemplate.SecurityGroupId).toBeUndefined();
      if (efa === 0) return;
      const interfaces = request.launchTemplate.NetworkInterface as Value[];
      const isOwn = ([, name]: [string, string]) => new RegExp(`^${CLUSTER}-${pool}-efa-[0-9a-f]+$`).test(name);
      const [[own]] = [...request.groupNames].filter(isOwn);
      expect(interfaces.map((it) => [...it.SecurityGroupId].sort())).toEqual(
        words.map((word) => (word.endsWith('=efa-only') ? [own] : [clusterGroup, own].sort())),
      );
      expect(interfaces.every((it) => it.DeleteOnTermination === 'true' && it.SubnetId === undefined)).toBe(true);
    });

    test('its instance type, image, labels, taints and sizes', () => {
      const { nodeGroup, launchTemplate } = requestOf(pool);
      expect(nodeGroup.instanceTypes).toEqual(isBlock ? undefined : [instanceType.name]);
      expect(launchTemplate.InstanceType).toBe(isBlock ? instanceType.name : undefined);
      expect(nodeGroup.amiType).toBe(image ? 'BOTTLEROCKET_x86_64_NVIDIA' : 'AL2023_x86_64_NVIDIA');
      expect(nodeGroup.labels).toEqual({
        'gpu-inference-constructs/pool': pool,
        'nvidia.com/gpu.present': 'true',
        'k8s.amazonaws.com/accelerator': expect.stringMatching(/^nvidia-[a-z0-9-]+$/),
        ...(efa > 0 ? { 'gpu-inference-constructs/efa': 'true' } : {}),
        ...(image ? { 'nvidia.com/gpu.deploy.device-plugin': 'false', 'nvidia.com/gpu.deploy.operands': 'false' } : {}),
      });
      expect(nodeGroup.taints).toEqual([{ key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }]);
      const { minNodes, maxNodes } = POOLS[pool];
      expect(nodeGroup.scalingConfig).toEqual(
        isBlock
          ? { minSize: 0, maxSize: maxNodes, desiredSize: 0 }
          : { minSize: minNodes, maxSize: maxNodes, desiredSize: minNodes },
      );
      expect(nodeGroup.subnets).toHaveLength(efa > 0 ? 1 : 2);
    });

    test('its market and reservation, or none', () => {
      const { nodeGroup, launchTemplate } = requestOf(pool);
      expect(nodeGroup.capacityType).toBe(isBlock ? 'CAPACITY_BLOCK' : pool === 'spot' ? 'SPOT' : 'ON_DEMAND');
      expect(launchTemplate.InstanceMarketOptions).toEqual(isBlock ? { MarketType: 'capacity-block' } : undefined);
      const reservation = isBlock ? BLOCK : pool === 'reserved' ? RESERVATION : undefined;
      expect(launchTemplate.CapacityReservationSpecification).toEqual(
        reservation && { CapacityReservationTarget: { CapacityReservationId: reservation } },
      );
    });
  });

  test('sent what the stand-in does not keep', () => {
    expect(site.proxy.sentOf('launch template: market')).toEqual([{ MarketType: 'capacity-block' }]);
    expect(site.proxy.sentOf('launch template: capacity reservation').sort(byId)).toEqual([
      { CapacityReservationId: BLOCK },
      { CapacityReservationId: RESERVATION },
    ]);
    const actions = [DRAIN, START];
    expect(site.proxy.sentOf('scheduled actions: asked by name').sort()).toEqual(actions);
    expect(site.proxy.sentOf('node group: node repair')).toEqual([expect.objectContaining({ enabled: true })]);
    // Every instance of a reservation may be in use: one node is replaced at a time.
    if (isLeftOut(REPAIRED, tools().providers)) expect(leftOut(REPAIRED)).toEqual([1]);
    else expect(requestOf('reserved').nodeGroup.nodeRepairConfig.maxParallelNodesRepairedCount).toBe(1);
  });

  test('follow their block and tell the autoscaler what a node offers, by the Auto Scaling group of EKS', () => {
    const schedules = site.proxy.requests('PutScheduledUpdateGroupAction');
    expect(
      schedules.map((it) => [it.ScheduledActionName, it.StartTime, it.Recurrence, it.DesiredCapacity]).sort(),
    ).toEqual([
      [DRAIN, '2031-12-08T10:30:00Z', undefined, '0'],
      [START, '2031-12-01T11:30:00Z', undefined, '2'],
    ]);
    for (const it of schedules) expect(it.AutoScalingGroupName).toMatch(/^eks-block-/);
    const tags = site.proxy.requests('CreateOrUpdateTags').flatMap((it) => (it.Tags.member ?? it.Tags) as Value[]);
    for (const { ResourceId } of tags) expect(ResourceId).toMatch(/^eks-from-zero-/);
    const prefix = 'k8s.io/cluster-autoscaler/node-template';
    expect(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))).toEqual(
      expect.objectContaining({
        [`${prefix}/resources/nvidia.com/gpu`]: '8',
        [`${prefix}/resources/vpc.amazonaws.com/efa`]: '4',
        [`${prefix}/resources/hugepages-2Mi`]: '10256Mi',
        [`${prefix}/label/gpu-inference-constructs/pool`]: 'from-zero',
        [`${prefix}/taint/nvidia.com/gpu`]: 'present:NoSchedule',
      }),
    );
  });

  test('have nodes that offer what their plugins announce', async () => {
    const nodes = () => site.kube.list('v1', 'Node');
    const offered = ({ metadata, status }: KubeObject) => ({
      pool: metadata.labels['gpu-inference-constructs/pool'],
      gpu: status.allocatable['nvidia.com/gpu'],
      efa: status.allocatable['vpc.amazonaws.com/efa'],
      hugePages: status.allocatable['hugepages-2Mi'],
    });
    const expected = NAMES.flatMap((pool) => {
      const { gpus, efa } = devicesOf(pool);
      const one = { gpu: String(gpus), ...(efa > 0 ? { efa: String(efa), hugePages: '10256Mi' } : {}) };
      return Array<object>(pool === 'block' ? 0 : POOLS[pool].minNodes).fill({ pool, ...one });
    });
    const isGpu = ({ metadata }: KubeObject) => metadata.labels['nvidia.com/gpu.present'] === 'true';
    const ready = async () => (await nodes()).filter(isGpu).every(({ status }) => status.allocatable['nvidia.com/gpu']);
    await until(ready, 90, 'GPUs on every GPU node');
    await until(
      async () => (await nodes()).map(offered).filter(({ efa }) => efa).length === expected.filter(hasEfa).length,
      60,
      'EFA on every node with EFA',
    );
    const all = await nodes();
    expect(all.filter(isGpu).map(offered).sort(byPool)).toEqual(
      expected.map((it) => ({ efa: undefined, hugePages: undefined, ...it })).sort(byPool),
    );
    const others = all.filter((node) => !isGpu(node));
    expect(others.map(offered)).toEqual(others.map(() => ({})));
    expect(others).toHaveLength(2);
  });

  test('have their agents on every node they must, and on no other', async () => {
    const nodes = await site.kube.list('v1', 'Node');
    const where = (holds: (labels: { readonly [key: string]: string }) => boolean) =>
      nodes.filter(({ metadata }) => holds(metadata.labels)).map(({ metadata }) => metadata.name);
    const gpu = where((labels) => labels['nvidia.com/gpu.present'] === 'true');
    const expected: { readonly [agent: string]: string[] } = {
      'nvidia-device-plugin': gpu.filter((name) => !name.startsWith('bottlerocket-')),
      'gpu-feature-discovery': gpu,
      'dcgm-exporter': gpu,
      'efa-device-plugin': where((labels) => labels['gpu-inference-constructs/efa'] === 'true'),
    };
    const pods = await running(site.kube, AGENTS, Object.values(expected).flat().length);
    const found: { [agent: string]: string[] } = {};
    for (const { metadata, spec } of pods) {
      const [owner] = metadata.ownerReferences as { name: string }[];
      (found[owner.name] ??= []).push(spec.nodeName as string);
    }
    expect(sorted(found)).toEqual(sorted(expected));
  });

  test('take a workload of two nodes into one pool, though others of the type have room', async () => {
    const [first, second] = ['p5-48xlarge', 'reserved'];
    for (const pool of [first, second]) await site.kube.create(twoNodes(pool));
    const pods = await running(site.kube, 'default', 4);
    for (const pool of [first, second]) {
      const own = pods.filter(({ metadata }) => metadata.labels.app === pool);
      expect(await poolsOf(site.kube, own)).toEqual([pool, pool]);
      expect(new Set(own.map(({ spec }) => spec.nodeName as string)).size).toBe(2);
    }
    for (const pool of [first, second]) await site.kube.remove(twoNodes(pool));
    await until(async () => (await site.pods('default')).length === 0, 60, 'the end of the workloads');
  });

  test('change in place, labels to the layout of the interfaces, and nothing else', async () => {
    const changes = await site.plan(describeChanged);
    const groups = changes.filter(({ subject }) => subject.startsWith('aws_eks_node_group.'));
    expect(groups.map(({ subject, action, attributes }) => [poolOf(subject), action, attributes]).sort()).toEqual(
      NAMES.map((pool) => [pool, 'update', [CHANGES[pool][0]]]).sort(),
    );
    // What the autoscaler is told of a pool follows its label or taint; the agents follow the taints.
    const others = changes.filter((change) => !groups.includes(change));
    for (const { subject, action } of others) {
      if (/^aws_launch_template\./.test(subject)) {
        expect([poolOf(subject), action]).toEqual([expect.stringMatching(/^(g6e|p4d|p5en)-/), 'update']);
      } else if (subject.startsWith('aws_')) {
        const [type, expected] = subject.includes('placement_group')
          ? [/^aws_placement_group\.p4d/, 'delete']
          : [/^aws_autoscaling_group_tag\..*from-zero/, 'create'];
        expect([subject, action]).toEqual([expect.stringMatching(type), expected]);
      } else expect([subject, action]).toEqual([expect.stringMatching(/daemon_?set/i), 'update']);
    }
    expect(others.some(({ subject }) => /daemon_?set/i.test(subject))).toBe(true);
  });

  test('send those changes and no other, and plan nothing after that', async () => {
    const isMaking = ({ method, action }: Exchange) =>
      method === 'POST' && /^Create(?!OrUpdateTags|LaunchTemplateVersion)|\/node-groups$/.test(action);
    const made = () => site.proxy.exchanges.filter(isMaking).map(({ action }) => action);
    const before = made();
    await site.apply(describeChanged);
    expect(made()).toEqual(before);
    expect(site.proxy.sentOf('node group: updated in place')).toHaveLength(NAMES.length);
    const sent = site.proxy.exchanges.filter(({ path }) => /\/update-(config|version)$/.test(path));
    expect(sent.map(({ path, sent: body }) => [poolIn(path), sentChange(body)]).sort()).toEqual(
      NAMES.map((pool) => [pool, CHANGES[pool][2](POOLS[pool])]).sort(),
    );
    const versions = site.proxy.requests('CreateLaunchTemplateVersion').map((it) => it.LaunchTemplateData as Value);
    expect(versions).toHaveLength(
      Object.values(ROLLED).filter(([attribute]) => attribute === 'launch_template').length,
    );
    const find = (has: (data: Value) => boolean) => versions.filter(has);
    expect(find((data) => data.BlockDeviceMapping[0].Ebs.VolumeSize === '320')).toHaveLength(1);
    expect(find((data) => data.Placement === undefined)).toHaveLength(1);
    expect(find((data) => data.NetworkInterface[0].InterfaceType === 'efa')).toHaveLength(1);
    expect(await site.plan(describeChanged)).toEqual([]);
  });

  test('asked nothing of AWS that it would refuse, or that went unanswered', () => {
    expect(site.proxy.unanswered).toEqual([]);
    expect(site.proxy.refused).toEqual([]);
  });

  test('leave nothing behind', async () => {
    expect(await site.inventory(REGION)).not.toEqual(before);
    await site.destroy(describePools);
    expect(await site.inventory(REGION)).toEqual(before);
    expect(await site.kube.list('apps/v1', 'DaemonSet')).toEqual([]);
  });
});

/** The pool of a request for its node group, whose name ends in what Terraform made. */
function poolIn(path: string): string {
  return path.split('/')[4].replace(/-[0-9a-f]{26}$/, '');
}

/** The pool of a node group in Terraform's state, whose address is made of the construct's path. */
function poolOf(subject: string): string | undefined {
  const address = (pool: string) =>
    new RegExp(`^(aws_eks_node_group|aws_launch_template)\\.${pool}_(.*_)?[0-9A-F]{8}$`);
  return NAMES.find((pool) => address(pool).test(subject));
}

/** What an update asks for, without what the provider always sends. */
function sentChange({ labels, taints, scalingConfig, releaseVersion, launchTemplate }: Value): object {
  return {
    ...(releaseVersion ? { releaseVersion } : {}),
    ...(launchTemplate ? { launchTemplate: { version: launchTemplate.version } } : {}),
    ...(labels ? { labels } : {}),
    ...(taints ? { taints } : {}),
    ...(scalingConfig ? { maxSize: scalingConfig.maxSize } : {}),
  };
}

/** A workload of two pods that each take all devices of a node. */
function twoNodes(pool: string): KubeObject {
  const { gpus, efa } = devicesOf(pool);
  const devices = { 'nvidia.com/gpu': String(gpus), 'vpc.amazonaws.com/efa': String(efa), 'hugepages-2Mi': '5120Mi' };
  const container = {
    name: 'worker',
    image: 'example.test/trainer:1',
    resources: { limits: { ...devices, memory: '64Gi' }, requests: { ...devices, memory: '64Gi', cpu: '8' } },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: pool, namespace: 'default' },
    spec: {
      replicas: 2,
      serviceName: pool,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: pool } },
      template: {
        metadata: { labels: { app: pool } },
        spec: {
          nodeSelector: { 'gpu-inference-constructs/pool': pool },
          tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
          containers: [container],
        },
      },
    },
  };
}

function hasEfa(it: object): boolean {
  return 'efa' in it;
}

function byId(a: Value, b: Value): number {
  return (a.CapacityReservationId as string).localeCompare(b.CapacityReservationId as string);
}

function byPool(a: Value, b: Value): number {
  return (a.pool as string).localeCompare(b.pool as string);
}

function sorted(lists: { readonly [name: string]: string[] }): { readonly [name: string]: string[] } {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list].sort()]));
}
