import { Fault, fault } from '../units/fault';
import { flagFault } from '../units/kind-faults';
import { givenValue, wholeNumberFault } from '../units/number-faults';
import { AttentionLayer, LayerKind, StateLayer } from './layer-kinds';
import { DecoderShape } from './model-architecture';
import { allOf, isUnreadable } from '../units/unreadable';

/** Most kinds of layers of one model; those with a width of their own for each layer have fewer. */
const MOST_KINDS = 128;
/** Largest width or count: far above every model, and far below where products lose digits. */
const LARGEST = 1e9;

/**
 * Everything that is impossible about a list of kinds of layers; the other numbers of the shape are without fault.
 *
 * @internal
 */
export function layerKindFaults(shape: DecoderShape): Fault[] {
  const { layerKinds: kinds, layerOrder: order } = shape;
  if (kinds === undefined) {
    return order === undefined
      ? []
      : [fault('CONFLICTING_PROPERTIES', 'layerOrder', 'layerOrder needs layerKinds; leave it out')];
  }
  if (!Array.isArray(kinds) || kinds.length === 0 || kinds.length > MOST_KINDS) {
    const given = Array.isArray(kinds) ? `${kinds.length} kinds` : givenValue(kinds);
    return [fault('OUT_OF_RANGE', 'layerKinds', `layerKinds must be a list of 1 to ${MOST_KINDS} kinds; got ${given}`)];
  }
  const faults = kinds.flatMap((kind, i) => kindFaults(`layerKinds[${i}]`, kind, shape));
  if (faults.length > 0) return faults;
  return allOf(
    () => wholeFaults(shape, kinds),
    () => orderFaults(kinds, order),
  );
}

function kindFaults(path: string, kind: LayerKind, shape: DecoderShape): Fault[] {
  if (!isObject(kind)) return [fault('INVALID_FORMAT', path, `${path} must be an object; got ${givenValue(kind)}`)];
  const { attention, state } = kind;
  const faults = allOf(
    () => required(`${path}.count`, kind.count),
    () => wholeNumberFault(`${path}.intermediateSize`, kind.intermediateSize, 0, LARGEST),
    () => wholeNumberFault(`${path}.norms`, kind.norms, 0, 100),
    () => wholeNumberFault(`${path}.otherParameters`, kind.otherParameters, 0),
    () => wholeNumberFault(`${path}.float32Parameters`, kind.float32Parameters, 0),
    () => flagFault(`${path}.experts`, kind.experts),
  );
  for (const [part, given] of Object.entries({ attention, state })) {
    if (given !== undefined && !isObject(given))
      faults.push(
        fault('INVALID_FORMAT', `${path}.${part}`, `${path}.${part} must be an object; got ${givenValue(given)}`),
      );
  }
  if (faults.length > 0) return faults;
  if (attention) faults.push(...attentionFaults(`${path}.attention`, attention, shape));
  if (state) faults.push(...stateFaults(`${path}.state`, state));
  if (kind.experts && !shape.experts)
    faults.push(
      fault('CONFLICTING_PROPERTIES', `${path}.experts`, `${path} has experts, but the shape has none; give experts`),
    );
  return faults;
}

/** What a latent and an index must have. */
const LATENT = ['keyValueRank', 'nopeHeadSize', 'ropeHeadSize', 'valueHeadSize'] as const;
const INDEX = ['heads', 'headSize', 'topTokens'] as const;

function memberOf(part: unknown, name: string): number | undefined {
  return isObject(part) && !isUnreadable(part) ? (Reflect.get(part, name) as number | undefined) : undefined;
}

function lackingFaults(path: string, part: unknown, names: readonly string[]): Fault[] {
  if (part === undefined || isUnreadable(part)) return [];
  const lacks = names.filter((name) => memberOf(part, name) === undefined);
  return lacks.map((name) => fault('MISSING_PROPERTY', `${path}.${name}`, `${path}.${name} is missing`));
}

