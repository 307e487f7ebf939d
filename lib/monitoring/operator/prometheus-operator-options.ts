import { ITerraformDependable } from 'cdktf';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesNameFault } from '../../core/naming';
import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { labelSyntaxFaults } from '../../kubernetes/label-syntax';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { MAX_SCRAPE_INTERVAL_SECONDS } from '../monitoring-option-faults';
import { grafanaUrlFaults } from '../grafana/alert-links';
import { runbookUrlFaults } from '../rules/runbooks';
import { givenThresholdFaults } from '../watched-workload';

/**
 * Properties of `PrometheusOperatorMonitoring`.
 */
export interface PrometheusOperatorMonitoringProps {
  /** The cluster, on which the Prometheus operator runs. */
  readonly cluster: IKubernetesCluster;
  /**
   * Namespace of Prometheus, in which the objects are made; the `Prometheus` must select from it: `podMonitorNamespaceSelector` and
   * `ruleNamespaceSelector`, which by the chart's values select from all.
   * @default 'monitoring'
   */
  readonly namespace?: string;
  /**
   * Labels of each `PodMonitor` and `PrometheusRule`: `podMonitorSelector` and `ruleSelector` of the `Prometheus` must select them, or they are
   * ignored without a word. The chart's values select by the name of its release.
   * @default - { release: 'kube-prometheus-stack' }
   */
  readonly labels?: { [key: string]: string };
  /** URL of Prometheus within the cluster, which scalers ask. @default - the service that the operator makes: `http://prometheus-operated.<namespace>.svc:9090` */
  readonly prometheusUrl?: string;
  /**
   * Labels of the pods of Prometheus in that namespace, which network policies let scrape.
   * @default - { 'app.kubernetes.io/name': 'prometheus' }, which the operator gives them
   */
  readonly prometheusPodLabels?: { [key: string]: string };
  /** Seconds between two scrapes, and between two evaluations of the rules: 5 to 30. @default 15 */
  readonly scrapeIntervalSeconds?: number;
  /** P99 latency in milliseconds above which `HighLatency` fires: as of `MonitoringOptions`. @default - from the plan of each model */
  readonly latencyThresholdMs?: number;
  /** The same for single models, by name. @default - `latencyThresholdMs` */
  readonly latencyThresholdsMs?: { [model: string]: number };
  /**
   * URL of the pages that tell what to do about an alert, with `{alert}` in place of its name.
   * @default - the pages of this library, in docs/alerts
   */
  readonly runbookUrl?: string;
  /**
   * Whether dashboards are made, as ConfigMaps for the sidecar of the chart's Grafana.
   * @default true
   */
  readonly dashboards?: boolean;
  /** Labels of the ConfigMaps of dashboards, by which the sidecar finds them. @default - { grafana_dashboard: '1' } */
  readonly dashboardLabels?: { [key: string]: string };
  /**
   * URL by which browsers reach that Grafana: each alert links to the panel that shows it, by its annotation `dashboard_url`.
   * @default - alerts do not link to panels
   */
  readonly grafanaUrl?: string;
  /** What installs the operator, usually the Helm release of its chart in this stack. @default - it runs already */
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * What is wrong with the properties.
 *
 * @internal
 */
export function operatorOptionFaults(props: PrometheusOperatorMonitoringProps): Fault[] {
  const { namespace, labels, prometheusUrl, prometheusPodLabels, scrapeIntervalSeconds, dashboards, dashboardLabels } =
    props;
  return allOf(
    () => kubernetesNameFault('namespace', namespace ?? 'monitoring'),
    () => selectedFaults('labels', labels),
    () => selectedFaults('prometheusPodLabels', prometheusPodLabels),
    () => selectedFaults('dashboardLabels', dashboardLabels),
    () => (prometheusUrl === undefined ? [] : urlFaults(prometheusUrl)),
    () => {
      const unknown = concreteFault('scrapeIntervalSeconds', scrapeIntervalSeconds, 'the objects are made from it');
      return unknown.length > 0
        ? unknown
        : wholeNumberFault('scrapeIntervalSeconds', scrapeIntervalSeconds, 5, MAX_SCRAPE_INTERVAL_SECONDS);
    },
    () => givenThresholdFaults(props),
    () => runbookUrlFaults(props.runbookUrl),
    () => grafanaUrlFaults('grafanaUrl', props.grafanaUrl),
    () =>
      Object.entries({ dashboardLabels, grafanaUrl: props.grafanaUrl })
        .filter(([, value]) => dashboards === false && value !== undefined)
        .map(([property]) => {
          const reason = `${property} is of what dashboards: false leaves out; remove one of the two`;
          return fault('CONFLICTING_PROPERTIES', property, reason);
        }),
  );
}

/** Without a label it would be selected by nobody, or a policy would let in everybody. */
function selectedFaults(property: string, labels: { readonly [key: string]: string } | undefined): Fault[] {
  if (labels === undefined) return [];
  const unknown = concreteFault(property, labels, 'objects are selected by it');
  if (unknown.length > 0) return unknown;
  if (Object.keys(labels).length === 0) {
    const reason = `${property} must have at least one label, by which objects are selected; got {}; leave it out for those of the chart`;
    return [fault('EMPTY_LIST', property, reason)];
  }
  return labelSyntaxFaults(property, labels);
}

function urlFaults(url: string): Fault[] {
  const unknown = concreteFault('prometheusUrl', url, 'objects of scalers are made from it');
  return unknown.length > 0
    ? unknown
    : plainUrlFaults('prometheusUrl', url, 'reach Prometheus within the cluster, where a network policy guards it');
}
