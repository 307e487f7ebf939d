/**
 * What reads images or sound and hands tokens to the language model: a tower of layers, and a projector.
 *
 * When it starts, vLLM encodes as many of the largest items as one step may hold (`profile_run`): `max(max_num_batched_tokens, tokens of the
 * largest item)` divided by those tokens. The item is a video where a video is larger than an image.
 */
export interface EncoderShape {
  /** Section of the file that describes it, e.g. `vision_config`. */
  readonly name: string;
  /**
   * Parameters of the tower and the projector; engines load them in 16 bits, whatever the format of the language model.
   * @default - not known: plans count neither weights nor activations, and warn (`ENCODER_NOT_COUNTED`)
   */
  readonly parameters?: number;
  /** Tokens that the language model reads of the largest image or clip of sound. @default - not known: plans warn */
  readonly tokensPerItem?: number;
  /** Tokens of one image of a video, or of two where the encoder joins them. @default - it reads no videos */
  readonly tokensPerFrame?: number;
  /** Tokens of the longest video that the engine encodes when it starts. @default - as many images as the context holds */
  readonly maxVideoTokens?: number;
  /**
   * Tokens of the prompt for one token of a video, its time marks included (Qwen3-VL: 12.5). Before 0.13 vLLM kept room for all of them.
   * @default 1
   */
  readonly promptTokensPerVideoToken?: number;
  /** Positions (patches, spectral frames) in the tower for one token. @default 1 */
  readonly positionsPerToken?: number;
  /** Width of the tower's hidden state. @default - not known: its activations are not counted */
  readonly hiddenSize?: number;
  /** Width of its feed-forward block. @default - 4 × hiddenSize */
  readonly intermediateSize?: number;
  /** Whether it learned its positions, which are interpolated for each image and stay while its layers run. @default false */
  readonly learnedPositions?: boolean;
  /** Whether the feed-forward block has a gate. @default false */
  readonly gatedFeedForward?: boolean;
  /** Values of one position before the first layer: pixels and colors of a patch, or bands of a spectrum. @default - none are counted */
  readonly inputSize?: number;
  /** Values handed to the language model for one token. @default - its hidden size */
  readonly outputSize?: number;
  /** Whether the engine shares the tower's matrices out over tensor ranks. @default false */
  readonly shared?: boolean;
}
