/** Levels of the Pod Security admission, as Kubernetes names them. */
export enum PodSecurityLevel {
  /** No restriction; for node agents only. */
  PRIVILEGED = 'privileged',
  /** Prevents known privilege escalations. */
  BASELINE = 'baseline',
  /** Current hardening practice; the level of everything that serves. */
  RESTRICTED = 'restricted',
}
