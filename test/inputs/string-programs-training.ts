import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { JobSetController, TrainingJob } from '../../lib/jobs';
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

/** Programs that train. */
export const TRAINING_STRUCTS: StructPrograms = {
  TrainingJobProps: (given) => train(given),
  JobSetControllerProps: (given) => control(given),
};

/** The same for arguments. */
export const TRAINING_ARGUMENTS: ArgumentPrograms = {
  'TrainingJob.new(id)': (id) => train({}, id),
  'JobSetController.new(id)': (id) => control({}, id),
};
