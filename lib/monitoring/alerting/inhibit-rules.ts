/** An entry of `inhibit_rules` in Alertmanager's configuration. */
interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
  readonly equal: readonly string[];
}

const CRITICAL = 'severity="critical"';
const WARNING = 'severity="warning"';

/** They are about pods, and name the model for the routes alone: what is slow or fails does not say why pods are away, nor the other way round. */
const OF_REQUESTS = 'alertname!~"NoServerAnswers|ServerDown|ServersMissing|ServerRestarts"';

/** GPUs that are ill: the device plugin takes them out of what is allocatable. */
const ILL_GPUS = 'alertname=~"GpuLost|GpuXidFatal|GpuMemoryFailing"';

/**
 * Which alerts hold back which: what follows from another alert, or says the same less urgently. Alertmanager takes two alerts that both lack a
 * label of `equal` for equal in it, so that each rule asks for the labels that say what an alert is about.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#inhibition-related-settings
 *
 * @internal
 */
export const INHIBIT_RULES: readonly InhibitRule[] = [
  {
    source_matchers: ['alertname="NoServerAnswers"'],
    target_matchers: ['alertname!="NoServerAnswers"', 'job!=""'],
    equal: ['namespace', 'job'],
  },
  // Of the same model of the same job, of the same pod, and of the same GPU.
  {
    source_matchers: [CRITICAL, 'model!=""', OF_REQUESTS],
    target_matchers: [WARNING, 'model!=""', OF_REQUESTS],
    equal: ['namespace', 'job', 'model'],
  },
  ...[
    { of: 'pod', equal: ['namespace', 'job', 'pod'] },
    { of: 'UUID', equal: ['node', 'UUID'] },
  ].map(({ of, equal }) => ({
    source_matchers: [CRITICAL, `${of}!=""`],
    target_matchers: [WARNING, `${of}!=""`],
    equal,
  })),
  // One alert in two degrees: the certificate of a kubelet, or of a port of a gateway.
  {
    source_matchers: ['alertname="CertificateExpiring"', CRITICAL],
    target_matchers: ['alertname="CertificateExpiring"', WARNING],
    equal: ['namespace', 'job', 'node', 'envoy_listener_address'],
  },
  {
    source_matchers: ['alertname="CapacityBlockEnding"', CRITICAL],
    target_matchers: ['alertname="CapacityBlockEnding"', WARNING],
    equal: ['pool'],
  },
  {
    source_matchers: [ILL_GPUS, 'node!=""'],
    target_matchers: ['alertname="GpuNotAllocatable"'],
    equal: ['node'],
  },
];
