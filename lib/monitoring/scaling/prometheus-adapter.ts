import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { InstalledScaler } from '../../core/installed-scaler';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { REQUESTS_IN_FLIGHT } from '../../core/requests-in-flight';
import { plainUrlFaults } from '../../core/url-faults';
import { chartVersionFaults, makeControllerRelease } from '../../kubernetes/controller-release';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { wholeNumberFault } from '../../units/number-faults';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';
import { IMonitoring } from '../monitoring';
import { secondScalerFaults } from './scaler-faults';

/** Where the Prometheus community publishes the chart. */
const CHART_REPOSITORY = 'https://prometheus-community.github.io/helm-charts';
/** The chart of adapter 0.12.0, which the tests run. */
const CHART_VERSION = '5.3.0';
const IMAGE = 'registry.k8s.io/prometheus-adapter/prometheus-adapter';

/**
 * How the series that a `MonitoringStack` records are read as a metric of the Service of a server, in the adapter's own form.
 *
 * @see https://github.com/kubernetes-sigs/prometheus-adapter/blob/v0.12.0/docs/config.md
 */
const RULES = [
  {
    seriesQuery: `${REQUESTS_IN_FLIGHT}{namespace!="",service!=""}`,
    resources: { overrides: { namespace: { resource: 'namespace' }, service: { resource: 'service' } } },
    metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
  },
];

/**
 * Properties of `PrometheusAdapter`.
 */
export interface PrometheusAdapterProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Whose Prometheus is asked. */
  readonly monitoring: IMonitoring;
  /**
   * Namespace. Created unless the program or the cluster has it: see `ExistingNamespaces`. Another one than that of `monitoring` must be in its
   * `accessibleFrom`.
   * @default - that of `monitoring`
   */
  readonly namespace?: string;
  /** Version of the chart. @default '5.3.0' */
  readonly chartVersion?: string;
  /** Pods. While none runs, HorizontalPodAutoscalers leave the number of servers alone. @default 2 */
  readonly replicas?: number;
  /** Where images are pulled from, and charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}

/**
 * The adapter by which HorizontalPodAutoscalers read what Prometheus records: `inference_requests_in_flight` of the Service of a server, in the API
 * for custom metrics (`custom.metrics.k8s.io`).
 *
 * Create it once for each cluster where a deployment has `ServerAutoscaling.hpa`; leave it out where the cluster has an adapter with a rule for that
 * series already. It serves no external metrics, so that KEDA can run beside it. Throws a `ValidationError` for a second one.
 *
 * @see https://github.com/kubernetes-sigs/prometheus-adapter
 */
export class PrometheusAdapter extends Construct {
  /** Namespace of the adapter. */
  public readonly namespace: string;
  /** Dependency of what reads its metrics. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: PrometheusAdapterProps) {
    throwIfOfOtherKinds(scope, 'PrometheusAdapterProps', props, id, (given) => new PrometheusAdapter(scope, id, given));
    super(scope, id);
    const { cluster, monitoring, chartVersion = CHART_VERSION, replicas = 2 } = props;
    const registry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
    this.namespace = props.namespace ?? monitoring.namespace;
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('namespace', this.namespace),
        () => wholeNumberFault('replicas', replicas, 1),
        () => chartVersionFaults(chartVersion, { example: CHART_VERSION, use: 'the values are those of its chart' }),
        () => secondScalerFaults(ClusterSingleton.METRICS_ADAPTER, cluster),
        () =>
          plainUrlFaults('monitoring.prometheusUrl', monitoring.prometheusUrl, 'reach Prometheus within the cluster'),
      ),
    );
    const values = {
      replicas,
      image: { repository: registry.resolve(IMAGE), pullSecrets: registry.pullSecrets },
      prometheus: addressOf(monitoring),
      // A series that has just begun, or ended, is noticed at the next of these.
      metricsRelistInterval: '30s',
      rules: { default: false, custom: RULES, external: [] },
      resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      podDisruptionBudget: { enabled: true, maxUnavailable: 1 },
    };
    const release = makeControllerRelease(this, {
      ...{ cluster, namespace: this.namespace, registry, values },
      ...{ chart: 'prometheus-adapter', repository: CHART_REPOSITORY, version: chartVersion },
    });
    this.ready = [release];
    const entry: InstalledScaler = { namespace: this.namespace, ready: this.ready };
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.METRICS_ADAPTER, this, entry);
  }
}

nameClass('PrometheusAdapter', PrometheusAdapter);

/** The chart takes the port and the path by themselves. */
function addressOf({ prometheusUrl }: IMonitoring): { url: string; port: number; path: string } {
  const { protocol, hostname, port, pathname } = new URL(prometheusUrl);
  const usual = protocol === 'https:' ? 443 : 80;
  return {
    url: `${protocol}//${hostname}`,
    port: port === '' ? usual : Number(port),
    path: pathname.replace(/\/$/, ''),
  };
}
