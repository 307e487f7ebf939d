/** Ways in which pods share a GPU. */
export enum GpuSharingKind {
  /** Each GPU is used by one pod. */
  NONE = 'none',
  /** Pods take turns on a GPU, and share its memory without isolation. */
  TIME_SLICING = 'time-slicing',
  /** A GPU is divided in hardware (Multi-Instance GPU). */
  MIG = 'mig',
}
