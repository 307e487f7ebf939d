import { SsmActivation } from '@cdktf/provider-aws/lib/ssm-activation';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { placeAt } from '../../../core/aws-provider';
import { endTrial, throwIfOfOtherKinds } from '../../../core/errors';
import { kubernetesName } from '../../../core/naming';
import { awsTags } from '../../../core/tags';
import { addWarning } from '../../../core/validation';
import { OutagePlan } from '../../../outage/outage-plan';
import { UplinkOutage } from '../../../outage/uplink-outage';
import { nameClass } from '../../../units/own-class';
import { isUnreadable } from '../../../units/unreadable';
import { ExistingPoolSpec } from '../existing/existing-gpu-node-pool-faults';
import { GpuNodePoolBase } from '../shared/gpu-node-pool-base';
import { enterPool } from '../shared/gpu-node-pool-faults';
import { GPU_LABEL, GPU_TAINT, POOL_LABEL, poolLabels } from '../shared/gpu-node-pool-labels';
import { hybridPoolFaults } from './hybrid-gpu-node-pool-faults';
import { HybridGpuNodePoolProps } from './hybrid-gpu-node-pool-props';
import { HybridNodeRole } from './hybrid-node-role';
import { bootstrapScript, nodeConfig } from './node-config';

/** Maximum number of pods that a kubelet accepts by default. */
const KUBELET_MAX_PODS = 110;

/** Label that nodes have by the place where they are: https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone. */
const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * GPU nodes of your own that belong to a cluster in AWS (EKS Hybrid Nodes): the same control plane, planner, agents and checks as those of the cloud. Their site is
 * connected; through an outage of `maxUplinkOutage` its pods go on, but a node that starts anew meanwhile starts no pod, since its kubelet asks the control
 * plane what to run.
 *
 * It makes the role of the nodes, how they take it on, and their entry in the cluster. Each host runs `bootstrapScript`, which runs `nodeadm`. The driver and
 * NVIDIA's container toolkit are the host's. A CNI makes nodes ready: Cilium, as AWS builds it, or Calico; the VPC CNI does not run there.
 *
 * Throws a `ValidationError` with every fault: a cluster without remote networks, an outage that credentials cannot bear, hardware of EC2, a site named after a zone
 * of AWS, more nodes than addresses.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-overview.html
 */
export class HybridGpuNodePool extends GpuNodePoolBase {
  /** Name of the site, the zone of its nodes. */
  public readonly site: string;
  /** What follows from `maxUplinkOutage`. */
  public readonly outage: OutagePlan;
  /** ARN of the role of the nodes. */
  public readonly nodeRoleArn: string;
  /**
   * Configuration of `nodeadm` for each node, as YAML, with `@NODE_NAME@` where the name of the node belongs, and with Systems Manager `@ACTIVATION_ID@` and
   * `@ACTIVATION_CODE@`.
   */
  public readonly nodeConfig: string;
  /** Script that makes a host a node: run as root, as often as you like. It takes the name of the host, or `NODE_NAME`. */
  public readonly bootstrapScript: string;
  /** The activation of Systems Manager, whose id and code hosts are given as `ACTIVATION_ID` and `ACTIVATION_CODE`. @default - Roles Anywhere */
  public readonly activation?: SsmActivation;
  /** What workloads of the same stack must wait for. */
  public readonly ready: ITerraformDependable[];
  /** Labels that EKS sets on its nodes beside those of the pool. */
  public readonly platformLabels?: { [key: string]: string };
  /** For how many seconds pods stay on nodes that the control plane does not reach. */
  public readonly unreachableTolerationSeconds?: number;

  readonly #spec: ExistingPoolSpec;
  readonly #nodeCidrs: string[];

