import { Fault, fault } from '../units/fault';
import { Layer, ResolvedAttention, layersOf } from './layers';
import { DecoderShape } from './model-architecture';
import { LayerParameters, countParameters, parametersOf } from './parameter-count';
import { allOf } from '../units/unreadable';

/** Most parameters of a model, as of one of which only their number is known. */
const MOST_PARAMETERS = 1e14;
/** Most values of the state of one layer and sequence, and most channels: a thousand times those of any model. */
const MOST_STATE = 1e9;

/**
 * What is impossible about the layers of a shape as a whole; each number alone is without fault: caches, choices and counts that nothing
 * provides, and more parameters than there are.
 *
 * @internal
 */
export function layerLimitFaults(shape: DecoderShape): Fault[] {
  const { kinds, order } = layersOf(shape);
  const counted = countParameters(shape, { kinds });
  const total = parametersOf(counted.layers) + counted.embedding + counted.finalNorm + counted.encoder;
  const faults = kinds.flatMap((kind, i) =>
    allOf(
      () => countFaults(shape, kind, counted.kinds[i], pathOf(shape, i)),
      () => keptFaults(shape, kind, pathOf(shape, i)),
    ),
  );
  if (!(total <= MOST_PARAMETERS)) {
    const reason = `the numbers of the shape make ${total.toPrecision(3)} parameters, more than ${MOST_PARAMETERS}; no model is near that`;
    faults.push(fault('OUT_OF_RANGE', undefined, reason));
  }
  if (shape.layerKinds) faults.push(...ownerFaults(kinds, shape.layerOrder ? order : undefined));
  return faults;
}

function pathOf({ layerKinds }: DecoderShape, kind: number): string {
  return layerKinds ? `layerKinds[${kind}].` : '';
}

function countFaults(shape: DecoderShape, kind: Layer, counted: LayerParameters, path: string): Fault[] {
  const faults: Fault[] = [];
  const conflict = (property: string, reason: string) => faults.push(fault('CONFLICTING_PROPERTIES', property, reason));
  if (counted.attention < 0) {
    const given = kind.attention?.matrixParameters;
    conflict(
      `${path}attention.matrixParameters`,
      `${path}attention.matrixParameters ${given} are fewer than the ${counted.keyValue} of its keys and values; leave it out to count them`,
    );
  }
  if (kind.float32Parameters > counted.small) {
    conflict(
      `${path}float32Parameters`,
      `${path}float32Parameters ${kind.float32Parameters} are more than the ${counted.small} parameters of the layer that are in no matrix; lower them`,
    );
  }
  const inRouter = shape.experts?.float32RouterParameters ?? 0;
  if (kind.experts && inRouter > counted.router) {
    conflict(
      'experts.float32RouterParameters',
      `experts.float32RouterParameters ${inRouter} are more than the ${counted.router} parameters of a router; lower them`,
    );
  }
  return faults;
}

function keptFaults({ maxContextLength }: DecoderShape, { attention, state }: Layer, path: string): Fault[] {
  const faults: Fault[] = [];
  const longer = (property: string, tokens: number | undefined) => {
    if (tokens === undefined || tokens <= maxContextLength) return;
    const reason = `${path}attention.${property} ${tokens} is longer than maxContextLength ${maxContextLength}; use at most that`;
    faults.push(fault('OUT_OF_RANGE', `${path}attention.${property}`, reason));
  };
  longer('compression', attention?.compression);
  longer('index.topTokens', attention?.index?.topTokens);
  if (!state) return faults;
  const { heads, headSize, stateSize, convolutionChannels, convolutionWidth } = state;
  if (heads === 0 && (convolutionChannels === 0 || convolutionWidth === 1)) {
    const reason = `${path}state keeps nothing: it has no heads and no convolution; give heads, or convolutionChannels and a convolutionWidth of at least 2`;
    faults.push(fault('CONFLICTING_PROPERTIES', `${path}state`, reason));
  }
  for (const [what, values] of [
    ['heads × headSize × stateSize', heads * headSize * stateSize],
    ['convolutionChannels', convolutionChannels],
  ] as const) {
    if (values <= MOST_STATE) continue;
    const reason = `${path}state has ${values.toPrecision(3)} ${what}, more than ${MOST_STATE}; no layer is near that`;
    faults.push(fault('OUT_OF_RANGE', `${path}state`, reason));
  }
  return faults;
}

/**
 * Layers that take the cache or the choice of an earlier layer, where no layer has one, or none of the layers before.
 *
 * @param order kinds of the layers in their order, if it is known
 */
function ownerFaults(kinds: readonly Layer[], order: readonly number[] | undefined): Fault[] {
  const roles = [
    {
      property: 'attention.sharesCache',
      takes: (of?: ResolvedAttention) => of?.sharesCache === true,
      gives: (from: ResolvedAttention, to: ResolvedAttention) => !from.sharesCache && widthOf(from) === widthOf(to),
      what: 'reads the cache of an earlier layer, but no earlier layer has one of its width',
    },
    {
      property: 'attention.index.shared',
      takes: (of?: ResolvedAttention) => of?.index?.shared === true,
      gives: (from: ResolvedAttention) => from.index !== undefined && from.index.shared !== true,
      what: 'takes the tokens that an earlier layer picked, but no earlier layer has an index of its own',
    },
  ];
  return kinds.flatMap(({ attention }, i) =>
    roles.flatMap(({ property, takes, gives, what }) => {
      if (!attention || !takes(attention)) return [];
      const before = order ? order.slice(0, order.indexOf(i)) : kinds.keys();
      const owned = [...before].some((kind) => {
        const from = kinds[kind].attention;
        return from !== undefined && gives(from, attention);
      });
      if (owned) return [];
      return [
        fault(
          'CONFLICTING_PROPERTIES',
          `layerKinds[${i}].${property}`,
          `layerKinds[${i}] ${what}; give it to one, or leave it out here`,
        ),
      ];
    }),
  );
}

/** What a token takes in a cache that two layers may share. */
function widthOf({ latent, keyValueHeads, headSize, valueHeadSize }: ResolvedAttention): string {
  return latent
    ? [latent.keyValueRank, latent.ropeHeadSize].join()
    : [keyValueHeads, headSize, valueHeadSize].join(' ');
}
