/**
 * Bits per weight of the parts of a checkpoint that is in several formats, scale factors included. What is left out has the bits of the
 * published precision; embeddings, router and norms have 16.
 */
export interface WeightBits {
  /** Projections of attention. @default - those of the published precision */
  readonly attention?: number;
  /** Projections of layers with a state. @default - those of the published precision */
  readonly states?: number;
  /** Dense feed-forward blocks. @default - those of the published precision */
  readonly feedForward?: number;
  /** Shared experts. @default - those of the published precision */
  readonly sharedExperts?: number;
  /** Routed experts. @default - those of the published precision */
  readonly experts?: number;
  /** Matrix that gives the logits, where it is not that of the embeddings. @default 16 */
  readonly outputHead?: number;
  /** Multi-token prediction layers. @default - 16 in formats of 4 bits, which are made without them, else those of the parts */
  readonly predictionLayers?: number;
}
