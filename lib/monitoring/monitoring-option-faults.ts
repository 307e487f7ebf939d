import { kubernetesNameFault } from '../core/naming';
import { knownListFaults } from '../core/text-list';
import { concreteFault } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { allReceivers, receiverFaults } from './alerting/alertmanager-config';
import { expectedSiteFaults } from './expected-site';
import { grafanaUrlFaults } from './grafana/alert-links';
import { grafanaFaults } from './grafana/grafana-faults';
import { MonitoringOptions } from './monitoring-options';
import { objectiveFaults, retentionFaults } from './objectives/objective-faults';
import { runbookUrlFaults } from './rules/runbooks';
import { managedPrometheusFaults } from './prometheus/managed-prometheus';
import { monitoringPodFaults } from './servers/monitoring-pods';
import {
  alertmanagerImageFaults,
  probedPrometheusFaults,
  prometheusImageFaults,
  urlFileFaults,
  writtenPrometheusFaults,
} from './servers/server-images';
import { webSecurityFaults } from './servers/web-security';
import { uplinkFaults } from './uplink/uplink-faults';
import { givenThresholdFaults } from './watched-workload';

/**
 * A window of rate() is at least two minutes and must contain four scrapes.
 *
 * @internal
 */
export const MAX_SCRAPE_INTERVAL_SECONDS = 30;

/**
 * What is wrong with the options of a monitoring.
 *
 * @internal
 */
export function monitoringOptionFaults(props: MonitoringOptions): Fault[] {
  const { retentionDays, scrapeIntervalSeconds, accessibleFrom = [], prometheusMemory } = props;
  const numberFault = (name: string, value: number | undefined, least: number, most: number) => {
    const unknown = concreteFault(name, value, 'the configuration of Prometheus is made from it');
    return unknown.length > 0 ? unknown : wholeNumberFault(name, value, least, most);
  };
  return allOf(
    () => kubernetesNameFault('namespace', props.namespace ?? 'monitoring'),
    () => {
      const unknown = knownListFaults('accessibleFrom', accessibleFrom, 'a rule names each namespace');
      if (unknown.length > 0) return unknown;
      return accessibleFrom.flatMap((name, index) => kubernetesNameFault(`accessibleFrom[${index}]`, name));
    },
    () => numberFault('retentionDays', retentionDays, 1, 3650),
    () => numberFault('scrapeIntervalSeconds', scrapeIntervalSeconds, 5, MAX_SCRAPE_INTERVAL_SECONDS),
    () => exporterFaults(props),
    () => monitoringPodFaults(props),
    () => givenThresholdFaults(props),
    () =>
      prometheusMemory && prometheusMemory.mib < 256
        ? [
            fault(
              'OUT_OF_RANGE',
              'prometheusMemory',
              `prometheusMemory must be at least 256 MiB; got ${prometheusMemory}`,
            ),
          ]
        : [],
    () => objectiveFaults(props.objectives),
    () => expectedSiteFaults(props.expectedSites, retentionDays),
    () => unsharedSiteFaults(props),
    () => retentionFaults(retentionDays, props.objectives ?? []),
    () => receiverFaults(props),
    () => grafanaFaults(props.grafana),
    () => prometheusImageFaults('prometheusImage', props.prometheusImage),
    () => alertmanagerImageFaults('alertmanagerImage', props.alertmanagerImage),
    () =>
      allReceivers(props).some((receiver) => receiver._urlInFile)
        ? urlFileFaults('alertmanagerImage', props.alertmanagerImage)
        : [],
    () => webSecurityFaults(props.webSecurity),
    () => (props.webSecurity ? probedPrometheusFaults('prometheusImage', props.prometheusImage) : []),
    () => (props.expectedSites?.length ? writtenPrometheusFaults('prometheusImage', props.prometheusImage) : []),
    () => managedPrometheusFaults(props.managedPrometheusArn),
    () => uplinkFaults(props),
    () => runbookUrlFaults(props.runbookUrl),
    () => ownGrafanaFaults(props),
  );
}

/** Both evaluate the alert, and a site reaches one of them at a time: the Service spreads what is written. */
function unsharedSiteFaults({ highAvailability, expectedSites = [] }: MonitoringOptions): Fault[] {
  const reason =
    'a site writes to one of the two Prometheus of highAvailability, and the other would miss it all the time; leave highAvailability out, or ' +
    'leave expectedSites out and let the sites write to Amazon Managed Service for Prometheus';
  return highAvailability && expectedSites.length > 0 ? [fault('CONFLICTING_PROPERTIES', 'expectedSites', reason)] : [];
}

function ownGrafanaFaults({ grafana, grafanaUrl }: MonitoringOptions): Fault[] {
  const both =
    'grafanaUrl is of a Grafana of your own, and grafana makes one; leave grafanaUrl out and set grafana.url, or leave grafana out';
  return grafana !== undefined && grafanaUrl !== undefined
    ? [fault('CONFLICTING_PROPERTIES', 'grafanaUrl', both)]
    : grafanaUrlFaults('grafanaUrl', grafanaUrl);
}

function exporterFaults({ clusterMetrics, kubeStateMetrics, nodeExporter }: MonitoringOptions): Fault[] {
  if (clusterMetrics !== false) return [];
  return Object.entries({ kubeStateMetrics, nodeExporter })
    .filter(([, made]) => made === true)
    .map(([property]) =>
      fault(
        'CONFLICTING_PROPERTIES',
        property,
        `${property} makes an exporter that nothing scrapes while clusterMetrics is false; leave one of the two out`,
      ),
    );
}
