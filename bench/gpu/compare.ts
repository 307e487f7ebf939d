import { readFileSync } from 'fs';
import * as path from 'path';
import {
  DecoderShape,
  GpuInstanceType,
  GpuInterconnect,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
  DataSize,
} from '../../lib/planning';
import { activationBytes, keyValueBytes, memoryOf } from '../../lib/planning/memory-model';
import { Setup, resolveLoad, setupOf } from '../../lib/planning/setup';
import { passTime } from '../../lib/planning/step-time';
import { table } from '../planner/report';

/** One timing of measure.py. */
interface Timing {
  readonly medianMs: number;
  readonly attention: string;
}
interface DecodePoint extends Timing {
  readonly batch: number;
  readonly context: number;
  readonly kvBytes: number;
}
interface PrefillPoint extends Timing {
  readonly tokens: number;
  readonly eagerWallMs: number;
  readonly peakActivationBytes: number;
}
interface MeasuredModel {
  readonly shape: DecoderShape & { readonly name: string };
  readonly precision: string;
  readonly weightBytes: number;
  readonly allocatedBytes: number;
  readonly decode: DecodePoint[];
  readonly prefill: PrefillPoint[];
  readonly graphMemory?: { readonly graphs: number; readonly bytes: number };
}
interface Results {
  readonly measured: string;
  readonly versions: { readonly [name: string]: string };
  readonly device: { readonly name: string; readonly totalBytes: number; readonly contextBytes: number };
  readonly models: MeasuredModel[];
  readonly repeated: { model: string; precision: string; decode: DecodePoint[]; prefill: PrefillPoint[] }[];
}

const HARDWARE = GpuInstanceType.custom({
  name: 'one-h200',
  gpu: GpuType.H200,
  gpuCount: 1,
  interconnect: GpuInterconnect.NVSWITCH,
  vcpus: 16,
  memory: DataSize.gib(128),
});
const BANDS = [0.05, 0.1, 0.15, 0.2];

/** The catalogue's model of that name; shapes it has no name for (fewer layers) are made as they were measured. */
function modelOf({ shape }: MeasuredModel): ModelSpec {
  return ModelSpec.ALL.find((model) => model.name === shape.name) ?? ModelSpec.dense({ name: shape.name, shape });
}

function setup(measured: MeasuredModel, contextLength: number, tokenWindow?: number, utilization?: number): Setup {
  const model = modelOf(measured);
  const engine = InferenceEngine.VLLM;
  const load = resolveLoad({
    model,
    contextLength,
    concurrency: 1,
    engine,
    maxBatchedTokens: tokenWindow,
    gpuMemoryUtilization: utilization,
  });
  return setupOf(load, { instanceType: HARDWARE, precision: Precision.of(measured.precision) }, Parallelism.NONE);
}

/** The planner's step of `batch` sequences that have `context` tokens each, milliseconds. */
function plannedDecode(measured: MeasuredModel, point: DecodePoint): number {
  const { batch, context } = point;
  const pass = { decoding: batch, cachedTokens: batch * context, prompts: 0, promptTokens: context };
  return passTime(setup(measured, context), pass).total * 1e3;
}

function plannedPrefill(measured: MeasuredModel, { tokens }: PrefillPoint): number {
  const pass = { decoding: 0, cachedTokens: 0, prompts: 1, promptTokens: tokens };
  return passTime(setup(measured, tokens), pass).total * 1e3;
}

const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
const median = (values: number[]) => sorted(values)[Math.floor(values.length / 2)];
const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
const label = ({ shape, precision }: MeasuredModel) => `${shape.name} ${precision}`;

function summaryRow(name: string, errors: number[]): string[] {
  const absolute = errors.map(Math.abs);
  const within = BANDS.map((band) => `${absolute.filter((e) => e <= band).length}/${errors.length}`);
  const worst = errors.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return [
    name,
    String(errors.length),
    percent(median(errors)),
    percent(median(absolute)).slice(1),
    percent(worst),
    ...within,
  ];
}

