import { faultsThrown, idsOf } from '../../support/faults';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Aspects, IAspect, Lazy, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { NodeAgentsProps } from '../../../lib/compute/agents/node-agents-props';
import { efaDevicePluginImage } from '../../../lib/compute/agents/node-agents-images';
import { NodeTaint, TaintEffect } from '../../../lib/core/gpu-node-pool';
import { ImageRegistry } from '../../../lib/kubernetes/image-registry';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { Block, Synthesized, synthesize, synthesizePair, synthStack, testApp } from '../../support/synth';
import { TestEksCluster, testEksCluster } from '../test-eks-cluster';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';

const NVIDIA = 'nvidia-device-plugin';
const EFA = 'efa-device-plugin';

function pool(
  stack: TerraformStack,
  cluster: TestEksCluster,
  id: string,
  efa = false,
  taints: NodeTaint[] = [],
): GpuNodePool {
  const instanceType = efa ? GpuInstanceType.P4DE_24XLARGE : GpuInstanceType.G5_XLARGE;
  return new GpuNodePool(stack, id, {
    cluster,
    instanceType: instanceType.offeredIn(cluster.connection.region ?? ''),
    minNodes: 1,
    maxNodes: 2,
    fabric: efa ? RdmaFabric.efa() : undefined,
    taints,
  });
}

/** Agents on a cluster with the given pools: true for one with EFA. */
function synthAgents(
  props: Omit<NodeAgentsProps, 'cluster'> = {},
  pools: boolean[] = [false],
  region?: string,
): Synthesized {
  return synthesize((stack) => {
    const cluster = testEksCluster(stack, region ? { connection: { eksClusterName: 'test', region } } : {});
    pools.forEach((efa, i) => pool(stack, cluster, `pool-${i}`, efa));
    new NodeAgents(stack, 'Agents', { cluster, ...props });
  });
}

function names(result: Synthesized): string[] {
  return result
    .resources('kubernetes_daemon_set_v1')
    .map((block) => block.metadata.name)
    .sort();
}

function podSpec(result: Synthesized, name: string): Block {
  return result.byName('kubernetes_daemon_set_v1', name).spec.template.spec;
}

/** Whether a pod would be let onto nodes with the given labels and taints, as the scheduler decides it. */
function landsOn(spec: Block, labels: { [key: string]: string }, taints: NodeTaint[]): boolean {
  const selected = Object.entries(spec.node_selector as Block).every(([key, value]) => labels[key] === value);
  const tolerated = (taint: NodeTaint) =>
    (spec.toleration as Block[]).some(
      ({ key, operator, effect }) => operator === 'Exists' && key === taint.key && effect === taint.effect,
    );
  return selected && taints.filter(({ effect }) => effect !== 'PreferNoSchedule').every(tolerated);
}

