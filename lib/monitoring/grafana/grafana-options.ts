import { DataSize } from '../../units/data-size';
import { GrafanaAuth } from './grafana-auth';
import { GrafanaDashboard } from './grafana-dashboard';

/**
 * A Grafana beside Prometheus, with its data sources and dashboards: it keeps nothing, so that whatever is changed in it by hand is lost with its
 * pod.
 */
export interface GrafanaOptions {
  /** How people sign in. @default GrafanaAuth.generatedPassword() */
  readonly auth?: GrafanaAuth;
  /**
   * URL by which browsers reach it, e.g. `https://grafana.example.com`: what leads there, a gateway or an ingress, is the program's. Links in alerts
   * begin with it.
   * @default - its URL within the cluster, which `kubectl port-forward -n monitoring service/grafana 3000` leads to
   */
  readonly url?: string;
  /** Namespaces whose pods may reach it, e.g. that of an ingress controller. @default - only the namespace of the monitoring stack */
  readonly accessibleFrom?: string[];
  /** Dashboards of one's own, beside those of what is watched. @default - none */
  readonly dashboards?: GrafanaDashboard[];
  /**
   * External label by which the Prometheus of each site marks what it writes to this one, e.g. `cluster`: with it comes a dashboard of the sites.
   * @default - no other Prometheus writes to this one
   */
  readonly siteLabel?: string;
  /** Its memory, request and limit. @default 512 MiB */
  readonly memory?: DataSize;
  /** Image of Grafana, 12 or later, with its registry, by tag or by digest. @default - Grafana 13.2.3 */
  readonly image?: string;
}
