import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { NodeNetwork } from './capacity-request';
import { PlanFacts } from './plan-facts';
import { parallelismFaults } from './parallelism-faults';

/** Plain data of a JSON object. */
interface Json {
  readonly [key: string]: unknown;
}

const COUNTS = [
  'contextLength',
  'concurrency',
  'inputTokens',
  'outputTokens',
  'maxBatchedTokens',
  'maxSequences',
  'nodes',
  'microBatches',
] as const;
const NUMBERS = [
  'kvBytesPerTokenPerGpu',
  'kvCapacityTokens',
  'maxConcurrency',
  'ruleOfThumbBatch',
  'decodeLatencyMs',
  'timeToFirstTokenMs',
  'outputTokensPerSecond',
  'maxOutputTokensPerSecond',
] as const;
const SHARES = ['gpuMemoryUtilization', 'pipelineEfficiency', 'utilization'] as const;
const FLAGS = ['cudaGraphs', 'fits'] as const;
const PRICES = ['pricePerHour', 'costPerMillionTokens', 'costPerMillionTokensWithSpare'] as const;
const FIGURE_TEXTS = ['name', 'value', 'formula', 'inputs', 'evidence', 'errorBand'] as const;

/**
 * Fields of a plan's JSON that are not what `toJson` writes.
 *
 * @internal
 */
export function fieldFaults(data: Json): Fault[] {
  const faults: Fault[] = [];
  const check = (keys: readonly string[], what: string, ok: (value: unknown) => boolean, optional = false) => {
    for (const key of keys) {
      const value = data[key];
      if (ok(value) || (optional && value === undefined)) continue;
      const got = typeof value === 'number' ? givenValue(value) : JSON.stringify(value);
      faults.push(fault('PLAN_CHANGED', key, `${key} must be ${what}; got ${got}`));
    }
  };
  const number = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity;
  check(COUNTS, 'a whole number above zero', (value) => Number.isSafeInteger(value) && (value as number) > 0);
  check(NUMBERS, 'a number, zero or more', number);
  check(SHARES, 'above 0 and at most 1', (value) => number(value) && value > 0 && value <= 1);
  check(FLAGS, 'true or false', (value) => typeof value === 'boolean');
  check(PRICES, 'a number above zero', (value) => number(value) && value > 0, true);
  const networks = Object.values(NodeNetwork) as unknown[];
  check(['network'], `one of ${networks.join(', ')}`, (value) => networks.includes(value));
  check(['warnings'], 'a list of texts', (value) => isList(value, (text) => typeof text === 'string'));
  check(['layersPerStage'], 'a list of whole numbers', (value) => isList(value, Number.isSafeInteger));
  check(['alternatives'], 'a list of alternatives', (value) =>
    isList(value, (way) => isObject(way) && isObject(way.parallelism)),
  );
  check(['figures'], 'a list of figures', (value) =>
    isList(value, (figure) => isObject(figure) && FIGURE_TEXTS.every((key) => typeof figure[key] === 'string')),
  );
  return faults;
}

/** Without stages no GPU has fewer weights than an even share; versions of the planner differ by less than this. */
const LEAST_SHARE = 0.75;

/**
 * What contradicts itself in the facts of a plan. Numbers are not computed again: a later version of the planner may find others.
 *
 * @internal
 */
export function contradictions(facts: PlanFacts): Fault[] {
  const { model, parallelism, precision, memoryPerGpu: memory, layersPerStage } = facts;
  const faults = parallelismFaults(model, parallelism, precision);
  if (facts.contextLength > model.maxContextLength)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'contextLength',
        `contextLength ${facts.contextLength} exceeds the ${model.maxContextLength} tokens of ${model.name}`,
      ),
    );
  if (facts.maxSequences < facts.concurrency)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'maxSequences',
        `maxSequences ${facts.maxSequences} is below concurrency ${facts.concurrency}`,
      ),
    );
  const layers = layersPerStage.reduce((sum, stage) => sum + stage, 0);
  if (layersPerStage.length !== parallelism.pipeline || layers !== model.layers)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'layersPerStage',
        `layersPerStage ${layersPerStage.join(', ')} is not ${model.layers} layers in ${parallelism.pipeline} stages`,
      ),
    );
  if (facts.nodes * facts.instanceType.gpuCount < parallelism.gpus)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'nodes',
        `${facts.nodes} nodes of ${facts.instanceType.name} have fewer GPUs than ${parallelism} needs`,
      ),
    );
  const { kvCachePrecision: kv } = facts;
  const whole = (facts.checkpointSize ?? model.weightSize(precision)).bytes;
  const share = whole / parallelism.tensor / Math.max(1, parallelism.expert / parallelism.tensor);
  if (parallelism.pipeline === 1 && memory.weights.bytes + facts.cpuOffload.bytes < LEAST_SHARE * share)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'memoryPerGpu',
        `weights of ${memory.weights} per GPU are fewer than ${model.name} has in ${precision.name}`,
      ),
    );
  // The fullest stage need not be the one with most layers.
  const least = model.keyValueBytesPerToken(kv) * (Math.min(...layersPerStage) / model.layers / parallelism.tensor);
  if (facts.kvBytesPerTokenPerGpu < 0.999 * least)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'kvBytesPerTokenPerGpu',
        `kvBytesPerTokenPerGpu ${facts.kvBytesPerTokenPerGpu} is less than ${model.name} needs in ${kv.name}`,
      ),
    );
  const tooMuch = memory.total.bytes > memory.available.bytes || facts.maxConcurrency < facts.concurrency;
  if (facts.fits && (tooMuch || facts.shortfallPerGpu !== undefined))
    faults.push(
      fault(
        'PLAN_CHANGED',
        'fits',
        `fits is true, but ${memory.total} and ${facts.concurrency} sequences are more than it has room for`,
      ),
    );
  return faults;
}

function isList(value: unknown, ok: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(ok);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