describe('NodeAgents', () => {
  test('runs the NVIDIA plugin in a privileged namespace, without privileges', () => {
    const result = synthAgents();
    expect(names(result)).toEqual([NVIDIA]);
    const namespace = result.byName('kubernetes_namespace_v1', 'gpu-node-agents');
    expect(namespace.metadata.labels['pod-security.kubernetes.io/enforce']).toBe('privileged');
    const set = result.only('kubernetes_daemon_set_v1');
    expect(set.metadata.namespace).toBe('gpu-node-agents');
    expect(set.wait_for_rollout).toBe(false);
    expect(set.provider).toMatch(/^kubernetes\./);
    expect(set.depends_on).toEqual([expect.stringMatching(/^kubernetes_namespace_v1\./)]);
    expect(set.spec.selector.match_labels).toEqual({ 'app.kubernetes.io/name': NVIDIA });
    expect(set.spec.template.metadata.labels).toMatchObject(set.spec.selector.match_labels);
    const spec = podSpec(result, NVIDIA);
    expect(spec).toMatchObject({ priority_class_name: 'system-node-critical', automount_service_account_token: false });
    expect(spec.container).toHaveLength(1);
    expect(spec.container[0]).toMatchObject({
      image: expect.stringMatching(/^nvcr\.io\/nvidia\/k8s-device-plugin:v\d+\.\d+\.\d+$/),
      env: expect.arrayContaining([{ name: 'FAIL_ON_INIT_ERROR', value: 'true' }]),
      security_context: { privileged: false, allow_privilege_escalation: false, capabilities: { drop: ['ALL'] } },
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
      volume_mount: [{ name: 'device-plugins', mount_path: '/var/lib/kubelet/device-plugins' }],
    });
    expect(spec.volume).toEqual([
      { name: 'device-plugins', host_path: { path: '/var/lib/kubelet/device-plugins', type: 'Directory' } },
    ]);
    expect(result.annotations()).toEqual([]);
  });

  test('adds the EFA plugin where a pool has EFA, with its devices', () => {
    const result = synthAgents({}, [false, true]);
    expect(names(result)).toEqual([EFA, NVIDIA]);
    const spec = podSpec(result, EFA);
    expect(spec.host_network).toBe(true);
    expect(spec.container[0].security_context).toMatchObject({ privileged: true, run_as_user: '0' });
    expect(spec.volume.map((each: Block) => each.host_path.path)).toEqual([
      '/var/lib/kubelet/device-plugins',
      '/dev/infiniband',
    ]);
    expect(spec.container[0].volume_mount.map((each: Block) => each.mount_path)).toEqual(
      spec.volume.map((each: Block) => each.host_path.path),
    );
  });

  test('lets the user decide on the EFA plugin', () => {
    expect(names(synthAgents({ efa: true }, []))).toEqual([EFA, NVIDIA]);
    expect(names(synthAgents({ efa: false }, [true]))).toEqual([NVIDIA]);
  });

  test('serves pools that are created after it, even in another stack', () => {
    const { infra, workload } = synthesizePair((first, second) => {
      const cluster = testEksCluster(first);
      KubernetesAccess.of(second, cluster);
      new NodeAgents(second, 'Agents', { cluster });
      pool(first, cluster, 'late', true, [{ key: 'team', value: 'risk', effect: TaintEffect.NO_EXECUTE }]);
    });
    expect(infra.types).not.toContain('kubernetes_daemon_set_v1');
    expect(names(workload)).toEqual([EFA, NVIDIA]);
    const late = workload.byName('kubernetes_daemon_set_v1', EFA);
    expect(late.provider).toMatch(/^kubernetes\./);
    expect(late.depends_on).toHaveLength(1);
    expect(podSpec(workload, EFA).toleration).toContainEqual({ key: 'team', effect: 'NoExecute', operator: 'Exists' });
  });

  test('is the same whether pools come before or after it, and in whatever order', () => {
    const build = (agentsFirst: boolean, ids: string[]) =>
      synthesize((stack) => {
        const cluster = testEksCluster(stack);
        if (agentsFirst) new NodeAgents(stack, 'Agents', { cluster });
        for (const id of ids) pool(stack, cluster, id, id === 'a', [{ key: id, effect: TaintEffect.NO_SCHEDULE }]);
        if (!agentsFirst) new NodeAgents(stack, 'Agents', { cluster });
      }).json.resource.kubernetes_daemon_set_v1;
    const before = build(false, ['a', 'b']);
    expect(build(true, ['a', 'b'])).toEqual(before);
    expect(build(true, ['b', 'a'])).toEqual(before);
  });

  test('of a late EFA plugin is seen by aspects', () => {
    const seen: string[] = [];
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      new NodeAgents(stack, 'Agents', { cluster });
      pool(stack, cluster, 'late', true);
      const aspect: IAspect = { visit: (node: IConstruct) => void seen.push(node.node.id) };
      Aspects.of(stack).add(aspect);
    });
    expect(seen).toContain('EfaDevicePlugin');
  });

  test('stays the same when a pool is removed', () => {
    const sets = (pools: boolean[]) => Object.keys(synthAgents({}, pools).json.resource.kubernetes_daemon_set_v1);
    expect(sets([true, false])).toEqual(sets([true, false, false]));
    expect(sets([true])).toEqual(expect.arrayContaining(sets([false])));
  });

  test('pulls through a mirror, with its secrets', () => {
    const result = synthAgents({ imageRegistry: ImageRegistry.mirror('registry.example.com/m', ['pull']) }, [true]);
    expect(podSpec(result, NVIDIA).container[0].image).toMatch(
      /^registry\.example\.com\/m\/nvidia\/k8s-device-plugin:v/,
    );
    expect(podSpec(result, EFA).container[0].image).toMatch(
      /^registry\.example\.com\/m\/eks\/aws-efa-k8s-device-plugin:v/,
    );
    expect(podSpec(result, EFA).image_pull_secrets).toEqual([{ name: 'pull' }]);
    expect(podSpec(synthAgents(), NVIDIA)).not.toHaveProperty('image_pull_secrets');
  });

  test('takes other images and another namespace', () => {
    const images = { nvidiaPluginImage: 'example.com/a:1', efaPluginImage: 'example.com/b:2' };
    const result = synthAgents({ ...images, namespace: 'agents' }, [true], 'mars-north-1');
    expect(podSpec(result, NVIDIA).container[0].image).toBe('example.com/a:1');
    expect(podSpec(result, EFA).container[0].image).toBe('example.com/b:2');
    expect(result.only('kubernetes_namespace_v1').metadata.name).toBe('agents');
  });

  test.each<[string, Omit<NodeAgentsProps, 'cluster'>, string]>([
    ['a namespace Kubernetes refuses', { namespace: 'GPU agents' }, 'INVALID_NAME namespace'],
    ['a token as namespace', { namespace: Lazy.stringValue({ produce: () => 'x' }) }, 'VALUE_NOT_CONCRETE namespace'],
  ])('fails for %s', (_, props, id) => {
    expect(idsOf(faultsThrown(() => synthAgents(props)))).toEqual([id]);
  });

  test('fails for a region without a registry', () => {
    expect(idsOf(faultsThrown(() => synthAgents({}, [true], 'mars-north-1')))).toEqual(['UNKNOWN_VALUE region']);
  });

  test('needs no registry of EKS without EFA', () => {
    expect(names(synthAgents({}, [false], 'mars-north-1'))).toEqual([NVIDIA]);
  });

  test('fails for a second set on one cluster', () => {
    const build = () =>
      synthesize((stack) => {
        const cluster = testEksCluster(stack);
        new NodeAgents(stack, 'Agents', { cluster });
        new NodeAgents(stack, 'More', { cluster });
      });
    expect(idsOf(faultsThrown(build))).toEqual(['NODE_AGENTS_EXIST cluster']);
  });
});

