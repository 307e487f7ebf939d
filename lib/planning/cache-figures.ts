import { attentionBytes } from '../catalog/cache-bytes';
import { Layer, ResolvedAttention } from '../catalog/layers';
import { CacheLayout } from './cache-pool';
import { Configuration, DEFAULT_MAX_SEQUENCES } from './configuration';
import { PlanFacts } from './plan-fields';
import { EvidenceClass, PlanFigure } from './plan-parts';
import { isLowered } from './scheduled-sequences';

/** Kinds of attention of a model by what they keep, each once with all its layers. */
function keptAttention({ model, kvCachePrecision, parallelism }: Configuration): { text: string; layers: number }[] {
  const found = new Map<string, number>();
  for (const { attention, count } of model._layers.kinds) {
    if (!attention || attentionBytes(attention, kvCachePrecision, parallelism.tensor) === 0) continue;
    const text = attentionText(attention);
    found.set(text, (found.get(text) ?? 0) + count);
  }
  return [...found].map(([text, layers]) => ({ text, layers }));
}

function attentionText({
  latent,
  keyValueHeads,
  headSize,
  valueHeadSize,
  window,
  chunked,
  index,
}: ResolvedAttention): string {
  const values = valueHeadSize === headSize ? '' : ` and values of ${valueHeadSize}`;
  const width = latent
    ? `rank ${latent.keyValueRank} + ${latent.ropeHeadSize}`
    : `${keyValueHeads} heads of ${headSize}${values}`;
  return (
    width +
    (index ? ` and an index of ${index.headSize}` : '') +
    (window === undefined ? '' : ` in a ${chunked ? 'chunk' : 'window'} of ${window}`)
  );
}

/** Whether every layer has attention of the same heads, and keeps nothing else. */
function isPlain(kinds: readonly Layer[]): boolean {
  const key = ({ attention: a, state }: Layer) =>
    a && !a.latent && !a.index && !a.sharesCache && !state
      ? `${a.keyValueHeads} ${a.headSize} ${a.valueHeadSize}`
      : undefined;
  const first = key(kinds[0]);
  return first !== undefined && kinds.every((kind) => key(kind) === first);
}

/**
 * What the cache takes per token, per sequence and in all, with formulas and inputs.
 *
 * @internal
 */
export function cacheFigures(
  configuration: Configuration,
  facts: Pick<
    PlanFacts,
    | 'kvBytesPerTokenPerGpu'
    | 'stateBytesPerSequencePerGpu'
    | 'layersPerStage'
    | 'concurrency'
    | 'contextLength'
    | 'maxSequences'
    | 'memoryPerGpu'
  >,
  layout: CacheLayout,
  evidence: EvidenceClass,
  errorBand: string,
): PlanFigure[] {
  const { model, kvCachePrecision } = configuration;
  const { kinds } = model._layers;
  const bits = `${kvCachePrecision.bits} bits`;
  const plain = isPlain(kinds);
  const simple = plain || (model.shape.latentAttention !== undefined && kinds.every(({ state }) => !state));
  const kept = keptAttention(configuration);
  const { attentionWindow } = configuration;
  const inWindow = attentionWindow === undefined ? '' : ` in a window of ${attentionWindow}`;
  const figures: PlanFigure[] = [
    {
      name: 'key-value cache per token and GPU',
      value: `${facts.kvBytesPerTokenPerGpu} bytes`,
      formula: model.latentAttention
        ? 'layers × (rank + rotary) × bytes, on every tensor rank'
        : 'layers × 2 × ceil(heads / tensor) × head size × bytes',
      inputs: simple
        ? `${Math.max(...facts.layersPerStage)} layers, ${model.keyValueHeads} heads of ${model.headSize}${inWindow}, ${bits}`
        : `${kept.map(({ text, layers }) => `${layers} layers of ${text}`).join(', ') || 'no layer keeps any'}, ${bits}`,
      evidence,
      errorBand,
    },
  ];
  if (facts.stateBytesPerSequencePerGpu !== undefined) {
    const states = kinds.filter(({ state }) => state);
    figures.push({
      name: 'states per sequence and GPU',
      value: `${facts.stateBytesPerSequencePerGpu} bytes`,
      formula: 'layers × (heads / tensor × head size × state size × bytes + channels / tensor × (convolution - 1) × 2)',
      inputs: states
        .map(
          ({ count, state: s }) =>
            `${count} layers of ${s?.heads} × ${s?.headSize} × ${s?.stateSize} in ${s?.stateBits} bits`,
        )
        .join(', '),
      evidence,
      errorBand,
    });
  }
  const blocks = layout.blockPerSequence
    ? `; states take whole blocks, and at least one for each of ${facts.maxSequences} sequences (max_num_seqs)`
    : '';
  figures.push({
    name: 'key-value cache per GPU',
    value: String(facts.memoryPerGpu.kvCache),
    formula: `sequences × context, rounded up to blocks × bytes per token (windowed layers: the window)${blocks}`,
    inputs: `${facts.concurrency} sequences × ${facts.contextLength} tokens, blocks of ${layout.blockTokens}`,
    evidence,
    errorBand,
  });
  if (isLowered(configuration)) {
    figures.push({
      name: 'sequences in the scheduler',
      value: `${facts.maxSequences} (max_num_seqs)`,
      formula: 'as many as there are blocks of states for, at least the sequences asked for',
      inputs: `lowered from the default of ${DEFAULT_MAX_SEQUENCES}, with which the engine would not start`,
      evidence,
      errorBand,
    });
  }
  return figures;
}
