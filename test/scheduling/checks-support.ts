import { reasonsOf } from '../support/faults';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { IGpuNodePool, NodeSubnet, NodeTaint, TaintEffect } from '../../lib/core/gpu-node-pool';
import { GpuSharingKind } from '../../lib/core/gpu-sharing-kind';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { IScheduledWorkload, PodDemand } from '../../lib/scheduling/pod-demand';
import { IRdmaFabric } from '../../lib/core/rdma-fabric';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { ClusterNodePools } from '../../lib/scheduling/cluster-node-pools';
import { synthesize } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

export const GPU_TAINT = { key: 'nvidia.com/gpu', value: 'present', effect: TaintEffect.NO_SCHEDULE };
export const TOLERATE = [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }];

export interface PoolOptions {
  readonly type?: GpuNodeType;
  readonly nodes?: number;
  readonly fabric?: IRdmaFabric;
  readonly taints?: NodeTaint[];
  readonly labels?: { [key: string]: string };
  readonly nodeSelector?: { [key: string]: string };
  readonly subnets?: NodeSubnet[];
  readonly allocatable?: { [resource: string]: string };
  readonly gpuSharingKind?: GpuSharingKind;
  readonly efaSecurityGroupId?: string;
  readonly platformLabels?: { [key: string]: string };
}

export class Pool extends Construct implements IGpuNodePool {
  public readonly minNodes = 0;
  public readonly hardware: GpuNodeType;
  public readonly maxNodes: number;
  public readonly taints: NodeTaint[];
  public readonly nodeSelector: { [key: string]: string };
  public readonly nodeLabels: { [key: string]: string };
  public readonly efaInterfacesPerNode: number;
  public readonly fabric?: IRdmaFabric;
  public readonly subnets?: NodeSubnet[];
  public readonly allocatable?: { [resource: string]: string };
  public readonly gpuSharingKind?: GpuSharingKind;
  public readonly efaSecurityGroupId?: string;
  public readonly platformLabels?: { [key: string]: string };
  public readonly ready = [];

  public constructor(
    public readonly cluster: IKubernetesCluster,
    public readonly poolName: string,
    { type = GpuInstanceType.P5_48XLARGE, nodes = 2, taints = [], labels, ...rest }: PoolOptions,
  ) {
    super(cluster, poolName);
    this.hardware = type;
    this.maxNodes = nodes;
    this.taints = [GPU_TAINT, ...taints];
    this.nodeSelector = { 'gpu-inference-constructs/pool': poolName };
    const efa = rest.fabric?.kind === 'efa';
    this.nodeLabels = {
      ...this.nodeSelector,
      'nvidia.com/gpu.present': 'true',
      ...(efa ? { 'gpu-inference-constructs/efa': 'true' } : {}),
      ...labels,
    };
    this.efaInterfacesPerNode = efa ? this.hardware.efaInterfaces : 0;
    Object.assign(this, rest);
    ClusterNodePools.add(this);
  }
}

export class Workload extends Construct implements IScheduledWorkload {
  public constructor(
    scope: Construct,
    id: string,
    public readonly podDemands: PodDemand[],
  ) {
    super(scope, id);
  }
}

/** Pods with a GPU each on the pool `p5`, unless a test says otherwise. */
export function demand(options: Partial<PodDemand> = {}): PodDemand {
  return {
    name: 'inference/chat',
    pods: 1,
    requests: { 'nvidia.com/gpu': '1', cpu: '3', memory: '7Gi' },
    nodeSelector: { 'gpu-inference-constructs/pool': 'p5' },
    tolerations: TOLERATE,
    ...options,
  };
}

export const gpus = (count: number, more: { [resource: string]: string } = {}) => ({
  requests: { 'nvidia.com/gpu': String(count), ...more },
});

export function checks(pools: { [name: string]: PoolOptions }, ...demands: PodDemand[]): string[] {
  let faults: string[] = [];
  const build = (stack: TerraformStack) => {
    const cluster = testCluster(stack);
    fill(cluster, pools, demands);
    faults = reasonsOf(ClusterChecks.of(cluster).faults);
  };
  try {
    synthesize(build);
  } catch (error) {
    expect(faults).not.toEqual([]);
    for (const fault of faults) expect((error as Error).message).toContain(fault);
    return faults;
  }
  expect(faults).toEqual([]);
  return faults;
}

export function fill(cluster: TestCluster, pools: { [name: string]: PoolOptions }, demands: PodDemand[]): void {
  for (const [name, options] of Object.entries(pools)) new Pool(cluster, name, options);
  demands.forEach((each, i) => ClusterChecks.of(cluster).register(new Workload(cluster, `W${i}`, [each])));
}

export const EFA = { fabric: RdmaFabric.efa() };
export const AGENT: PodDemand = {
  name: 'agents/plugin',
  pods: 0,
  onEveryNode: true,
  requests: { cpu: '1', memory: '1Gi' },
  nodeSelector: { 'nvidia.com/gpu.present': 'true' },
  tolerations: TOLERATE,
};
