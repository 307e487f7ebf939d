import { addValidation } from '../core/validation';
import { Fault, fault } from '../units/fault';
import { Release } from '@cdktf/provider-helm/lib/release';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { CustomResources } from '../kubernetes/custom-resources';
import { ClusterLedger, ClusterSingleton, entered } from '../core/cluster-ledger';
import { throwIfRefused, throwIfOfOtherKinds } from '../core/errors';
import { featureDiscoveryFaults, claimFeatureDiscovery } from '../core/feature-discovery';
import { IGpuNodePool, TaintEffect } from '../core/gpu-node-pool';
import { ImageRegistry } from '../kubernetes/image-registry';
import { HELM_BOUNDS } from '../kubernetes/helm-bounds';
import { helmMeta } from '../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { FabricAttachmentKind, RdmaFabricKind } from '../core/rdma-fabric';
import { PodSecurityLevel } from '../core/pod-security-level';
import { ensureNamespace } from '../kubernetes/namespaces';
import { otherClusterFault } from '../core/other-cluster-fault';
import { kubernetesNameFault } from '../core/naming';
import { escapeTemplate } from '../core/template-escape';
import { concreteFault } from '../core/tokens';
import { urlSecretFaults } from '../core/url-faults';
import { NetworkName } from './network-name';
import { NicDriver } from './nic-driver';
import { ConnectXPool, OperatorComponents, nicClusterPolicy, poolPolicies } from './nic-policies';
import { tolerationsOfAnyValue } from '../kubernetes/tolerations';
import { SECONDARY_NETWORK, SecondaryNetworkEntry, wholeReference } from './secondary-network-entry';
import { ClusterNodePools } from '../scheduling/cluster-node-pools';
import { nameClass } from '../units/own-class';
import { allOf } from '../units/unreadable';

/** Where NVIDIA publishes the chart. */
const CHART_REPOSITORY = 'https://helm.ngc.nvidia.com/nvidia';
/** The release of 2026-07-24, whose definitions test/network/fixtures has; NicNodePolicy came with 26.4. */
const CHART_VERSION = '26.4.1';
const OPERATOR_REPOSITORY = 'nvcr.io/nvidia/cloud-native';
const COMPONENTS = 'nvcr.io/nvidia/mellanox';
/** The chart's values for the images of SR-IOV, which name each with its tag. */
const SRIOV_IMAGES = {
  operator: 'sriov-network-operator',
  sriovConfigDaemon: 'sriov-network-operator-config-daemon',
  sriovCni: 'sriov-cni',
  ibSriovCni: 'ib-sriov-cni',
  sriovDevicePlugin: 'sriov-network-device-plugin',
};

/**
 * Properties of `NvidiaNetworkOperator`.
 */
export interface NvidiaNetworkOperatorProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** The pools that it serves. @default - every pool created so far on the cluster whose fabric is InfiniBand or RoCE */
  readonly nodePools?: IGpuNodePool[];
  /** Where the adapters' driver comes from. @default NicDriver.host() */
  readonly driver?: NicDriver;
  /**
   * Whether Multus, the CNI plugins and NVIDIA's IPAM are installed, which networks of pods need.
   * @default - when the fabric of a pool names networks
   */
  readonly secondaryNetworks?: boolean;
  /**
   * Whether node feature discovery is installed with it. A cluster must have exactly one: pass false if the GPU operator or another
   * installation provides it.
   * @default true
   */
  readonly nodeFeatureDiscovery?: boolean;
  /** Networks attached by the fabrics of its pools that are created elsewhere. @default - none */
  readonly existingNetworks?: NetworkName[];
  /**
   * Namespace, of the Pod Security level 'privileged'. Created unless the program or the cluster has it: see `ExistingNamespaces`.
   * @default 'nvidia-network-operator'
   */
  readonly namespace?: string;
  /** Version of the chart, 26.4 or later. From 26.7 on it needs Kubernetes 1.32. @default '26.4.1' */
  readonly chartVersion?: string;
  /** URL of the chart's repository. @default - that of `imageRegistry`, or 'https://helm.ngc.nvidia.com/nvidia' */
  readonly chartRepository?: string;
  /**
   * Image of kubectl, 1.31 or later, with its registry, by tag or by digest: a Job with it waits for what the operator defines.
   * @default 'registry.k8s.io/kubectl:v1.34.1'
   */
  readonly kubectlImage?: string;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}

