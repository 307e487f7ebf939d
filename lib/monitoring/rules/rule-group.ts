import { MonitoringRule } from './monitoring-rule';

/**
 * Rules that are evaluated one after the other, so that later ones see what earlier ones record.
 *
 * @internal
 */
export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly MonitoringRule[];
}
