import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GATEWAY_ENVOY_VERSION, GATEWAY_POD_PORTS } from '../../../catalog/envoy-ai-gateway-release';
import { MetricExporter } from '../../../catalog/metric-kind';
import { ClusterLedger, ClusterSingleton } from '../../../core/cluster-ledger';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../../core/errors';
import { helmReleaseName, kubernetesName } from '../../../core/naming';
import { PodSecurityLevel } from '../../../core/pod-security-level';
import { SecretReference } from '../../../core/secret-reference';
import { escapeTemplates } from '../../../core/template-escape';
import { addValidation, addWarning } from '../../../core/validation';
import { IWatchable, MetricsTarget } from '../../../core/watchable';
import { withdraw } from '../../../core/withdraw';
import { CustomResources } from '../../../kubernetes/custom-resources';
import { declarePods } from '../../../kubernetes/declared-pods';
import { kubernetesMeta } from '../../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../../kubernetes/managed-by';
import { ensureNamespace } from '../../../kubernetes/namespaces';
import { peers } from '../../../kubernetes/network-access';
import { nameClass } from '../../../units/own-class';
import { allOf } from '../../../units/unreadable';
import { makeCallerKey } from '../../pod/caller-key';
import { certificateWarnings, declareNeeds, publicPeers } from '../expose-gateway';
import { gatewayFaults } from '../gateway-faults';
import { GatewayOwner, letIn, makePodService, requestCertificate } from '../gateway-parts';
import { canaryWarnings } from '../canary-faults';
import { exposureWarnings } from '../exposure-faults';
import {
  ONLY_CLIENT,
  allUpstreams,
  certificateSecret,
  metricFeatures,
  replicasOf,
  upstreamName,
} from '../resolve-gateway';
import { shutOutFaults } from '../shut-out-faults';
import { Upstream } from '../upstreams';
import { aiGatewayFaults, aiGatewayKind, ownServiceFaults } from './ai-gateway-faults';
import { OwnAiGateway } from './envoy-ai-gateway-controller';
import { EnvoyAiInferenceGatewayProps } from './envoy-ai-inference-gateway-props';
import { envoyPods } from './envoy-pods';
import { aiGatewayObjects } from './gateway-objects';
import { InstalledAiGateway } from './installed-ai-gateway';
import {
  ENVOY_GATEWAY_NAMESPACE,
  EnvoyCluster,
  aiGatewayPlan,
  envoyClusters,
  envoyServiceName,
  inferencePoolNames,
} from './resolve-ai-gateway';

/**
 * One front door for all models, of the Gateway API: what `InferenceGateway` is, described to the controllers of Envoy Gateway and Envoy AI Gateway, which
 * run Envoy and configure it.
 *
 * It is a class of its own and no property of `InferenceGateway`, because it makes other objects and no pods, gives other handles, and needs controllers;
 * its properties are the same, so that one becomes the other by its name. Choose it where a platform team runs these controllers, where several pods of the
 * gateway are to count limits together, or where endpoint pickers choose the pods. `InferenceGateway` needs nothing else to run.
 *
 * Objects: Gateway, EnvoyProxy, GatewayConfig; for each server a Backend and an AIServiceBackend, or an InferencePool with its picker, and a
 * BackendSecurityPolicy with its key; for each set of models that the same servers have an AIGatewayRoute; SecurityPolicy, ClientTrafficPolicy and
 * BackendTrafficPolicy of the gateway; and a ReferenceGrant where the key of a server is in another namespace.
 *
 * Throws a `ValidationError` with all faults: those of `InferenceGateway`, no controllers, limits without a Redis, keys under other names than the controllers
 * read, pickers without InferencePools or before other servers than vLLM's own.
 *
 * @see https://aigateway.envoyproxy.io
 */
