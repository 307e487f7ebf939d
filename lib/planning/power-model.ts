import { BOARD_CLOCKS, BOARD_POWER, BoardMode, CARD_POWER } from '../catalog/power-facts';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { Fault, fault } from '../units/fault';
import { EvidenceClass, PlanFigure, PowerSetting } from './plan-parts';
import { PowerBudget } from './power-budget';

/**
 * How a limit is set on every GPU of a node, and what is left of their rates.
 *
 * @internal
 */
export interface PowerLimit extends PowerSetting {
  /** Share of the rates that computing has. */
  readonly compute: number;
  /** Share of the rate at which memory is read. */
  readonly memory: number;
  readonly mostWatts: number;
  readonly basis: string;
  readonly evidence: EvidenceClass;
  readonly errorBand: string;
}

/**
 * Share of the most power of a card, and what it left of prefill and of decoding where somebody measured it: six RTX 3090 (350 W) with a large model in
 * llama.cpp at 300, 250, 200 and 150 W, prompts of 198,000 tokens and answers after 4,000 (https://llmgarage.ai/power-limit-tokens-per-second-benchmark); of
 * decoding, 0.99 at 0.83 on an RTX 5060 Ti too (https://inventivehq.com/blog/gpu-power-limit-tokens-per-watt). Decoding waits for memory, whose clock
 * a limit of the card does not lower until there is little left: on an H200 it takes 137 to 300 of 700 W (arXiv 2605.11999). Between the points
 * the line from one to the next counts.
 */
const MEASURED: readonly { readonly share: number; readonly prefill: number; readonly decode: number }[] = [
  { share: 1, prefill: 1, decode: 1 },
  { share: 0.857, prefill: 0.943, decode: 0.99 },
  { share: 0.714, prefill: 0.853, decode: 0.974 },
  { share: 0.571, prefill: 0.6, decode: 0.941 },
  { share: 0.429, prefill: 0.258, decode: 0.862 },
];

/** What the points are of. */
const CURVE = 'prefill and decoding of RTX 3090 and RTX 5060 Ti under limits, by the share of their most power';
/** Of other cards than those that were measured. */
const CURVE_BAND = 'of other cards than were measured: prefill ± 25 %, decode + 0 to - 15 %';

/**
 * What a share of the most power leaves of computing and of reading memory.
 *
 * @param share of the most power, from the least that was measured, 0.429, to 1
 *
 * @internal
 */
export function ratesAt(share: number): { readonly compute: number; readonly memory: number } {
  const next = MEASURED.findIndex((point) => point.share <= share);
  if (next === 0) return { compute: 1, memory: 1 };
  const low = MEASURED[next === -1 ? MEASURED.length - 1 : next];
  const high = MEASURED[(next === -1 ? MEASURED.length - 1 : next) - 1];
  const part = Math.max(0, (share - low.share) / (high.share - low.share));
  const between = (from: number, to: number) => from + part * (to - from);
  return { compute: between(low.prefill, high.prefill), memory: between(low.decode, high.decode) };
}

/**
 * The limit that a budget sets; undefined where there is no budget, and where the GPUs may take all that they can.
 *
 * @internal
 */
export function powerLimit(type: GpuNodeType, budget: PowerBudget | undefined): PowerLimit | undefined {
  if (budget === undefined) return undefined;
  const each = budget.gpuWatts / type.gpuCount;
  const board = BOARD_POWER[type.gpu.name];
  if (board) {
    const mode = board.modes.find(({ watts }) => watts <= each);
    return mode === undefined ? undefined : boardLimit(type, mode, board.modes[0].watts);
  }
  const card = CARD_POWER[type.gpu.name];
  if (!card || each >= card.mostWatts) return undefined;
  const watts = Math.floor(each);
  return {
    ...{ wattsPerGpu: watts, mostWatts: card.mostWatts, ...ratesAt(watts / card.mostWatts) },
    ...{ basis: CURVE, evidence: EvidenceClass.EXTRAPOLATED, errorBand: CURVE_BAND },
  };
}

