import { GpuInstanceType, ModelSpec, TritonRelease } from '../../../lib/catalog';
import { ClusterChecks } from '../../../lib/scheduling';
import {
  ModelInstances,
  TensorDataType,
  TimeoutAction,
  TritonDeployment,
  TritonModel,
  VersionPolicy,
} from '../../../lib/serving';
import { DataSize, Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { Synthesized } from '../../support/synth';
import { DeploymentOverrides, deploy, fileOf, llama8b, onnxProps, podOf, withSite } from '../support/fixtures';

/** What a deployment is refused for; nothing if it is not. */
function refused(overrides: DeploymentOverrides): string[] {
  try {
    deploy(overrides);
    return [];
  } catch {
    return idsOf(faultsThrown(() => deploy(overrides)));
  }
}
const argsOf = (json: Synthesized): string[] => podOf(json).container[0].args;

describe('APIs that no client needs', () => {
  test('have a key that is made at start, in no state', () => {
    const args = argsOf(deploy().json);
    expect(args.slice(0, 2)).toEqual(['/bin/sh', '-c']);
    for (const flag of ['--http-restricted-api', '--grpc-restricted-protocol'])
      expect(args[2]).toContain(`"${flag}=model-repository,shared-memory,logging,trace:admin-key=$key"`);
    expect(args[2]).toContain('/dev/urandom');
    expect(args[2]).toContain('exec "$0"');
    expect(args[3]).toBe('tritonserver');
  });

  test('are so closed that a dead engine may unload its model, where the key holds', () => {
    const { json } = deploy();
    expect(argsOf(json)).toEqual(expect.arrayContaining(['--model-control-mode=explicit', '--load-model=chat']));
    expect(fileOf(json, 'config.pbtxt.chat')).toContain('ENABLE_VLLM_HEALTH_CHECK');
  });

  test.each([
    ['where the key can be bypassed', { tritonRelease: TritonRelease.V26_02 }],
    ['of tensors, which unload nothing', { models: [TritonModel.onnxRuntime(onnxProps)] }],
  ])('models are fixed %s', (_why, overrides) => {
    const { json } = deploy(overrides);
    expect(argsOf(json)).toContain('--model-control-mode=none');
    expect(JSON.stringify(json.only('kubernetes_config_map_v1').data)).not.toContain('ENABLE_VLLM_HEALTH_CHECK');
  });

  test('responses to slow clients are bounded from 25.03 on', () => {
    const bounded = (tritonRelease: TritonRelease) =>
      argsOf(deploy({ tritonRelease }).json).some((each) => each.startsWith('--grpc-max-response-pool-size='));
    expect(bounded(TritonRelease.of('25.03'))).toBe(true);
    expect(bounded(TritonRelease.V24_12)).toBe(false);
  });
});

describe('arguments that would undo what the pod relies on', () => {
  test.each([
    '--model-control=explicit',
    '--model-control-mode=poll',
    '--allow-metrics=false',
    '--allow-http=false',
    '--allow-ht=0',
    '--http-address=127.0.0.1',
    '--http-restricted-api=inference:a=b',
    '--strict-readiness=false',
    '--strict-r=false',
    '--exit-on-error=false',
    '--load-model=*',
    '--metrics-config=histogram_latencies=false',
    '--metrics-c=counter_latencies=false',
    '--',
    '--response-cache-byte-size=1',
  ])('%s is refused', (argument) => {
    expect(refused({ extraArguments: ['--log-verbose=1', argument] })).toEqual(['RESERVED extraArguments[1]']);
  });

  test.each(['--log-verbose=1', '--metrics-config=summary_quantiles=0.5:0.05', '--id=chat', '--http-thread-count=4'])(
    '%s is not',
    (argument) => expect(argsOf(deploy({ extraArguments: [argument] }).json)).toContain(argument),
  );

  test.each([
    ['--log-file', '/tmp/log'],
    ['--log-v', '1'],
    ['--grpc-max-connection-age=5'],
    ['--backend-config=python,x=1', '--backend-config', 'python,y=-1'],
  ])('%s %s is taken', (...extraArguments) => {
    expect(argsOf(deploy({ extraArguments }).json)).toEqual(expect.arrayContaining(extraArguments));
  });

  test.each([
    ['FLAG_NOT_IN_TRITON extraArguments[0]', ['--nonsense=1']],
    ['FLAG_NOT_IN_TRITON extraArguments[1]', ['--id=a', '--log-verbos-e=1']],
    ['FLAG_NOT_IN_TRITON extraArguments[0]', ['--toString=1']],
    ['INVALID_FORMAT extraArguments[0]', ['positional']],
    ['INVALID_FORMAT extraArguments[1]', ['--log-verbose=1', '1']],
    ['INVALID_FORMAT extraArguments[2]', ['--log-verbose', '1', '2']],
    ['INVALID_FORMAT extraArguments[0]', ['-v']],
    ['INVALID_FORMAT extraArguments[0]', ['--log-verbose']],
    ['INVALID_FORMAT extraArguments[0]', ['--log-file', '--id=a']],
    ['AMBIGUOUS_FLAG extraArguments[0]', ['--grpc-keep=1']],
  ])('%s: %j', (found, extraArguments) => expect(refused({ extraArguments })).toEqual([found]));

  test('a flag is known from its release on, and of later releases than were read nothing is said', () => {
    const extraArguments = ['--http-max-input-size=1000'];
    const models = [TritonModel.onnxRuntime(onnxProps)];
    const on = (release: TritonRelease, extra: string[]) =>
      refused({ models, tritonRelease: release, extraArguments: extra });
    expect(on(TritonRelease.of('25.05'), extraArguments)).toContain('FLAG_NOT_IN_TRITON extraArguments[0]');
    deploy({ models, tritonRelease: TritonRelease.of('25.06'), extraArguments });
    const { vllmVersion, onnxRuntimeVersion, cudaVersion, cudaDriver } = TritonRelease.DEFAULT;
    const custom = { vllmVersion, onnxRuntimeVersion, cudaVersion, cudaDriver, minimumComputeCapability: 7.5 };
    const later = TritonRelease.custom({ ...custom, release: '26.10' });
    deploy({ models, tritonRelease: later, extraArguments: ['--of-tomorrow=1'] });
  });

  test.each([
    'trust_remote_code',
    'enable_prefix_caching',
    'enable_expert_parallel',
    'distributed_executor_backend',
    'data_parallel_size',
    'allowed_local_media_path',
    'hf_token',
  ])('engineArguments.%s is refused', (argument) => {
    const models = [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, engineArguments: { [argument]: 1 } })];
    expect(refused({ models })).toContain(`RESERVED models[0].engineArguments.${argument}`);
  });

  test.each([
    ['maxBatchSize', { maxBatchSize: 3e9 }],
    ['dynamicBatching.queue.maxQueueSize', { dynamicBatching: { queue: { maxQueueSize: 5e9 } } }],
    ['dynamicBatching.priorityLevels', { dynamicBatching: { priorityLevels: 2 ** 31 } }],
    ['intraOpThreads', { intraOpThreads: 2 ** 31 }],
  ])('%s beyond what protobuf holds is refused', (property, props) => {
    const models = [TritonModel.onnxRuntime({ ...onnxProps, ...props })];
    expect(refused({ models })).toContain(`NOT_A_WHOLE_NUMBER models[0].${property}`);
  });
});

