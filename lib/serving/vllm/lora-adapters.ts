import { LORA_RANKS } from '../../catalog/lora-ranks';
import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { adapterParameters } from '../../planning/adapter-weights';
import { CapacityPlan } from '../../planning/capacity-plan';
import { LoraCapacity } from '../../planning/capacity-request';
import { DataSize } from '../../units/data-size';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { MODELS_MOUNT } from '../pod/server-pod';
import { ResolvedModel } from '../model/resolved-model';
import { LoraAdapter, LoraOptions } from './openai-options';

/**
 * The highest rank that a server reserves memory for; undefined where there are no adapters.
 *
 * @internal
 */
export function loraRank({ loraAdapters = [], maxLoraRank }: LoraOptions): number | undefined {
  if (loraAdapters.length === 0) return undefined;
  const highest = Math.max(...loraAdapters.map(({ rank }) => rank));
  return maxLoraRank ?? LORA_RANKS.find((each) => each >= highest) ?? highest;
}

/**
 * The room that a server keeps for adapters, for its plan; undefined where there are none, or none that would load.
 *
 * @param slots adapters that run in one step (`max_loras`)
 *
 * @internal
 */
export function loraCapacity(options: LoraOptions, slots: unknown = 1): LoraCapacity | undefined {
  const maxRank = adapterFaults(options).length > 0 ? undefined : loraRank(options);
  return maxRank === undefined ? undefined : { maxAdapters: slots as number, maxRank };
}

/**
 * An adapter with the folder that it is copied to.
 *
 * @internal
 */
export interface PlacedAdapter {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/** @internal */
export function placedAdapters({ loraAdapters = [] }: LoraOptions): PlacedAdapter[] {
  return loraAdapters.map(({ name, version = ResolvedModel.DEFAULT_VERSION }) => {
    return { name, version, path: `${MODELS_MOUNT}/adapters/${name}/${version}` };
  });
}

/**
 * Arguments of the engine for adapters, by their names; none where there are no adapters.
 *
 * @param options the adapters
 * @param slots adapters that run in one step (`max_loras`) @default - vLLM's own, 1
 *
 * @internal
 */
export function loraArguments(options: LoraOptions, slots: unknown): { [name: string]: unknown } {
  const rank = loraRank(options);
  return rank === undefined ? {} : { enable_lora: true, max_lora_rank: rank, max_loras: slots };
}

/** @internal */
export function adapterFaults({ loraAdapters = [], maxLoraRank }: LoraOptions): Fault[] {
  const known = maxLoraRank === undefined || LORA_RANKS.includes(maxLoraRank);
  return allOf(
    () =>
      known
        ? []
        : [
            fault(
              'OUT_OF_RANGE',
              'maxLoraRank',
              `maxLoraRank must be one of ${LORA_RANKS.join(', ')}, which are all that vLLM takes; got ${maxLoraRank}`,
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
  const limit = most ?? LORA_RANKS[LORA_RANKS.length - 1];
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
 * Size of the files of an adapter: by its rank, where it is not given.
 *
 * @internal
 */
export function adapterSize({ size, rank }: LoraAdapter, plan: CapacityPlan): DataSize {
  return size ?? DataSize.bytes(4 * adapterParameters(plan.model, rank));
}

/**
 * Size of the files of those adapters whose size is given.
 *
 * @internal
 */
export function givenAdapterSize(adapters: readonly LoraAdapter[]): DataSize {
  return adapters.reduce((sum, { size }) => (size ? sum.plus(size) : sum), DataSize.ZERO);
}
