/**
 * Flags of `tritonserver`: since which release it has them, or nothing if all releases of `TritonRelease` do. None of them has been removed.
 *
 * Read from src/command_line_parser.cc of triton-inference-server/server, at the tags v2.53.0 (24.12) to v2.71.0 (26.07) and at e1db8a6, which is
 * ahead of 26.08.
 */
const TRITON_FLAGS: { readonly [flag: string]: string | undefined } = Object.freeze({
  'allow-client-shm': '26.04',
  'allow-cpu-metrics': undefined,
  'allow-gpu-metrics': undefined,
  'allow-grpc': undefined,
  'allow-http': undefined,
  'allow-metrics': undefined,
  'allow-sagemaker': undefined,
  'allow-vertex-ai': undefined,
  'backend-config': undefined,
  'backend-directory': undefined,
  'buffer-manager-thread-count': undefined,
  'cache-config': undefined,
  'cache-directory': undefined,
  'cuda-memory-pool-byte-size': undefined,
  'cuda-virtual-address-size': undefined,
  'disable-auto-complete-config': undefined,
  'enable-peer-access': undefined,
  'exit-on-error': undefined,
  'exit-timeout-secs': undefined,
  'grpc-address': undefined,
  'grpc-header-forward-pattern': undefined,
  'grpc-http2-max-ping-strikes': undefined,
  'grpc-http2-max-pings-without-data': undefined,
  'grpc-http2-min-recv-ping-interval-without-data': undefined,
  'grpc-infer-allocation-pool-size': undefined,
  'grpc-infer-response-compression-level': undefined,
  'grpc-infer-thread-count': '25.04',
  'grpc-keepalive-permit-without-calls': undefined,
  'grpc-keepalive-time': undefined,
  'grpc-keepalive-timeout': undefined,
  'grpc-max-connection-age': undefined,
  'grpc-max-connection-age-grace': undefined,
  'grpc-max-response-pool-size': '25.03',
  'grpc-port': undefined,
  'grpc-restricted-protocol': undefined,
  'grpc-root-cert': undefined,
  'grpc-server-cert': undefined,
  'grpc-server-key': undefined,
  'grpc-use-ssl': undefined,
  'grpc-use-ssl-mutual': undefined,
  help: undefined,
  'host-policy': undefined,
  'http-address': undefined,
  'http-header-forward-pattern': undefined,
  'http-max-input-size': '25.06',
  'http-port': undefined,
  'http-restricted-api': undefined,
  'http-thread-count': undefined,
  id: undefined,
  'load-model': undefined,
  'log-error': undefined,
  'log-file': undefined,
  'log-format': undefined,
  'log-info': undefined,
  'log-verbose': undefined,
  'log-warning': undefined,
  'metrics-address': undefined,
  'metrics-config': undefined,
  'metrics-interval-ms': undefined,
  'metrics-port': undefined,
  'min-supported-compute-capability': undefined,
  'model-config-name': undefined,
  'model-control-mode': undefined,
  'model-load-gpu-limit': undefined,
  'model-load-retry-count': undefined,
  'model-load-thread-count': undefined,
  'model-namespacing': undefined,
  'model-repository': undefined,
  'model-store': undefined,
  'pinned-memory-pool-byte-size': undefined,
  'rate-limit': undefined,
  'rate-limit-resource': undefined,
  'repoagent-directory': undefined,
  'repository-poll-secs': undefined,
  'response-cache-byte-size': undefined,
  'reuse-grpc-port': undefined,
  'reuse-http-port': undefined,
  'sagemaker-port': undefined,
  'sagemaker-safe-port-range': undefined,
  'sagemaker-thread-count': undefined,
  'strict-model-config': undefined,
  'strict-readiness': undefined,
  'trace-config': undefined,
  'trace-count': undefined,
  'trace-file': undefined,
  'trace-level': undefined,
  'trace-log-frequency': undefined,
  'trace-rate': undefined,
  'vertex-ai-default-model': undefined,
  'vertex-ai-port': undefined,
  'vertex-ai-thread-count': undefined,
});

/** Last release whose flags were read; later ones may have more. */
const LAST_READ = '26.08';

/**
 * The flags that are known of a release.
 *
 * @param release year and month
 *
 * @internal
 */
export function tritonFlags(release: string): string[] {
  return Object.keys(TRITON_FLAGS).filter((flag) => (TRITON_FLAGS[flag] ?? '') <= release);
}

/**
 * The release that a flag came with; undefined if every release has it, or none that was read.
 *
 * @internal
 */
export function tritonFlagSince(flag: string): string | undefined {
  return Object.hasOwn(TRITON_FLAGS, flag) ? TRITON_FLAGS[flag] : undefined;
}

/**
 * Whether all flags of a release are known.
 *
 * @internal
 */
export function areTritonFlagsKnown(release: string): boolean {
  return release <= LAST_READ;
}
