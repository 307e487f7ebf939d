/**
 * A configuration of an extension of Envoy, with the type that it is read as.
 *
 * @internal
 */
export function typed(type: string, config: object = {}): object {
  return { '@type': `type.googleapis.com/${type}`, ...config };
}

/** An HTTP filter. @internal */
export function httpFilter(filter: string, message: string, config: object = {}, name = filter): object {
  return {
    name: `envoy.filters.http.${name}`,
    typed_config: typed(`envoy.extensions.filters.http.${filter}.v3.${message}`, config),
  };
}

const MANAGER = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';

/** What speaks HTTP at a listener; metrics have the prefix. @internal */
export function manager(prefix: string, config: object): object {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: typed(MANAGER, { stat_prefix: prefix, ...config }),
  };
}