export class EnvoyAiInferenceGateway extends Construct implements IWatchable {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects; the pods of Envoy are in that of Envoy Gateway. */
  public readonly namespace: string;
  /** Base URL within the cluster, as clients of OpenAI take it, e.g. `https://inference-gateway.envoy-gateway-system.svc/v1`. */
  public readonly endpoint: string;
  /** Names of the models, as requests call them. */
  public readonly models: string[];
  /** Names of the InferencePools, by the first model of each: what an endpoint picker is told. */
  public readonly inferencePools: { [model: string]: string };
  /** The secret with the only caller's key, in `namespace`. @default - callers are named by `authentication` */
  public readonly apiKeySecret?: SecretReference;
  /** How Envoy is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** Dependency of what needs its objects. */
  public readonly ready: ITerraformDependable[];

  readonly #props: EnvoyAiInferenceGatewayProps;
  /** Namespace of the pods of Envoy. */
  readonly #podNamespace: string;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: EnvoyAiInferenceGatewayProps) {
    throwIfOfOtherKinds(
      scope,
      'EnvoyAiInferenceGatewayProps',
      props,
      id,
      (given) => new EnvoyAiInferenceGateway(scope, id, given),
    );
    super(scope, id);
    try {
      this.#props = props;
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      const { cluster } = props;
      const own = ClusterLedger.of(cluster).singleton<OwnAiGateway>(ClusterSingleton.AI_GATEWAY)?.value;
      const found = props.installed ?? own;
      const upstreams = () => allUpstreams(props);
      throwIfInvalid(
        this,
        allOf(
          () => gatewayFaults(props, this.name, this.namespace, upstreams, aiGatewayKind(found)),
          () => aiGatewayFaults(props, found),
          () => ownServiceFaults(this.name, this.namespace),
        ),
      );
      const installed = found as InstalledAiGateway;
      for (const warning of [...canaryWarnings(props), ...exposureWarnings(props)]) addWarning(this, warning);
      const behind = upstreams();
      this.#podNamespace = installed.namespace ?? ENVOY_GATEWAY_NAMESPACE;
      const waitFor = [
        ...ensureNamespace(this, cluster, this.namespace, PodSecurityLevel.RESTRICTED),
        ...(props.installed ? [] : (own?.ready ?? [])),
      ];
      this.models = [...new Set(behind.flatMap(({ models }) => models))].sort();
      const host = `${envoyServiceName(this.name, this.namespace)}.${this.#podNamespace}.svc`;
      this.endpoint = `${props.tls ? 'https' : 'http'}://${host}/v1`;
      if (props.authentication === undefined) this.apiKeySecret = this.#makeKey();
      const requested = props.tls?.requested;
      if (requested) requestCertificate(this.#owner, requested, certificateSecret(props, this.name), waitFor);
      for (const upstream of behind) if (upstream.picker === undefined) makePodService(this.#owner, upstream);
      this.inferencePools = inferencePoolNames(this.name, this.namespace, behind);
      this.ready = this.#makeObjects(behind, installed, waitFor);
      if (props.networkPolicy ?? true) this.#isolate(behind, waitFor);
      this.metricsTarget = this.#makeMetricsTarget(behind);
      declareNeeds(this, props);
      const pods = { cluster, namespace: this.#podNamespace, labels: this.#podLabels };
      addValidation(this, () => shutOutFaults(pods, behind));
      for (const { cluster: name, upstreams: named } of this.#clusters(behind)) {
        for (const each of named) ClusterLedger.of(cluster).addFronted(upstreamName(each), this, name);
      }
      for (const warning of certificateWarnings(props, host)) addWarning(this, warning);
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'inference-gateway', 'app.kubernetes.io/instance': this.name };
  }

  get #owner(): GatewayOwner {
    const { name, namespace } = this;
    return { scope: this, cluster: this.#props.cluster, name, namespace, labels: this.#labels };
  }

  /** Labels that Envoy Gateway puts on the pods of Envoy: `OwningGatewayNameLabel` and its like. */
  get #podLabels(): { [key: string]: string } {
    return {
      'gateway.envoyproxy.io/owning-gateway-name': this.name,
      'gateway.envoyproxy.io/owning-gateway-namespace': this.namespace,
    };
  }

  #makeKey(): SecretReference {
    const { cluster } = this.#props;
    const { name, namespace } = this;
    return makeCallerKey(this, { cluster, name, namespace, labels: this.#labels, ofServer: false });
  }

  #makeObjects(
    upstreams: readonly Upstream[],
    installed: InstalledAiGateway,
    waitFor: ITerraformDependable[],
  ): ITerraformDependable[] {
    const { cluster, authentication } = this.#props;
    const { name, namespace } = this;
    const callers = this.apiKeySecret ? { [ONLY_CLIENT]: this.apiKeySecret } : (authentication?.keys ?? {});
    const place = { name, namespace, labels: this.#labels };
    const plan = aiGatewayPlan(this.#props, place, upstreams, installed, callers);
    const objects = aiGatewayObjects(plan);
    const others = [...new Set(objects.map((each) => each.metadata.namespace))].filter((each) => each !== namespace);
    const namespaces = others.flatMap((each) => ensureNamespace(this, cluster, each, PodSecurityLevel.RESTRICTED));
    const resources = new CustomResources(this, 'Objects', {
      ...{
        cluster,
        namespace,
        releaseName: helmReleaseName(`${name}-gateway`),
        dependsOn: [...waitFor, ...namespaces],
      },
      resources: objects as object[],
    });
    declarePods(resources._release, envoyPods(plan, this.#podNamespace, this.#podLabels));
    return resources.ready;
  }

  /** Who may connect to the pods of Envoy, which connect to the controllers besides; and that the servers let them in. */
  #isolate(upstreams: readonly Upstream[], waitFor: ITerraformDependable[]): void {
    const { cluster, exposure, tls, accessibleFrom = [this.namespace], metricsFrom = [] } = this.#props;
    const requests = tls ? GATEWAY_POD_PORTS.https : GATEWAY_POD_PORTS.http;
    const rules = [
      { from: peers(accessibleFrom), port: requests },
      ...(exposure?.isPublic ? [{ from: publicPeers(exposure), port: requests }] : []),
      { from: peers(metricsFrom), port: GATEWAY_POD_PORTS.metrics },
    ];
    new NetworkPolicyV1(this, 'NetworkPolicy', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: {
        name: envoyServiceName(this.name, this.namespace),
        namespace: this.#podNamespace,
        labels: { ...this.#labels, ...MANAGED_BY },
      },
      spec: escapeTemplates({
        podSelector: { matchLabels: this.#podLabels },
        policyTypes: ['Ingress'],
        // A rule without sources would let everybody in.
        ingress: rules
          .filter(({ from }) => from.length > 0)
          .map(({ from, port }) => ({ from, ports: [{ port: String(port), protocol: 'TCP' }] })),
      }),
    });
    const from = { namespace: this.#podNamespace, labels: this.#podLabels };
    for (const upstream of upstreams) if (upstream.isolated) letIn(this.#owner, upstream, from);
  }

  #clusters(upstreams: readonly Upstream[]): EnvoyCluster[] {
    return envoyClusters(this.name, this.namespace, upstreams);
  }

  #makeMetricsTarget(upstreams: readonly Upstream[]): MetricsTarget {
    return {
      jobName: `gateway-${this.name}`,
      namespace: this.#podNamespace,
      podSelector: this.#podLabels,
      port: GATEWAY_POD_PORTS.metrics,
      path: '/stats/prometheus',
      exporters: [MetricExporter.ENVOY],
      models: this.models,
      features: metricFeatures(this.#props),
      version: GATEWAY_ENVOY_VERSION,
      usesGpus: false,
      isolated: this.#props.networkPolicy ?? true,
      replicas: replicasOf(this.#props),
      unseenServers: upstreams.some(({ picker }) => picker !== undefined),
      // What has a server that always runs is never empty.
      scaledToZeroServices: this.#clusters(upstreams)
        .filter((each) => each.upstreams.every(({ scalesToZero }) => scalesToZero))
        .map(({ cluster }) => cluster),
    };
  }
}

nameClass('EnvoyAiInferenceGateway', EnvoyAiInferenceGateway);
