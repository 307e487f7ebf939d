/**
 * Label of every Kubernetes object that this library makes.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 *
 * @internal
 */
export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'gpu-inference-constructs' };
