import { ModelSpec } from '../../lib/catalog';
import { ModelInstances, PodVolume, TritonModel } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { Fault } from '../../lib/units/fault';
import { reasonsOf } from '../support/faults';
import { DeploymentOverrides, deploy, onnxProps } from './support/fixtures';
import { Synthesized } from '../support/synth';
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

describe.each<[string, (options: DeploymentOverrides) => { json: Synthesized }]>([
  ['Triton', (options) => deploy(options)],
  ["vLLM's own server", ({ models: _, ...options }) => deployVllm(options)],
])('empty folders of %s', (_, make) => {
  const folder = (gib: number) => ({
    volumes: [PodVolume.claim('kept', 'kept'), PodVolume.emptyFolder('d', DataSize.gib(gib))],
    volumeMounts: [{ volume: 'd', path: '/d', readOnly: false }],
  });
  /** What the containers ask for, and may have, MiB. */
  const disk = (options: DeploymentOverrides) => {
    const { spec } = make(options).json.only('kubernetes_deployment_v1').spec.template;
    return [spec.init_container[0], spec.container[0]].flatMap(({ resources: { requests, limits } }) =>
      [requests, limits].map((each) => Number.parseInt(String(each['ephemeral-storage']), 10)),
    );
  };

  test('count in what its pods ask for and may have, beside what is given too', () => {
    const [alone] = disk({});
    expect(disk(folder(20))).toEqual(Array(4).fill(alone + 20 * 1024));
    const given = { resources: { ephemeralStorage: DataSize.gib(60) } };
    expect(disk({ ...folder(20), ...given })).toEqual(Array(4).fill(80 * 1024));
  });

  test.each([1000, 9000])('of %i GiB fit no node', (gib) => {
    const [reason, ...others] = refused(() => make(folder(gib))) as string[];
    expect(others).toEqual([]);
    expect(reason).toContain(`${gib * 1024} MiB of it for emptyFolder volumes`);
  });
});
