import { layersOf } from '../layers';
import { DecoderShape } from '../model-architecture';
import { shapeFaults } from '../shape-faults';
import { WeightBits } from '../weight-bits';

/**
 * A part of a model whose format a file may state.
 *
 * @internal
 */
export type Part = keyof WeightBits;

/**
 * How many layers have each part.
 *
 * @internal
 */
export type LayersByPart = { readonly [part in Part]: number };

/**
 * How many layers have each part; none if the shape is impossible, which is a fault of its own.
 *
 * @internal
 */
export function layersByPart(shape: DecoderShape): LayersByPart {
  const predictionLayers = shape.predictionLayers ?? 0;
  const outputHead = shape.tiedEmbeddings ? 0 : 1;
  const layers = {
    attention: 0,
    states: 0,
    feedForward: 0,
    sharedExperts: 0,
    experts: 0,
    outputHead,
    predictionLayers,
  };
  if (shapeFaults('any', shape).length > 0) return layers;
  const shared = (shape.experts?.shared ?? 0) > 0;
  for (const { count, attention, state, intermediateSize, experts } of layersOf(shape).kinds) {
    if (attention) layers.attention += count;
    if (state) layers.states += count;
    if (intermediateSize > 0) layers.feedForward += count;
    if (experts) layers.experts += count;
    if (experts && shared) layers.sharedExperts += count;
  }
  return layers;
}

/** Longest name of a module that is looked at. */
const LONGEST_NAME = 300;
/** Modules that are no matrix of a layer, or too small to matter. */
const OTHER =
  /norm|correction_bias|\.gate\.|indexer|lm_head|embed|vision|visual|audio|projector|patch_merge|mtp|conv1d|in_proj_[ab]\b|router|(?:^|[._])gate\*?$|_gate\*?$|\bwg\*?$/;
/** Multi-token prediction layers as a whole, or matrices of them; not the one that joins, nor gates. */
const PREDICTION = /(?:^|\.)mtp(?:\.layers(?:\.\d+(?:\..*(?:[qo]_proj|down_proj|experts))?)?)?$/;
/** The matrix that gives the logits. */
const HEAD = /^(?:language_model\.|model\.)*lm_head$/;
/** Names of parts, the first that fits. */
const NAMES: readonly (readonly [Part, RegExp])[] = [
  ['sharedExperts', /shared_expert|share_expert|shared_mlp/],
  ['experts', /experts/],
  ['states', /linear_attn|mamba|short_conv|mixer\.(?:in|out)_proj/],
  ['attention', /self_attn|attention|(?:^|[.*])attn|[qkvo]_proj|qkv/],
  ['feedForward', /mlp|ffn|feed_forward|(?:gate|up|down)_proj/],
];

/**
 * The part that a name or a pattern of modules stands for. Patterns are not run: what they contain tells.
 *
 * @internal
 */
export function partOf(module: string): Part | undefined {
  const name = module
    .slice(0, LONGEST_NAME)
    .replace(/^re:/, '')
    .replace(/\\/g, '')
    .replace(/(?:\.\*|\*|\$)+$/, '');
  if (PREDICTION.test(name)) return 'predictionLayers';
  if (HEAD.test(name)) return 'outputHead';
  if (OTHER.test(name)) return undefined;
  return NAMES.find(([, pattern]) => pattern.test(name))?.[0];
}

/**
 * Parts that a list of modules names in at least half of the layers that have them.
 *
 * @internal
 */
export function partsIn(list: readonly unknown[], layers: LayersByPart): Part[] {
  const found = new Map<Part, Set<string>>();
  for (const module of list) {
    const part = typeof module === 'string' ? partOf(module) : undefined;
    if (part === undefined) continue;
    const layer = /layers\.(\d+)\b/.exec((module as string).slice(0, LONGEST_NAME))?.[1] ?? 'all';
    const known = found.get(part);
    if (known) known.add(layer);
    else found.set(part, new Set([layer]));
  }
  return [...found]
    .filter(([part, named]) => layers[part] > 0 && (named.has('all') || 2 * named.size >= layers[part]))
    .map(([part]) => part);
}
