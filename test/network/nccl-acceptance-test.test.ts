import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { ImageRegistry } from '../../lib/kubernetes/image-registry';
import { IGpuNodePool } from '../../lib/core/gpu-node-pool';
import { IRdmaFabric } from '../../lib/core/rdma-fabric';
import { bandwidthFloor } from '../../lib/network/bandwidth-floor';
import { NcclAcceptanceTest, NcclAcceptanceTestProps } from '../../lib/network/nccl-acceptance-test';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { TestPool } from '../serving/support/fixtures';
import { Block, Synthesized, synthesize, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { NDR, RACK, rack } from './support';

type Props = Partial<NcclAcceptanceTestProps>;

/** An EC2 pool without resources. */
function ec2(stack: TerraformStack, type: GpuInstanceType, fabric?: IRdmaFabric, nodes = 2): IGpuNodePool {
  const pool = new TestPool(stack, 'p5', testCluster(stack), type, nodes);
  return Object.assign(pool, { fabric });
}

function synthTest(pool: (stack: TerraformStack) => IGpuNodePool, props: Props = {}): Synthesized {
  return synthesize((stack) => void new NcclAcceptanceTest(stack, 'Accept', { nodePool: pool(stack), ...props }));
}

const p5 = (stack: TerraformStack) => ec2(stack, GpuInstanceType.P5_48XLARGE, RdmaFabric.efa());
const onRack = (stack: TerraformStack) => rack(stack, testCluster(stack));
const specOf = (result: Synthesized): Block => result.only('kubernetes_job_v1').spec;
const envOf = (result: Synthesized): Block =>
  Object.fromEntries(specOf(result).template.spec.container[0].env.map((e: Block) => [e.name, e.value]));

describe('the acceptance test of a pool', () => {
  test('is an indexed Job of whole nodes that find each other by a headless service', () => {
    const result = synthTest(p5);
    const spec = specOf(result);
    expect(spec).toMatchObject({ completion_mode: 'Indexed', completions: 2, parallelism: 2, backoff_limit: 0 });
    expect(spec.template.spec).toMatchObject({ subdomain: 'accept', restart_policy: 'Never' });
    expect(envOf(result).MASTER_ADDR).toBe('accept-0.accept.fabric-acceptance.svc');
    expect(result.only('kubernetes_service_v1').spec).toMatchObject({
      cluster_ip: 'None',
      publish_not_ready_addresses: true,
      selector: { 'app.kubernetes.io/instance': 'accept', 'app.kubernetes.io/name': 'nccl-acceptance' },
    });
    expect(spec.template.spec.container[0]).toMatchObject({
      resources: { limits: { 'nvidia.com/gpu': '8', 'vpc.amazonaws.com/efa': '32', 'hugepages-2Mi': '5120Mi' } },
      security_context: { run_as_user: '0', capabilities: { add: ['IPC_LOCK'], drop: ['ALL'] }, privileged: false },
    });
    expect(spec.template.spec.volume).toContainEqual({
      name: 'shm',
      empty_dir: { medium: 'Memory', size_limit: '9216Mi' },
    });
    expect(result.only('kubernetes_namespace_v1').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'privileged',
    });
    expect(result.only('kubernetes_job_v1').wait_for_completion).toBe(false);
  });

  test('has each variable after those that it refers to', () => {
    const result = synthTest(p5, { environment: { A_FILE: '$(Z_ROOT)/topology.xml', Z_ROOT: '/etc' } });
    const names = specOf(result).template.spec.container[0].env.map(({ name }: Block) => name);
    expect(names.indexOf('A_FILE')).toBe(names.indexOf('Z_ROOT') + 1);
  });

  test('moves from p5 to an InfiniBand rack with no change but the pool', () => {
    const [cloud, own] = [synthTest(p5), synthTest(onRack)];
    const [a, b] = [specOf(cloud).template.spec, specOf(own).template.spec];
    expect(b.container[0].resources.limits).toMatchObject({ 'nvidia.com/gpu': '8', 'rdma/rdma_shared_device_a': '1' });
    expect(b.container[0].resources.limits).not.toHaveProperty(['vpc.amazonaws.com/efa']);
    const common = ({ container, node_selector: _, toleration: __, ...rest }: Block) => ({
      ...rest,
      container: container.map(({ resources: _r, image: _i, env: _e, ...other }: Block) => other),
    });
    expect(common(b)).toEqual(common(a));
    const changed = new Set(['EXPECTED_NETWORK', 'NCCL_NET', 'MIN_BUS_BANDWIDTH']);
    const same = (env: Block) => Object.entries(env).filter(([name]) => !changed.has(name));
    expect(same(envOf(own))).toEqual(same(envOf(cloud)));
    expect([envOf(cloud).NCCL_NET, envOf(own).NCCL_NET]).toEqual([undefined, 'IB']);
  });

  test('takes its floor from the catalog, or from the user', () => {
    expect(envOf(synthTest(p5)).MIN_BUS_BANDWIDTH).toBe('240');
    expect(envOf(synthTest(onRack)).MIN_BUS_BANDWIDTH).toBe('240');
    expect(envOf(synthTest(p5, { minimumBusBandwidth: 300 })).MIN_BUS_BANDWIDTH).toBe('300');
    const floorOf = (type: GpuInstanceType) => bandwidthFloor(RdmaFabric.efa().bandwidthGbps(type), type);
    // What is known to be reached: 32.8 GB/s on p4d, 300 GB/s less a tenth on H100, and 3 GB/s on g6e.48xlarge.
    expect([GpuInstanceType.P4D_24XLARGE, GpuInstanceType.P5EN_48XLARGE].map(floorOf)).toEqual([30, 240]);
    expect(floorOf(GpuInstanceType.G6E_48XLARGE)).toBe(2.5);
    // One GPU has no GPUDirect on EC2, but may have it in a rack.
    expect(floorOf(GpuInstanceType.P5_4XLARGE)).toBe(0.63);
    expect(bandwidthFloor(RdmaFabric.infiniband({ ...NDR, gbpsPerAdapter: 200 }).bandwidthGbps(RACK), RACK)).toBe(120);
  });

  test('may be waited for, with another image from a mirror', () => {
    const imageRegistry = ImageRegistry.mirror('mirror.example', ['pull']);
    const result = synthTest(p5, { waitForCompletion: true, deadlineSeconds: 600, imageRegistry });
    expect(result.only('kubernetes_job_v1')).toMatchObject({
      wait_for_completion: true,
      timeouts: { create: '660s' },
      spec: { active_deadline_seconds: 600, template: { spec: { image_pull_secrets: [{ name: 'pull' }] } } },
    });
    expect(specOf(result).template.spec.container[0].image).toMatch(/^mirror\.example\/deep-learning-containers\//);
    // A hang ends before the deadline, at which Kubernetes deletes the pods with their logs.
    expect(specOf(result).template.spec.container[0].env).toContainEqual({ name: 'RUN_SECONDS', value: '300' });
  });

  test('may not land on nodes without the fabric that have the labels of its pool', () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const nodePool = new TestPool(stack, 'fast', cluster, RACK, 2, RdmaFabric.infiniband(NDR));
    // As a class of a user's own may have them.
    Object.assign(new TestPool(stack, 'slow', cluster, RACK), { nodeLabels: nodePool.nodeLabels });
    new NcclAcceptanceTest(stack, 'Accept', { nodePool });
    expect(idsOf(faultsAtSynth(stack))).toContain('RDMA_NOT_AVAILABLE');
  });

  const type = (name: string) => GpuInstanceType.of(name);
  test.each<[string, (stack: TerraformStack) => IGpuNodePool, Props, string]>([
    ['RDMA of TCP-only nodes', (s) => ec2(s, type('g5.12xlarge')), {}, 'RDMA_WITHOUT_FABRIC rdmaRequired'],
    [
      'a fabric that the hardware lacks',
      (s) => ec2(s, type('g5.xlarge'), RdmaFabric.efa()),
      {},
      'FABRIC_NOT_ON_HARDWARE fabric',
    ],
    [
      'a pool that is too small',
      (s) => ec2(s, type('p5.48xlarge'), RdmaFabric.efa(), 1),
      {},
      'TEST_EXCEEDS_POOL nodes',
    ],
    ['one node', p5, { nodes: 1 }, 'NOT_A_WHOLE_NUMBER nodes'],
    ['no floor', p5, { minimumBusBandwidth: 0 }, 'OUT_OF_RANGE minimumBusBandwidth'],
    [
      'an environment of the plugin',
      p5,
      { environment: { FI_PROVIDER: 'efa' } },
      'FABRIC_VARIABLE_RESERVED environment.FI_PROVIDER',
    ],
    [
      'a GPU that the image has dropped',
      (s) => ec2(s, type('p3dn.24xlarge'), RdmaFabric.efa()),
      {},
      'TEST_IMAGE_TOO_NEW image',
    ],
    ['a name that Kubernetes refuses', p5, { name: 'Accept_1' }, 'INVALID_NAME name'],
  ])('fails for %s', (_, pool, props, id) => {
    expect(idsOf(faultsThrown(() => synthTest(pool, props)))).toEqual([id]);
  });
});
