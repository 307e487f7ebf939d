import { Precision } from '../../catalog/precision';
import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { CapacityPlan } from '../../planning/capacity-plan';
import { DataSize } from '../../units/data-size';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { LoraAdapter, OpenAiOptions } from './openai-options';

/** `MaxLoRARanks` of vllm/config/lora.py, 0.13 to 0.32. */
const RANKS = [1, 8, 16, 32, 64, 128, 256, 320, 512];

/**
 * The highest rank that a server reserves memory for; undefined where there are no adapters.
 *
 * @internal
 */
export function loraRank({ loraAdapters = [], maxLoraRank }: OpenAiOptions): number | undefined {
  if (loraAdapters.length === 0) return undefined;
  const highest = Math.max(...loraAdapters.map(({ rank }) => rank));
  return maxLoraRank ?? RANKS.find((each) => each >= highest) ?? highest;
}

/** @internal */
export function adapterFaults({ loraAdapters = [], maxLoraRank }: OpenAiOptions): Fault[] {
  const known = maxLoraRank === undefined || RANKS.includes(maxLoraRank);
  return allOf(
    () =>
      known
        ? []
        : [
            fault(
              'OUT_OF_RANGE',
              'maxLoraRank',
              `maxLoraRank must be one of ${RANKS.join(', ')}, which are all that vLLM takes; got ${maxLoraRank}`,
            ),
          ],
    () =>
      maxLoraRank !== undefined && loraAdapters.length === 0
        ? [
            fault(
              'CONFLICTING_PROPERTIES',
              'maxLoraRank',
              'maxLoraRank reserves memory for loraAdapters, but there are none; add them, or remove it',
            ),
          ]
        : [],
    () =>
      loraAdapters.flatMap((adapter, i) =>
        singleFaults(`loraAdapters[${i}]`, adapter, known ? maxLoraRank : undefined),
      ),
  );
}

function singleFaults(at: string, { name, version, rank }: LoraAdapter, most?: number): Fault[] {
  const limit = most ?? RANKS[RANKS.length - 1];
  return allOf(
    () => modelNameFaults(name, `${at}.name`),
    () => (version === undefined ? [] : modelVersionFaults(version, `${at}.version`)),
    () => {
      const faults = wholeNumberFault(`${at}.rank`, rank, 1);
      if (faults.length > 0 || rank <= limit) return faults;
      const cure = most === undefined ? 'use an adapter of a lower rank' : 'raise maxLoraRank, or use another adapter';
      const what = most === undefined ? `the highest rank that vLLM takes, ${limit}` : `maxLoraRank ${most}`;
      return [
        fault(
          'LORA_RANK_TOO_HIGH',
          `${at}.rank`,
          `adapter '${name}' has rank ${rank}, above ${what}, and would not load; ${cure}`,
        ),
      ];
    },
  );
}

/**
 * Parameters of an adapter of all linear layers of a model: two matrices at each, of its rank by the width of what goes in and comes out.
 */
function parametersOf({ model }: CapacityPlan, rank: number): number {
  const { hiddenSize, attentionHeads, headSize, keyValueHeads, intermediateSize, layers, experts } = model;
  const query = attentionHeads * headSize;
  const keyValue = keyValueHeads * headSize;
  const attention = 2 * (hiddenSize + query) + 2 * (hiddenSize + keyValue);
  const feedForward = experts
    ? 3 * (hiddenSize + experts.intermediateSize) * experts.routed
    : 3 * (hiddenSize + intermediateSize);
  return rank * layers * (attention + feedForward);
}

/**
 * Size of the files of an adapter: by its rank, where it is not given.
 *
 * @internal
 */
export function adapterSize({ size, rank }: LoraAdapter, plan: CapacityPlan): DataSize {
  return size ?? DataSize.bytes(Math.ceil(4 * parametersOf(plan, rank)));
}

/**
 * The warning that adapters take memory that the plan gives to the cache. vLLM reserves it for one adapter at a time (`max_loras`), which it splits
 * as the layers are split.
 *
 * @internal
 */
export function adapterWarnings(name: string, options: OpenAiOptions, slots: number, plan: CapacityPlan): Fault[] {
  const rank = loraRank(options);
  if (rank === undefined) return [];
  const bytes = (slots * parametersOf(plan, rank) * Precision.BF16.bits) / 8 / plan.parallelism.gpusPerReplica;
  const { available, total } = plan.memoryPerGpu;
  const room = available.bytes - total.bytes;
  if (bytes <= room) return [];
  const gib = (value: number) => DataSize.bytes(Math.ceil(Math.max(0, value))).gib.toFixed(1);
  const reason =
    `model '${name}': the plan leaves out its adapters, for which vLLM reserves up to ${gib(bytes)} GiB of each GPU (rank ${rank}), and leaves ` +
    `${gib(room)} GiB; the rest comes out of the room for the cache: plan for less (contextLength, concurrency), or lower maxLoraRank`;
  return [fault('ADAPTERS_NOT_PLANNED', undefined, reason)];
}
