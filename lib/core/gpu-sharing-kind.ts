/** Ways in which pods share a GPU. */
export enum GpuSharingKind {
  /** A GPU is one pod's. */
  NONE = 'none',
  /** Pods take turns on a GPU, and share its memory without a wall between them. */
  TIME_SLICING = 'time-slicing',
  /** A GPU is divided in hardware (Multi-Instance GPU). */
  MIG = 'mig',
}
