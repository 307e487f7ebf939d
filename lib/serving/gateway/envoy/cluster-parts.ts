import { KEY_FILE, MOUNTS, PlannedUpstream } from './gateway-plan';
import { ServerKey } from './server-key';
import { httpFilter, typed } from './typed';

/** @internal */
export const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** Requests wait in the servers, which know how many they run at once. @internal */
export const NO_LIMIT = 1_000_000;

/** The key of the server takes the place of whatever the request has; a changed secret counts without a restart. @internal */
export function keyFilter(name: string, { file }: ServerKey): object {
  return httpFilter('credential_injector', 'CredentialInjector', {
    overwrite: true,
    credential: {
      name: 'envoy.http.injected_credentials.generic',
      typed_config: typed('envoy.extensions.http.injected_credentials.generic.v3.Generic', {
        credential: { name, sds_config: { path_config_source: { path: `${MOUNTS.config}/${file}` } } },
        header: 'authorization',
        header_value_prefix: 'Bearer ',
      }),
    },
  });
}

/**
 * Files by which Envoy discovers the keys of servers, by their names: each has one, as Envoy demands.
 *
 * @internal
 */
export function serverKeyFiles(upstreams: readonly Pick<PlannedUpstream, 'name' | 'key'>[]): {
  [file: string]: object;
} {
  const files = upstreams.flatMap(({ name, key }) => (key ? [[key.file, discoveredKey(name, key)] as const] : []));
  return Object.fromEntries(files);
}

function discoveredKey(name: string, { folder }: ServerKey): object {
  const secret = { filename: `${folder}/${KEY_FILE}`, watched_directory: { path: folder } };
  return {
    resources: [typed('envoy.extensions.transport_sockets.tls.v3.Secret', { name, generic_secret: { secret } })],
  };
}

/** All addresses that a name has, asked for again and again. @internal */
export function byName(): object {
  return {
    name: 'envoy.clusters.dns',
    typed_config: typed('envoy.extensions.clusters.dns.v3.DnsCluster', {
      dns_lookup_family: 'V4_PREFERRED',
      dns_refresh_rate: '5s',
      dns_failure_refresh_rate: { base_interval: '1s', max_interval: '5s' },
    }),
  };
}

/** @internal */
export function endpoints(cluster: string, address: string, port: number): object {
  const endpoint = { address: { socket_address: { address, port_value: port } } };
  return { cluster_name: cluster, endpoints: [{ lb_endpoints: [{ endpoint }] }] };
}
