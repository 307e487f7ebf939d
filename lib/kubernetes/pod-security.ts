/** User and group that our non-root containers run as: `triton-server` in the Triton image. */
const NON_ROOT_ID = '1000';

/**
 * Pod security context that the Pod Security level 'restricted' admits.
 *
 * @internal
 */
export function restrictedPodSecurityContext(id = NON_ROOT_ID) {
  return {
    runAsNonRoot: true,
    runAsUser: id,
    runAsGroup: id,
    fsGroup: id,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/**
 * Container security context that the Pod Security level 'restricted' admits.
 *
 * `runAsNonRoot` is repeated here because the Kubernetes provider writes `false` for it when a container security context
 * omits it, which overrides the pod's and admission then refuses the pod.
 *
 * @internal
 */
export function restrictedContainerSecurityContext(readOnlyRootFilesystem = true) {
  return {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
}
