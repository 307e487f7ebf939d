/**
 * The smallest request that shows whether a model works.
 *
 * @internal
 */
export interface ModelProbe {
  /**
   * How `assets/probe-models.sh` asks: `text` for a language model that counts its tokens, `blind` for one that does not, `tensor` for any
   * other, `none` for one whose inputs cannot be made up.
   */
  readonly kind: 'text' | 'blind' | 'tensor' | 'none';
  /** The request, as JSON. @default - none */
  readonly request?: object;
  /** Zero bytes that follow it: its tensors. @default 0 */
  readonly tensorBytes?: number;
}
