import { readFileSync } from 'fs';
import * as path from 'path';
import {
  DecoderShape,
  GpuNodeType,
  GpuInterconnect,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
  DataSize,
} from '../../lib/planning';
import { memoryOf } from '../../lib/planning/memory-model';
import { activationBytes } from '../../lib/planning/activation-memory';
import { Configuration, resolveLoad, configurationOf } from '../../lib/planning/configuration';
import { Pass } from '../../lib/planning/pass';
import { passTime } from '../../lib/planning/step-time';
import { table } from '../planner/report';
import { AllReduceRow, allReduceTable } from './all-reduce';

/** One timing of measure.py or measure_parallel.py. */
interface Timing {
  readonly medianMs: number;
  readonly attention: string;
  /** Under tensor parallelism: the fastest way to reduce, the other ways and attention kernels, and the time without all-reduces. */
  readonly allReduce?: string;
  readonly othersMs?: { readonly [kernels: string]: number };
  readonly withoutAllReducesMs?: number;
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
  readonly tensor?: number;
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
  readonly allReduce?: AllReduceRow[];
  readonly models: MeasuredModel[];
  readonly repeated: {
    model: string;
    precision: string;
    tensor?: number;
    decode: DecodePoint[];
    prefill: PrefillPoint[];
  }[];
}

let hardware: GpuNodeType;
const BANDS = [0.05, 0.1, 0.15, 0.2];

/** The device as an instance type. */
function hardwareOf(name: string): GpuNodeType {
  const gpu = [GpuType.H100, GpuType.H200].find((type) => name.includes(type.name));
  if (!gpu) throw new Error(`no GPU of the catalog for '${name}'`);
  const memory = DataSize.gib(512);
  return GpuNodeType.custom({
    name: 'measured',
    gpu,
    gpuCount: 4,
    interconnect: GpuInterconnect.NVSWITCH,
    vcpus: 64,
    memory,
  });
}

/** The catalog's model of that name; shapes it has no name for (fewer layers) are made as they were measured. */
function modelOf({ shape }: MeasuredModel): ModelSpec {
  return ModelSpec.ALL.find((model) => model.name === shape.name) ?? ModelSpec.dense({ name: shape.name, shape });
}

function setup(
  measured: MeasuredModel,
  contextLength: number,
  maxBatchedTokens?: number,
  utilization?: number,
): Configuration {
  const model = modelOf(measured);
  const engine = InferenceEngine.VLLM;
  const load = resolveLoad({
    model,
    contextLength,
    concurrency: 1,
    engine,
    maxBatchedTokens,
    gpuMemoryUtilization: utilization,
  });
  const parallelism = Parallelism.of({ tensor: measured.tensor ?? 1 });
  return configurationOf(load, { instanceType: hardware, precision: Precision.of(measured.precision) }, parallelism);
}

/** A step of `batch` sequences that have `context` tokens each. */
function decodePass({ batch, context }: DecodePoint): Pass {
  return { decoding: batch, cachedTokens: batch * context, prompts: 0, promptTokens: context };
}

function prefillPass({ tokens }: PrefillPoint): Pass {
  return { decoding: 0, cachedTokens: 0, prompts: 1, promptTokens: tokens };
}

function plannedDecode(measured: MeasuredModel, point: DecodePoint): number {
  return passTime(setup(measured, point.context), decodePass(point)).total * 1e3;
}

function plannedPrefill(measured: MeasuredModel, point: PrefillPoint): number {
  return passTime(setup(measured, point.tokens), prefillPass(point)).total * 1e3;
}

/** What the all-reduces of a pass take, measured and planned, and what is left of both without them. */
function collectiveRow(measured: MeasuredModel, point: DecodePoint | PrefillPoint, note: Note): string[] {
  const decode = 'batch' in point;
  const pass = decode ? decodePass(point) : prefillPass(point);
  const { total, collectives } = passTime(setup(measured, decode ? point.context : point.tokens), pass);
  const rest = point.withoutAllReducesMs!;
  const error = ((total - collectives) * 1e3) / rest - 1;
  note(`${decode ? 'decode' : 'prefill'} without all-reduces`, error);
  return [
    label(measured),
    decode ? `${point.batch} x ${point.context}` : `prompt of ${point.tokens}`,
    point.allReduce!,
    (point.medianMs - rest).toFixed(2),
    (collectives * 1e3).toFixed(2),
    rest.toFixed(2),
    ((total - collectives) * 1e3).toFixed(2),
    percent(error),
  ];
}

