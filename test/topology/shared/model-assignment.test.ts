import { GpuInstanceType, ModelSpec, Parallelism, Precision, TritonRelease } from '../../../lib/catalog';
import { RdmaFabric } from '../../../lib/network';
import { CapacityPlan, CapacityPlanner, NodeNetwork } from '../../../lib/planning';
import { ServedModel } from '../../../lib/serving';
import { VllmVersion } from '../../../lib/serving/vllm/vllm-version';
import { AssignmentRequest, GivenPool, assignModels } from '../../../lib/topology/shared/model-assignment';
import { idsOf } from '../../support/faults';

const LLAMA: ServedModel = { model: ModelSpec.LLAMA_3_1_8B };
const L40S: GivenPool = { name: 'l40s', instanceType: GpuInstanceType.G6E_XLARGE, maxNodes: 1 };
const A100: GivenPool = { name: 'a100', instanceType: GpuInstanceType.P4DE_24XLARGE, maxNodes: 2 };
const vllm = new VllmVersion(TritonRelease.DEFAULT.vllmVersion);

const assign = (models: readonly ServedModel[], more: Partial<AssignmentRequest> = {}) =>
  assignModels({ models, locked: {}, vllm: () => vllm, ...more });
const planFor = (model: ModelSpec, instanceType = GpuInstanceType.G6E_XLARGE) =>
  CapacityPlanner.plan({ model, instanceType });
const lock = (plan: CapacityPlan) => ({ locked: { 'llama-3.1-8b': plan } });

describe('refuses', () => {
  test.each<[string, ServedModel[], Partial<AssignmentRequest>, string[]]>([
    ['no models', [], {}, ['EMPTY_LIST models']],
    ['two models of one name', [LLAMA, LLAMA], {}, ['DUPLICATE models']],
    ['names that Kubernetes cannot tell apart', [LLAMA, { ...LLAMA, name: 'llama-3-1-8b' }], {}, ['DUPLICATE models']],
    [
      'a pool that is not there',
      [{ ...LLAMA, nodePool: 'h100' }],
      { pools: [L40S] },
      ['UNKNOWN_VALUE models[0].nodePool'],
    ],
    ['a pool where there are none', [{ ...LLAMA, nodePool: 'h100' }], {}, ['UNKNOWN_VALUE models[0].nodePool']],
    ['half a replica', [{ ...LLAMA, replicas: 1.5 }], {}, ['NOT_A_WHOLE_NUMBER models[0].replicas']],
    [
      'a model that does not fit its pool',
      [{ model: ModelSpec.LLAMA_65B }],
      { pools: [L40S] },
      ['MODEL_DOES_NOT_FIT models[0]'],
    ],
    [
      'a model that fits nowhere',
      [{ model: ModelSpec.DEEPSEEK_V3, precision: Precision.FP32 }],
      {},
      ['MODEL_DOES_NOT_FIT models[0]'],
    ],
    [
      'a target out of reach',
      [{ ...LLAMA, targets: { maxTimePerOutputTokenMs: 0.5 } }],
      {},
      ['TARGET_NOT_REACHED models[0].targets.maxTimePerOutputTokenMs'],
    ],
    [
      'a rate that the stated replicas do not reach',
      [{ ...LLAMA, replicas: 1, targets: { minOutputTokensPerSecond: 1e6 } }],
      {},
      ['TARGET_NOT_REACHED models[0].targets.minOutputTokensPerSecond'],
    ],
    [
      'a server with more GPUs than any node',
      [{ ...LLAMA, parallelism: Parallelism.of({ tensor: 16 }) }],
      {},
      ['SERVER_EXCEEDS_NODE models[0].parallelism'],
    ],
    [
      'replicas as data parallelism',
      [{ ...LLAMA, parallelism: Parallelism.of({ tensor: 1, data: 2 }) }],
      { pools: [A100] },
      ['REPLICAS_AS_PARALLELISM models[0].parallelism'],
    ],
    [
      'a plan for a name that no model has',
      [LLAMA],
      { locked: { other: planFor(ModelSpec.LLAMA_3_1_8B) } },
      ['PLAN_OF_UNKNOWN_MODEL plans.other'],
    ],
    [
      'the plan of a 1B for a 70B',
      [{ model: ModelSpec.LLAMA_3_1_70B }],
      { locked: { 'llama-3.1-70b': planFor(ModelSpec.LLAMA_3_2_1B, GpuInstanceType.G4DN_XLARGE) } },
      ['PLAN_OF_OTHER_MODEL models[0].model'],
    ],
    [
      'a plan for another type than the pool has',
      [LLAMA],
      { pools: [A100], ...lock(planFor(ModelSpec.LLAMA_3_1_8B)) },
      ['PLAN_OF_OTHER_HARDWARE models[0]'],
    ],
    [
      'properties beside a lock that contradict it',
      [{ ...LLAMA, contextLength: 2048, precision: Precision.FP16, concurrency: 7 }],
      lock(planFor(ModelSpec.LLAMA_3_1_8B)),
      ['precision', 'contextLength', 'concurrency'].map(
        (property) => `PROPERTY_CONTRADICTS_PLAN models[0].${property}`,
      ),
    ],
    [
      'a target that the lock does not reach',
      [{ ...LLAMA, targets: { maxTimePerOutputTokenMs: 1 } }],
      lock(planFor(ModelSpec.LLAMA_3_1_8B)),
      ['PROPERTY_CONTRADICTS_PLAN models[0].targets.maxTimePerOutputTokenMs'],
    ],
  ])('%s', (_, models, more, ids) => {
    const { faults } = assign(models, more);
    expect(idsOf(faults)).toEqual(ids);
  });
});

