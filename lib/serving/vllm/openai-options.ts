import { ReasoningParser, ToolCallParser } from '../../catalog/vllm-parsers';
import { DataSize } from '../../units/data-size';

/**
 * A LoRA adapter in the model store, as `ModelImport` puts it there: `s3://<bucket>/<name>/<version>`.
 */
export interface LoraAdapter {
  /** Name that requests call it by, and its folder in the model store. */
  readonly name: string;
  /** Its version in the model store. @default '1' */
  readonly version?: string;
  /** Its rank: `r` of its adapter_config.json. */
  readonly rank: number;
  /** Size of its files. @default - of all linear layers in 32 bits */
  readonly size?: DataSize;
}

/**
 * Adapters of a language model: requests to vLLM's own server name one instead of the model, requests to Triton by `lora_name` in
 * their sampling parameters.
 */
export interface LoraOptions {
  /** Adapters that requests may name; each is copied from the store as the model is. @default - none */
  readonly loraAdapters?: LoraAdapter[];
  /**
   * Highest rank of an adapter, for which vLLM reserves memory: 1, 8, 16, 32, 64, 128, 256, 320 or 512.
   * @default - the lowest of them that all adapters fit
   */
  readonly maxLoraRank?: number;
}

/**
 * What vLLM's own server offers beside the model; Triton has of it only the adapters.
 */
export interface OpenAiOptions extends LoraOptions {
  /** Names that requests call it by; the first one is in its answers and metrics. @default - its name */
  readonly servedModelNames?: string[];
  /** How calls of tools are found in its answers. @default - they are not, and requests cannot offer tools */
  readonly toolCallParser?: ToolCallParser;
  /** How its reasoning is told from its answer. @default - it is part of the answer */
  readonly reasoningParser?: ReasoningParser;
}