describe('the image of the EFA plugin', () => {
  // Rows of the user guide's table of registries.
  test.each([
    ['us-west-2', '602401143452.dkr.ecr.us-west-2.amazonaws.com/'],
    ['af-south-1', '877085696533.dkr.ecr.af-south-1.amazonaws.com/'],
    ['cn-north-1', '918309763551.dkr.ecr.cn-north-1.amazonaws.com.cn/'],
    ['us-gov-west-1', '013241004608.dkr.ecr.us-gov-west-1.amazonaws.com/'],
    ['eusc-de-east-1', '877088126301.dkr.ecr.eusc-de-east-1.amazonaws.eu/'],
  ])('comes from the registry of %s', (region, registry) => {
    const { image } = podSpec(synthAgents({}, [true], region), EFA).container[0];
    expect(image.startsWith(registry)).toBe(true);
  });

  test.each([
    ['cn-north-1', '918309763551.dkr.ecr.cn-north-1.amazonaws.com.cn/'],
    ['us-gov-west-1', '013241004608.dkr.ecr.us-gov-west-1.amazonaws.com/'],
    ['us-iso-east-1', '602401143452.dkr.ecr.us-west-2.amazonaws.com/'],
  ])('of a cluster that is made comes from the registry of its provider in %s, if there is one', (region, registry) => {
    const stack = new TerraformStack(testApp(), 'own');
    new AwsProvider(stack, 'Aws', { region });
    const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'own' });
    KubernetesAccess.of(stack, cluster);
    new NodeAgents(stack, 'Agents', { cluster, efa: true });
    const { image } = podSpec(synthStack(stack), EFA).container[0];
    expect(image.startsWith(registry)).toBe(true);
  });

  test('may be for nodes of pools that another program manages', () => {
    const stack = new TerraformStack(testApp(), 'own');
    new AwsProvider(stack, 'Aws', { region: 'us-west-2' });
    const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'own' });
    KubernetesAccess.of(stack, cluster);
    new GpuNodePool(stack, 'Chat', { cluster, instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 });
    new NodeAgents(stack, 'Agents', { cluster, efa: true });
    expect(ClusterChecks.of(cluster).faults).toEqual([]);
  });

  test('comes from the region that the user names', () => {
    const { image } = podSpec(synthAgents({ region: 'eu-west-1' }, [true]), EFA).container[0];
    expect(image).toBe(efaDevicePluginImage('eu-west-1'));
  });

  test('comes from where its own chart has it when the region is not known', () => {
    const region = Lazy.stringValue({ produce: () => 'us-west-2' });
    const { image } = podSpec(synthAgents({}, [true], region), EFA).container[0];
    expect(image).toBe(efaDevicePluginImage('us-west-2'));
  });
});

describe('agents run on every node that needs them and on no other', () => {
  const TAINTS: NodeTaint[] = [
    { key: 'team', value: 'risk', effect: TaintEffect.NO_EXECUTE },
    { key: 'spot', effect: TaintEffect.PREFER_NO_SCHEDULE },
  ];
  let pools: GpuNodePool[] = [];
  const result = () =>
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      pools = [
        pool(stack, cluster, 'plain'),
        pool(stack, cluster, 'tainted', false, TAINTS),
        pool(stack, cluster, 'fast', true),
      ];
      new NodeAgents(stack, 'Agents', { cluster });
    });

  test('the NVIDIA plugin on all GPU nodes, the EFA plugin on those with EFA', () => {
    const synthesized = result();
    const [nvidia, efa] = [podSpec(synthesized, NVIDIA), podSpec(synthesized, EFA)];
    expect(pools.map((each) => landsOn(nvidia, each.nodeLabels, each.taints))).toEqual([true, true, true]);
    expect(pools.map((each) => landsOn(efa, each.nodeLabels, each.taints))).toEqual([false, false, true]);
  });

  test('none on a CPU node', () => {
    const synthesized = result();
    for (const name of [NVIDIA, EFA]) {
      expect(landsOn(podSpec(synthesized, name), { 'kubernetes.io/os': 'linux' }, [])).toBe(false);
    }
  });

  test('and a taint that no pool has keeps them away', () => {
    const foreign: NodeTaint = { key: 'maintenance', effect: TaintEffect.NO_EXECUTE };
    const spec = podSpec(result(), NVIDIA);
    expect(landsOn(spec, pools[0].nodeLabels, [...pools[0].taints, foreign])).toBe(false);
  });
});