test('properties that agree with a locked plan may be given beside it', () => {
  const plan = planFor(ModelSpec.LLAMA_3_1_8B);
  const { contextLength, precision, concurrency } = plan;
  const made = assign([{ ...LLAMA, contextLength, precision, concurrency }], lock(plan));
  expect(made).toMatchObject({ faults: [], assigned: [{ resolved: { plan } }] });
});

test('a locked plan that the planner would not choose today is kept, with a warning', () => {
  const plan = planFor(ModelSpec.LLAMA_3_1_8B, GpuInstanceType.P4DE_24XLARGE);
  const { assigned, warnings } = assign([LLAMA], lock(plan));
  expect(assigned[0].resolved.plan).toBe(plan);
  expect(idsOf(warnings)).toEqual(['PLAN_DIFFERS']);
});

describe('the network of a plan', () => {
  const networkOn = (pools?: GivenPool[]) => assign([LLAMA], { pools }).assigned[0].resolved.plan.network;

  test('is TCP without a fabric, on given pools and on those that are chosen', () => {
    expect(networkOn([A100])).toBe(NodeNetwork.TCP);
    expect(networkOn([{ ...A100, fabric: RdmaFabric.none() }])).toBe(NodeNetwork.TCP);
    expect(networkOn()).toBe(NodeNetwork.TCP);
  });

  test('is RDMA with one', () => expect(networkOn([{ ...A100, fabric: RdmaFabric.efa() }])).toBe(NodeNetwork.RDMA));
});

describe('a model is planned once', () => {
  afterEach(() => jest.restoreAllMocks());

  test.each<[string, ServedModel, GivenPool[] | undefined]>([
    ['where the planner chooses', LLAMA, undefined],
    ['with stated replicas', { ...LLAMA, replicas: 3 }, undefined],
    ['on a given pool', { ...LLAMA, replicas: 2 }, [A100]],
    ['for targets', { ...LLAMA, targets: { minOutputTokensPerSecond: 100 } }, [A100]],
  ])('%s', (_, served, pools) => {
    const calls = [jest.spyOn(CapacityPlanner, 'plan'), jest.spyOn(CapacityPlanner, 'search')];
    const { assigned } = assign([served], { pools });
    expect(calls.reduce((sum, spy) => sum + spy.mock.calls.length, 0)).toBe(1);
    expect(assigned[0].resolved.plan.replicas).toBe(assigned[0].replicas);
  });
});
