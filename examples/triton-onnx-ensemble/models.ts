import { readFileSync } from 'fs';
import * as path from 'path';
import {
  DataSize,
  Duration,
  ModelInstances,
  PythonCode,
  TensorDataType,
  TensorSpec,
  TritonModel,
} from 'gpu-inference-constructs';

const AMOUNTS = 30;
const BATCH = 64;

const tensor = (name: string, dims: number[], dataType = TensorDataType.FP32): TensorSpec => ({ name, dims, dataType });
const code = (file: string) =>
  PythonCode.inline({ 'model.py': readFileSync(path.join(__dirname, 'code', file), 'utf8') });

/**
 * What the server serves: `fraud` for those who ask, and the three models that it is made of.
 *
 * @param instances what the ONNX model runs on
 */
export function fraudModels(instances: ModelInstances): TritonModel[] {
  const features = tensor('features', [AMOUNTS]);
  const score = tensor('score', [1]);
  const answers = [tensor('probability', [1]), tensor('suspicious', [1], TensorDataType.BOOL)];
  return [
    TritonModel.python({
      name: 'fraud-preprocess',
      code: code('preprocess.py'),
      inputs: [tensor('amounts', [AMOUNTS])],
      outputs: [features],
      maxBatchSize: BATCH,
    }),
    TritonModel.onnxRuntime({
      name: 'fraud-score',
      inputs: [features],
      outputs: [score],
      maxBatchSize: BATCH,
      modelSize: DataSize.mib(200),
      instances,
      // What comes within a millisecond is computed together.
      dynamicBatching: { maxQueueDelay: Duration.milliseconds(1) },
    }),
    TritonModel.python({
      name: 'fraud-postprocess',
      code: code('postprocess.py'),
      inputs: [score],
      outputs: answers,
      maxBatchSize: BATCH,
      parameters: { threshold: '0.9' },
    }),
    TritonModel.ensemble({
      name: 'fraud',
      inputs: [tensor('amounts', [AMOUNTS])],
      outputs: answers,
      maxBatchSize: BATCH,
      steps: [
        { model: 'fraud-preprocess', inputMap: { amounts: 'amounts' }, outputMap: { features: 'features' } },
        { model: 'fraud-score', inputMap: { features: 'features' }, outputMap: { score: 'score' } },
        {
          model: 'fraud-postprocess',
          inputMap: { score: 'score' },
          outputMap: { probability: 'probability', suspicious: 'suspicious' },
        },
      ],
    }),
  ];
}
