/**
 * Highest ranks of LoRA adapters that vLLM can be told (`MaxLoRARanks` of vllm/config/lora.py, 0.13 to 0.32); adapters of lower ranks run too.
 *
 * @internal
 */
export const LORA_RANKS: readonly number[] = [1, 8, 16, 32, 64, 128, 256, 320, 512];
