import { ModelSpec } from '../../lib/catalog';
import { ModelInstances, TritonModel } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { Fault } from '../../lib/units/fault';
import { reasonsOf } from '../support/faults';
import { deploy, onnxProps } from './support/fixtures';
import { VllmOverrides, deployVllm } from './support/vllm-fixtures';

const APPROXIMATE = ModelSpec.dense({ name: 'own', parameters: 3e9 });

/** What is refused, if anything. */
const refused = (made: () => unknown) => {
  try {
    return made() && [];
  } catch (error) {
    return reasonsOf((error as { faults: Fault[] }).faults);
  }
};

const resources = { ephemeralStorage: DataSize.gib(1) };

describe('local disk below the files of models', () => {
  const tensors = (...sizes: (DataSize | undefined)[]) => {
    const models = sizes.map((modelSize, i) =>
      TritonModel.onnxRuntime({
        ...onnxProps,
        name: `m${i}`,
        modelSize,
        instances: i > 0 ? ModelInstances.onCpu() : undefined,
      }),
    );
    return refused(() => deploy({ models, resources }));
  };
  const language = (model: VllmOverrides['model']) => refused(() => deployVllm({ model, resources }));
  const must = (mib: number, of: string) =>
    `resources.ephemeralStorage must be at least ${mib} MiB, ${of}; got 1024 MiB`;

  test('is refused by sizes that are given', () => {
    expect(tensors(DataSize.gib(2))).toEqual([must(2048, 'the files of the models')]);
    expect(language({ checkpointSize: DataSize.gib(16) })).toEqual([
      `model 'chat': ${must(16384, 'the files of the models')}`,
    ]);
  });

  test('is not refused by sizes that are assumed', () => {
    expect(tensors(undefined)).toEqual([]);
    expect(tensors(DataSize.gib(2), undefined)).toEqual([must(2048, 'the files of the models whose size is known')]);
    expect(language({ model: APPROXIMATE })).toEqual([]);
    expect(language({ model: APPROXIMATE, checkpointSize: DataSize.gib(6) })).toEqual([
      `model 'chat': ${must(6144, 'the files of the models')}`,
    ]);
  });

  test('nor by those of adapters', () => {
    const adapter = (size?: DataSize) =>
      language({ model: APPROXIMATE, loraAdapters: [{ name: 'legal', rank: 16, size }] });
    expect(adapter()).toEqual([]);
    expect(adapter(DataSize.gib(2))).toEqual([
      `model 'chat': ${must(2048, 'the files of the models whose size is known')}`,
    ]);
  });
});
