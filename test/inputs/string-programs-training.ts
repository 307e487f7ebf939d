import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { JobSetController, ModelPipeline, ModelStep, QualityGate, TrainingJob } from '../../lib/jobs';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Given, Program, StructPrograms } from './string-programs-compute';

function train(given: Given, id = 'Tune'): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    void new TrainingJob(stack, id, {
      ...{ cluster, modelName: 'llama', model: ModelSpec.LLAMA_3_2_1B, dataName: 'talks', steps: 10 },
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE),
      modelStore: new TestStore(stack, 'Store'),
      sequenceLength: 1024,
      image: 'registry.example.com/training:1',
      checkpointClaim: 'checkpoints',
      ...given,
    });
  };
}

function control(given: Given, id = 'Sets'): Program {
  return (stack) => void new JobSetController(stack, id, { cluster: testCluster(stack), ...given });
}

const text = { name: 'talks', file: 'talks.txt' };

function pipe(given: Given, id = 'Pipe'): Program {
  return (stack) => {
    void new ModelPipeline(stack, id, {
      ...{ cluster: testCluster(stack), modelStore: new TestStore(stack, 'Store'), modelName: 'llama' },
      ...{ model: ModelSpec.LLAMA_3_2_1B, steps: [ModelStep.weightOnly(4)], gate: QualityGate.of({ text }) },
      image: 'registry.example.com/pipeline:1',
      ...given,
    });
  };
}

/** A pipeline of one step. */
const stepped =
  (step: () => ModelStep): Program =>
  (stack) =>
    pipe({ steps: [step()] })(stack);

/** Programs that train. */
export const TRAINING_STRUCTS: StructPrograms = {
  TrainingJobProps: (given) => train(given),
  JobSetControllerProps: (given) => control(given),
  ModelPipelineProps: (given) => pipe(given),
  QualityGateProps: (given) => (stack) =>
    pipe({ gate: QualityGate.of({ text, taskData: { name: 'tasks' }, ...given }), steps: [ModelStep.int8Dynamic()] })(
      stack,
    ),
  StoredText: (given) => stepped(() => ModelStep.awq({ text: { ...text, ...given } })),
  StoredFiles: (given) => stepped(() => ModelStep.mergeLora({ name: 'law', ...given })),
  CalibrationOptions: (given) => stepped(() => ModelStep.gptq({ text, ...given })),
  W8A8Options: (given) => stepped(() => ModelStep.w8a8(given)),
  ExportOnnxOptions: (given) => stepped(() => ModelStep.exportOnnx(given)),
  SkipLayersOptions: (given) =>
    stepped(() => ModelStep.skipLayers({ ...('layers' in given ? {} : { count: 1 }), text, ...given })),
  TritonRepositoryOptions: (given) => (stack) => {
    const repository = ModelStep.tritonRepository({ modelName: 'edge', config: 'backend: "onnxruntime"', ...given });
    pipe({ steps: [ModelStep.exportOnnx(), repository] })(stack);
  },
};

/** The same for arguments. */
export const TRAINING_ARGUMENTS: ArgumentPrograms = {
  'TrainingJob.new(id)': (id) => train({}, id),
  'JobSetController.new(id)': (id) => control({}, id),
  'ModelPipeline.new(id)': (id) => pipe({}, id),
};
