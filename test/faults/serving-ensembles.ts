import {
  EnsembleModelProps,
  EnsembleStep,
  PyTorchModelProps,
  PythonCode,
  PythonModelProps,
  TensorDataType,
  TritonModel,
} from '../../lib/serving';
import { TritonRelease } from '../../lib/catalog';
import { DataSize } from '../../lib/units';
import { DeploymentOverrides, deploy } from '../serving/support/fixtures';
import { warningsOf } from '../support/faults';
import { unescapeTemplate } from '../support/template';
import { FaultText } from './fault-text';

const code = PythonCode.inline({ 'model.py': 'class TritonPythonModel: pass\n' });
const tensor = (name: string, dims = [4], dataType = TensorDataType.FP32) => ({ name, dims, dataType });
const named = (name: string, more: Partial<PythonModelProps> = {}) =>
  TritonModel.python({
    name,
    code,
    inputs: [tensor('x')],
    outputs: [tensor('y')],
    maxBatchSize: 8,
    ...more,
  });
const first: EnsembleStep = { model: 'first', inputMap: { x: 'raw' }, outputMap: { y: 'between' } };
const second: EnsembleStep = { model: 'second', inputMap: { x: 'between' }, outputMap: { y: 'result' } };

/** An ensemble of two models, first or second of which may be other ones. */
export const whole = (
  props: Partial<EnsembleModelProps>,
  models = [named('first'), named('second')],
  more: DeploymentOverrides = {},
) =>
  deploy({
    models: [
      TritonModel.ensemble({
        name: 'whole',
        inputs: [tensor('raw')],
        outputs: [tensor('result')],
        maxBatchSize: 8,
        steps: [first, second],
        ...props,
      }),
      ...models,
    ],
    ...more,
  });
const python = (props: Partial<PythonModelProps>) => () => deploy({ models: [named('first', props)] });
const pyTorch = (props: Partial<PyTorchModelProps>) => () =>
  deploy({
    models: [
      TritonModel.pyTorch({
        name: 'net',
        modelSize: DataSize.gib(1),
        inputs: [tensor('x')],
        outputs: [tensor('OUTPUT__0')],
        maxBatchSize: 8,
        ...props,
      }),
    ],
  });

/** Four files of one text. */
const large = (text: string) => Object.fromEntries(['model.py', 'a.py', 'b.py', 'c.py'].map((file) => [file, text]));

/** Bytes of the config map of a model whose code is empty. */
function configBytes(): number {
  const { json } = deploy({ models: [named('first', { code: PythonCode.inline(large('')) })] });
  const data = json.only('kubernetes_config_map_v1').data as { [key: string]: string };
  return Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(unescapeTemplate(text)), 0);
}