/** Prints what was measured on the GPU beside what the planner says: `npx tsx bench/gpu/compare.ts [FILE]`. */
function main(file: string): void {
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  const { device, versions, models } = results;
  const lines = [
    `${device.name}, ${results.measured}; ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    `memory as CUDA reports it: ${mib(device.totalBytes)} MiB, catalogue ${mib(GpuType.H200.memory.bytes)} MiB; ` +
      `CUDA context and libraries ${mib(device.contextBytes)} MiB`,
    '',
  ];
  lines.push(
    table(
      'Weights and key-value cache, bytes',
      ['model', 'weights', 'planned', 'error', 'allocated', 'cache/token', 'planned', 'error'],
      models.map((measured) => {
        const made = setup(measured, 1024);
        const planned = memoryOf(made).weights;
        const { batch, context, kvBytes } = measured.decode[0];
        const perToken = kvBytes / batch / context;
        const cache = keyValueBytes(made, made.model.layers);
        return [
          label(measured),
          String(measured.weightBytes),
          String(Math.round(planned)),
          percent(planned / measured.weightBytes - 1),
          percent(measured.allocatedBytes / measured.weightBytes - 1),
          String(perToken),
          String(cache),
          percent(cache / perToken - 1),
        ];
      }),
    ),
  );
  const errors: { [group: string]: number[] } = {};
  const note = (group: string, error: number) => (errors[group] ??= []).push(error);
  const decode = models.flatMap((measured) =>
    measured.decode.map((point) => {
      const planned = plannedDecode(measured, point);
      const error = planned / point.medianMs - 1;
      note(`decode ${measured.precision}`, error);
      note(`  ${label(measured)}`, error);
      return [
        label(measured),
        String(point.batch),
        String(point.context),
        point.medianMs.toFixed(3),
        planned.toFixed(3),
        percent(error),
      ];
    }),
  );
  lines.push(table('Decode step, ms', ['model', 'batch', 'context', 'measured', 'planned', 'error'], decode));
  const prefill = models.flatMap((measured) =>
    [...measured.prefill]
      .sort((a, b) => a.tokens - b.tokens)
      .map((point) => {
        const planned = plannedPrefill(measured, point);
        const error = planned / point.medianMs - 1;
        note(`prefill ${measured.precision}`, error);
        const reserve = activationBytes(setup(measured, point.tokens, point.tokens));
        return [
          label(measured),
          String(point.tokens),
          point.medianMs.toFixed(2),
          planned.toFixed(2),
          percent(error),
          point.eagerWallMs.toFixed(2),
          mib(point.peakActivationBytes),
          mib(reserve),
        ];
      }),
  );
  const prefillHeader = [
    'model',
    'tokens',
    'measured',
    'planned',
    'error',
    'launched one by one',
    'peak MiB',
    'reserved MiB',
  ];
  lines.push(table('Prefill of one prompt, ms; activations', prefillHeader, prefill));
  const graphs = models.filter((measured) => measured.graphMemory);
  lines.push(
    table(
      'Memory beside weights and cache, MiB: context + captured graphs + activations of 8192 tokens',
      ['model', 'graphs', 'context', 'in graphs', 'activations', 'together', 'reserved by the plan'],
      graphs.map((measured) => memoryRow(measured, device.contextBytes)),
    ),
    table(
      'Errors of times, planned / measured - 1',
      ['group', 'points', 'median', 'median size', 'worst', ...BANDS.map((band) => `within ${band * 100} %`)],
      Object.entries(errors).map(([group, values]) => summaryRow(group, values)),
    ),
    spread(results),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** What is measured beside weights and cache, and what the plan reserves for it. */
function memoryRow(measured: MeasuredModel, contextBytes: number): string[] {
  const { graphs, bytes } = measured.graphMemory!;
  const activations = measured.prefill.find((point) => point.tokens === 8192)?.peakActivationBytes ?? 0;
  // With all of the memory given to the engine the plan keeps context and graphs free inside it.
  const planned = memoryOf(setup(measured, 8192, 8192, 1));
  const all = contextBytes + bytes + activations;
  return [
    label(measured),
    String(graphs),
    ...[contextBytes, bytes, activations, all, planned.activations + planned.runtime].map(mib),
  ];
}

/** How far the same measurement on other cards of the kind is away. */
function spread({ models, repeated }: Results): string {
  const ratios = (kind: 'decode' | 'prefill') =>
    repeated.flatMap((again) => {
      const first = models.find((m) => m.shape.name === again.model && m.precision === again.precision);
      const key = (p: Partial<DecodePoint & PrefillPoint>) => `${p.batch} ${p.context} ${p.tokens}`;
      return again[kind].flatMap((p) => {
        const same = (first?.[kind] as Timing[]).find((q) => key(q) === key(p));
        return same ? [p.medianMs / same.medianMs - 1] : [];
      });
    });
  return table(
    'The same on other runs, each on a machine of its own',
    ['kind', 'points', 'median', 'least', 'most'],
    (['decode', 'prefill'] as const).map((kind) => {
      const values = sorted(ratios(kind));
      return [kind, String(values.length), ...[median(values), values[0], values[values.length - 1]].map(percent)];
    }),
  );
}

main(path.resolve(process.argv[2] ?? path.join(__dirname, 'results-h200.json')));
