import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ENVOY_VERSION } from '../../catalog/envoy-release';
import { MetricExporter } from '../../catalog/metric-kind';
import { ClusterLedger } from '../../core/cluster-ledger';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { SecretReference } from '../../core/secret-reference';
import { escapeTemplate, escapeTemplates } from '../../core/template-escape';
import { addValidation, addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { withdraw } from '../../core/withdraw';
import { configChecksum } from '../../kubernetes/config-checksum';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { hostEgress, isolate, nameEgress, peers, podEgress } from '../../kubernetes/network-access';
import { scriptAsset } from '../../kubernetes/script-asset';
import { nameClass } from '../../units/own-class';
import { makeCallerKey } from '../pod/caller-key';
import { cloudOnlyModels } from './edge/plan-edge';
import { serverKeyFiles } from './envoy/cluster-parts';
import { authorityFile } from './envoy/clusters';
import { cloudFiles } from './envoy/edge-clusters';
import { CLOUD } from './envoy/edge-plan';
import { certificateFile, envoyConfig } from './envoy/envoy-config';
import { FILES, GATEWAY_PORTS } from './envoy/gateway-plan';
import { Upstream } from './upstreams';
import { canaryWarnings } from './canary-faults';
import { exposureWarnings } from './exposure-faults';
import { balancedService, certificateWarnings, declareNeeds, publicPeers } from './expose-gateway';
import { gatewayFaults } from './gateway-faults';
import { gatewayPod } from './gateway-pod';
import { GatewayOwner, letIn, makePodService, requestCertificate } from './gateway-parts';
import { InferenceGatewayProps } from './inference-gateway-props';
import { shutOutFaults } from './shut-out-faults';
import {
  ONLY_CLIENT,
  allUpstreams,
  certificateSecret,
  exitSeconds,
  gatewayPlan,
  keyVolumes,
  metricFeatures,
  replicasOf,
  upstreamName,
} from './resolve-gateway';

/**
 * One front door for all models: a base URL of OpenAI's API that asks for a key or a token, sends each request to the servers of the model that it
 * names, and keeps callers to their limits.
 *
 * It is Envoy with a configuration that is written at synthesis and no controller: a Deployment, its Service, and for each model a Service without an
 * address of its own, by which Envoy knows the pods, checks them and leaves out those that do not answer. `GET /v1/models` lists all models; an unknown
 * one is HTTP 404, and what is over a limit HTTP 429, in the form of OpenAI's errors. Requests get the key of their server here, so that callers need
 * not know it. Streams pass token by token.
 *
 * Servers answer others too, as their `accessibleFrom` says: with `accessibleFrom: []`, only requests through the gateway reach them.
 *
 * Throws a `ValidationError` with all faults: no backends or callers, a model in two backends without weights, keys that it cannot read, a gateway that
 * is public without TLS, timeouts that cut off answers which are planned for.
 */
export class InferenceGateway extends Construct implements IWatchable {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /**
   * Base URL within the cluster, as clients of OpenAI take it, e.g. `https://gateway.inference.svc/v1`. With `tls` its certificate must have the name
   * `<name>.<namespace>.svc` for clients that use it; from outside, base URLs have the names that the certificate has.
   */
  public readonly endpoint: string;
  /** Names of the models, as requests call them. */
  public readonly models: string[];
  /** The secret with the only caller's key, in `namespace`. @default - callers are named by `authentication` */
  public readonly apiKeySecret?: SecretReference;
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** The Kubernetes deployment, for overrides. */
  public readonly deployment: DeploymentV1;
  /** The Kubernetes service, for overrides. */
  public readonly service: ServiceV1;

  readonly #props: InferenceGatewayProps;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: InferenceGatewayProps) {
    throwIfOfOtherKinds(scope, 'InferenceGatewayProps', props, id, (given) => new InferenceGateway(scope, id, given));
    super(scope, id);
    try {
      this.#props = props;
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      const upstreams = () => allUpstreams(props);
      throwIfInvalid(this, gatewayFaults(props, this.name, this.namespace, upstreams));
      for (const warning of [...canaryWarnings(props), ...exposureWarnings(props)]) addWarning(this, warning);
      const behind = upstreams();
      const waitFor = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.RESTRICTED);
      const ofCloud = props.edgeRouting ? cloudOnlyModels(props.edgeRouting.props, behind) : [];
      this.models = [...new Set([...behind.flatMap(({ models }) => models), ...ofCloud])].sort();
      this.endpoint = `${props.tls ? 'https' : 'http'}://${this.name}.${this.namespace}.svc/v1`;
      if (props.authentication === undefined) this.apiKeySecret = this.#makeKey();
      const requested = props.tls?.requested;
      if (requested) requestCertificate(this.#owner, requested, certificateSecret(props, this.name), waitFor);
      this.service = this.#makeService(waitFor);
      for (const upstream of behind) makePodService(this.#owner, upstream);
      this.deployment = this.#makeDeployment(behind, waitFor);
      this.#makeDisruptionBudget(waitFor);
      if (props.networkPolicy ?? true) this.#isolate(behind, waitFor);
      this.metricsTarget = this.#makeMetricsTarget(behind);
      declareNeeds(this, props);
      const pods = { cluster: props.cluster, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY } };
      addValidation(this, () => shutOutFaults(pods, behind));
      const ledger = ClusterLedger.of(props.cluster);
      for (const name of behind.map(upstreamName)) ledger.addFronted(name, this, name);
      for (const warning of certificateWarnings(props, new URL(this.endpoint).hostname)) addWarning(this, warning);
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

  #metadata(name = this.name) {
    return { name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY } };
  }

  #makeKey(): SecretReference {
    const { name, namespace } = this;
    const { cluster } = this.#props;
    return makeCallerKey(this, { cluster, name, namespace, labels: this.#labels, ofServer: false });
  }

  #makeService(waitFor: ITerraformDependable[]): ServiceV1 {
    const { cluster, exposure, tls } = this.#props;
    const balanced = exposure?.isPublic ? balancedService(exposure, cluster.connection) : undefined;
    return new ServiceV1(this, 'Service', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: { ...this.#metadata(), annotations: escapeTemplates(balanced?.annotations) },
      waitForLoadBalancer: false,
      spec: {
        type: 'ClusterIP',
        ...balanced?.spec,
        selector: this.#labels,
        port: [
          {
            ...(tls ? { name: 'https', port: 443 } : { name: 'http', port: 80 }),
            targetPort: 'requests',
            protocol: 'TCP',
          },
        ],
      },
    });
  }

  #makeDeployment(upstreams: readonly Upstream[], waitFor: ITerraformDependable[]): DeploymentV1 {
    const props = this.#props;
    const plan = gatewayPlan(props, this.name, upstreams);
    const authority = props.authentication?.jwtOptions?.keysAuthority;
    const text = (config: object) => `${JSON.stringify(config, null, 2)}\n`;
    const cloud = plan.edge?.cloud;
    const keyed = [...plan.upstreams, ...(cloud ? [{ name: CLOUD, key: cloud.key }] : [])];
    const discovered = { ...serverKeyFiles(keyed), ...(cloud ? cloudFiles(cloud) : {}) };
    const data: { [key: string]: string } = {
      [FILES.envoy]: text(envoyConfig(plan)),
      ...Object.fromEntries(Object.entries(discovered).map(([file, config]) => [file, text(config)])),
      [FILES.tls]: text(certificateFile()),
      ...(authority === undefined ? {} : { [FILES.issuer]: text(authorityFile()) }),
      [FILES.drain]: scriptAsset(FILES.drain),
    };
    // Another name for another content: pods of an earlier revision never read the files of a later one.
    const configMapName = `${this.name}-${configChecksum(data).slice(0, 8)}`;
    const configMap = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, props.cluster, waitFor),
      metadata: this.#metadata(configMapName),
      immutable: true,
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, escapeTemplate(value)])),
      lifecycle: { createBeforeDestroy: true },
    });
    const clients = this.apiKeySecret ? { [ONLY_CLIENT]: this.apiKeySecret } : (props.authentication?.keys ?? {});
    return new DeploymentV1(this, 'Resource', {
      ...kubernetesMeta(this, props.cluster, [...waitFor, configMap]),
      metadata: this.#metadata(),
      // It waits for secrets that may come later; Kubernetes reports that better than a hanging apply.
      waitForRollout: false,
      spec: {
        replicas: String(replicasOf(props)),
        revisionHistoryLimit: 3,
        selector: { matchLabels: this.#labels },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '1', maxUnavailable: '0' } },
        template: gatewayPod({
          props,
          labels: this.#labels,
          configMapName,
          data,
          keys: keyVolumes(clients, upstreams, props.edgeRouting?.props.cloud.apiKey),
          certificate: certificateSecret(props, this.name),
          authority,
          exitSeconds: exitSeconds(props, upstreams),
        }),
      },
    });
  }

  #makeDisruptionBudget(waitFor: ITerraformDependable[]): void {
    new PodDisruptionBudgetV1(this, 'DisruptionBudget', {
      ...kubernetesMeta(this, this.#props.cluster, waitFor),
      metadata: this.#metadata(),
      spec: { maxUnavailable: '1', selector: { matchLabels: this.#labels } },
    });
  }

  /** Who may connect to the gateway and what it connects to; and that the servers let it in. */
  #isolate(upstreams: readonly Upstream[], waitFor: ITerraformDependable[]): void {
    const { cluster, exposure, accessibleFrom, metricsFrom = [], authentication, edgeRouting } = this.#props;
    const outside = [authentication?.jwtOptions?.keysUrl, edgeRouting?.props.cloud.url];
    isolate(this, 'NetworkPolicy', {
      cluster,
      waitFor,
      name: this.name,
      namespace: this.namespace,
      pods: this.#labels,
      ingress: [
        { from: peers(accessibleFrom ?? [this.namespace]), ports: [GATEWAY_PORTS.requests] },
        ...(exposure?.isPublic ? [{ from: publicPeers(exposure), ports: [GATEWAY_PORTS.requests] }] : []),
        { from: peers(metricsFrom), ports: [GATEWAY_PORTS.metrics] },
      ],
      egress: [
        nameEgress(),
        ...upstreams.map(({ namespace, podSelector, port }) =>
          podSelector ? podEgress(namespace, podSelector, port) : { to: peers([namespace]), ports: [] },
        ),
        ...outside.flatMap((url) => (url === undefined ? [] : hostEgress(url, this.namespace))),
      ],
    });
    for (const upstream of upstreams) {
      if (upstream.isolated) letIn(this.#owner, upstream, { namespace: this.namespace, labels: this.#labels });
    }
  }

  #makeMetricsTarget(behind: readonly Upstream[]): MetricsTarget {
    return {
      jobName: `gateway-${this.name}`,
      namespace: this.namespace,
      podSelector: this.#labels,
      port: GATEWAY_PORTS.metrics,
      path: '/metrics',
      exporters: [MetricExporter.ENVOY],
      models: this.models,
      features: metricFeatures(this.#props),
      version: ENVOY_VERSION,
      usesGpus: false,
      isolated: this.#props.networkPolicy ?? true,
      replicas: replicasOf(this.#props),
      scaledToZeroServices: behind.filter(({ scalesToZero }) => scalesToZero).map(upstreamName),
    };
  }
}

nameClass('InferenceGateway', InferenceGateway);