/** Faults of Triton's Python and PyTorch models, and of ensembles. */
export const TEXTS: FaultText[] = [
  {
    id: 'EMPTY_LIST',
    property: 'models[0].steps',
    text: "model 'whole': steps must have at least one step",
    refuse: () => whole({ steps: [] }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].steps[0].model',
    text: "model 'whole': unknown model of a step 'frist'; nearest: 'first', 'second'; the other models of this deployment are first, second",
    refuse: () => whole({ steps: [{ ...first, model: 'frist' }, second] }),
  },
  {
    id: 'VERSION_NOT_ASSEMBLED',
    property: 'models[0].steps[1].modelVersion',
    text: "model 'whole': modelVersion of 'second' must be one that the server serves, 1; got 2",
    refuse: () => whole({ steps: [first, { ...second, modelVersion: 2 }] }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].steps[0].inputMap',
    text: "model 'whole': unknown input of 'first' 'z'; nearest: 'x'; it has x",
    refuse: () => whole({ steps: [{ ...first, inputMap: { x: 'raw', z: 'raw' } }, second] }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'models[0].steps[0].outputMap',
    text: "model 'whole': outputMap must have at least one output of 'first': y",
    refuse: () => whole({ steps: [{ ...first, outputMap: {} }, second] }),
  },
  {
    id: 'INVALID_NAME',
    property: 'models[0].steps[0].outputMap',
    text: "model 'whole': output 'y' of 'first' must have the name of a tensor of the ensemble; got ''",
    refuse: () => whole({ steps: [{ ...first, outputMap: { y: '' } }, second] }),
  },
  {
    id: 'ENSEMBLE_INPUT_MISSING',
    property: 'models[0].steps[0].inputMap',
    text: "model 'whole': inputMap must have input 'mask' of 'first', which is not optional",
    refuse: () => whole({}, [named('first', { inputs: [tensor('x'), tensor('mask')] }), named('second')]),
  },
  {
    id: 'ENSEMBLE_BATCH_TOO_LARGE',
    property: 'models[0].maxBatchSize',
    text: "model 'whole': maxBatchSize must be at most 4, that of 'second'; got 8",
    refuse: () => whole({}, [named('first'), named('second', { maxBatchSize: 4 })]),
  },
  {
    id: 'ENSEMBLE_TENSOR_WRITTEN_TWICE',
    property: 'models[0].steps[1].outputMap',
    text: "model 'whole': tensor 'between' must be written once, but it is output 'y' of 'first' and output 'y' of 'second'; use another name",
    refuse: () => whole({ steps: [first, { ...second, outputMap: { y: 'between' } }] }),
  },
  {
    id: 'ENSEMBLE_TENSOR_UNUSED',
    property: 'models[0].inputs[1]',
    text: "model 'whole': input 'more' must be read by a step; use it or remove it",
    refuse: () => whole({ inputs: [tensor('raw'), tensor('more')] }),
  },
  {
    id: 'ENSEMBLE_TENSOR_UNUSED',
    property: 'models[0].steps[0].outputMap',
    text: "model 'whole': tensor 'extra', output 'z' of 'first', must be read by a step or be an output; leave the output out",
    refuse: () =>
      whole({ steps: [{ ...first, outputMap: { y: 'between', z: 'extra' } }, second] }, [
        named('first', { outputs: [tensor('y'), tensor('z')] }),
        named('second'),
      ]),
  },
  {
    id: 'ENSEMBLE_TENSOR_NOT_WRITTEN',
    property: 'models[0].outputs[1]',
    text: "model 'whole': output 'score' must be written by a step: by its outputMap, which names it 'score'",
    refuse: () => whole({ outputs: [tensor('result'), tensor('score')] }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].steps[1].inputMap',
    text: "model 'whole': unknown tensor that input 'x' of 'second' reads 'betwen'; nearest: 'between', 'raw', 'result'; it must be an input of the ensemble or be written by a step",
    refuse: () => whole({ steps: [first, { ...second, inputMap: { x: 'betwen' } }] }),
  },
  {
    id: 'ENSEMBLE_CIRCULAR',
    property: 'models[0].steps[0].inputMap',
    text: "model 'whole': step 'first' must not wait for tensors that depend on its own outputs; 'first', 'second' wait for each other",
    refuse: () =>
      whole(
        {
          steps: [
            { ...first, inputMap: { x: 'raw', loop: 'result' } },
            { ...second, inputMap: { x: 'between' } },
          ],
        },
        [named('first', { inputs: [tensor('x'), tensor('loop')] }), named('second')],
      ),
  },
  {
    id: 'ENSEMBLE_CIRCULAR',
    property: 'models[0].steps[0].model',
    text: "model 'whole': steps must not lead back to the ensemble, but 'first' has it among its own steps",
    refuse: () =>
      whole({}, [
        TritonModel.ensemble({
          name: 'first',
          inputs: [tensor('x')],
          outputs: [tensor('y')],
          maxBatchSize: 8,
          steps: [{ model: 'whole', inputMap: { raw: 'x' }, outputMap: { result: 'y' } }],
        }),
        named('second'),
      ]),
  },
  {
    id: 'ENSEMBLE_TENSORS_DIFFER',
    property: 'models[0].steps[1].inputMap',
    text: "model 'whole': tensor 'between' must be of one type and shape, the batch included; it is TYPE_FP32 [-1, 4] for 'y' of 'first' and TYPE_FP32 [-1, 5] for 'x' of 'second'",
    refuse: () => whole({}, [named('first'), named('second', { inputs: [tensor('x', [5])] })]),
  },
  {
    id: 'ENSEMBLE_STREAMS_JOINED',
    property: 'models[0].steps[1].inputMap',
    text: "model 'whole': inputs of step 'second' must come through the same models that answer any number of times, or through none; pass what is needed through these models too",
    refuse: () =>
      whole({ steps: [first, { ...second, inputMap: { x: 'between', raw: 'raw' } }] }, [
        named('first', { decoupled: true }),
        named('second', { inputs: [tensor('x'), tensor('raw')] }),
      ]),
  },
  {
    id: 'ENSEMBLE_BOUND_NOT_IN_RELEASE',
    property: 'models[0].maxInflightRequests',
    text: "model 'whole': maxInflightRequests needs tritonRelease 25.11 or later; got 25.10; use a later release or remove it",
    refuse: () => whole({ maxInflightRequests: 4 }, undefined, { tritonRelease: TritonRelease.of('25.10') }),
  },
  {
    id: 'ENSEMBLE_HANGS_WHEN_FULL',
    text: "ensemble 'whole' may never answer a request while the queue of a step is full in Triton 26.01; use tritonRelease 26.02 or later, and bound the time of requests in the clients until then",
    faults: () => warningsOf(whole({}, undefined, { tritonRelease: TritonRelease.V26_01 }).deployment),
  },
  {
    id: 'TENSOR_NOT_ORDINAL',
    property: 'models[0].outputs[0].name',
    text: "model 'net': outputs of a PyTorch model must end with their places, each of 0 to 0 once, e.g. 'OUTPUT__0'; got 'score'",
    refuse: pyTorch({ outputs: [tensor('score')] }),
  },
  {
    id: 'INVALID_DIMENSION',
    property: 'models[0].inputs[0].dims',
    text: "model 'net': inputs 'x' of texts must have one dimension in a PyTorch model; got [2, 2]",
    refuse: pyTorch({ inputs: [tensor('x', [2, 2], TensorDataType.STRING)] }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'models[0].code.files',
    text: "model 'first': code must have a file model.py with a class TritonPythonModel; got code.py",
    refuse: python({ code: PythonCode.inline({ 'code.py': '' }) }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'models[0].environment.packedSize',
    text: "model 'first': environment.packedSize is needed where the code is inline: it is all that is copied from the store",
    refuse: python({ environment: { unpackedSize: DataSize.gib(2) } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].otherVersions',
    text: "model 'first': otherVersions needs code from the store: inline code is the same in all versions",
    refuse: python({ version: '2', otherVersions: ['1'] }),
  },
  {
    id: 'RESERVED',
    property: 'models[0].parameters[EXECUTION_ENV_PATH]',
    text: "model 'first': parameters must not set EXECUTION_ENV_PATH, which other properties of the model decide; remove it",
    refuse: python({ parameters: { EXECUTION_ENV_PATH: '/opt/environment' } }),
  },
  {
    id: 'CONFIG_MAP_TOO_LARGE',
    property: 'models',
    text: `the files made at synthesis must take at most 1048576 bytes, what a config map holds, together; they take ${configBytes() + 1040000}; put code into the model store: PythonCode.fromStore()`,
    refuse: python({ code: PythonCode.inline(large('x'.repeat(260000))) }),
  },
  {
    id: 'CONFIG_MAP_KEY_TWICE',
    property: 'models',
    text: "two files would have the key 'config.pbtxt.1.a' in the config map; rename a model or a file",
    refuse: () =>
      deploy({
        models: [named('a', { code: PythonCode.inline({ 'model.py': '', 'config.pbtxt': '' }) }), named('1.a')],
      }),
  },
];