/**
 * NVIDIA's network operator (Mellanox ConnectX adapters), and its policies, derived from the fabrics of the pools: a device
 * plugin that advertises what `RdmaFabric.bind` requests, on exactly the pool's nodes; SR-IOV where the fabric has virtual functions;
 * Multus and IPAM where it names networks.
 *
 * The GPU driver must support it: with NVIDIA's GPU operator set `driver.rdma.enabled`. Adapters must be ConnectX-5 or later;
 * ConnectX-6 Lx is not supported.
 *
 * Throws a `ValidationError` when no pool has InfiniBand or RoCE, for a pool of another cluster, for a second operator on one cluster,
 * whose policies would be ignored, and for a second node feature discovery. A network that a fabric attaches and that does not exist is
 * an error at synthesis.
 *
 * @see https://docs.nvidia.com/networking/display/kubernetes2641/customizations/nic-node-policy.html
 */
export class NvidiaNetworkOperator extends Construct {
  /** The cluster. */
  public readonly cluster: IKubernetesCluster;
  /** Namespace of the operator, its policies and its address pools. */
  public readonly namespace: string;
  /** Whether Multus, the CNI plugins and NVIDIA's IPAM are installed. */
  public readonly secondaryNetworks: boolean;
  /** Where images are pulled from. */
  public readonly imageRegistry: ImageRegistry;
  /** @internal */
  public readonly _kubectlImage?: string;
  /** Dependency of networks: the operator and its policies. */
  public readonly ready: ITerraformDependable[];

