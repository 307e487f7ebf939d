import { Construct } from 'constructs';
import { GpuInstanceType, GpuNodeType, GpuType, ModelSpec, Parallelism } from '../../lib/catalog';
import { CapacityPlan, CapacityPlanner } from '../../lib/planning';
import { CloudTopology, CloudTopologyProps, InferenceServer } from '../../lib/topology';
import { AssignmentRequest, assignModels } from '../../lib/topology/shared/model-assignment';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';
import { DataSize } from '../../lib/units';
import { testStack } from '../support/synth';
import { FaultText } from './fault-text';

const MODELS = [{ model: ModelSpec.LLAMA_3_1_8B }];
const assign = (more: Partial<AssignmentRequest>) =>
  assignModels({ models: MODELS, locked: {}, vllm: () => new VllmVersion('0.15.1'), ...more });
const plan = (instanceType: GpuNodeType = GpuInstanceType.P4DE_24XLARGE): CapacityPlan =>
  CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType });
const RACK = GpuNodeType.custom({
  name: 'dgx',
  gpu: GpuType.H100,
  gpuCount: 8,
  vcpus: 224,
  memory: DataSize.gib(2048),
});
const make = (props: Partial<CloudTopologyProps>, before: (stack: Construct) => void = () => undefined) => {
  const stack = testStack();
  before(stack);
  return new CloudTopology(stack, 'Cloud', { clusterName: 'chat', models: MODELS, ...props });
};

