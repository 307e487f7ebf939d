import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { Fault, fault } from '../../units/fault';
import { MonitoringRule } from './monitoring-rule';

/** What stands for the name of an alert in the URL of its page. */
const ALERT = '{alert}';

/**
 * Where the pages of this library's alerts are.
 *
 * @internal
 */
export const RUNBOOK_URL = `https://github.com/gpu-inference-constructs/gpu-inference-constructs/blob/main/docs/alerts/${ALERT}.md`;

/**
 * A rule whose alert links to its page.
 *
 * @internal
 */
export function withRunbook(rule: MonitoringRule, url = RUNBOOK_URL): MonitoringRule {
  if (rule.alert === undefined) return rule;
  return { ...rule, annotations: { ...rule.annotations, runbook_url: url.replaceAll(ALERT, rule.alert) } };
}

/** @internal */
export function runbookUrlFaults(url: string | undefined): Fault[] {
  if (url === undefined) return [];
  const unknown = concreteFault('runbookUrl', url, 'it is part of each alert');
  if (unknown.length > 0) return unknown;
  if (!url.includes(ALERT)) {
    const reason = `runbookUrl must have ${ALERT} where the name of the alert belongs, e.g. 'https://wiki.example.com/alerts/${ALERT}'; got '${url}'`;
    return [fault('INVALID_FORMAT', 'runbookUrl', reason)];
  }
  return plainUrlFaults(
    'runbookUrl',
    url.replaceAll(ALERT, 'HighLatency'),
    'a link in an alert is read by all who get it',
  );
}
