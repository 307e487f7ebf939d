import { Release } from '@cdktf/provider-helm/lib/release';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import {
  AI_GATEWAY_VERSION,
  ENVOY_CHARTS,
  ENVOY_GATEWAY_VERSION,
  GATEWAY_KINDS,
} from '../../../catalog/envoy-ai-gateway-release';
import { ClusterLedger, ClusterSingleton } from '../../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../../core/errors';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../../core/naming';
import { PodSecurityLevel } from '../../../core/pod-security-level';
import { escapeTemplate } from '../../../core/template-escape';
import { concreteFault } from '../../../core/tokens';
import { alreadyInstalled, chartVersionFaults } from '../../../kubernetes/controller-release';
import { CustomResources } from '../../../kubernetes/custom-resources';
import { HELM_BOUNDS } from '../../../kubernetes/helm-bounds';
import { ImageRegistry } from '../../../kubernetes/image-registry';
import { helmMeta } from '../../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../../kubernetes/managed-by';
import { ensureNamespace } from '../../../kubernetes/namespaces';
import { Fault, fault } from '../../../units/fault';
import { givenValue, wholeNumberFault } from '../../../units/number-faults';
import { nameClass } from '../../../units/own-class';
import { allOf } from '../../../units/unreadable';
import { CONTROLLER_NAME, ControllerSettings, aiGatewayValues, envoyGatewayValues } from './controller-values';
import { EnvoyAiGatewayControllerProps } from './envoy-ai-gateway-controller-props';
import { InstalledAiGateway } from './installed-ai-gateway';
import { ENVOY_GATEWAY_NAMESPACE } from './resolve-ai-gateway';

/** What this program knows of the one that it installs. @internal */
export interface OwnAiGateway extends InstalledAiGateway {
  readonly namespace: string;
  /** Dependency of what it runs. */
  readonly ready: ITerraformDependable[];
}

/**
 * Envoy Gateway and Envoy AI Gateway, which run what `EnvoyAiInferenceGateway` describes: their controllers, their definitions with those of the Gateway
 * API, and a GatewayClass.
 *
 * Create it before the gateways, once for each cluster; where the cluster has them already, leave it out and give the gateways `installed`. Throws a
 * `ValidationError` for a second one, and for versions that are too old. Helm makes definitions at the first installation and leaves them alone
 * afterwards: a later `envoyGatewayVersion` needs those of its release applied first.
 *
 * @see https://aigateway.envoyproxy.io
 */