const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
const median = (values: number[]) => sorted(values)[Math.floor(values.length / 2)];
const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
const label = ({ shape, precision, tensor = 1 }: MeasuredModel) =>
  `${shape.name} ${precision}${tensor > 1 ? ` on ${tensor}` : ''}`;
type Note = (group: string, error: number) => void;

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
  hardware = hardwareOf(device.name);
  const lines = [
    `${device.name}, ${results.measured}; ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    `memory as CUDA reports it: ${mib(device.totalBytes)} MiB, catalog ${mib(hardware.gpu.memory.bytes)} MiB; ` +
      `CUDA context and libraries ${mib(device.contextBytes)} MiB`,
    '',
  ];
  lines.push(
    table(
      'Weights and key-value cache, bytes',
      ['model', 'weights', 'planned', 'error', 'allocated', 'cache/token', 'planned', 'error'],
      models.map((measured) => {
        const made = setup(measured, 1024);
        const { weights: planned, kvPerToken: cache } = memoryOf(made);
        const { batch, context, kvBytes } = measured.decode[0];
        const perToken = kvBytes / batch / context;
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
  const note: Note = (group, error) => void (errors[group] ??= []).push(error);
  const group = (kind: string, { precision, tensor }: MeasuredModel) =>
    `${kind} ${precision}${results.allReduce ? ` on ${tensor}` : ''}`;
  const decode = models.flatMap((measured) =>
    measured.decode.map((point) => {
      const planned = plannedDecode(measured, point);
      const error = planned / point.medianMs - 1;
      note(group('decode', measured), error);
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
        note(group('prefill', measured), error);
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
  lines.push(...parallelTables(results, note));
  const graphs = models.filter((measured) => measured.graphMemory);
  if (graphs.length > 0)
    lines.push(
      table(
        'Memory beside weights and cache, MiB: context + captured graphs + activations of 8192 tokens',
        ['model', 'graphs', 'context', 'in graphs', 'activations', 'together', 'reserved by the plan'],
        graphs.map((measured) => memoryRow(measured, device.contextBytes)),
      ),
    );
  lines.push(
    table(
      'Errors of times, planned / measured - 1',
      ['group', 'points', 'median', 'median size', 'worst', ...BANDS.map((band) => `within ${band * 100} %`)],
      Object.entries(errors).map(([group, values]) => summaryRow(group, values)),
    ),
    spread(results),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** All-reduces by themselves, and inside decode and prefill. */
function parallelTables({ allReduce, models }: Results, note: Note): string[] {
  if (!allReduce) return [];
  const points = models.flatMap((measured) =>
    [...measured.decode, ...measured.prefill].filter((p) => p.withoutAllReducesMs).map((p) => ({ measured, p })),
  );
  const header = ['model', 'pass', 'reduced by', 'all-reduces', 'planned', 'the rest', 'planned', 'error'];
  return [
    table(
      'All-reduces in a pass, and the rest of it, ms',
      header,
      points.map(({ measured, p }) => collectiveRow(measured, p, note)),
    ),
    allReduceTable(allReduce, hardware, note),
  ];
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

/** The time of `point` with the kernels of `again`; without all-reduces, of the fastest. */
function sameKernels(point: Timing, again: Timing): number | undefined {
  const { attention, allReduce } = again;
  if (allReduce === undefined || allReduce === 'none') return point.medianMs;
  if (attention === point.attention && allReduce === point.allReduce) return point.medianMs;
  return point.othersMs?.[`${attention}, ${allReduce}`];
}

/** How far the same measurement on other cards of the kind is away. */
function spread({ models, repeated }: Results): string {
  const ratios = (kind: 'decode' | 'prefill') =>
    repeated.flatMap((again) => {
      const first = models.find(
        (m) => m.shape.name === again.model && m.precision === again.precision && m.tensor === again.tensor,
      );
      const key = (p: Partial<DecodePoint & PrefillPoint>) => `${p.batch} ${p.context} ${p.tokens}`;
      return again[kind].flatMap((p) => {
        const same = (first?.[kind] as Timing[]).find((q) => key(q) === key(p));
        const before = same && sameKernels(same, p);
        return before ? [p.medianMs / before - 1] : [];
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
