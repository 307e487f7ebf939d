import { headsOf, latentOf } from './decoder';
import { expertsOf } from './experts';
import { Family } from './family';
import { withKinds } from './kinds';

/**
 * LongCat-Flash: each of its layers is two, with latent attention and a dense block each, and experts beside the first. Of the experts that the router
 * chooses, some compute nothing, so that a token uses fewer than it is given.
 */
const longcatFlash: Family = (given) => {
  const pairs = given.whole('num_layers') ?? Math.floor(given.required('num_hidden_layers') / 2);
  const zero = given.whole('zero_expert_num') ?? 0;
  const layers = 2 * pairs;
  const reader = given.withDefaults({
    num_hidden_layers: layers,
    intermediate_size: given.whole('ffn_hidden_size'),
    moe_intermediate_size: given.whole('expert_ffn_hidden_size'),
  });
  const latent = latentOf(reader);
  if (!latent) reader.missing('kv_lora_rank');
  const heads = headsOf(reader, {}, latent);
  // vLLM has the router in 32 bits unless the file says otherwise.
  const wide = (reader.text('router_dtype') ?? 'float32') === 'float32';
  const found = expertsOf(reader, layers, { routerBias: true }, wide ? 'router' : 'bias');
  const routed = found?.experts.routed ?? 1;
  const perToken = Math.max(1, Math.round(((found?.experts.perToken ?? 1) * routed) / (routed + zero)));
  const intermediateSize = reader.required('intermediate_size');
  const zeroRows = zero * (heads.hiddenSize + 1);
  const shape = {
    ...heads,
    layers,
    intermediateSize,
    experts: found && { ...found.experts, perToken },
    predictionLayers: reader.whole('num_nextn_predict_layers'),
    predictionExperts: false,
  };
  return withKinds(shape, (i) => ({
    attention: { latent },
    intermediateSize,
    ...(found && i % 2 === 0 ? { experts: true } : {}),
    ...(found && i % 2 === 0 && zero > 0
      ? { otherParameters: zeroRows, float32Parameters: wide ? zeroRows : zero }
      : {}),
  }));
};

/** LongCat. */
export const LONGCAT_FAMILIES = { longcat_flash: longcatFlash };
