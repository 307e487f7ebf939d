/** What becomes of the texts of routes of alerts. */
export const ALERTING_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'AlertRoute.alerts': [
    'refused at synthesis | refused VALUE_NOT_CONCRETE alertRoutes[0].alerts[0] | refused VALUE_NOT_CONCRETE alertRoutes[0].alerts[0]',
  ],
  'AlertRoute.namespaces': [
    'text | refused VALUE_NOT_CONCRETE alertRoutes[0].namespaces[0] | refused VALUE_NOT_CONCRETE alertRoutes[0].namespaces[0]',
  ],
  'AlertRoute.models': [
    'text | refused VALUE_NOT_CONCRETE alertRoutes[0].models[0] | refused VALUE_NOT_CONCRETE alertRoutes[0].models[0]',
  ],
  'AlertRoute.labels': [
    'text | refused VALUE_NOT_CONCRETE alertRoutes[0].labels | refused VALUE_NOT_CONCRETE alertRoutes[0].labels',
    'refused INVALID_NAME alertRoutes[0].labels[\'x${file("/etc/os-release")}%{if}\'] | refused VALUE_NOT_CONCRETE alertRoutes[0].labels | refused VALUE_NOT_CONCRETE alertRoutes[0].labels',
  ],
  'AlertRoute.groupBy': [
    'refused INVALID_NAME alertRoutes[0].groupBy[0] | refused VALUE_NOT_CONCRETE alertRoutes[0].groupBy[0] | refused VALUE_NOT_CONCRETE alertRoutes[0].groupBy[0]',
  ],
  'ExpectedSite.name': [
    'refused INVALID_NAME expectedSites[0].name | refused VALUE_NOT_CONCRETE expectedSites[0].name | refused VALUE_NOT_CONCRETE expectedSites[0].name',
  ],
  'EmailReceiverProps.smarthost': ['refused INVALID_FORMAT alertReceivers[0].smarthost | reference | reference'],
  'EmailReceiverProps.from': ['refused INVALID_FORMAT alertReceivers[0].from | reference | reference'],
  'EmailReceiverProps.to': ['refused INVALID_FORMAT alertReceivers[0].to[0] | reference | reference'],
  'EmailReceiverProps.username': ['text | reference | reference'],
  'SnsReceiverProps.topicArn': ['refused INVALID_FORMAT alertReceivers[0].topicArn | reference | reference'],
  'SnsReceiverProps.region': ['refused INVALID_FORMAT alertReceivers[0].region | reference | reference'],
  'AlertReceiver.email(name)': ['text | reference | reference'],
  'AlertReceiver.sns(name)': ['text | reference | reference'],
  'WebSecurity.tlsSecret': [
    'refused INVALID_NAME webSecurity.tlsSecret | refused VALUE_NOT_CONCRETE webSecurity.tlsSecret | refused VALUE_NOT_CONCRETE webSecurity.tlsSecret',
  ],
  'WebSecurity.username': [
    'refused INVALID_NAME webSecurity.username | refused VALUE_NOT_CONCRETE webSecurity.username | refused VALUE_NOT_CONCRETE webSecurity.username',
  ],
  'UplinkOptions.url': [
    'refused INVALID_FORMAT uplink.url | refused VALUE_NOT_CONCRETE uplink.url | refused VALUE_NOT_CONCRETE uplink.url',
  ],
  'MonitoringUplink.username': [
    'refused INVALID_NAME uplink.username | refused VALUE_NOT_CONCRETE uplink.username | refused VALUE_NOT_CONCRETE uplink.username',
  ],
  'UplinkOptions.clientCertificateSecret': [
    'refused INVALID_NAME uplink.clientCertificateSecret | refused VALUE_NOT_CONCRETE uplink.clientCertificateSecret | refused VALUE_NOT_CONCRETE uplink.clientCertificateSecret',
  ],
  'UplinkOptions.image': ['text | reference | reference'],
  'WeeklyTime.timeZone': [
    'refused INVALID_FORMAT alertRoutes[0].muteTimes[0].timeZone | refused VALUE_NOT_CONCRETE alertRoutes[0].muteTimes[0].timeZone | refused VALUE_NOT_CONCRETE alertRoutes[0].muteTimes[0].timeZone',
  ],
  'WeeklyTime.from': [
    'refused INVALID_FORMAT alertRoutes[0].muteTimes[0].from | refused VALUE_NOT_CONCRETE alertRoutes[0].muteTimes[0].from | refused VALUE_NOT_CONCRETE alertRoutes[0].muteTimes[0].from',
  ],
  'WeeklyTime.until': [
    'refused INVALID_FORMAT alertRoutes[0].muteTimes[0].until | refused VALUE_NOT_CONCRETE alertRoutes[0].muteTimes[0].until | refused VALUE_NOT_CONCRETE alertRoutes[0].muteTimes[0].until',
  ],
};
