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