  readonly #pools: ConnectXPool[];
  readonly #existingNetworks: string[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: NvidiaNetworkOperatorProps) {
    throwIfOfOtherKinds(
      scope,
      'NvidiaNetworkOperatorProps',
      props,
      id,
      (given) => new NvidiaNetworkOperator(scope, id, given),
    );
    super(scope, id);
    this.cluster = props.cluster;
    this.namespace = props.namespace ?? 'nvidia-network-operator';
    this.imageRegistry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
    this._kubectlImage = props.kubectlImage;
    const pools = props.nodePools ?? ClusterLedger.of(props.cluster).pools.filter(hasConnectX);
    throwIfRefused(this, this.#faults(props, pools));
    pools.forEach((pool) => ClusterNodePools.add(pool));
    this.#pools = pools.flatMap(connectXOf);
    this.secondaryNetworks = props.secondaryNetworks ?? this.#pools.some(({ fabric }) => fabric.networks.length > 0);
    this.#existingNetworks = (props.existingNetworks ?? []).map(({ reference }) => reference);

    const version = props.chartVersion ?? CHART_VERSION;
    const namespace = ensureNamespace(this, this.cluster, this.namespace, PodSecurityLevel.PRIVILEGED);
    const release = new Release(this, 'Resource', {
      ...helmMeta(this, this.cluster, namespace),
      name: 'network-operator',
      namespace: this.namespace,
      repository: props.chartRepository
        ? escapeTemplate(props.chartRepository)
        : this.imageRegistry._chartsOf(CHART_REPOSITORY),
      chart: 'network-operator',
      version,
      values: [escapeTemplate(JSON.stringify(this.#values(version, props.nodeFeatureDiscovery ?? true)))],
      ...HELM_BOUNDS,
      timeout: 900,
    });
    const components = this.#components(version);
    const driver = props.driver ?? NicDriver.host();
    const policies = new CustomResources(this, 'Policies', {
      cluster: this.cluster,
      releaseName: 'network-operator-policies',
      namespace: this.namespace,
      resources: [
        nicClusterPolicy(components, this.secondaryNetworks, this.#taints),
        ...this.#pools.flatMap((pool) => poolPolicies(pool, components, driver, this.namespace)),
      ],
      dependsOn: [release],
    });
    this.ready = [release, ...policies.ready];
    addValidation(this, () =>
      allOf(
        () => this.#missingNetworks(),
        () => this.#smallBlocks(),
        () => (props.nodePools ? [] : this.#latePoolFaults()),
      ),
    );
    ClusterLedger.of(this.cluster).addSingleton(ClusterSingleton.NETWORK_OPERATOR, this);
    if (props.nodeFeatureDiscovery ?? true) claimFeatureDiscovery(this.cluster, this);
  }

  /** The pools it serves. Returns a copy. */
  public get nodePools(): IGpuNodePool[] {
    return this.#pools.map(({ pool }) => pool);
  }

  /** Pools created after the operator, whose nodes would have no adapters for pods. */
  #latePoolFaults(): Fault[] {
    const served = new Set(this.nodePools);
    const late = ClusterLedger.of(this.cluster).pools.filter((pool) => hasConnectX(pool) && !served.has(pool));
    return late.map((pool) =>
      fault(
        'POOL_AFTER_NETWORK_OPERATOR',
        undefined,
        `pool '${pool.poolName}' was made after the network operator, which serves only the pools made before it; make the operator last, ` +
          'or pass nodePools',
      ),
    );
  }

  get #taints() {
    return this.#pools.flatMap(({ pool }) => pool.taints);
  }

  #components(version: string): OperatorComponents {
    return {
      repository: this.#mirrored(COMPONENTS),
      version,
      pullSecrets: this.imageRegistry.pullSecrets,
    };
  }

  #values(version: string, nodeFeatureDiscovery: boolean) {
    const sriov = this.#pools.some(({ attachment }) => attachment.kind === FabricAttachmentKind.VIRTUAL_FUNCTIONS);
    const worker = [...this.#taints, ...CONTROL_PLANE, GPU];
    const { host, pullSecrets } = this.imageRegistry;
    const secrets = host || pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {};
    return {
      nfd: { enabled: nodeFeatureDiscovery, deployNodeFeatureRules: true },
      sriovNetworkOperator: { enabled: sriov },
      'node-feature-discovery': {
        ...(host ? { image: { repository: this.#mirrored(`${COMPONENTS}/node-feature-discovery`) } } : {}),
        ...secrets,
        worker: { tolerations: tolerationsOfAnyValue(worker) },
      },
      ...(host ? this.#mirrorValues(version) : this.#secretValues()),
    };
  }

  /** What the chart pulls images with that are not behind a mirror. */
  #secretValues() {
    const imagePullSecrets = this.imageRegistry.pullSecrets;
    return imagePullSecrets.length > 0 ? { 'sriov-network-operator': { imagePullSecrets }, imagePullSecrets } : {};
  }

  /** Where the chart finds its images behind a mirror; each has its own key in the values. */
  #mirrorValues(version: string) {
    const sriov = Object.entries(SRIOV_IMAGES).map(([name, image]) => [
      name,
      this.#mirrored(`${COMPONENTS}/${image}:network-operator-v${version}`),
    ]);
    return {
      operator: {
        repository: this.#mirrored(OPERATOR_REPOSITORY),
        ofedDriver: { initContainer: { repository: this.#mirrored(COMPONENTS) } },
      },
      'sriov-network-operator': {
        images: Object.fromEntries(sriov) as { [name: string]: string },
        imagePullSecrets: this.imageRegistry.pullSecrets,
      },
      imagePullSecrets: this.imageRegistry.pullSecrets,
    };
  }

  #mirrored(path: string): string {
    return this.imageRegistry.resolve(path);
  }

  #faults(props: NvidiaNetworkOperatorProps, pools: IGpuNodePool[]): Fault[] {
    const { cluster } = props;
    const other = ClusterLedger.of(cluster).singleton(ClusterSingleton.NETWORK_OPERATOR)?.owner;
    const token = concreteFault('namespace', this.namespace, 'it is made once per stack by its name');
    const [major, minor] = (props.chartVersion ?? CHART_VERSION).split('.').map(Number);
    return allOf(
      () => (token.length > 0 ? token : kubernetesNameFault('namespace', this.namespace)),
      () =>
        urlSecretFaults(
          'chartRepository',
          props.chartRepository,
          'give the Helm provider the credentials of its registry, or a mirror that needs none',
        ),
      () =>
        major > 26 || (major === 26 && minor >= 4)
          ? []
          : [
              fault(
                'OUT_OF_RANGE',
                'chartVersion',
                `chartVersion must be 26.4 or later, the first with policies for single pools; got '${props.chartVersion}'`,
              ),
            ],
      () =>
        other
          ? [
              fault(
                'NETWORK_OPERATOR_EXISTS',
                'cluster',
                `cluster '${cluster.clusterName}' already has a network operator at '${other.node.path}', and only one cluster policy takes ` +
                  'effect; pass all pools to that operator',
              ),
            ]
          : [],
      () => ((props.nodeFeatureDiscovery ?? true) && !other ? featureDiscoveryFaults(cluster) : []),
      () =>
        pools.length === 0
          ? [
              fault(
                'NO_POOL_WITH_ADAPTERS',
                'nodePools',
                `no pool of cluster '${cluster.clusterName}' has a fabric of InfiniBand or RoCE; make the pools first, or leave the operator out`,
              ),
            ]
          : [],
      () =>
        pools.flatMap((pool, index) =>
          allOf(
            () => otherClusterFault(pool, cluster, `nodePools[${index}]`),
            () => attachmentFaults(pool),
            () =>
              hasConnectX(pool)
                ? []
                : [
                    fault(
                      'POOL_WITHOUT_ADAPTERS',
                      'nodePools',
                      `pool '${pool.poolName}' has the fabric '${pool.fabric?.kind ?? 'none'}', which has no ConnectX adapters; leave the pool out, or ` +
                        'give it RdmaFabric.infiniband or RdmaFabric.roce',
                    ),
                  ],
          ),
        ),
    );
  }

  /** Networks that this operator creates, by their references. */
  get #networks(): Map<string, SecondaryNetworkEntry> {
    const all = entered<SecondaryNetworkEntry>(this, SECONDARY_NETWORK);
    return new Map(all.map(({ value }) => [value.reference, value]));
  }

  /** Adapters that are not shared need one address each, in the block of their node. */
  #smallBlocks(): Fault[] {
    const networks = this.#networks;
    return this.#pools.flatMap(({ pool, fabric }) => {
      const adapters =
        fabric.attachment?.kind === FabricAttachmentKind.HOST_DEVICES ? (fabric.adaptersPerNode ?? 0) : 0;
      return [...new Set(fabric.networks)].flatMap((name) => {
        const block = networks.get(wholeReference(name))?.perNodeBlockSize;
        if (block === undefined || block >= adapters) return [];
        return [
          fault(
            'ADDRESS_BLOCK_TOO_SMALL',
            undefined,
            `each node of pool '${pool.poolName}' has ${adapters} adapters on network '${name}', but blocks of ${block} addresses; raise ` +
              `perNodeBlockSize to ${adapters}`,
          ),
        ];
      });
    });
  }

