/** What becomes of the texts of routes of alerts. */
export const ALERTING_VERDICTS: { readonly [name: string]: readonly string[] } = {
  'AlertRoute.alerts': [
    'text | refused VALUE_NOT_CONCRETE alertRoutes[0].alerts[0] | refused VALUE_NOT_CONCRETE alertRoutes[0].alerts[0]',
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
