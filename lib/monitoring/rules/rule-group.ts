import { CapacityEnd } from './capacity-rules';
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

/**
 * What rules depend on beside the workloads.
 *
 * @internal
 */
export interface RuleOptions {
  /** Whether an alert that always fires comes with them. @default false */
  readonly heartbeat?: boolean;
  /** Pools whose nodes are taken away at a known time. @default - none */
  readonly capacityEnds?: readonly CapacityEnd[];
  /** URL of the pages of alerts. @default - those of this library */
  readonly runbookUrl?: string;
}
