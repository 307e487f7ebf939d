import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { TerraformResource, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { IGpuNodePool, NodeSubnet, NodeTaint, TaintEffect } from '../../lib/core/gpu-node-pool';
import { GpuSharingKind } from '../../lib/core/gpu-sharing-kind';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { hintScheduling } from '../../lib/kubernetes/scheduling-hints';
import { Fault } from '../../lib/units/fault';
import { idsOf } from '../support/faults';
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
  readonly isAutoscaled?: boolean;
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
  public readonly isAutoscaled?: boolean;
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

/** Runs pods that ask for something as a resource of the Kubernetes provider. */
export function runPods(
  scope: Construct,
  cluster: IKubernetesCluster,
  id: string,
  asked: PodDemand,
): TerraformResource {
  const [namespace, name] = asked.name.includes('/') ? asked.name.split('/') : ['default', asked.name];
  const limits = Object.entries(asked.requests).filter(([resource]) => /[/]|^hugepages-/.test(resource));
  const terms = asked.nodeTerms?.map(({ requirements }) => ({ matchExpressions: requirements }));
  const template = {
    metadata: { labels: { app: name } },
    spec: {
      nodeSelector: asked.nodeSelector,
      affinity: terms && {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerm: terms } },
      },
      toleration: asked.tolerations,
      hostNetwork: asked.hostNetwork,
      priorityClassName: asked.priorityClass,
      container: [
        { name: 'c', image: 'i', resources: { requests: asked.requests, limits: Object.fromEntries(limits) } },
      ],
    },
  };
  const common = { ...kubernetesMeta(scope, cluster), metadata: { namespace, name } };
  const { temporary, onEveryNode, tensorParallelism, podsPerGroup, rdmaRequired, elsewhere } = asked;
  const selector = { matchLabels: { app: name } };
  const made = onEveryNode
    ? new DaemonSetV1(scope, id, { ...common, spec: { selector, template } })
    : new DeploymentV1(scope, id, { ...common, spec: { replicas: text(asked.pods), template } });
  hintScheduling(made, { temporary, tensorParallelism, podsPerGroup, rdmaRequired, elsewhere });
  return made;
}

function text(count: number): string {
  return Token.isUnresolved(count) ? Token.asString(count) : String(count);
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

/** The ids of what is found, which is an error of the synthesis too. */
export function checks(pools: { [name: string]: PoolOptions }, ...demands: PodDemand[]): string[] {
  return idsOf(checkFaults(pools, ...demands));
}

/** What is found, with its sentences. */
export function checkFaults(pools: { [name: string]: PoolOptions }, ...demands: PodDemand[]): Fault[] {
  let faults: Fault[] = [];
  const build = (stack: TerraformStack) => {
    const cluster = testCluster(stack);
    fill(cluster, pools, demands);
    faults = ClusterChecks.of(cluster).faults;
  };
  try {
    synthesize(build);
  } catch (error) {
    expect(faults).not.toEqual([]);
    for (const { reason } of faults) expect((error as Error).message).toContain(reason);
    return faults;
  }
  expect(faults).toEqual([]);
  return faults;
}

export function fill(cluster: TestCluster, pools: { [name: string]: PoolOptions }, demands: PodDemand[]): void {
  for (const [name, options] of Object.entries(pools)) new Pool(cluster, name, options);
  // Each with a name of its own, because a cluster has one object of a name.
  demands.forEach((each, i) => {
    const scope = new Construct(cluster, `W${i}`);
    const isTaken = demands.slice(0, i).some(({ name }) => name === each.name);
    runPods(scope, cluster, 'Resource', isTaken ? { ...each, name: `${each.name}-${i}` } : each);
  });
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
