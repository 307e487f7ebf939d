import { GpuInstanceType, ModelSpec, ReasoningParser, ToolCallParser } from '../../lib/catalog';
import { GpuQueue, Kueue } from '../../lib/scheduling';
import {
  KServe,
  KServeInferenceService,
  KServeLlmInferenceService,
  KServeRouter,
  KServeRuntime,
  KServeScheduler,
  LeaderWorkerSetController,
  VllmDeployment,
  WeightLoading,
} from '../../lib/serving';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Given, Program, StructPrograms } from './string-programs-compute';
import { named } from './string-programs-workloads';

const SMALL = { name: 'chat', model: ModelSpec.QWEN_2_5_0_5B };

function serve(given: Given, id = 'Talk'): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    new VllmDeployment(stack, id, {
      cluster,
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE),
      modelStore: new TestStore(stack, 'Store'),
      models: [SMALL],
      ...given,
    });
  };
}

function control(given: Given, id = 'Groups'): Program {
  return (stack) => void new LeaderWorkerSetController(stack, id, { cluster: testCluster(stack), ...given });
}

function installKueue(given: Given, id = 'Kueue'): Program {
  return (stack) => void new Kueue(stack, id, { cluster: testCluster(stack), ...given });
}

function hand(given: Given, id = 'Gpus'): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    const nodePools = [new TestPool(stack, 'gpu', cluster, GpuInstanceType.G6E_XLARGE)];
    new GpuQueue(stack, id, { cluster, nodePools, ...given });
  };
}

function join(given: Given, id = 'Gpus'): Program {
  return (stack) =>
    void GpuQueue.fromAttributes(stack, id, { cluster: testCluster(stack), clusterQueueName: 'team', ...given });
}

function serveByKServe(given: Given, id = 'Talk'): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    new KServeInferenceService(stack, id, {
      cluster,
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE),
      modelStore: new TestStore(stack, 'Store'),
      modelPath: 'chat/1',
      model: ModelSpec.QWEN_2_5_0_5B,
      ...given,
    });
  };
}

function serveLlm(given: Given, id = 'Talk'): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    new KServeLlmInferenceService(stack, id, {
      cluster,
      nodePool: new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE),
      modelStore: new TestStore(stack, 'Store'),
      modelPath: 'chat/1',
      model: ModelSpec.QWEN_2_5_0_5B,
      accessibleFrom: ['gateways'],
      ...given,
    });
  };
}

function install(given: Given, id = 'KServe'): Program {
  return (stack) => void new KServe(stack, id, { cluster: testCluster(stack), ...given });
}

/** Programs that set what vLLM's own server is told. */
export const VLLM_STRUCTS: StructPrograms = {
  VllmDeploymentProps: (given) => serve(given),
  VllmServingOptions: (given) => serve(given),
  StreamedWeightsOptions: (given) => serve({ weightLoading: WeightLoading.streamed(given) }),
  LeaderWorkerSetControllerProps: (given) => control(given),
  KueueProps: (given) => installKueue(given),
  GpuQueueProps: (given) => hand(given),
  GpuQueueAttributes: (given) => join(given),
  KServeProps: (given) => install(given),
  KServeInferenceServiceProps: (given) => serveByKServe(given),
  KServeLlmInferenceServiceProps: (given) => serveLlm(given),
  KServeGateway: (given) => serveLlm({ router: KServeRouter.gateway({ name: 'door', ...given }) }),
  KServeRouterOptions: (given) => serveLlm({ router: KServeRouter.managed(given) }),
  KServeSchedulerOptions: (given) =>
    serveLlm({ router: KServeRouter.managed({ scheduler: KServeScheduler.endpointPicker(given) }) }),
  KServeVllmOptions: (given) => serveByKServe({ runtime: KServeRuntime.vllm(given) }),
  KServeTritonOptions: (given) => serveByKServe({ runtime: KServeRuntime.triton(given) }),
  OpenAiOptions: (given) => serve({ models: [{ ...SMALL, ...given }] }),
  LoraOptions: (given) => serve({ models: [{ ...SMALL, loraAdapters: [{ name: 'legal', rank: 8 }], ...given }] }),
  LoraAdapter: (given) => serve({ models: [{ ...SMALL, loraAdapters: [{ name: 'legal', rank: 8, ...given }] }] }),
};

/** The same for arguments. */
export const VLLM_ARGUMENTS: ArgumentPrograms = {
  'LeaderWorkerSetController.new(id)': (id) => control({}, id),
  'Kueue.new(id)': (id) => installKueue({}, id),
  'GpuQueue.new(id)': (id) => hand({ name: 'gpus' }, id),
  'GpuQueue.fromAttributes(id)': (id) => join({}, id),
  'KServe.new(id)': (id) => install({}, id),
  'KServeInferenceService.new(id)': (id) => serveByKServe({ name: 'chat' }, id),
  'KServeLlmInferenceService.new(id)': (id) => serveLlm({ name: 'chat' }, id),
  'KServeRouter.httpRoutes(names)': (names) =>
    serveLlm({ router: KServeRouter.httpRoutes(names as unknown as string[]) }),
  'VllmDeployment.new(id)': (id) => serve({ name: 'chat' }, id),
  'ToolCallParser.of(name)': named((name) => ToolCallParser.of(name)),
  'ReasoningParser.of(name)': named((name) => ReasoningParser.of(name)),
};