test('a level of priority has what it does not say of the queue', () => {
  const dynamicBatching = {
    priorityLevels: 2,
    queue: { maxQueueSize: 7, timeout: Duration.seconds(9), timeoutAction: TimeoutAction.DELAY },
    priorityQueues: { '1': { maxQueueSize: 3, timeout: undefined } },
  };
  const { json } = deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, dynamicBatching })] });
  const level = fileOf(json, 'config.pbtxt.fraud').split('priority_queue_policy')[1].replace(/\s+/g, ' ');
  expect(level).toContain(
    'timeout_action: DELAY default_timeout_microseconds: 9000000 allow_timeout_override: false max_queue_size: 3',
  );
});

test.each([
  [VersionPolicy.latest(1), 2],
  [VersionPolicy.specific([1]), 1],
])('a step of an ensemble may name only a version that is served (%#)', (versionPolicy, served) => {
  const on = (modelVersion: number) => ({
    models: [
      TritonModel.onnxRuntime({ ...onnxProps, otherVersions: ['2'], versionPolicy, modelSize: DataSize.mib(9) }),
      TritonModel.ensemble({
        name: 'all',
        maxBatchSize: 1,
        inputs: onnxProps.inputs,
        outputs: onnxProps.outputs,
        steps: [{ model: 'fraud', modelVersion, inputMap: { features: 'features' }, outputMap: { score: 'score' } }],
      }),
    ],
  });
  deploy(on(served));
  expect(refused(on(3 - served))).toEqual(['VERSION_NOT_ASSEMBLED models[1].steps[0].modelVersion']);
});