  #missingNetworks(): Fault[] {
    const made = new Set([...this.#networks.keys(), ...this.#existingNetworks]);
    return this.#pools.flatMap(({ pool, fabric }) => {
      const missing = [...new Set(fabric.networks)].filter((name) => !made.has(wholeReference(name)));
      if (missing.length === 0) return [];
      return [
        fault(
          'NETWORK_MISSING',
          undefined,
          `the fabric of pool '${pool.poolName}' attaches ${missing.map((name) => `'${name}'`).join(', ')}, but no such network is made; ` +
            'make a MacvlanNetwork, HostDeviceNetwork, IpoibNetwork or SriovNetwork of that name, or name it in existingNetworks',
        ),
      ];
    });
  }
}

nameClass('NvidiaNetworkOperator', NvidiaNetworkOperator);

/** Tolerations of the discovery in the chart's own values, which ours replace. */
const CONTROL_PLANE = ['master', 'control-plane'].map((role) => ({
  key: `node-role.kubernetes.io/${role}`,
  effect: TaintEffect.NO_SCHEDULE,
}));
const GPU = { key: 'nvidia.com/gpu', effect: TaintEffect.NO_SCHEDULE };

function hasConnectX({ fabric }: IGpuNodePool): boolean {
  return fabric?.kind === RdmaFabricKind.INFINIBAND || fabric?.kind === RdmaFabricKind.ROCE;
}

/** A fabric of a user's own class may not say how pods get its adapters. */
function attachmentFaults(pool: IGpuNodePool): Fault[] {
  return !hasConnectX(pool) || pool.fabric?.attachment
    ? []
    : [
        fault(
          'FABRIC_WITHOUT_ATTACHMENT',
          undefined,
          `fabric '${pool.fabric?.fabricName}' of pool '${pool.poolName}' has no attachment, from which the device plugin of its adapters ` +
            'is derived; implement attachment in its class, or use RdmaFabric.infiniband or RdmaFabric.roce',
        ),
      ];
}

function connectXOf(pool: IGpuNodePool): ConnectXPool[] {
  const { fabric } = pool;
  return fabric?.attachment ? [{ pool, fabric, attachment: fabric.attachment }] : [];
}