export class EnvoyAiGatewayController extends Construct {
  /** Namespace of Envoy Gateway, and of the pods of Envoy of all gateways. */
  public readonly namespace: string;
  /** Name of the GatewayClass. */
  public readonly gatewayClassName: string;
  /** Dependency of gateways. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: EnvoyAiGatewayControllerProps) {
    throwIfOfOtherKinds(
      scope,
      'EnvoyAiGatewayControllerProps',
      props,
      id,
      (given) => new EnvoyAiGatewayController(scope, id, given),
    );
    super(scope, id);
    const { cluster, chartVersion = AI_GATEWAY_VERSION, envoyGatewayVersion = ENVOY_GATEWAY_VERSION } = props;
    const { rateLimitRedis, inferencePools = false, replicas = 2 } = props;
    const { aiGatewayNamespace = 'envoy-ai-gateway-system', imageRegistry: registry = ImageRegistry.UPSTREAM } = props;
    this.namespace = props.namespace ?? ENVOY_GATEWAY_NAMESPACE;
    this.gatewayClassName = props.gatewayClassName ?? 'envoy-ai-gateway';
    const use = 'the images and the values are those of its charts';
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('namespace', this.namespace),
        () => kubernetesNameFault('aiGatewayNamespace', aiGatewayNamespace),
        () => kubernetesNameFault('gatewayClassName', this.gatewayClassName),
        () => wholeNumberFault('replicas', replicas, 1),
        () => chartVersionFaults(chartVersion, { example: AI_GATEWAY_VERSION, use, oldest: OLDEST_AI }),
        () =>
          chartVersionFaults(envoyGatewayVersion, {
            ...{ property: 'envoyGatewayVersion', example: ENVOY_GATEWAY_VERSION, use, oldest: OLDEST_GATEWAY },
          }),
        () => redisFaults(rateLimitRedis),
        () => secondFaults(cluster),
      ),
    );
    const { namespace } = this;
    const aiGatewayTag = `v${chartVersion}`;
    const settings = {
      ...{ namespace, aiGatewayNamespace, replicas, inferencePools, rateLimitRedis, registry, aiGatewayTag },
    };
    this.ready = this.#install(cluster, settings, `v${envoyGatewayVersion}`);
    const installed: OwnAiGateway = {
      ...{ gatewayClassName: this.gatewayClassName, namespace, inferencePools, ready: this.ready },
      rateLimits: rateLimitRedis !== undefined,
    };
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.AI_GATEWAY, this, installed);
  }

  /** In the order of the project: Envoy Gateway brings the kinds that the other controller watches. */
  #install(cluster: IKubernetesCluster, settings: ControllerSettings, gatewayVersion: string): ITerraformDependable[] {
    const { namespace, aiGatewayNamespace, registry, aiGatewayTag: version } = settings;
    const own = ensureNamespace(this, cluster, namespace, PodSecurityLevel.RESTRICTED);
    const ofAiGateway = ensureNamespace(this, cluster, aiGatewayNamespace, PodSecurityLevel.RESTRICTED);
    const repository = registry._chartsOf(ENVOY_CHARTS);
    const valuesOf = (values: object) => [escapeTemplate(JSON.stringify(values))];
    const envoyGateway = new Release(this, 'EnvoyGateway', {
      ...helmMeta(this, cluster, own),
      ...{ name: 'envoy-gateway', chart: 'gateway-helm', namespace, repository, version: gatewayVersion },
      ...HELM_BOUNDS,
      values: valuesOf(envoyGatewayValues(settings)),
      wait: true,
    });
    const shared = { namespace: aiGatewayNamespace, repository, version, ...HELM_BOUNDS };
    const definitions = new Release(this, 'Definitions', {
      ...helmMeta(this, cluster, ofAiGateway),
      ...{ name: 'ai-gateway-crds', chart: 'ai-gateway-crds-helm', ...shared },
    });
    const release = new Release(this, 'Resource', {
      ...helmMeta(this, cluster, [...ofAiGateway, envoyGateway, definitions]),
      ...{ name: 'ai-gateway', chart: 'ai-gateway-helm', ...shared },
      values: valuesOf(aiGatewayValues(settings)),
      // Its webhook puts what reads requests into the pods of Envoy.
      wait: true,
    });
    const gatewayClass = new CustomResources(this, 'GatewayClass', {
      ...{ cluster, namespace, releaseName: 'envoy-ai-gateway-class', dependsOn: [envoyGateway] },
      resources: [
        {
          apiVersion: GATEWAY_KINDS.gatewayApi,
          kind: 'GatewayClass',
          metadata: { name: this.gatewayClassName, labels: { ...MANAGED_BY } },
          spec: { controllerName: CONTROLLER_NAME },
        },
      ],
    });
    return [release, ...gatewayClass.ready];
  }
}

nameClass('EnvoyAiGatewayController', EnvoyAiGatewayController);

/** The first whose kinds are v1beta1. */
const OLDEST_AI = { version: [1, 0], has: 'which serves v1beta1 of its kinds' } as const;
const OLDEST_GATEWAY = { version: [1, 8], has: 'which Envoy AI Gateway 1.0 needs' } as const;

function redisFaults(address: string | undefined): Fault[] {
  if (address === undefined) return [];
  const unknown = concreteFault('rateLimitRedis', address, 'it is checked');
  if (unknown.length > 0) return unknown;
  if (typeof address === 'string' && /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?:\d{1,5}$/.test(address)) return [];
  const reason = `rateLimitRedis must be a host and a port, e.g. 'redis.redis.svc:6379', without a scheme; got ${givenValue(address)}`;
  return [fault('INVALID_FORMAT', 'rateLimitRedis', reason)];
}

function secondFaults(cluster: IKubernetesCluster): Fault[] {
  const reason = alreadyInstalled(cluster, ClusterSingleton.AI_GATEWAY, 'an Envoy AI Gateway');
  return reason === undefined ? [] : [fault('AI_GATEWAY_EXISTS', 'cluster', reason)];
}