function attentionFaults(path: string, attention: AttentionLayer, shape: DecoderShape): Fault[] {
  const { index, latent } = attention;
  const of = (part: string, names: readonly string[]) => {
    const given: unknown = Reflect.get(attention, part);
    return Object.fromEntries(names.map((name) => [`${part}.${name}`, memberOf(given, name)]));
  };
  const faults = allOf(
    () =>
      numbers(path, {
        heads: attention.heads,
        keyValueHeads: attention.keyValueHeads,
        headSize: attention.headSize,
        valueHeadSize: attention.valueHeadSize,
        window: attention.window,
        compression: attention.compression,
      }),
    () => numbers(path, of('latent', [...LATENT.filter((name) => name !== 'ropeHeadSize'), 'queryRank'])),
    // Attention without positions (GLM-5.3-Flash) has none.
    () => wholeNumberFault(`${path}.latent.ropeHeadSize`, latent?.ropeHeadSize, 0),
    () => numbers(path, of('index', [...INDEX, 'tokensPerKey'])),
    () => wholeNumberFault(`${path}.index.parameters`, index?.parameters, 0),
    () => wholeNumberFault(`${path}.matrixParameters`, attention.matrixParameters, 0),
    () => flagFault(`${path}.index.shared`, index?.shared),
    () => bitsFaults(`${path}.index.keyBits`, index?.keyBits, [8, 16]),
    () => windowFaults(`${path}.window`, attention.window, shape.maxContextLength),
    () => lackingFaults(`${path}.latent`, latent, LATENT),
    () => lackingFaults(`${path}.index`, index, INDEX),
    () =>
      (['sharesValues', 'sharesCache', 'unusedProjections', 'outputGate', 'chunked'] as const).flatMap((name) =>
        flagFault(`${path}.${name}`, attention[name]),
      ),
  );
  if (faults.length > 0 || attention.latent) return faults;
  const heads = attention.heads ?? shape.attentionHeads;
  const keyValueHeads = attention.keyValueHeads ?? shape.keyValueHeads ?? heads;
  if (heads % keyValueHeads !== 0)
    faults.push(
      fault(
        'CONFLICTING_PROPERTIES',
        `${path}.keyValueHeads`,
        `${path}.keyValueHeads ${keyValueHeads} must divide its ${heads} heads`,
      ),
    );
  if (attention.headSize === undefined && shape.headSize === undefined && shape.hiddenSize % shape.attentionHeads !== 0)
    faults.push(
      fault(
        'HEADS_DO_NOT_DIVIDE_HIDDEN_SIZE',
        `${path}.headSize`,
        `hiddenSize ${shape.hiddenSize} is not a multiple of attentionHeads ${shape.attentionHeads}; give ${path}.headSize`,
      ),
    );
  return faults;
}

function stateFaults(path: string, state: StateLayer): Fault[] {
  const heads = wholeNumberFault(`${path}.heads`, state.heads ?? null, 0, LARGEST);
  const faults = allOf(
    () => heads,
    () => required(`${path}.headSize`, state.headSize),
    () => required(`${path}.stateSize`, state.stateSize),
    () => wholeNumberFault(`${path}.groups`, state.groups, 0, LARGEST),
    () => wholeNumberFault(`${path}.matrixParameters`, state.matrixParameters ?? null, 0),
    () => numbers(path, { convolutionChannels: state.convolutionChannels, convolutionWidth: state.convolutionWidth }),
  );
  faults.push(...bitsFaults(`${path}.stateBits`, state.stateBits, [8, 16, 32]));
  return faults;
}

/** Counts that do not add up, and properties that the kinds replace. */
function wholeFaults(shape: DecoderShape, kinds: readonly LayerKind[]): Fault[] {
  const faults: Fault[] = [];
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const conflict = (property: string, reason: string) => faults.push(fault('CONFLICTING_PROPERTIES', property, reason));
  if (total !== shape.layers)
    conflict('layerKinds', `the kinds of layers are ${total} layers, but layers is ${shape.layers}`);
  if (!kinds.some(({ attention, state }) => attention || state))
    conflict('layerKinds', 'no kind of layer has attention or a state; give one of them');
  if (shape.experts && !kinds.some(({ experts }) => experts))
    conflict(
      'experts',
      'no kind of layer has the experts of the shape; give experts: true to one, or leave experts out',
    );
  const { firstDenseLayers, layerStep } = shape.experts ?? {};
  const replaced = {
    slidingWindow: shape.slidingWindow,
    latentAttention: shape.latentAttention,
    'experts.firstDenseLayers': firstDenseLayers,
    'experts.layerStep': layerStep,
  };
  for (const [property, given] of Object.entries(replaced)) {
    if (given !== undefined && given !== 0) conflict(property, `layerKinds replace ${property}; leave it out`);
  }
  return faults;
}

function orderFaults(kinds: readonly LayerKind[], order: unknown): Fault[] {
  if (order === undefined) return [];
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  const counted = kinds.map(() => 0);
  const isList = Array.isArray(order) && order.length === total;
  if (isList) for (const kind of order as unknown[]) if (typeof kind === 'number' && kind in counted) counted[kind]++;
  if (isList && counted.every((count, i) => count === kinds[i].count)) return [];
  const wanted = kinds.map(({ count }, i) => `${i} ${count} times`).join(', ');
  return [fault('CONFLICTING_PROPERTIES', 'layerOrder', `layerOrder must name each of ${total} layers: ${wanted}`)];
}

/**
 * The fault of a window that is longer than the context, and so none.
 *
 * @internal
 */
export function windowFaults(property: string, window: number | undefined, context: number): Fault[] {
  if (window === undefined || !(window > context)) return [];
  const reason = `${property} ${window} is longer than maxContextLength ${context}; leave it out, for such layers see the whole context`;
  return [fault('OUT_OF_RANGE', property, reason)];
}

function bitsFaults(path: string, bits: number | undefined, allowed: readonly number[]): Fault[] {
  if (bits === undefined || allowed.includes(bits)) return [];
  return [fault('OUT_OF_RANGE', path, `${path} must be one of ${allowed.join(', ')}; got ${givenValue(bits)}`)];
}

function numbers(path: string, values: { readonly [property: string]: number | undefined }): Fault[] {
  return Object.entries(values).flatMap(([property, value]) =>
    wholeNumberFault(`${path}.${property}`, value, 1, LARGEST),
  );
}

function required(path: string, value: number | undefined): Fault[] {
  return value === undefined
    ? [fault('MISSING_PROPERTY', path, `${path} is missing`)]
    : wholeNumberFault(path, value, 1, LARGEST);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
