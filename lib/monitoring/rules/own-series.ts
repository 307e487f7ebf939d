import { parsePromql } from '../../metrics/promql/parse';
import { selectorsIn } from '../../metrics/promql/selectors-in';
import { EDGE_SITE_SILENT } from './site-rules';

/**
 * A query of the series of this cluster alone, where sites write theirs to the same Prometheus: what they write has the label by which they are told
 * apart, and what is scraped and recorded here has not, as external labels are added to what leaves a Prometheus.
 *
 * @param expr PromQL; names of variables may stand in its strings
 * @param label label that sites are told apart by
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/, external_labels
 *
 * @internal
 */
export function ownSeries(expr: string, label: string): string {
  let own = expr;
  const places = selectorsIn(parsePromql(expr)).sort((a, b) => b.from - a.from);
  for (const { from, to, name } of places) {
    const selector = expr.slice(from, to);
    const matched = withMatcher(selector, `${label}=""`);
    // This cluster raises the alert of a silent site, which has the site's label.
    const ofSites = `alertname="${EDGE_SITE_SILENT}"`;
    const text = name === 'ALERTS' ? `(${matched} or ${withMatcher(selector, ofSites)})` : matched;
    own = own.slice(0, from) + text + own.slice(to);
  }
  return own;
}

/** A selector with one more matcher: Prometheus takes a comma after the last. */
function withMatcher(selector: string, matcher: string): string {
  const open = selector.indexOf('{');
  if (open < 0) return `${selector}{${matcher}}`;
  const given = selector
    .slice(open + 1, -1)
    .trim()
    .replace(/,$/, '');
  return `${selector.slice(0, open)}{${[...(given === '' ? [] : [given]), matcher].join(',')}}`;
}
