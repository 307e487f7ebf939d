import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import { ModelInstances, PythonCode, ServerAutoscaling, TensorDataType, TritonModel } from '../../../lib/serving';
import { faultsThrown, idsOf } from '../../support/faults';
import { Block } from '../../support/synth';
import { DeploymentOverrides, deploy, onnxProps } from '../support/fixtures';

const HPA = 'kubernetes_horizontal_pod_autoscaler_v2';
const autoscaling = ServerAutoscaling.hpa({ maxReplicas: 2 });
const LARGE: DeploymentOverrides = { instanceType: GpuInstanceType.G5_12XLARGE, maxNodes: 2, autoscaling };

const fraud = (more: Partial<Parameters<typeof TritonModel.onnxRuntime>[0]> = {}) =>
  TritonModel.onnxRuntime({ ...onnxProps, ...more });
const python = (decoupled: boolean) =>
  TritonModel.python({
    name: 'steps',
    inputs: [{ name: 'text', dataType: TensorDataType.STRING, dims: [1] }],
    outputs: [{ name: 'score', dataType: TensorDataType.FP32, dims: [1] }],
    maxBatchSize: 0,
    decoupled,
    code: PythonCode.inline({ 'model.py': 'class TritonPythonModel:\n    pass\n' }),
  });

/** Models and requests for each server, as the scaler has them. */
const metrics = (overrides: DeploymentOverrides) =>
  (deploy(overrides).json.only(HPA).spec.metric as Block[]).map(({ object }) => [
    object.metric.selector?.[0].match_labels.model,
    object.target.average_value,
  ]);
const refused = (overrides: DeploymentOverrides) => idsOf(faultsThrown(() => deploy(overrides)));

test('a language model on its vLLM backend is scaled by the plan, and by the time of its requests', () => {
  const { json, deployment } = deploy({ autoscaling });
  const { spec } = json.only(HPA);
  expect(spec.scale_target_ref).toEqual({ api_version: 'apps/v1', kind: 'Deployment', name: 'chat' });
  const plan = deployment.plan!;
  const cached = Math.floor(plan.kvCapacityTokens / (plan.inputTokens + plan.outputTokens));
  expect(spec.metric[0].object.target.average_value).toBe(String(Math.floor(0.8 * cached)));
  expect(deployment.replicas).toBe(2);
  expect(json.only('kubernetes_deployment_v1').spec.replicas).toBeUndefined();
  expect(deployment.metricsTarget).toMatchObject({
    replicas: undefined,
    scaledModels: [{ model: 'chat', service: 'chat', exporter: 'triton-vllm' }],
  });
  expect(deployment.explain()).toMatch(/^chat: 1 to 2 servers by a HorizontalPodAutoscaler/);
});

test('a tensor model is scaled by what its instances take at once, and by the queue of Triton', () => {
  expect(metrics({ ...LARGE, models: [fraud()] })).toEqual([[undefined, '25']]);
  expect(metrics({ ...LARGE, models: [fraud({ maxBatchSize: 0 })] })).toEqual([[undefined, '1']]);
  const instances = ModelInstances.onGpus(2, 3);
  expect(metrics({ ...LARGE, models: [fraud({ maxBatchSize: 10, instances })] })).toEqual([[undefined, '48']]);
  const { deployment } = deploy({ ...LARGE, models: [fraud()] });
  expect(deployment.metricsTarget.scaledModels).toEqual([{ model: 'fraud', service: 'chat', exporter: 'triton' }]);
});

test('the model that needs most servers decides, each told apart by its label', () => {
  const models = [fraud(), fraud({ name: 'churn', maxBatchSize: 10 })];
  expect(metrics({ ...LARGE, models })).toEqual([
    ['fraud', '25'],
    ['churn', '8'],
  ]);
});

test('steps of an ensemble count, not the ensemble', () => {
  const { name, ...tensors } = onnxProps;
  const whole = TritonModel.ensemble({
    ...tensors,
    name: 'whole',
    steps: [{ model: name, inputMap: { features: 'features' }, outputMap: { score: 'score' } }],
  });
  expect(metrics({ ...LARGE, models: [fraud(), whole] })).toEqual([[undefined, '25']]);
});

describe('is refused', () => {
  const long = 'm'.repeat(64);
  const unmeasured = TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, engineMetrics: false });
  test.each<[string, DeploymentOverrides, string[]]>([
    ['an engine whose metrics are off', { autoscaling, models: [unmeasured] }, ['LOAD_NOT_EXPOSED autoscaling']],
    ['code that streams', { ...LARGE, models: [python(true)] }, ['LOAD_NOT_EXPOSED autoscaling']],
    ['a fixed number too', { autoscaling, replicas: 2 }, ['CONFLICTING_PROPERTIES replicas']],
    [
      'more than the pool holds',
      { autoscaling: ServerAutoscaling.hpa({ maxReplicas: 5 }) },
      ['REPLICAS_EXCEED_POOL autoscaling.maxReplicas'],
    ],
    [
      'a name that is no label, among others',
      { ...LARGE, models: [fraud(), fraud({ name: long })] },
      ['MODEL_NAME_NO_LABEL autoscaling'],
    ],
  ])('%s', (_, overrides, ids) => {
    expect(refused(overrides)).toEqual(ids);
  });

  test('neither code that answers once, nor such a name by KEDA or alone', () => {
    deploy({ ...LARGE, models: [python(false)] });
    deploy({ ...LARGE, models: [fraud({ name: long })] });
    const keda = ServerAutoscaling.keda({ maxReplicas: 2 });
    deploy({ ...LARGE, models: [fraud(), fraud({ name: long })], autoscaling: keda });
  });
});
