import { readFileSync } from 'fs';
import * as path from 'path';
import { GpuInstanceType, ModelSpec, Parallelism, Precision } from '../../lib/planning';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { profiledMedia } from '../../lib/planning/encoder-memory';

interface Tower {
  readonly name: string;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly inputSize: number;
  readonly outputSize: number;
  readonly images: number;
  readonly patches: number;
  readonly bytesPerPosition: number;
}

const FILE = path.join(__dirname, '../../bench/vllm/results-h200-towers.json');
const { towers } = JSON.parse(readFileSync(FILE, 'utf8')) as { towers: Tower[] };
/** Hidden sizes of the language models behind them. */
const BEHIND: { readonly [name: string]: number } = { 'qwen3.6-35b': 2048, 'qwen3-vl-235b': 4096, 'qwen3.5-4b': 2560 };

/** Bytes of a position that a plan has for a tower, without the buffers of the language model's step. */
function planned({ images, patches, name, ...tower }: Tower): number {
  const tokensPerItem = patches / images / 4;
  const { hiddenSize, intermediateSize, inputSize, outputSize } = tower;
  const model = ModelSpec.dense({
    name,
    shape: {
      ...{ layers: 8, hiddenSize: BEHIND[name], intermediateSize: 4096, vocabularySize: 32000, attentionHeads: 16 },
      encoders: [
        {
          ...{ name: 'vision_config', parameters: 4e8, tokensPerItem, positionsPerToken: 4, learnedPositions: true },
          ...{ hiddenSize, intermediateSize, inputSize, outputSize },
        },
      ],
      maxContextLength: 262144,
    },
  });
  const load = resolveLoad({ model, maxBatchedTokens: images * tokensPerItem, contextLength: 8192 });
  const hardware = { instanceType: GpuInstanceType.P5_4XLARGE, precision: Precision.BF16 };
  const media = profiledMedia(configurationOf(load, hardware, Parallelism.of({ tensor: 1 })));
  expect(media?.items).toBe(images);
  return (media!.peakBytes - 2 * images * tokensPerItem * outputSize) / patches;
}

describe('what towers take on an H200', () => {
  test('three of them, in three batches', () => {
    expect(towers).toHaveLength(9);
  });

  test.each(
    towers.map((tower) => [`${tower.name}, ${tower.images} × ${tower.patches / tower.images}`, tower] as const),
  )('%s', (_, tower) => {
    // Above: workspaces of the first large image (3 %), and what one of the first layers keeps of a small one.
    expect(tower.bytesPerPosition / planned(tower)).toBeGreaterThan(1 - 0.001);
    expect(tower.bytesPerPosition / planned(tower)).toBeLessThan(1.033);
  });
});