describe('probes', () => {
  test('ask a language model for one token, and any other for what zeros give', () => {
    expect(fileOf(deploy().json, 'probe.models')).toBe('chat text 0\n');
    // In one piece, so that the probe's client waits for the token and not for the start of an answer.
    expect(JSON.parse(fileOf(deploy().json, 'probe.json.chat'))).toEqual({
      text_input: '0',
      parameters: { stream: false, max_tokens: 1, temperature: 0 },
    });
    const inputs = [
      { name: 'a', dataType: TensorDataType.FP16, dims: [-1, 3] },
      { name: 'b', dataType: TensorDataType.STRING, dims: [2] },
      { name: 'c', dataType: TensorDataType.INT64, dims: [1], optional: true },
    ];
    const { json } = deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, inputs })] });
    expect(fileOf(json, 'probe.models')).toBe(`fraud tensor ${1 * 3 * 2 + 2 * 4}\n`);
    // Binary too, since texts of large tensors would be longer than the limit of answers.
    expect(JSON.parse(fileOf(json, 'probe.json.fraud')).parameters).toEqual({ binary_data_output: true });
    expect(JSON.parse(fileOf(json, 'probe.json.fraud')).inputs).toEqual([
      { name: 'a', shape: [1, 1, 3], datatype: 'FP16', parameters: { binary_data_size: 6 } },
      { name: 'b', shape: [1, 2], datatype: 'BYTES', parameters: { binary_data_size: 8 } },
    ]);
  });

  test.each([
    ['FP32', [TensorDataType.INT64, [2]], [TensorDataType.FP32, [1]], '20 3 4 1', ['b', 'a']],
    ['FP64', [TensorDataType.FP64, [3]], [TensorDataType.FP32, [1]], '28 6 8 1', ['a', 'b']],
    ['FP16', [TensorDataType.FP16, [4]], [TensorDataType.BOOL, [1]], '9 1 2 4', ['a', 'b']],
    ['BF16', [TensorDataType.UINT8, [4]], [TensorDataType.BF16, [9]], '22 1 2 6', ['b', 'a']],
    ['no floating-point', [TensorDataType.INT64, [2]], [TensorDataType.STRING, [1]], '20', ['a', 'b']],
  ] as [string, [TensorDataType, number[]], [TensorDataType, number[]], string, string[]][])(
    'ask a model with a response cache of %s numbers what it has not seen',
    (_, a, b, line, order) => {
      const inputs = [a, b].map(([dataType, dims], i) => ({ name: 'ab'[i], dataType, dims }));
      const { json } = deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, inputs, responseCache: true })] });
      expect(fileOf(json, 'probe.models')).toBe(`fraud cached ${line}\n`);
      const asked = JSON.parse(fileOf(json, 'probe.json.fraud')).inputs as { name: string }[];
      expect(asked.map(({ name }) => name)).toEqual(order);
    },
  );

  test('ask an ensemble with a response cache so, too', () => {
    const step = { model: 'fraud', inputMap: { features: 'x' }, outputMap: { score: 'y' } };
    const ensemble = TritonModel.ensemble({
      name: 'all',
      maxBatchSize: 1,
      inputs: [{ name: 'x', dataType: TensorDataType.FP32, dims: onnxProps.inputs[0].dims }],
      outputs: [{ ...onnxProps.outputs[0], name: 'y' }],
      steps: [step],
      responseCache: true,
    });
    const { json } = deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, responseCache: true }), ensemble] });
    expect(fileOf(json, 'probe.models')).toMatch(/^all cached \d+ 3 4 2\nfraud cached \d+ 3 4 2\n$/);
  });

  test('do not ask what cannot be made up', () => {
    const inputs = [{ name: 'image', dataType: TensorDataType.FP32, dims: [3, 4096, 4096] }];
    const { json } = deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, inputs })] });
    expect(fileOf(json, 'probe.models')).toBe('fraud none 0\n');
  });

  test('a model that does not count its tokens is asked otherwise', () => {
    const models = [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, engineMetrics: false })];
    expect(fileOf(deploy({ models }).json, 'probe.models')).toBe('chat blind 0\n');
  });

  test('wait as long as is said', () => {
    const { liveness_probe: probe } = podOf(deploy({ stallTimeout: Duration.minutes(10) }).json).container[0];
    expect(probe.failure_threshold * probe.period_seconds).toBe(600);
  });
});

