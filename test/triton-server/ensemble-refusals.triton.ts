import { mkdirSync, writeFileSync } from 'fs';
import * as path from 'path';
import { EnsembleModelProps, ModelInstances, OnnxRuntimeModelProps, TensorDataType, TritonModel } from '../../lib';
import { faultsThrown } from '../support/faults';
import { deploy } from '../serving/support/fixtures';
import { EnsembleModel } from '../../lib/serving/triton/backends/ensemble-model';
import { OnnxRuntimeModel } from '../../lib/serving/triton/backends/onnx-runtime-model';
import { renderTextFormat } from '../../lib/serving/triton/protobuf-text';
import { RealTriton, workFolder } from './real-triton';

const tensor = (name: string, dims = [4], dataType = TensorDataType.FP32) => ({ name, dims, dataType });
const model = (name: string, more: Partial<OnnxRuntimeModelProps> = {}): OnnxRuntimeModelProps => ({
  name,
  inputs: [tensor('x')],
  outputs: [tensor('y')],
  maxBatchSize: 8,
  instances: ModelInstances.onCpu(),
  ...more,
});
const MODELS = [
  model('first'),
  model('second'),
  model('small', { maxBatchSize: 4 }),
  model('wide', { inputs: [tensor('x', [5])] }),
  model('whole-numbers', { inputs: [tensor('x', [4], TensorDataType.INT32)] }),
  model('both', { inputs: [tensor('x'), tensor('z')] }),
];
const first = { model: 'first', inputMap: { x: 'raw' }, outputMap: { y: 'between' } };
const second = { model: 'second', inputMap: { x: 'between' }, outputMap: { y: 'result' } };
const SOUND: EnsembleModelProps = {
  name: 'whole',
  inputs: [tensor('raw')],
  outputs: [tensor('result')],
  maxBatchSize: 8,
  steps: [first, second],
};

/** What is refused here, with a part of what the server says. */
const REFUSED: [string, Partial<EnsembleModelProps>, RegExp][] = [
  ['a model that is not there', { steps: [first, { ...second, model: 'third' }] }, /third/],
  ['a version that is not there', { steps: [first, { ...second, modelVersion: 9 }] }, /version|second/],
  ['no steps', { steps: [] }, /must specify 'step'/],
  ['no inputs of a step', { steps: [{ ...first, inputMap: {} }, second] }, /must specify 'input_map'/],
  ['no outputs of a step', { steps: [first, { ...second, outputMap: {} }] }, /must specify 'output_map'/],
  ['an unknown input', { steps: [{ ...first, inputMap: { x: 'raw', q: 'raw' } }, second] }, /non-existing input q/],
  ['an input that is missing', { steps: [first, { ...second, model: 'both' }] }, /input z.*is not mapped/],
  ['an unknown output', { steps: [first, { ...second, outputMap: { q: 'result' } }] }, /non-existing output q/],
  ['a batch that is too large', { steps: [first, { ...second, model: 'small' }] }, /maximum batch size to be 4/],
  [
    'a tensor that is written twice',
    { steps: [first, { ...first, model: 'second' }, second] },
    /can appear in an output map only once/,
  ],
  ['an input that is not used', { inputs: [tensor('raw'), tensor('more')] }, /'more'.*is not used/],
  ['an output that is not written', { outputs: [tensor('result'), tensor('more')] }, /'more'.*is not used/],
  [
    'a tensor that is not used',
    { steps: [first, second, { ...first, model: 'second', outputMap: { y: 'spare' } }] },
    /'spare' is unused/,
  ],
  [
    'a circle',
    { steps: [{ model: 'both', inputMap: { x: 'raw', z: 'result' }, outputMap: { y: 'between' } }, second] },
    /not written|not connected/,
  ],
  ['different shapes', { steps: [first, { ...second, model: 'wide' }] }, /inconsistent shape/],
  ['different types', { steps: [first, { ...second, model: 'whole-numbers' }] }, /inconsistent data type/],
];

describe('what is refused of an ensemble here, the server refuses', () => {
  let triton: RealTriton;
  const folder = workFolder('ensembles');
  const put = (name: string, config: object) => {
    const text = renderTextFormat({ ...config, name, model_metrics: undefined });
    mkdirSync(path.join(folder, name, '1'), { recursive: true });
    writeFileSync(path.join(folder, name, 'config.pbtxt'), text);
  };

  beforeAll(async () => {
    const placement = { gpuIds: [], exclusive: true, unloads: false };
    for (const props of MODELS) put(props.name, new OnnxRuntimeModel(props).config(placement));
    put('sound', new EnsembleModel(SOUND).config());
    REFUSED.forEach(([, more], index) => put(`whole-${index}`, new EnsembleModel({ ...SOUND, ...more }).config()));
    triton = await RealTriton.start({
      args: [`--model-repository=${folder}`, '--model-control-mode=explicit', '--disable-auto-complete-config'],
    });
  });
  afterAll(() => triton?.stop());

  test('a sound one is loaded', async () => {
    expect(await triton.load('sound')).toBeUndefined();
  });

  test.each(REFUSED.map(([what, more, said], index) => [what, more, said, index] as const))(
    '%s',
    async (_, more, said, index) => {
      const models = [
        TritonModel.ensemble({ ...SOUND, ...more }),
        ...MODELS.map((props) => TritonModel.onnxRuntime(props)),
      ];
      const faults = faultsThrown(() => deploy({ models }));
      expect(faults.map(({ property }) => property?.startsWith('models[0].'))).toContain(true);
      const before = triton.log.length;
      const reason = await triton.load(`whole-${index}`);
      // What is refused before any model is loaded has its reason in the log.
      expect(reason).toEqual(expect.any(String));
      expect(`${reason}${triton.log.slice(before)}`).toMatch(said);
      expect(triton.exit).toBeUndefined();
    },
  );
});
