/**
 * Names of all alerts that `MonitoringStack` may make. Each has a page in `docs/alerts`, by which a test compares them.
 *
 * @internal
 */
export const ALERT_NAMES: readonly string[] = [
  ...['AvailabilityBudgetBurns', 'CapacityBlockEnding', 'CertificateExpiring', 'CloudUnreachable'],
  ...[
    'ContainerMemoryNearLimit',
    'ContainerOutOfMemory',
    'EdgeSiteSilent',
    'GatewayHasNoServer',
    'GatewayRequestsFail',
  ],
  ...['GpuLost', 'GpuMemoryFailing', 'GpuMemoryNearFull', 'GpuNotAllocatable', 'GpuThrottled', 'GpuXidFatal'],
  ...['GroupRecreating', 'HighLatency', 'JobFailed', 'KvCacheFull', 'LatencyBudgetBurns', 'ModelLoadSlow'],
  ...['ModelNotLoaded', 'ModelRolloutStopped', 'ModelSyncLate', 'ModelSyncRefused', 'NoServerAnswers', 'NoTokens'],
  ...['NotificationsFail', 'PlanNotHeld', 'QueueSaturated', 'RdmaFellBackToTcp', 'RemoteWriteFails', 'RequestsFail'],
  ...['RequestsRejected', 'RequestsWait', 'RulesFail', 'ServerDown', 'ServerRestarts', 'ServersMissing'],
  ...['UplinkBufferFilling', 'UplinkDown', 'UplinkLosesSamples', 'Watchdog'],
];