test('a long answer is not cut off by a rollout', () => {
  const slow = { models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_70B, parallelism: undefined })] };
  const { json, deployment } = deploy({ ...slow, instanceType: GpuInstanceType.P6_B200_48XLARGE });
  const seconds = Number(/--exit-timeout-secs=(\d+)/.exec(argsOf(json).join(' '))?.[1]);
  const { decodeLatencyMs, timeToFirstTokenMs } = deployment.plan!;
  expect(seconds).toBeGreaterThanOrEqual(Math.min(300, (timeToFirstTokenMs + 4096 * decodeLatencyMs) / 1000));
  expect(podOf(json).termination_grace_period_seconds).toBeGreaterThan(seconds);
});

describe('scaling and rollouts', () => {
  test('a number that a scaler sets is not written, and the pool has room for all of them', () => {
    const { json, deployment } = deploy({ maxReplicas: 2 });
    expect(json.only('kubernetes_deployment_v1').spec.replicas).toBeUndefined();
    expect(deployment.replicas).toBe(2);
    expect(deployment.metricsTarget.replicas).toBeUndefined();
    expect(refused({ maxReplicas: 3 })).toEqual(['REPLICAS_EXCEED_POOL maxReplicas']);
    expect(refused({ maxReplicas: 2, replicas: 1 })).toEqual(['CONFLICTING_PROPERTIES replicas']);
  });

  test('the proof of the cluster counts all that a scaler may start', () => {
    let faults: string[] = [];
    withSite(({ scope, cluster, store, pool }) => {
      const nodePool = pool(GpuInstanceType.G5_XLARGE, 2);
      const make = (name: string, more: object) =>
        new TritonDeployment(scope, name, { cluster, nodePool, modelStore: store, models: [llama8b], ...more });
      make('A', { maxReplicas: 2 });
      make('B', {});
      faults = ClusterChecks.of(cluster).faults.map(({ id }) => id);
      scope.node.tryRemoveChild('B');
    });
    expect(faults).toContain('PODS_DO_NOT_FIT_TOGETHER');
  });

  test('a surge is no outage, and needs room', () => {
    const strategy = (overrides: DeploymentOverrides) =>
      deploy(overrides).json.only('kubernetes_deployment_v1').spec.strategy.rolling_update;
    expect(strategy({ maxSurge: 1 })).toEqual({ max_surge: '1', max_unavailable: '0' });
    expect(refused({ maxSurge: 2 })).toEqual(['SURGE_EXCEEDS_POOL maxSurge']);
    expect(refused({ maxSurge: 1, replicas: 2 })).toEqual(['SURGE_EXCEEDS_POOL maxSurge']);
  });

  test('each configuration has a map of its own, which lives until the pods have moved', () => {
    const map = (maxSequences: number) =>
      deploy({ models: [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, maxSequences })] }).json.only(
        'kubernetes_config_map_v1',
      );
    expect(map(8)).toMatchObject({ immutable: true, lifecycle: { create_before_destroy: true } });
    expect(map(8).metadata.name).toMatch(/^chat-[0-9a-f]{8}$/);
    expect(map(8).metadata.name).toBe(map(8).metadata.name);
    expect(map(8).metadata.name).not.toBe(map(9).metadata.name);
    const { json } = deploy();
    for (const volume of podOf(json).volume.slice(0, 2))
      expect(volume.config_map.name).toBe(json.only('kubernetes_config_map_v1').metadata.name);
  });
});

