/**
 * How urgent an alert is: its label `severity`.
 */
export enum AlertSeverity {
  /** Requests fail, are slow or are about to: someone is to look at once. */
  CRITICAL = 'critical',
  /** It can wait until the next day. */
  WARNING = 'warning',
}
