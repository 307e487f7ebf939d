import { InferenceEngine } from '../../catalog/inference-engine';
import { VllmImages } from '../../catalog/vllm-images';
import { UPSTREAM_IMAGES } from '../../catalog/vllm-release';

/**
 * A version of vLLM, on which checks, defaults and arguments depend.
 *
 * @internal
 */
export class VllmVersion {
  private readonly numbers: readonly number[];

  /**
   * @param text the version as vLLM writes it, e.g. `0.15.1`
   * @param images images that have vLLM in them, which sentences advise @default - those of vLLM's own server
   * @param plugged methods of quantization that plugins of the image add, and formats as `load_format=gguf` @default - none
   */
  public constructor(
    private readonly text: string,
    public readonly images: VllmImages = UPSTREAM_IMAGES,
    public readonly plugged: readonly string[] = [],
  ) {
    this.numbers = text.split('.').map(Number);
  }

  /** Whether it is this version or a later one. */
  public isAtLeast(major: number, minor: number): boolean {
    const [ownMajor, ownMinor] = this.numbers;
    return ownMajor > major || (ownMajor === major && ownMinor >= minor);
  }

  /** vLLM of exactly this version, as the planner knows it. On which GPUs it runs, its image says. */
  public get engine(): InferenceEngine {
    return InferenceEngine.vllm(this.text)._anyGpu();
  }

  public toString(): string {
    return this.text;
  }
}
