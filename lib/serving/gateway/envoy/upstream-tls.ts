import { typed } from './typed';

const TLS_CONTEXT = 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext';
const TLS_SECRET = 'envoy.extensions.transport_sockets.tls.v3.Secret';

/** Files by which Envoy discovers what belongs to a connection with TLS, by the names of what is in them. @internal */
export interface TlsFiles {
  /** Authority of the other side. @default - those that the public knows */
  readonly authority?: { readonly name: string; readonly path: string };
  /** Own certificate. @default - none is shown */
  readonly certificate?: { readonly name: string; readonly path: string };
}

/**
 * A connection with TLS to a host, whose certificate must be that of its name or address.
 *
 * @internal
 */
export function tlsTo(host: string, { authority, certificate }: TlsFiles = {}): object {
  const isAddress = host.includes(':') || /^[\d.]+$/.test(host);
  const names = {
    match_typed_subject_alt_names: [{ san_type: isAddress ? 'IP_ADDRESS' : 'DNS', matcher: { exact: host } }],
  };
  const discovered = ({ name, path }: { readonly name: string; readonly path: string }) => ({
    name,
    sds_config: { path_config_source: { path } },
  });
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: typed(TLS_CONTEXT, {
      ...(isAddress ? {} : { sni: host }),
      common_tls_context: {
        ...(certificate ? { tls_certificate_sds_secret_configs: [discovered(certificate)] } : {}),
        ...(authority
          ? {
              combined_validation_context: {
                default_validation_context: names,
                validation_context_sds_secret_config: discovered(authority),
              },
            }
          : { validation_context: { trusted_ca: { filename: '/etc/ssl/certs/ca-certificates.crt' }, ...names } }),
      },
    }),
  };
}

/**
 * A certificate as Envoy discovers it: the files of a secret, watched.
 *
 * @internal
 */
export function certificateIn(name: string, folder: string): object {
  return {
    resources: [
      typed(TLS_SECRET, {
        name,
        tls_certificate: {
          certificate_chain: { filename: `${folder}/tls.crt` },
          private_key: { filename: `${folder}/tls.key` },
          watched_directory: { path: folder },
        },
      }),
    ],
  };
}

/**
 * An authority as Envoy discovers it: its file, watched.
 *
 * @internal
 */
export function authorityIn(name: string, folder: string, file: string): object {
  return {
    resources: [
      typed(TLS_SECRET, {
        name,
        validation_context: {
          trusted_ca: { filename: `${folder}/${file}` },
          watched_directory: { path: folder },
        },
      }),
    ],
  };
}
