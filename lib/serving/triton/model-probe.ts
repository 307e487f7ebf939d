/**
 * The smallest request that shows whether a model works.
 *
 * @internal
 */
export interface ModelProbe {
  /**
   * How `assets/probe-models.sh` asks: `text` for a language model that counts its tokens, `blind` for one that does not, `tensor` for any
   * other, `cached` for one of those whose responses are cached, `none` for one whose inputs cannot be made up.
   */
  readonly kind: 'text' | 'blind' | 'tensor' | 'cached' | 'none';
  /** The request, as JSON. @default - none */
  readonly request?: object;
  /** Zero bytes that follow it: its tensors. @default 0 */
  readonly tensorBytes?: number;
  /** Which of them are random, of kind `cached`. @default - none */
  readonly varied?: VariedElements;
}

/**
 * The first elements of a request, each of which begins with random bytes and ends with zeros: numbers so small that a model takes them for
 * zeros.
 *
 * @internal
 */
export interface VariedElements {
  /** Random bytes of each. */
  readonly random: number;
  /** Bytes of each. */
  readonly size: number;
  /** How many there are. */
  readonly count: number;
}
