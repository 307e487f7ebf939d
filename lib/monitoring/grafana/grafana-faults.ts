import { Metric } from '../../catalog/metric';
import { kubernetesNameFault } from '../../core/naming';
import { knownListFaults } from '../../core/text-list';
import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { TARGET_LABELS } from '../../metrics/contract/scraped-target';
import { repeatedIndexes } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { REPLICA_LABEL } from '../prometheus/replica-label';
import { grafanaImageFaults } from '../servers/server-images';
import { authFaults, lineFaults } from './grafana-auth';
import { GrafanaOptions } from './grafana-options';

/**
 * What is wrong with the options of a Grafana.
 *
 * @internal
 */
export function grafanaFaults(options: GrafanaOptions | undefined): Fault[] {
  if (options === undefined) return [];
  return faultsUnder(
    allOf(
      () => authFaults('auth', options.auth),
      () => urlFaults(options),
      () => accessFaults(options.accessibleFrom ?? []),
      () => siteFaults(options.siteLabel),
      () => uidFaults(options),
      () => grafanaImageFaults('image', options.image),
      () =>
        options.memory && options.memory.mib < 256
          ? [fault('OUT_OF_RANGE', 'memory', `memory must be at least 256 MiB; got ${options.memory}`)]
          : [],
    ),
    'grafana',
    'Grafana',
  );
}

function urlFaults({ url, auth }: GrafanaOptions): Fault[] {
  if (url === undefined) {
    if (!auth?.usesIssuer) return [];
    const reason =
      'an issuer sends browsers back to the URL of Grafana, so url must be set, for example to https://grafana.example.com';
    return [fault('GRAFANA_URL_MISSING', 'url', reason)];
  }
  const unknown = concreteFault('url', url, 'the configuration of Grafana is made from it');
  if (unknown.length > 0) return unknown;
  const wrong = plainUrlFaults('url', url, 'leave it out');
  return wrong.length > 0 ? wrong : lineFaults('url', url);
}

function accessFaults(namespaces: string[]): Fault[] {
  const unknown = knownListFaults('accessibleFrom', namespaces, 'a rule names each namespace');
  if (unknown.length > 0) return unknown;
  return namespaces.flatMap((name, index) => kubernetesNameFault(`accessibleFrom[${index}]`, name));
}

function siteFaults(label: string | undefined): Fault[] {
  if (label === undefined) return [];
  const unknown = concreteFault('siteLabel', label, 'queries are made from it');
  if (unknown.length > 0) return unknown;
  if (OWN_LABELS.has(label)) {
    const own = `siteLabel '${label}' is a label that series of this cluster have themselves, so that those of sites are not told apart by it; give an external label that no others have, for example 'cluster'`;
    return [fault('RESERVED', 'siteLabel', own)];
  }
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label) && !label.startsWith('__')) return [];
  const reason = `siteLabel must be a label of Prometheus: letters, digits and underscores; got '${label}'; for example 'cluster'`;
  return [fault('INVALID_NAME', 'siteLabel', reason)];
}

/** Labels that scrapes, exporters, rules and Prometheus itself give. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  ...TARGET_LABELS,
  ...Metric.ALL.flatMap(({ labels }) => labels),
  ...[
    'le',
    'quantile',
    'alertname',
    'alertstate',
    'severity',
    'service',
    'objective',
    'window',
    'figure',
    'pool',
    'digit',
  ],
  REPLICA_LABEL,
]);

/** Uids that the library's own dashboards have. */
const OURS = /^gpu-inference-(?:fleet|model|gpus|cost|sites)$/;

function uidFaults({ dashboards = [] }: GrafanaOptions): Fault[] {
  const uids = dashboards.map(({ uid }) => uid);
  return [
    ...repeatedIndexes(uids).map((index) =>
      fault('DUPLICATE', `dashboards[${index}]`, `two dashboards have the uid '${uids[index]}'; give each its own`),
    ),
    ...uids.flatMap((uid, index) =>
      OURS.test(uid)
        ? [
            fault(
              'DUPLICATE',
              `dashboards[${index}]`,
              `the uid '${uid}' is one of the library's own dashboards; give it another`,
            ),
          ]
        : [],
    ),
  ];
}
