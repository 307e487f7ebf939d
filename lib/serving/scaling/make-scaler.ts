import { HorizontalPodAutoscalerV2 } from '@cdktf/provider-kubernetes/lib/horizontal-pod-autoscaler-v2';
import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { InstalledScaler } from '../../core/installed-scaler';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { helmReleaseName } from '../../core/naming';
import { REQUESTS_IN_FLIGHT } from '../../core/requests-in-flight';
import { CustomResources } from '../../kubernetes/custom-resources';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { ServerScaler } from './server-autoscaling';
import { ScaledLoad, ServerScaling } from './server-scaling';

/** Seconds between two looks of KEDA at what wakes a model. */
const POLLING_INTERVAL = 15;
/**
 * Longest name of a Deployment that stands whole in those of its pods: after 58 characters there are five that are random, and before them a hash of
 * ten. https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apiserver/pkg/storage/names/generate.go
 */
const WHOLE_NAME = 46;
/** What Prometheus is called where no monitoring stack of the program watches; a warning says so. */
const UNKNOWN_PROMETHEUS = 'http://prometheus.monitoring.svc:9090';

/**
 * What has a scale subresource, and what scales it.
 *
 * @internal
 */
export interface ScaledObject {
  readonly cluster: IKubernetesCluster;
  /** Name of the scaler and of the Service, whose requests count. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: { [key: string]: string };
  readonly target: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  readonly scaling: ServerScaling;
  /** What a monitoring stack watches. */
  readonly watched: IConstruct;
  readonly waitFor: ITerraformDependable[];
}

/**
 * Makes what sets the number of servers: a HorizontalPodAutoscaler, or a ScaledObject, of which KEDA makes one.
 *
 * @internal
 */
export function makeScaler(owner: Construct, scaled: ScaledObject): void {
  if (scaled.scaling.autoscaling.scaler === ServerScaler.KEDA) makeScaledObject(owner, scaled);
  else makeAutoscaler(owner, scaled);
}

function makeAutoscaler(owner: Construct, scaled: ScaledObject): void {
  const { cluster, name, namespace, labels, target, scaling, waitFor } = scaled;
  const { minReplicas, maxReplicas } = scaling.autoscaling;
  const { scaleUp, scaleDown } = behavior(scaling);
  // The provider would write a window of zero where there is none.
  const rules = ({ policies, ...rest }: typeof scaleUp) => ({ ...rest, policy: policies });
  new HorizontalPodAutoscalerV2(owner, 'Autoscaler', {
    ...kubernetesMeta(owner, cluster, waitFor),
    metadata: { name, namespace, labels: { ...labels, ...MANAGED_BY } },
    spec: {
      scaleTargetRef: target,
      minReplicas,
      maxReplicas,
      metric: scaling.loads.map((load) => ({
        type: 'Object',
        object: {
          describedObject: { apiVersion: 'v1', kind: 'Service', name },
          metric: { name: REQUESTS_IN_FLIGHT, ...selectorOf(load, scaling) },
          target: { type: 'AverageValue', averageValue: String(load.target) },
        },
      })),
      behavior: { scaleUp: [rules(scaleUp)], scaleDown: [rules(scaleDown)] },
    },
  });
}

/** A server with one model has one series, whatever the model is called. */
function selectorOf({ model }: ScaledLoad, { loads }: ServerScaling) {
  return loads.length > 1 ? { selector: [{ matchLabels: { model } }] } : {};
}

function behavior({ scaleUpSeconds, scaleDownSeconds, step, stepSeconds, stopSeconds }: ServerScaling) {
  const policies = (value: number, periodSeconds: number) => [{ type: 'Pods', value, periodSeconds }];
  return {
    scaleUp: {
      stabilizationWindowSeconds: scaleUpSeconds,
      selectPolicy: 'Max',
      policies: policies(step, stepSeconds),
    },
    scaleDown: {
      stabilizationWindowSeconds: scaleDownSeconds,
      selectPolicy: 'Max',
      policies: policies(1, stopSeconds),
    },
  };
}

/** @see https://keda.sh/docs/latest/reference/scaledobject-spec/ */
function makeScaledObject(owner: Construct, scaled: ScaledObject): void {
  const { cluster, name, namespace, labels, target, scaling, waitFor } = scaled;
  const { minReplicas, maxReplicas } = scaling.autoscaling;
  const keda = ClusterLedger.of(cluster).singleton<InstalledScaler>(ClusterSingleton.KEDA);
  new CustomResources(owner, 'Autoscaler', {
    cluster,
    releaseName: helmReleaseName(`${name}-autoscaler`),
    namespace,
    resources: [
      {
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name, labels: { ...labels, ...MANAGED_BY } },
        spec: {
          scaleTargetRef: target,
          minReplicaCount: minReplicas,
          maxReplicaCount: maxReplicas,
          pollingInterval: POLLING_INTERVAL,
          // Only the last server waits for it.
          cooldownPeriod: scaling.scaleDownSeconds,
          advanced: {
            // What is left behind when the scaler goes is what runs.
            restoreToOriginalReplicaCount: false,
            horizontalPodAutoscalerConfig: { behavior: behavior(scaling) },
          },
          triggers: triggersOf(scaled),
        },
      },
    ],
    dependsOn: [...waitFor, ...(keda?.value.ready ?? [])],
  });
}

function triggersOf(scaled: ScaledObject) {
  const { namespace, name, scaling } = scaled;
  const { minReplicas, wakeQuery } = scaling.autoscaling;
  const serverAddress = prometheusOf(scaled);
  const trigger = (metadata: { [key: string]: string }) => ({
    type: 'prometheus',
    metricType: 'AverageValue',
    metadata: { serverAddress, ...metadata },
  });
  const loads = scaling.loads.map(({ model, target }) => {
    const matchers = Object.entries({ namespace, service: name, model }).map(
      ([key, value]) => `${key}=${JSON.stringify(value)}`,
    );
    const requests = `sum(${REQUESTS_IN_FLIGHT}{${matchers.join(',')}})`;
    return trigger({
      // Without servers there are no requests; otherwise no series means that they are not seen, and their number is left alone.
      query: minReplicas === 0 ? `${requests} or (vector(0) unless on() up{${podsOf(scaled)}})` : requests,
      threshold: String(target),
      ignoreNullValues: 'false',
    });
  });
  // However many requests it tells of, it starts one server: those that run tell of the rest.
  return wakeQuery === undefined ? loads : [...loads, trigger({ query: `(${wakeQuery}) > bool 0`, threshold: '1' })];
}

/** Matchers of all pods that are scraped, also those that do not answer: pods of a Deployment, or of groups. */
function podsOf({ namespace, target: { name } }: ScaledObject): string {
  const names = name.length > WHOLE_NAME ? `${name.slice(0, WHOLE_NAME)}[a-z0-9-]*` : `${name}-[a-z0-9]+(-[a-z0-9]+)?`;
  return `namespace=${JSON.stringify(namespace)},pod=~${JSON.stringify(names)}`;
}

/** A text that holds a token is filled in when the app is synthesized: the deployment is watched after it was made. */
function prometheusOf({ cluster, scaling, watched }: ScaledObject): string {
  const { prometheusUrl } = scaling.autoscaling;
  if (prometheusUrl !== undefined) return prometheusUrl;
  const found = () => ClusterLedger.of(cluster).prometheusOf(watched) ?? UNKNOWN_PROMETHEUS;
  return `http://${Lazy.stringValue({ produce: () => found().replace('http://', '') })}`;
}
