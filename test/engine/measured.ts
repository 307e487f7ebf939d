import { readFileSync } from 'fs';
import * as path from 'path';

/** Layers of one kind in the engine's cache: tokens (`bytesPerToken`) or one state a sequence (`stateBytes`). */
export interface CacheKind {
  readonly kind: string;
  readonly layers: number;
  readonly blockTokens: number;
  readonly pageBytes: number;
  readonly bytesPerToken?: number;
  readonly stateBytes?: number;
  readonly window?: number;
}

/** What measure.py read from the engine for one model; `error` alone where the engine refused it. */
export interface Measured {
  readonly error?: string;
  /** Its config.json. */
  readonly config: object;
  readonly options: {
    readonly max_model_len: number;
    readonly max_num_batched_tokens: number;
    readonly max_num_seqs: number;
    readonly kv_cache_memory_bytes: number;
  };
  /** Whether the encoders of images and sound were loaded. */
  readonly media: boolean;
  readonly parameters: number;
  readonly parameterBytes: number;
  readonly cache: readonly CacheKind[];
  /** The same layers in the groups that share pages. */
  readonly groups: readonly CacheKind[];
  readonly blocks: number;
  /** Bytes of the pool that a sequence of `max_model_len` tokens takes at most. */
  readonly sequenceBytes: number;
  /** Sequences of `max_model_len` tokens that the pool has room for. */
  readonly sequences: number;
  /** Whether vLLM refuses `max_num_seqs` above the blocks of its pool, as it does where each sequence needs one for its states. */
  readonly refusesMoreSequencesThanBlocks: boolean;
  readonly refusesAsManySequencesAsBlocks: boolean;
  /**
   * The same model started with `overrides` that limit what its layers see; `error` where the engine did not start so. Left out where its layers are of
   * several kinds.
   */
  readonly windowed?: {
    readonly overrides: { readonly sliding_window: number; readonly layer_types: readonly string[] };
    readonly error?: string;
    readonly cache?: readonly CacheKind[];
    readonly sequenceBytes?: number;
  };
}

interface Results {
  readonly versions: { readonly [name: string]: string };
  readonly models: { readonly [name: string]: Measured };
}

/** Names of the models that are compared. */
export const MODEL_NAMES = Object.keys(
  (JSON.parse(readFileSync(path.join(__dirname, 'models.json'), 'utf8')) as { models: object }).models,
);

/** What the engine took, from the file that scripts/test-engine.mjs made in this run. */
export function measuredResults(): Results {
  return JSON.parse(readFileSync(process.env.ENGINE_MEASURED as string, 'utf8')) as Results;
}
