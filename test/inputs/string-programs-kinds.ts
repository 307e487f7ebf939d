import { TensorDataType, TritonModel } from '../../lib';
import { DataSize } from '../../lib/units';
import { PythonCode } from '../../lib/serving';
import { ArgumentPrograms, Given, StructPrograms } from './string-programs-compute';
import { deploy } from './string-programs-workloads';

const tensor = (name: string) => ({ name, dataType: TensorDataType.FP32, dims: [1] });
const model = { name: 'step', maxBatchSize: 0, inputs: [tensor('x')], outputs: [tensor('y')] };
const numbered = { ...model, outputs: [tensor('OUTPUT__0')] };
const code = PythonCode.inline({ 'model.py': 'class TritonPythonModel: pass\n' });
const step = { model: 'step', inputMap: { x: 'x' }, outputMap: { y: 'y' } };

const python = (given: Given) => deploy({ models: [TritonModel.python({ ...model, code, ...given })] });
const ensemble = (given: Given) =>
  deploy({
    models: [
      TritonModel.ensemble({ ...model, name: 'whole', steps: [step], ...given }),
      TritonModel.python({ ...model, code }),
    ],
  });

/** Of Triton's kinds of models. */
export const KIND_STRUCTS: StructPrograms = {
  PyTorchModelProps: (given) => (stack) =>
    deploy({ models: [TritonModel.pyTorch({ ...numbered, modelSize: DataSize.gib(1), ...given })] })(stack),
  PythonModelProps: (given) => (stack) => python(given)(stack),
  PythonEnvironment: (given) => (stack) =>
    python({ environment: { packedSize: DataSize.gib(1), unpackedSize: DataSize.gib(2), ...given } })(stack),
  EnsembleModelProps: (given) => (stack) => ensemble(given)(stack),
  EnsembleStep: (given) => (stack) => ensemble({ steps: [{ ...step, ...given }] })(stack),
};

export const KIND_ARGUMENTS: ArgumentPrograms = {
  'PythonCode.inline(files)': (files) => (stack) => python({ code: PythonCode.inline(files as never) })(stack),
};
