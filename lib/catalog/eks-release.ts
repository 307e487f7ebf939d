/**
 * Pinned versions of one Kubernetes minor on EKS.
 */
export class EksRelease {
  private constructor() {}
}
