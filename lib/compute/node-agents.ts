import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterChecks } from '../core/cluster-checks';
import { throwIfInvalid } from '../core/errors';
import { IGpuNodePool, NodeTaint } from '../core/gpu-node-pool';
import { ImageRegistry } from '../core/image-registry';
import { KubernetesMeta, kubernetesMeta } from '../core/kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { PodSecurityLevel, ensureNamespace } from '../core/namespaces';
import { kubernetesNameFault } from '../core/naming';
import { IScheduledWorkload, PodDemand } from '../core/pod-demand';
import { concreteFault } from '../core/tokens';
import { EFA_LABEL, GPU_LABEL } from './gpu-node-pool-labels';
import { NodeAgentSpec, nodeAgentDaemonSet, nodeAgentDemand } from './node-agents-daemon-set';
import { NVIDIA_DEVICE_PLUGIN_IMAGE, efaDevicePluginImage, efaRegionFaults } from './node-agents-images';
import { LateChild } from './node-agents-late-child';

/** Folder in which device plugins meet the kubelet. */
const DEVICE_PLUGINS = { name: 'device-plugins', path: '/var/lib/kubelet/device-plugins' };

/**
 * The agents of a cluster's GPU nodes.
 */
export interface NodeAgentsProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Namespace, of the Pod Security level 'privileged'. @default 'gpu-node-agents' */
  readonly namespace?: string;
  /**
   * Whether the EFA device plugin is installed. Say it where the pools are made by another program, so that the cluster does not
   * know them.
   * @default - when some pool of the cluster has EFA, also one that is made later
   */
  readonly efa?: boolean;
  /** Image of the NVIDIA device plugin, with its registry. @default - a pinned release from nvcr.io */
  readonly nvidiaPluginImage?: string;
  /**
   * Region whose EKS registry the EFA device plugin is pulled from.
   * @default - the cluster's, where it is known at synthesis; else us-west-2, as the plugin's own chart has it
   */
  readonly region?: string;
  /** Image of the EFA device plugin, with its registry. @default - a pinned release from the EKS registry of `region` */
  readonly efaPluginImage?: string;
}

/**
 * The agents of a cluster's GPU nodes, one set for all pools: the NVIDIA device plugin on every node with GPUs, and the EFA device
 * plugin on every node with EFA interfaces attached; none on any other node.
 *
 * They are keyed on labels that the pools stamp, not on instance types, and tolerate every taint of every pool. Make them in the
 * workload stack; pools may be made before or after.
 *
 * Throws a `ValidationError` for a namespace that is no RFC 1123 label, a region without a known EKS registry, or a second set on
 * one cluster.
 */
export class NodeAgents extends Construct implements IScheduledWorkload {
  /** The cluster. */
  public readonly cluster: IKubernetesCluster;
  /** Namespace of the agents. */
  public readonly namespace: string;

  private readonly efa?: boolean;
  private readonly efaImage?: string;
  private readonly region?: string;
  private readonly registry: ImageRegistry;
  private readonly meta: KubernetesMeta;
  private readonly agents: NodeAgentSpec[] = [];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props the agents
   */
  public constructor(scope: Construct, id: string, props: NodeAgentsProps) {
    super(scope, id);
    this.cluster = props.cluster;
    this.namespace = props.namespace ?? 'gpu-node-agents';
    throwIfInvalid(this, this.faults());
    this.efa = props.efa;
    this.efaImage = props.efaPluginImage;
    this.region = regionOf(props);
    this.registry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
    sets.set(props.cluster, this);

    const namespace = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.PRIVILEGED);
    this.meta = kubernetesMeta(this, props.cluster, namespace);
    this.addAgent('NvidiaDevicePlugin', {
      name: 'nvidia-device-plugin',
      image: props.nvidiaPluginImage ?? NVIDIA_DEVICE_PLUGIN_IMAGE,
      nodeLabel: GPU_LABEL,
      pools: () => props.cluster.nodePools,
      // Every node it lands on has GPUs: one that it cannot find is a fault to be seen, not zero GPUs to be advertised.
      env: {
        FAIL_ON_INIT_ERROR: 'true',
        NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
        NVIDIA_VISIBLE_DEVICES: 'all',
      },
      hostFolders: [DEVICE_PLUGINS],
      privileged: false,
      hostNetwork: false,
      cpu: '50m',
      memory: '128Mi',
      memoryLimit: '512Mi',
    });
    this.addEfaPlugin();
    new LateChild(this, 'AfterPools', () => this.addEfaPlugin());
    ClusterChecks.of(props.cluster).register(this);
  }

  /** What the agents ask of each node they run on. */
  public get podDemands(): PodDemand[] {
    return this.agents.map(nodeAgentDemand);
  }

  private faults(): string[] {
    const token = concreteFault('namespace', this.namespace, 'it is made once per stack by its name');
    const other = sets.get(this.cluster);
    return [
      ...(token.length > 0 ? token : kubernetesNameFault('namespace', this.namespace)),
      ...(other
        ? [
            `cluster '${this.cluster.clusterName}' already has its node agents at '${other.node.path}'; one set serves all its pools`,
          ]
        : []),
    ];
  }

  private addEfaPlugin(): void {
    const pools = () => this.cluster.nodePools.filter((pool) => pool.efaInterfacesPerNode > 0);
    const wanted = this.efa ?? pools().length > 0;
    const id = 'EfaDevicePlugin';
    if (!wanted || this.node.tryFindChild(id)) return;
    throwIfInvalid(this, this.efaImage ? [] : efaRegionFaults(this.region));
    this.addAgent(id, {
      name: 'efa-device-plugin',
      image: this.efaImage ?? efaDevicePluginImage(this.region),
      nodeLabel: EFA_LABEL,
      elsewhere: this.efa === true,
      pools,
      env: {},
      hostFolders: [DEVICE_PLUGINS, { name: 'infiniband', path: '/dev/infiniband' }],
      // As its own chart has it: it opens the devices, in the network namespace that they belong to.
      privileged: true,
      hostNetwork: true,
      cpu: '10m',
      memory: '20Mi',
      memoryLimit: '256Mi',
    });
  }

  private addAgent(id: string, agent: Agent): void {
    const { pools, image, ...rest } = agent;
    const spec: NodeAgentSpec = {
      ...rest,
      image: this.registry.resolve(image),
      pullSecrets: this.registry.pullSecrets,
      namespace: this.namespace,
      taints: () => pools().flatMap((pool): NodeTaint[] => pool.taints),
    };
    this.agents.push(spec);
    nodeAgentDaemonSet(this, id, spec, this.meta);
  }
}

/** The region, where it is known at synthesis. */
function regionOf({ region, cluster }: NodeAgentsProps): string | undefined {
  const known = region ?? cluster.connection.region;
  return Token.isUnresolved(known) ? undefined : known;
}

/** An agent before its place in the cluster is known. */
interface Agent extends Omit<NodeAgentSpec, 'taints' | 'pullSecrets' | 'namespace'> {
  readonly pools: () => IGpuNodePool[];
}

const sets = new WeakMap<IKubernetesCluster, NodeAgents>();
