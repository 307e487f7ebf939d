import { ExpectedSite } from '../expected-site';
import { quoted } from '../indicators/selectors';
import { AlertSeverity } from './alert-severity';
import { MonitoringRule } from './monitoring-rule';

/** Name of the alert of a site that sends nothing. @internal */
export const EDGE_SITE_SILENT = 'EdgeSiteSilent';

/** Minutes for which a site is missed until somebody is told: a hub that was away itself is written to again by then. @internal */
export const SITE_SILENT_MINUTES = 5;

/**
 * The alerts of sites that write to this Prometheus from afar. A series that ends raises no alert by itself, and after five minutes it is gone: so what
 * is looked for is the absence of each that is expected, as of a site that has never written.
 *
 * @param sites the sites
 * @param label external label that they are told apart by
 *
 * @internal
 */
export function siteRules(sites: readonly ExpectedSite[], label: string): MonitoringRule[] {
  return sites.map(({ name, silentAfter }) => ({
    alert: EDGE_SITE_SILENT,
    expr: `absent_over_time(up{${label}=${quoted(name)}}[${silentAfter.toSeconds()}s])`,
    for: `${SITE_SILENT_MINUTES}m`,
    labels: { severity: AlertSeverity.CRITICAL, [label]: name },
    annotations: {
      summary: `Site ${name} has sent nothing for ${silentAfter}`,
      description: `No series of ${label} ${name} has a sample of that time. The site may work on, cut off; what its Prometheus still keeps of the time, about two hours as a rule, arrives when the link is back.`,
    },
  }));
}
