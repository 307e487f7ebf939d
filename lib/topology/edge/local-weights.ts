import { ModelCache } from '../../serving/pod/model-cache';
import { DataSize } from '../../units/data-size';
import { AssignedModel } from '../shared/model-assignment';
import { GivenServing, isVllm } from '../shared/serving-options';

/** The version that is served, and the one that replaces it. */
const VERSIONS = 2;
/** What engines compile, of each model: some hundred MB by vLLM, see docs/model-cache.md. */
const COMPILED = DataSize.gib(1);

/**
 * Serving whose weights stay on the disk of each machine unless it says otherwise: pods that restart while the link is cut need them.
 *
 * @internal
 */
export function localWeights(serving: GivenServing, assigned: readonly AssignedModel[]): GivenServing {
  const bytes = assigned.reduce((sum, { resolved }) => sum + VERSIONS * resolved.storedSize.bytes + COMPILED.bytes, 0);
  if (bytes === 0) return serving;
  const modelCache = ModelCache.onNode({ size: DataSize.gib(Math.ceil(DataSize.bytes(bytes).gib)) });
  const kept = (options: { readonly modelCache?: ModelCache } = {}) => ({
    ...options,
    modelCache: options.modelCache ?? modelCache,
  });
  return isVllm(serving)
    ? { ...serving, vllmServing: kept(serving.vllmServing) }
    : { ...serving, serving: kept(serving.serving) };
}
