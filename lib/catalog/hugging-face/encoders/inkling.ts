import { EncoderShape } from '../../encoder-shape';
import { Section } from './section';

/** Far above those of published files. */
const MOST_LAYERS = 1000;
const MOST_STEPS = 16;

type Sizes = Omit<EncoderShape, 'name'>;
/** Times, sides and channels of what one layer gives. */
type Scale = readonly [times: number, side: number, channels: number];

/** Inkling's images: matrices that join neighbours until a patch is one vector. When it starts, vLLM encodes sixteen patches. */
export function inklingVision(v: Section): Sizes | undefined {
  const channels = v.number(3, 'num_channels', 'n_channels');
  const side = v.number(40, 'patch_size');
  const times = v.number(2, 'temporal_patch_size');
  const layers = v.number(24, 'num_hidden_layers', 'n_layers');
  const steps = scalesOf(times, side, channels);
  if (layers > MOST_LAYERS || steps.length > MOST_STEPS) return undefined;
  const chosen = chosenScales(steps, layers);
  let parameters = v.text;
  for (let i = 0; i < layers; i++) {
    const [from, to] = [chosen[i], chosen[i + 1]];
    const joined = (to[0] / from[0]) * (to[1] / from[1]) ** 2;
    const last = i === layers - 1;
    const out = last ? v.text : to[2];
    parameters += from[2] * joined * out + (last ? 0 : out);
  }
  return {
    parameters,
    tokensPerItem: 16,
    positionsPerToken: 1,
    hiddenSize: v.text,
    inputSize: channels * side * side * times,
  };
}

/** Sound is a table of its bands. */
export function inklingAudio(a: Section): Sizes {
  const bands = a.number(80, 'n_mel_bins');
  return {
    parameters: bands * a.number(256, 'mel_vocab_size') * a.text + a.text,
    ...{ tokensPerItem: AUDIO_TOKENS, positionsPerToken: 1, hiddenSize: a.text, inputSize: bands },
  };
}

/** `MAX_AUDIO_TOKENS` of vLLM 0.32.0. */
const AUDIO_TOKENS = 12000;

/** Sizes between one pixel and a patch: sides grow by prime factors, the largest first, then times. */
function scalesOf(times: number, side: number, channels: number): Scale[] {
  const wide = (values: number) => 64 * Math.ceil(values / 64);
  const sides = products(side);
  return [
    [1, 1, channels],
    ...sides.map((each): Scale => [1, each, wide(each * each * channels)]),
    ...products(times).map((each): Scale => [each, side, wide(side * side * channels * each)]),
  ];
}

/** Products of the prime factors of a number, beginning with the largest. */
function products(of: number): number[] {
  const factors: number[] = [];
  for (let rest = of, factor = 2; rest > 1;)
    if (rest % factor === 0) {
      factors.push(factor);
      rest /= factor;
    } else factor = factor * factor > rest ? rest : factor + 1;
  let product = 1;
  return factors.reverse().map((factor) => (product *= factor));
}

/** For each layer the scale that is nearest to even growth, in logarithms; with fewer layers than scales the ordered choice that is nearest as a whole. */
function chosenScales(scales: readonly Scale[], layers: number): Scale[] {
  const sizes = scales.map(([times, side]) => Math.log(times * side * side));
  const last = scales.length - 1;
  const all = Math.log(scales[last][0] * scales[last][1] ** 2 * scales[0][2]);
  const costs = Array.from({ length: layers + 1 }, (_, i) => sizes.map((size) => Math.abs((all * i) / layers - size)));
  const nearest = costs.map((row) => row.indexOf(Math.min(...row)));
  const chosen = layers >= scales.length ? nearest : leastOrdered(costs);
  return chosen.map((each, i) => scales[i === 0 ? 0 : i === layers ? last : each]);
}

/** Rising columns, one for each row, whose costs are least together. */
function leastOrdered(costs: readonly (readonly number[])[]): number[] {
  let best: { cost: number; columns: number[] } = { cost: Infinity, columns: [] };
  const search = (columns: number[], cost: number): void => {
    const row = columns.length;
    if (cost >= best.cost) return;
    if (row === costs.length) best = { cost, columns };
    else
      for (let next = (columns[row - 1] ?? -1) + 1; next < costs[row].length; next++)
        search([...columns, next], cost + costs[row][next]);
  };
  search([], 0);
  return best.columns;
}