export const TEXTS: FaultText[] = [
  {
    id: 'DUPLICATE',
    property: 'models',
    text: "models repeats 'llama-3.1-8b'; each value may appear only once; to serve one model twice, give each a name of its own",
    faults: () => assign({ models: [...MODELS, ...MODELS] }).faults,
  },
  {
    id: 'DUPLICATE',
    property: 'models',
    text: "models 'llama-3.1-8b' and 'llama-3-1-8b' both become 'llama-3-1-8b' in Kubernetes; rename one of " + 'them',
    faults: () => assign({ models: [...MODELS, { ...MODELS[0], name: 'llama-3-1-8b' }] }).faults,
  },
  {
    id: 'EMPTY_LIST',
    property: 'models',
    text: 'models is empty; name at least one, e.g. { model: ModelSpec.LLAMA_3_1_8B }',
    faults: () => assign({ models: [] }).faults,
  },
  {
    id: 'EMPTY_LIST',
    property: 'nodePools',
    text: "nodePools is empty; name at least one pool, or leave it out for a pool of each model's own",
    refuse: () => make({ nodePools: [] }),
  },
  {
    id: 'SERVER_EXCEEDS_NODE',
    property: 'models[0].parallelism',
    text:
      "model 'llama-3.1-8b': tensor × pipeline parallelism is 16 × 1 = 16 GPUs, but no instance type in us-west-2 has more than 8 and only " +
      "vLLM's own server (VllmDeployment, or server: InferenceServer.VLLM of a topology) on a given pool spans nodes; use at most 8 together, e.g. tensor 8, or a smaller precision",
    refuse: () => make({ models: [{ ...MODELS[0], parallelism: Parallelism.of({ tensor: 16 }) }] }),
  },
  {
    id: 'NO_NODE_WITH_ROOM',
    property: 'models[0]',
    text:
      "model 'llama-3.1-8b': the planner finds no hardware whose nodes have room for the pods; of what has enough GPU memory, the roomiest is " +
      'bf16 on 1 × p6-b300.48xlarge (tensor 1), context 2048, 4 sequences: a pod needs 16785408 MiB of memory, but a p6-b300.48xlarge has ' +
      '3876686 MiB for pods; use nodes with more memory, or set resources.memory if less is enough; or name nodePools with nodes that have room',
    refuse: () =>
      make({
        server: InferenceServer.VLLM,
        models: [{ ...MODELS[0], kvOffload: DataSize.gib(8192), contextLength: 2048 }],
      }),
  },
  {
    id: 'PLAN_DIFFERS',
    text:
      "model 'llama-3.1-8b' keeps its locked plan (bf16 on 1 × p4de.24xlarge (tensor 1), context 8192, 4 " +
      'sequences); the planner would now choose bf16 on 1 × g6e.xlarge (tensor 1), context 8192, 4 ' +
      'sequences; nothing changes until you remove or replace the plan',
    faults: () => assign({ locked: { 'llama-3.1-8b': plan() } }).warnings,
  },
  {
    id: 'PLAN_NOT_FOR_EC2',
    property: 'models[0]',
    text:
      "model 'llama-3.1-8b': the locked plan is for dgx, of which EC2 has no node pools; plan the model on " +
      'an EC2 instance type, or give the topology nodePools',
    faults: () => assign({ locked: { 'llama-3.1-8b': plan(RACK) } }).faults,
  },
  {
    id: 'PLAN_OF_UNKNOWN_MODEL',
    property: 'plans.other',
    text: "plans has a plan for 'other', but no model has that name; the models are: llama-3.1-8b",
    faults: () => assign({ locked: { other: plan() } }).faults,
  },
  {
    id: 'SLOWER_THAN_READING',
    text:
      "people will wait for model 'llama-65b': time per output token 215.2 ms, wanted at most 100; fp16 on 1 × g7e.12xlarge (tensor 2), " +
      'context 2048, 4 sequences, takes 57 ms a token and 356 to the first; choose that, or pass the targets that are enough, e.g. ' +
      'targets: { minOutputTokensPerSecond: 100 } for batches',
    faults: () =>
      assign({
        models: [{ model: ModelSpec.LLAMA_65B }],
        pools: [{ name: 'l40s', instanceType: GpuInstanceType.G6E_12XLARGE, maxNodes: 1 }],
      }).warnings,
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].nodePool',
    text:
      "model 'llama-3.1-8b': nodePool 'h100' is named, but the topology has no nodePools; add it there or " +
      'remove nodePool',
    faults: () => assign({ models: [{ ...MODELS[0], nodePool: 'h100' }] }).faults,
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'models[0].nodePool',
    text: "model 'llama-3.1-8b': the topology has no pool 'h100'; its nodePools are: l40s",
    faults: () =>
      assign({
        models: [{ ...MODELS[0], nodePool: 'h100' }],
        pools: [{ name: 'l40s', instanceType: GpuInstanceType.G6E_XLARGE, maxNodes: 1 }],
      }).faults,
  },
  {
    id: 'WORKLOADS_ID_IN_USE',
    property: 'workloads',
    text:
      "workloads already contains a construct 'Cloud', at 'test/Site/Cloud'; give the topology another id, " +
      'or workloads a scope of its own',
    refuse: () => {
      const stack = testStack();
      const workloads = new Construct(stack, 'Site');
      new Construct(workloads, 'Cloud');
      return new CloudTopology(stack, 'Cloud', { clusterName: 'chat', models: MODELS, workloads });
    },
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'plan',
    text: 'plan and plans are both given; keep plans',
    refuse: () => make({ plan: plan(), plans: { 'llama-3.1-8b': plan() } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'plan',
    text: "plan is for a topology of one model, but there are 2; use plans: { '<name of the model>': plan }",
    refuse: () => make({ plan: plan(), models: [...MODELS, { ...MODELS[0], name: 'other' }] }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'monitoringOptions',
    text: 'monitoringOptions describes what monitoring: false leaves out; remove one of the two',
    refuse: () => make({ monitoring: false, monitoringOptions: { alertReceivers: [] } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'vllmServing',
    text: 'vllmServing is for another server than the one that serves (InferenceServer.TRITON); use serving, or another server',
    refuse: () => make({ vllmServing: {} }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'servingByModel',
    text: 'servingByModel is for another server than the one that serves (InferenceServer.VLLM); use vllmServingByModel, or another server',
    refuse: () => make({ server: InferenceServer.VLLM, servingByModel: {} }),
  },
  {
    id: 'SERVER_LACKS_OPTION',
    property: 'models[0].servedModelNames',
    text: "model 'llama-3.1-8b': Triton does not offer servedModelNames; pass server: InferenceServer.VLLM, or remove it",
    refuse: () => make({ models: [{ ...MODELS[0], servedModelNames: ['llama'] }] }),
  },
];
