/**
 * How long Helm may take, and what it waits for: like all other objects, a release does not wait for its pods, so that a first apply does not
 * hang on nodes that do not exist yet. The time bounds hooks and each request, in seconds.
 *
 * @internal
 */
export const HELM_BOUNDS = { wait: false, timeout: 300, maxHistory: 5 };
