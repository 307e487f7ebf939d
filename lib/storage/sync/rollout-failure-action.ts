/** What becomes of a release that failed, beside that no other ring gets it. */
export enum RolloutFailureAction {
  /** Rings that have it keep it; sites where its check failed have taken it back by themselves. */
  STOP = 'stop',
  /** Rings in which something is wrong get what they had before, by a release with the next number. */
  TAKE_BACK_RING = 'take-back-ring',
  /** All rings that have it get what they had before, by releases with the next number. */
  TAKE_BACK_ALL = 'take-back-all',
}