  /**
   * @param scope parent
   * @param id id within the parent
   * @param props the nodes
   */
  public constructor(scope: Construct, id: string, props: HybridGpuNodePoolProps) {
    throwIfOfOtherKinds(scope, 'HybridGpuNodePoolProps', props, id, (given) => new HybridGpuNodePool(scope, id, given));
    const spec = specOf(id, props);
    const provider = props.provider ?? props.cluster.provider;
    const faults = hybridPoolFaults(props, spec, placeAt(scope, provider));
    endTrial(faults, spec.hardware, spec.sharing, spec.labels, spec.taints, props.credentials);
    const labels = nodeLabelsOf(props, spec);
    super(
      scope,
      id,
      {
        ...spec,
        // The driver is the host's, so that a node that starts without its link has GPUs.
        driverInImage: true,
        minNodes: spec.nodes,
        maxNodes: spec.nodes,
        nodeLabels: labels,
        taints: [GPU_TAINT, ...spec.taints],
      },
      faults,
    );
    const { cluster, credentials } = props;
    const { activation } = credentials;
    this.#spec = spec;
    this.#nodeCidrs = cluster.remoteNetworks?.nodeCidrs ?? [];
    this.site = props.site;
    this.outage = UplinkOutage.upTo(props.maxUplinkOutage).plan({ credentials: credentials.source });
    this.unreachableTolerationSeconds = this.outage.tolerationSeconds;
    this.platformLabels = {
      'eks.amazonaws.com/compute-type': 'hybrid',
      'eks.amazonaws.com/hybrid-credential-provider': activation ? 'ssm' : 'iam-ra',
    };
    const role = new HybridNodeRole(this, 'Role', {
      cluster,
      poolName: spec.poolName,
      credentials,
      lifetime: this.outage.credentialLifetime?.toSeconds() ?? 0,
      nodes: spec.nodes,
      tags: awsTags({ ...cluster.tags }, props.tags),
      provider,
    });
    if (activation) {
      addWarning(this, {
        id: 'ACTIVATION_CODE_IN_STATE',
        reason:
          'the code of the activation, by which any machine becomes a node until it expires, is in the state of Terraform; protect the state, or use HybridCredentials.rolesAnywhere',
      });
    }
    const node = {
      connection: cluster.connection,
      clusterName: cluster.clusterName,
      kubernetesVersion: cluster.kubernetesVersion ?? '',
      role,
      labels,
      taints: this.taints,
      maxPods: spec.maxPods ?? KUBELET_MAX_PODS,
      outage: this.outage,
    };
    this.nodeRoleArn = role.roleArn;
    this.activation = role.activation;
    this.nodeConfig = nodeConfig(node);
    this.bootstrapScript = bootstrapScript(node);
    this.ready = role.ready;
    enterPool(this);
  }

  /** Allocatable resources of one node that differ from those of the hardware: pods, disk and GPU shares. */
  public get allocatable(): { [resource: string]: string } | undefined {
    const { sharing, hardware, ephemeralStorage: disk, maxPods } = this.#spec;
    return {
      pods: String(maxPods ?? KUBELET_MAX_PODS),
      ...(disk ? { 'ephemeral-storage': `${Math.floor(disk.mib)}Mi` } : {}),
      ...(sharing ? { [sharing.resourceName]: String(sharing.gpusPerNode(hardware)) } : {}),
    };
  }

  /** How a host becomes a node, and what follows from the outage, as human-readable text. */
  public explain(): string {
    const { nodes, hardware } = this.#spec;
    return [
      `Pool ${this.poolName}: ${nodes} x ${hardware.name} at ${this.site}, nodes of the cluster in AWS. What they cost is not known.`,
      `Each host has an address of ${this.#nodeCidrs.join(', ')}, NVIDIA's driver and container toolkit, and runs the bootstrapScript of the pool.`,
      'A CNI makes it ready: Cilium as AWS builds it, or Calico. Nodes that start anew while the link is cut start no pod until it is back.',
      '',
      this.outage.explain(),
    ].join('\n');
  }
}

nameClass('HybridGpuNodePool', HybridGpuNodePool);

function nodeLabelsOf(props: HybridGpuNodePoolProps, spec: ExistingPoolSpec): { [key: string]: string } {
  return { ...spec.labels, [ZONE_LABEL]: props.site, ...spec.poolLabels };
}

function specOf(id: string, props: HybridGpuNodePoolProps): ExistingPoolSpec {
  const poolName = props.poolName ?? kubernetesName(id);
  const sharing = props.gpuSharing;
  return {
    cluster: props.cluster,
    poolName,
    hardware: props.hardware,
    nodes: props.nodes,
    fabric: props.fabric,
    nodeSelector: { [POOL_LABEL]: poolName },
    labels: props.labels ?? {},
    taints: props.taints ?? [],
    maxPods: props.maxPods,
    ephemeralStorage: props.ephemeralStorage,
    driverMajor: props.driverMajor,
    sharing,
    poolLabels: isUnreadable(props.hardware)
      ? { [GPU_LABEL]: 'true' }
      : poolLabels(poolName, props.hardware, false, { sharing }),
  };
}