describe('models on a shared GPU', () => {
  const small = (name: string) =>
    TritonModel.onnxRuntime({
      ...onnxProps,
      name,
      modelSize: DataSize.mib(100),
      instances: ModelInstances.onSharedGpu(DataSize.gib(1)),
    });

  test('five of 100 MB run on one GPU, each within its memory', () => {
    const models = ['a', 'b', 'c', 'd', 'e'].map(small);
    const { json, deployment } = deploy({ models, instanceType: GpuInstanceType.G4DN_XLARGE });
    expect(deployment.gpusPerPod).toBe(1);
    expect(podOf(json).container[0].resources.limits['nvidia.com/gpu']).toBe('1');
    for (const name of ['a', 'e']) {
      const config = fileOf(json, `config.pbtxt.${name}`).replace(/\s+/g, ' ');
      expect(config).toContain('kind: KIND_GPU gpus: [ 0 ]');
      expect(config).toContain(`key: "gpu_mem_limit" value: "${2 ** 30}"`);
    }
  });

  test('share one GPU beside models that have theirs', () => {
    const models = [small('a'), small('b'), TritonModel.onnxRuntime({ ...onnxProps, name: 'own' })];
    const { json, deployment } = deploy({ models, instanceType: GpuInstanceType.G4DN_12XLARGE });
    expect(deployment.gpusPerPod).toBe(2);
    expect(fileOf(json, 'config.pbtxt.own').replace(/\s+/g, ' ')).toContain('gpus: [ 0 ]');
    expect(fileOf(json, 'config.pbtxt.b').replace(/\s+/g, ' ')).toContain('gpus: [ 1 ]');
  });

  test('that need more than it has are refused', () => {
    const models = Array.from({ length: 16 }, (_, i) => small(`m${i}`));
    expect(refused({ models, instanceType: GpuInstanceType.G4DN_XLARGE })).toEqual(['MODELS_EXCEED_SHARED_GPU models']);
  });
});

describe('overrides that break the proof', () => {
  const check = (change: (deployment: TritonDeployment) => void): string[] => {
    let faults: string[] = [];
    withSite(({ scope, cluster, store, pool }) => {
      const nodePool = pool(GpuInstanceType.G6E_XLARGE, 1);
      const deployment = new TritonDeployment(scope, 'Chat', {
        cluster,
        nodePool,
        modelStore: store,
        models: [llama8b],
      });
      change(deployment);
      faults = ClusterChecks.of(cluster).faults.map(({ id }) => id);
      scope.node.tryRemoveChild('Chat');
    });
    return faults;
  };

  test.each([
    ['spec.replicas', '5', 'PODS_DO_NOT_FIT_POOL'],
    ['spec.template.spec.container.0.resources.requests.cpu', '16', 'POD_DOES_NOT_FIT_NODE'],
    [
      'spec.template.spec.container.1',
      { name: 'x', image: 'x:1', resources: { requests: { cpu: '2', memory: '40Gi' } } },
      'POD_DOES_NOT_FIT_NODE',
    ],
  ])('%s is judged as it is synthesised', (path, value, id) => {
    expect(check(() => undefined)).toEqual([]);
    expect(check(({ deployment }) => deployment.addOverride(path, value))).toContain(id);
  });
});
