import { DecoderShape } from './model-architecture';
import { DENSE_SHAPES, DenseName } from './model-table-dense';
import { EXPERTS_SHAPES, ExpertsName } from './model-table-experts';
import { LLAMA_SHAPES, LlamaName } from './model-table-llama';

/**
 * Names of all models of the catalog.
 *
 * @internal
 */
export type ModelName = LlamaName | DenseName | ExpertsName;

/**
 * Shapes of all models of the catalog.
 *
 * @internal
 */
export const MODEL_TABLE: { readonly [K in ModelName]: DecoderShape } = {
  ...LLAMA_SHAPES,
  ...DENSE_SHAPES,
  ...EXPERTS_SHAPES,
};

/** Who publishes models of the catalog at Hugging Face, under the names that it has. */
const PUBLISHERS = [
  ...['meta-llama', 'qwen', 'deepseek-ai', 'mistralai', 'google', 'microsoft', 'openai', 'zai-org', 'moonshotai'],
];

/** Tuned variants whose shape and context are those of the model. */
const VARIANTS: { readonly [name: string]: ModelName } = {
  'llama-3-1-8b-instruct': 'llama-3.1-8b',
  'llama-3-1-70b-instruct': 'llama-3.1-70b',
  'llama-3-1-405b-instruct': 'llama-3.1-405b',
  'llama-3-2-1b-instruct': 'llama-3.2-1b',
  'llama-3-2-3b-instruct': 'llama-3.2-3b',
  'llama-3-3-70b-instruct': 'llama-3.3-70b',
  'gemma-2-9b-it': 'gemma-2-9b',
  'gemma-2-27b-it': 'gemma-2-27b',
  'kimi-k2-instruct': 'kimi-k2',
  'mistral-7b-instruct-v0-3': 'mistral-7b-v0.3',
};

/**
 * The name in the table: in any case, with `_`, blanks or `-` between its parts, with the publisher before it (`Qwen/Qwen3-32B`). Nothing is
 * guessed: a name that is like another may be a model of another shape.
 *
 * @internal
 */
export function modelNameOf(text: string): string | undefined {
  const parts = text.slice(0, 128).trim().toLowerCase().split('/');
  if (parts.length > 2 || (parts.length === 2 && !PUBLISHERS.includes(parts[0]))) return undefined;
  const plain = (name: string) => name.replace(/[._\s]+/g, '-');
  const wanted = plain(parts[parts.length - 1]);
  if (Object.hasOwn(VARIANTS, wanted)) return VARIANTS[wanted];
  return Object.keys(MODEL_TABLE).find((name) => plain(name) === wanted);
}
