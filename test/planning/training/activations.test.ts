import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import {
  DataSize,
  DecoderShape,
  DeepSpeedConfig,
  GpuNodeType,
  GpuType,
  ModelSpec,
  TrainingPlanner,
} from '../../../lib';

interface Measured {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly attentionHeads: number;
  readonly keyValueHeads: number;
  readonly vocabularySize: number;
  readonly sequences: number;
  readonly tokens: number;
  readonly checkpointing: boolean;
  readonly parameters: number;
  readonly peak: number;
  readonly seconds: number;
}

const MEASURED = (
  JSON.parse(readFileSync(path.join(__dirname, 'fixtures', 'activations.json'), 'utf8')) as { measured: Measured[] }
).measured;

const SHAPE = [
  'hiddenSize',
  'intermediateSize',
  'layers',
  'attentionHeads',
  'keyValueHeads',
  'vocabularySize',
] as const;

const shapeOf = (measured: Measured): DecoderShape => ({
  ...(Object.fromEntries(SHAPE.map((name) => [name, measured[name]])) as { [name in (typeof SHAPE)[number]]: number }),
  maxContextLength: measured.tokens,
});

const planned = (measured: Measured) =>
  TrainingPlanner.plan({
    model: ModelSpec.dense({ name: 'measured', shape: shapeOf(measured) }),
    hardware: GpuNodeType.custom({
      name: 'one-h200',
      gpu: GpuType.of('H200'),
      gpuCount: 1,
      vcpus: 16,
      memory: DataSize.gib(128),
    }),
    sequenceLength: measured.tokens,
    deepSpeed: DeepSpeedConfig.of({
      microBatchSize: measured.sequences,
      activationCheckpointing: measured.checkpointing,
    }),
  });

describe('activations measured on a GPU', () => {
  test.each(
    MEASURED.map((each) => {
      const { hiddenSize, layers, vocabularySize, sequences, tokens, checkpointing } = each;
      return [
        `${layers} layers of ${hiddenSize}, vocabulary ${vocabularySize}, ${sequences} × ${tokens}${checkpointing ? ', checkpointing' : ''}`,
        each,
      ] as const;
    }),
  )('%s', (_, measured) => {
    const plan = planned(measured);
    expect(plan.model.parameters).toBe(measured.parameters);
    const ratio = plan.memoryPerGpu.activations.bytes / measured.peak;
    // A plan that is below would run out of memory; what a whole GPU has is planned with 5 % to spare.
    expect(ratio).toBeGreaterThan(0.998);
    expect(ratio).toBeLessThan(1.05);
  });

  test('checkpointing of a whole model: the time of R15 and a little more, and less memory than a third', () => {
    const whole = MEASURED.filter(({ layers, sequences }) => layers === 32 && sequences === 2);
    const [without, checkpointed] = [false, true].map((is) => whole.find(({ checkpointing }) => checkpointing === is)!);
    expect(checkpointed.seconds / without.seconds).toBeCloseTo(1.24, 2);
    expect(checkpointed.peak / without.peak).toBeCloseTo(0.23, 2);
    const plan = planned(checkpointed);
    const { activationsWithCheckpointing: less, activationsWithoutCheckpointing: all } = plan;
    expect(less.bytes / all.bytes).toBeCloseTo(0.23, 2);
  });
});
