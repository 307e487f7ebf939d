const UNKNOWN_MODELS = 'refused VALUE_NOT_CONCRETE metricsTarget.scaledModels';
const VERSION = [
  'refused INVALID_FORMAT chartVersion | refused VALUE_NOT_CONCRETE chartVersion | refused VALUE_NOT_CONCRETE chartVersion',
];
const NAMESPACE = [
  'refused INVALID_NAME namespace | refused VALUE_NOT_CONCRETE namespace | refused VALUE_NOT_CONCRETE namespace',
];

const ofTarget = (id: string, property: string, at = '') => {
  const known = `refused VALUE_NOT_CONCRETE metricsTarget.${property}`;
  return [`refused ${id} metricsTarget.${property}${at} | ${known} | ${known}`];
};

/** Objects are selected by them. */
function labels(property: string): readonly string[] {
  const unknown = `refused VALUE_NOT_CONCRETE ${property}`;
  return ['k', 'x${file("/etc/os-release")}%{if}'].map(
    (key) => `refused INVALID_FORMAT ${property}['${key}'] | ${unknown} | ${unknown}`,
  );
}

function url(property: string): readonly string[] {
  const unknown = `refused VALUE_NOT_CONCRETE ${property}`;
  return [`refused INVALID_FORMAT ${property} | ${unknown} | ${unknown}`];
}

/** The rows for `string-programs-scaling.ts`. */
export const SCALING_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'ExistingExporter.new(id)': ['unused'],
  'ExistingExporterProps.namespace': ofTarget('INVALID_NAME', 'namespace'),
  'ExistingExporterProps.version': ofTarget('INVALID_FORMAT', 'version'),
  'ExistingExporterProps.jobName': ofTarget('INVALID_NAME', 'jobName'),
  'ExistingExporterProps.podSelector': ["['k']", `['x\${file("/etc/os-release")}%{if}']`].flatMap((key) =>
    ofTarget('INVALID_FORMAT', 'podSelector', key),
  ),
  'Keda.new(id)': ['text'],
  'KedaAutoscalingOptions.prometheusUrl': ['refused INVALID_FORMAT prometheusUrl | reference | reference'],
  'KedaAutoscalingOptions.wakeQuery': ['refused PROMQL_SYNTAX wakeQuery | reference | reference'],
  'KedaProps.chartVersion': VERSION,
  'KedaProps.namespace': NAMESPACE,
  'PrometheusAdapter.new(id)': ['text'],
  'PrometheusAdapterProps.chartVersion': VERSION,
  'PrometheusAdapterProps.namespace': NAMESPACE,
  'PrometheusOperatorMonitoring.new(id)': ['text'],
  'PrometheusOperatorMonitoringProps.dashboardLabels': labels('dashboardLabels'),
  'PrometheusOperatorMonitoringProps.labels': labels('labels'),
  'PrometheusOperatorMonitoringProps.namespace': NAMESPACE,
  'PrometheusOperatorMonitoringProps.prometheusPodLabels': labels('prometheusPodLabels'),
  'PrometheusOperatorMonitoringProps.prometheusUrl': url('prometheusUrl'),
  'PrometheusOperatorMonitoringProps.runbookUrl': url('runbookUrl'),
  'PrometheusOperatorMonitoringProps.grafanaUrl': url('grafanaUrl'),
  'ScaledModel.model': [`text | ${UNKNOWN_MODELS} | ${UNKNOWN_MODELS}`],
  'ScaledModel.service': [`text | ${UNKNOWN_MODELS} | ${UNKNOWN_MODELS}`],
};
