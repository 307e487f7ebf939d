import { addValidation, warnOnce } from '../../core/validation';
import { Fault, fault } from '../../units/fault';
import { Release } from '@cdktf/provider-helm/lib/release';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { ITerraformDependable, Lazy, Token } from 'cdktf';
import { Construct } from 'constructs';
import { regionAt } from '../../core/aws-provider';
import { ClusterExporter } from '../../core/cluster-exporter';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { withdraw } from '../../core/withdraw';
import { synthesizeWhile } from '../../core/omission';
import { featureDiscoveryFaults, claimFeatureDiscovery } from '../../core/feature-discovery';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { HELM_BOUNDS } from '../../kubernetes/helm-bounds';
import { KubernetesMeta, helmMeta, kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { kubernetesNameFault } from '../../core/naming';
import { RdmaFabricKind } from '../../core/rdma-fabric';
import { concreteFault } from '../../core/tokens';
import { MetricsTarget } from '../../core/watchable';
import { PLUGIN_CONFIG_LABEL } from '../pools/shared/gpu-node-pool-labels';
import {
  agentExporterTarget,
  OPERATOR_COUNTERS,
  operatorExporterTarget,
  operatorExports,
  readsOwnCounters,
} from './dcgm-target';
import { GpuOperator, gpuOperatorValues, nodeFeatureDiscoveryImage, nodeFeatureDiscoveryValues } from './gpu-operator';
import {
  agentPodFaults,
  agentPoolFaults,
  agentPoolWarnings,
  dividedPools,
  pluginConfigsOf,
} from './node-agents-faults';
import { LabelRequirement } from './agent-nodes';
import { NodeAgentSpec, agentTolerations, nodeAgentDaemonSet } from './node-agents-daemon-set';
import { Toleration } from '../../kubernetes/tolerations';
import {
  DCGM_EXPORTER_IMAGE,
  NVIDIA_DEVICE_PLUGIN_IMAGE,
  EFA_DEVICE_PLUGIN,
  efaDevicePluginImage,
  efaRegionFaults,
} from './node-agents-images';
import { dcgmMetricsFile } from './node-agents-metrics';
import * as parts from './node-agents-parts';
import { NodeAgentsProps } from './node-agents-props';
import { escapeTemplate } from '../../core/template-escape';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';

/** Chart of node feature discovery, in the release that the GPU operator's chart uses. */
const NODE_FEATURE_DISCOVERY = { repository: 'oci://registry.k8s.io/nfd/charts', version: '0.18.3' };

/**
 * The agents of a cluster's GPU nodes, one set for all pools: the NVIDIA device plugin or the GPU operator on every node with GPUs, the EFA
 * device plugin on every node with EFA interfaces attached, and, optionally, GPU feature discovery and the exporter of GPU metrics; nothing
 * runs on any other node.
 *
 * They are selected by labels that the pools set, not by instance type, or by the selector of a pool of nodes that exist already and lack
 * them, and tolerate every taint of every pool. Pools that share their GPUs
 * by time slicing get a device plugin with that configuration; pools whose image has a device plugin get none. Create them in the workload
 * stack; pools may be created before or after, and what only a removed pool needed is left out.
 *
 * Throws a `ValidationError` for a namespace that is not an RFC 1123 label, a region without a known EKS registry where the EFA plugin is
 * needed so far, and a second set of agents or of node feature discovery on one cluster. Synthesis fails when the operator installs a driver
 * on images that have one, for MIG without the operator, an unknown configuration of the device plugin, an EFA plugin too old for a pool,
 * and a later pool with EFA in a region without a known registry.
 */
export class NodeAgents extends Construct {
  /** The cluster. */
  public readonly cluster: IKubernetesCluster;
  /** Namespace of the agents. */
  public readonly namespace: string;

  readonly #agentProps: NodeAgentsProps;
  readonly #agentRegistry: ImageRegistry;
  readonly #namespaceReady: ITerraformDependable[];
  readonly #agentMeta: KubernetesMeta;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props the agents
   */
  public constructor(scope: Construct, id: string, props: NodeAgentsProps) {
    throwIfOfOtherKinds(scope, 'NodeAgentsProps', props, id, (given) => new NodeAgents(scope, id, given));
    super(scope, id);
    try {
      this.#agentProps = props;
      this.cluster = props.cluster;
      this.namespace = props.namespace ?? 'gpu-node-agents';
      throwIfInvalid(this, this.#agentFaults());
      this.#agentRegistry = props.imageRegistry ?? ImageRegistry.UPSTREAM;

      this.#namespaceReady = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.PRIVILEGED);
      this.#agentMeta = kubernetesMeta(this, props.cluster, this.#namespaceReady);
      if (props.gpuOperator) {
        this.#addOperator(props.gpuOperator);
      } else {
        this.#addPlugin('NvidiaDevicePlugin', parts.nvidiaDevicePlugin(this.#pluginImage), '');
        if (props.gpuFeatureDiscovery) this.#addFeatureDiscovery();
      }
      if (props.dcgmExporter) this.#addExporter();
      if (props.efa) this.#addEfaPlugin();
      this.#clusterLedger.onPool(this, (pool) => this.#servePool(pool));
      addValidation(this, () => this.#poolFaults());
      warnOnce(this, () => agentPoolWarnings(this.#agentProps, this.#clusterPools));
      this.#clusterLedger.addSingleton(ClusterSingleton.NODE_AGENTS, this);
      if (this.#bringsFeatureDiscovery) claimFeatureDiscovery(props.cluster, this);
      this.#enterExporter();
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  #agentFaults(): Fault[] {
    const token = concreteFault('namespace', this.namespace, 'it is made once per stack by its name');
    const other = this.#clusterLedger.singleton(ClusterSingleton.NODE_AGENTS)?.owner;
    return allOf(
      () => (token.length > 0 ? token : kubernetesNameFault('namespace', this.namespace)),
      () => (this.#bringsFeatureDiscovery && !other ? featureDiscoveryFaults(this.cluster) : []),
      () => this.#efaRegionFaults(),
      () => agentPodFaults(this.#agentProps),
      () =>
        other
          ? [
              fault(
                'NODE_AGENTS_EXIST',
                'cluster',
                `cluster '${this.cluster.clusterName}' already has node agents, at '${other.node.path}', which serve all its pools; remove one ` +
                  'of the two',
              ),
            ]
          : [],
    );
  }

  /** The faults between the agents and the pools, once all pools exist. */
  #poolFaults(): Fault[] {
    return allOf(
      () => agentPoolFaults(this.#agentProps, this.#clusterPools),
      () => this.#efaRegionFaults(),
    );
  }

  #efaRegionFaults(): Fault[] {
    return this.#needsEfaPlugin && !this.#agentProps.efaPluginImage ? efaRegionFaults(regionOf(this.#agentProps)) : [];
  }

  /** Adds the agents that a pool is the first to need. It does not look at other pools, so that the time stays linear in their number. */
  #servePool({ nodeLabels, efaInterfacesPerNode }: IGpuNodePool): void {
    const { efa = true, gpuOperator } = this.#agentProps;
    if (efa && efaInterfacesPerNode > 0) this.#addEfaPlugin();
    if (!gpuOperator) this.#addConfiguredPlugin(nodeLabels[PLUGIN_CONFIG_LABEL] ?? '');
  }

  #addConfiguredPlugin(config: string): void {
    const content = parts.pluginConfig(config);
    const id = `NvidiaDevicePlugin-${config}`;
    if (content === undefined || this.node.tryFindChild(id)) return;
    const part = parts.nvidiaDevicePlugin(this.#pluginImage, config);
    const isNeeded = () => this.#pluginConfigs.includes(config);
    synthesizeWhile(this.#addConfig(`${id}-Config`, part.name, { 'config.yaml': content }), isNeeded);
    synthesizeWhile(this.#addPlugin(id, part, config), isNeeded);
  }

  #addEfaPlugin(): void {
    const { efa, efaPluginImage } = this.#agentProps;
    const id = 'EfaDevicePlugin';
    if (this.node.tryFindChild(id)) return;
    const isMirrored = this.#agentRegistry.host !== undefined;
    const upstream = () => (isMirrored ? EFA_DEVICE_PLUGIN : efaDevicePluginImage(regionOf(this.#agentProps)));
    const part = parts.efaDevicePlugin(efaPluginImage ?? upstream());
    const plugin = this.#addAgent(id, { ...part, elsewhere: efa === true }, () => this.#efaPools());
    synthesizeWhile(plugin, () => this.#needsEfaPlugin);
  }

  #addOperator(operator: GpuOperator): void {
    const own = readsOwnCounters(operator);
    if (own) this.#addConfig('DcgmCounters', OPERATOR_COUNTERS, { 'dcgm-metrics.csv': dcgmMetricsFile() });
    this.#addRelease('GpuOperator', {
      name: 'gpu-operator',
      repository: 'https://helm.ngc.nvidia.com/nvidia',
      version: operator.chartVersion,
      values: () =>
        gpuOperatorValues(operator, {
          tolerations: this.#tolerations(),
          driverInImage: this.#clusterPools.some(({ driverInImage }) => driverInImage === true),
          connectX: this.#clusterPools.some(
            ({ fabric }) => fabric !== undefined && CONNECTX_FABRICS.includes(fabric.kind),
          ),
          divided: dividedPools(this.#clusterPools),
          pluginConfigs: this.#operatorConfigs(),
          ...(own ? { counters: OPERATOR_COUNTERS } : {}),
          nodeFeatureDiscovery: this.#agentProps.nodeFeatureDiscovery ?? true,
          registry: this.#agentRegistry,
          podLabels: this.#agentProps.podLabels,
          podAnnotations: this.#agentProps.podAnnotations,
        }),
    });
  }

  #addFeatureDiscovery(): void {
    this.#addAgent('GpuFeatureDiscovery', parts.gpuFeatureDiscovery(this.#pluginImage));
    if (this.#agentProps.nodeFeatureDiscovery === false) return;
    this.#addRelease('NodeFeatureDiscovery', {
      name: 'node-feature-discovery',
      ...NODE_FEATURE_DISCOVERY,
      values: () => [escapeTemplate(JSON.stringify(this.#discoveryValues()))],
    });
  }

  #discoveryValues() {
    const { podAnnotations } = this.#agentProps;
    return {
      ...nodeFeatureDiscoveryValues(this.#tolerations(), podAnnotations),
      ...nodeFeatureDiscoveryImage(this.#agentRegistry),
    };
  }

  #addExporter(): void {
    const name = 'dcgm-exporter';
    this.#addConfig('DcgmMetrics', name, { 'metrics.csv': dcgmMetricsFile() });
    const hostEngine = this.cluster.nodeMonitoring ?? false;
    this.#addAgent('DcgmExporter', parts.dcgmExporter(this.#exporterImage, name, hostEngine));
  }

  /** Monitoring finds the exporter of GPU metrics, whoever runs it. */
  #enterExporter(): void {
    const { cluster, namespace } = this;
    const { dcgmExporter, gpuOperator } = this.#agentProps;
    const enterAs = (target: () => MetricsTarget) => new ClusterExporter(this, 'GpuMetrics', cluster, target);
    if (dcgmExporter) enterAs(() => agentExporterTarget(this.#exporterImage, namespace));
    else if (gpuOperator && operatorExports(gpuOperator)) enterAs(() => operatorExporterTarget(gpuOperator, namespace));
  }

  get #exporterImage(): string {
    return this.#agentProps.dcgmExporterImage ?? DCGM_EXPORTER_IMAGE;
  }

  #addAgent(
    id: string,
    part: parts.AgentPart,
    pools: () => IGpuNodePool[] = () => this.#clusterPools,
    requirements?: () => readonly LabelRequirement[],
  ): DaemonSetV1 {
    const registry = this.#agentRegistry;
    const { podLabels, podAnnotations, tolerations } = this.#agentProps;
    const added = { podLabels, podAnnotations, tolerations };
    const spec: NodeAgentSpec = { ...part, ...added, registry, namespace: this.namespace, pools, requirements };
    return nodeAgentDaemonSet(this, id, spec, this.#agentMeta);
  }

  #addPlugin(id: string, part: parts.AgentPart, config: string): DaemonSetV1 {
    return this.#addAgent(id, part, undefined, () => this.#pluginRequirements(config));
  }

  #pluginRequirements(config: string) {
    const labels = this.#clusterPools.map((pool) => pool.nodeLabels);
    return parts.pluginRequirements(labels, config !== '');
  }

  #addConfig(id: string, name: string, data: { [file: string]: string }): ConfigMapV1 {
    return new ConfigMapV1(this, id, { ...this.#agentMeta, metadata: { name, namespace: this.namespace }, data });
  }

  /** A chart whose values depend on the pools, which may be created later. */
  #addRelease(
    id: string,
    release: {
      readonly name: string;
      readonly repository: string;
      readonly version: string;
      readonly values: () => string[];
    },
  ): void {
    const { name, repository, version, values } = release;
    new Release(this, id, {
      ...helmMeta(this, this.cluster, this.#namespaceReady),
      name,
      chart: name,
      repository: this.#agentRegistry._chartsOf(repository),
      version,
      namespace: this.namespace,
      values: Lazy.listValue({ produce: values }),
      ...HELM_BOUNDS,
    });
  }

  get #clusterLedger(): ClusterLedger {
    return ClusterLedger.of(this.cluster);
  }

  get #clusterPools(): IGpuNodePool[] {
    return this.#clusterLedger.pools;
  }

  get #bringsFeatureDiscovery(): boolean {
    const { gpuOperator, gpuFeatureDiscovery, nodeFeatureDiscovery } = this.#agentProps;
    return nodeFeatureDiscovery !== false && (gpuOperator !== undefined || gpuFeatureDiscovery === true);
  }

  get #pluginImage(): string {
    return this.#agentProps.nvidiaPluginImage ?? NVIDIA_DEVICE_PLUGIN_IMAGE;
  }

  /** Names of the configurations of the device plugin that pools ask for, each once. */
  get #pluginConfigs(): string[] {
    return pluginConfigsOf(this.#clusterPools);
  }

  #operatorConfigs(): { [name: string]: string } {
    const known = this.#pluginConfigs.map((name) => [name, parts.pluginConfig(name) ?? '']);
    return known.length > 0 ? Object.fromEntries([['default', 'version: v1\n'], ...known]) : {};
  }

  #tolerations(): Toleration[] {
    const taints = this.#clusterPools.flatMap((pool) => pool.taints);
    return agentTolerations(taints, this.#agentProps.tolerations);
  }

  get #needsEfaPlugin(): boolean {
    const { efa } = this.#agentProps;
    return efa ?? this.#efaPools().length > 0;
  }

  #efaPools(): IGpuNodePool[] {
    return this.#clusterPools.filter((pool) => pool.efaInterfacesPerNode > 0);
  }
}

nameClass('NodeAgents', NodeAgents);

/** Fabrics of ConnectX adapters, whose driver must work with that of the GPU. */
const CONNECTX_FABRICS: readonly RdmaFabricKind[] = [RdmaFabricKind.INFINIBAND, RdmaFabricKind.ROCE];

/** The region, where it is known at synthesis; for a cluster that does not exist yet that of its provider, if EKS has a registry there. */
function regionOf({ region, cluster }: NodeAgentsProps): string | undefined {
  const known = region ?? cluster.connection.region;
  if (!Token.isUnresolved(known)) return known;
  const made = region === undefined ? regionAt(cluster, cluster.provider) : undefined;
  return efaRegionFaults(made).length > 0 ? undefined : made;
}

/**
 * Whether this program has created agents for a cluster.
 *
 * @internal
 */
export function hasNodeAgents(cluster: IKubernetesCluster): boolean {
  return ClusterLedger.of(cluster).singleton(ClusterSingleton.NODE_AGENTS) !== undefined;
}