/** Computing goes by clock and multiprocessors, reading by the clock of the memory; by the curve of cards where clocks are not known. */
function boardLimit({ gpu }: GpuNodeType, mode: BoardMode, mostWatts: number): PowerLimit {
  const { id: modeId, name: modeName, watts: wattsPerGpu, gpuMhz, clusters, memoryMhz } = mode;
  const set = { wattsPerGpu, mostWatts, modeId, modeName };
  const most = BOARD_CLOCKS[gpu.name];
  if (!most || gpuMhz === undefined || clusters === undefined || memoryMhz === undefined)
    return {
      ...{ ...set, ...ratesAt(wattsPerGpu / mostWatts), basis: CURVE, evidence: EvidenceClass.ASSUMED },
      errorBand: 'of boards nobody published it: a factor of 1.5 either way',
    };
  return {
    ...set,
    gpuClockMhz: gpuMhz,
    compute: (gpuMhz * clusters) / (most.gpuMhz * most.clusters),
    memory: memoryMhz / most.memoryMhz,
    basis: `${clusters} of ${most.clusters} clusters at ${gpuMhz} of ${most.gpuMhz} MHz, memory at ${memoryMhz} of ${most.memoryMhz} MHz`,
    evidence: EvidenceClass.EXTRAPOLATED,
    errorBand: 'clocks by NVIDIA; decoding of Orin Nano at 25 W is 1.36 to 1.47 times that at 15 W, by the clocks 1.5',
  };
}

/**
 * That GPUs cannot be held within a budget.
 *
 * @internal
 */
export function powerFaults(type: GpuNodeType, budget: PowerBudget | undefined): Fault[] {
  if (budget === undefined) return [];
  const { gpu, gpuCount, name } = type;
  const each = Math.floor(budget.gpuWatts / gpuCount);
  const left = `powerBudget (${budget}) leaves ${each} W for each of the ${gpuCount} × ${gpu} of ${name}`;
  const least = BOARD_POWER[gpu.name]?.modes.at(-1)?.watts ?? CARD_POWER[gpu.name]?.leastWatts;
  if (least === undefined) {
    if (each >= gpu.tdpWatts) return [];
    const reason = `${left}, which takes up to ${gpu.tdpWatts} W, and it is not known how low its limit can be set; give at least ${gpu.tdpWatts * gpuCount} W to the GPUs, or use T4, L4, A2 or a Jetson`;
    return [fault('POWER_LIMIT_NOT_KNOWN', 'powerBudget', reason)];
  }
  if (each >= least) return [];
  const fewer = Math.floor(budget.gpuWatts / least);
  const cure = fewer >= 1 ? `, or use a node with ${fewer} of them` : '';
  const reason = `${left}, whose limit cannot be set below ${least} W; give at least ${least * gpuCount + budget.otherWatts} W${cure}`;
  return [fault('POWER_BUDGET_TOO_SMALL', 'powerBudget', reason)];
}

/**
 * What a plan states of a limit.
 *
 * @internal
 */
export function settingOf({ wattsPerGpu, modeId, modeName, gpuClockMhz }: PowerLimit): PowerSetting {
  return {
    wattsPerGpu,
    ...(modeId === undefined ? {} : { modeId, modeName }),
    ...(gpuClockMhz === undefined ? {} : { gpuClockMhz }),
  };
}

/**
 * Why a limit that was written by hand cannot be set on a GPU; undefined where it can.
 *
 * @internal
 */
export function settingFault({ gpu }: GpuNodeType, power: PowerSetting | undefined): string | undefined {
  if (power === undefined) return undefined;
  const { wattsPerGpu: watts, modeId } = power;
  const board = BOARD_POWER[gpu.name];
  if (board) {
    if (board.modes.some((mode) => mode.id === modeId && mode.watts === watts)) return undefined;
    return `${gpu} has no power mode ${modeId} of ${watts} W`;
  }
  const card = CARD_POWER[gpu.name];
  if (card && modeId === undefined && watts >= card.leastWatts && watts <= card.mostWatts) return undefined;
  return `the limit of ${gpu} cannot be set to ${watts} W${modeId === undefined ? '' : ` by the mode ${modeId}`}`;
}

/**
 * The row of a plan about power.
 *
 * @internal
 */
export function powerFigures(limit: PowerLimit | undefined): PlanFigure[] {
  if (!limit) return [];
  const { wattsPerGpu, mostWatts, modeId, modeName, compute, memory, basis, evidence, errorBand } = limit;
  const set = modeId === undefined ? `nvidia-smi -pl ${wattsPerGpu}` : `nvpmodel -m ${modeId} (${modeName})`;
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return [
    {
      name: 'power per GPU',
      value: `${wattsPerGpu} of ${mostWatts} W, set by ${set}: ${percent(compute)} of the rate of computing, ${percent(memory)} of that of memory`,
      formula:
        'the most that the budget allows; prefill goes by computing, decoding by memory until computing takes longer',
      inputs: basis,
      evidence,
      errorBand,
    },
  ];
}
