/**
 * Images that have vLLM in them, in the words of sentences: what to take instead of one whose vLLM is too old or too new.
 *
 * @internal
 */
export interface VllmImages {
  /** What has a version of vLLM or a later one, e.g. `Triton 26.07 or later`. */
  with(vllm: string): string;
  /** The last that has a vLLM before a version, e.g. `Triton 26.06, whose vLLM is 0.22.1`. */
  before(vllm: string): string;
}

/**
 * A version of vLLM, which its text is, and the images that sentences advise instead of it.
 *
 * @internal
 */
export interface VllmOfImages {
  readonly images: VllmImages;
  /** Methods of quantization that plugins of the image add, and formats as `load_format=gguf`. @default - it has none */
  readonly plugged?: readonly string[];
  toString(): string;
}
