import { GpuInstanceType, ModelSpec, TritonRelease, TritonVariant } from '../../../lib/catalog';
import { KubernetesManifests } from '../../../lib/manifests';
import { ClusterChecks } from '../../../lib/scheduling';
import {
  ModelInstances,
  PodVolume,
  ServiceType,
  TensorDataType,
  TritonDeployment,
  TritonModel,
} from '../../../lib/serving';
import { TaintEffect } from '../../../lib/core';
import { DataSize, Duration } from '../../../lib/units';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { Block, Synthesized } from '../../support/synth';
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
const policyOf = (json: Synthesized): Block => json.only('kubernetes_network_policy_v1').spec;

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
  ])('%s is refused', (argument) => {
    expect(refused({ extraArguments: ['--log-verbose=1', argument] })).toEqual(['RESERVED extraArguments[1]']);
  });

  test.each(['--log-verbose=1', '--metrics-config=summary_quantiles=0.5:0.05', '--id=chat', '--http-thread-count=4'])(
    '%s is not',
    (argument) => expect(argsOf(deploy({ extraArguments: [argument] }).json)).toContain(argument),
  );

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

describe('probes', () => {
  test('ask a language model for one token, and any other for what zeros give', () => {
    expect(fileOf(deploy().json, 'probe.models')).toBe('chat text 0\n');
    expect(JSON.parse(fileOf(deploy().json, 'probe.json.chat'))).toMatchObject({ parameters: { max_tokens: 1 } });
    const inputs = [
      { name: 'a', dataType: TensorDataType.FP16, dims: [-1, 3] },
      { name: 'b', dataType: TensorDataType.STRING, dims: [2] },
      { name: 'c', dataType: TensorDataType.INT64, dims: [1], optional: true },
    ];
    const { json } = deploy({ models: [TritonModel.onnxRuntime({ ...onnxProps, inputs })] });
    expect(fileOf(json, 'probe.models')).toBe(`fraud tensor ${1 * 3 * 2 + 2 * 4}\n`);
    expect(JSON.parse(fileOf(json, 'probe.json.fraud')).inputs).toEqual([
      { name: 'a', shape: [1, 1, 3], datatype: 'FP16', parameters: { binary_data_size: 6 } },
      { name: 'b', shape: [1, 2], datatype: 'BYTES', parameters: { binary_data_size: 8 } },
    ]);
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

describe('images', () => {
  const digest = `registry.example.com/team/triton@sha256:${'a'.repeat(64)}`;

  test('of one’s own, by a digest', () => {
    const pod = podOf(deploy({ tritonImage: digest, awsCliImage: 'mirror.example.com/aws-cli:2.40' }).json);
    expect(pod.container[0].image).toBe(digest);
    expect(pod.init_container[0].image).toBe('mirror.example.com/aws-cli:2.40');
  });

  test.each(['registry.example.com/team/triton', 'UPPER/case:1', 'a b:1', '', 'x@sha256:12'])(
    '%p is refused',
    (tritonImage) => expect(refused({ tritonImage })).toEqual(['INVALID_FORMAT tritonImage']),
  );

  test.each([
    [TritonRelease.DEFAULT, TritonVariant.VLLM, []],
    [TritonRelease.V26_02, TritonVariant.VLLM, ['CVE-2026-24207', 'CVE-2026-27893']],
    [TritonRelease.V26_02, TritonVariant.STANDARD, ['CVE-2026-24207']],
    [TritonRelease.of('25.06'), TritonVariant.STANDARD, ['CVE-2025-23310', 'CVE-2025-23319', 'CVE-2026-24207']],
    [TritonRelease.of('26.04'), TritonVariant.VLLM, []],
  ])('known vulnerabilities of %s %s', (release, variant, ids) => {
    expect(release.advisoriesOf(variant).map(({ id }) => id)).toEqual(ids);
    for (const { source } of release.advisories) expect(source).toMatch(/^https:\/\//);
  });

  test('an image of one’s own is not judged by its release', () => {
    const warned = (overrides: DeploymentOverrides) => warningsOf(deploy(overrides).deployment).map(({ id }) => id);
    expect(warned({ tritonRelease: TritonRelease.V26_02 })).toEqual(['VULNERABLE_RELEASE']);
    expect(warned({ tritonRelease: TritonRelease.V26_02, tritonImage: digest })).toEqual([]);
    expect(warned({ driverMajor: 580 })).toEqual([]);
  });

  test('a release that is not in the table can be described', () => {
    const facts = { vllmVersion: '0.31.0', onnxRuntimeVersion: '1.28.0', cudaVersion: '13.4.3', cudaDriver: '615.61' };
    const tritonRelease = TritonRelease.custom({ release: '26.11', ...facts });
    expect(podOf(deploy({ tritonRelease }).json).container[0].image).toBe(
      'nvcr.io/nvidia/tritonserver:26.11-vllm-python-py3',
    );
    expect(tritonRelease.minimumDriver).toBe(580);
    expect(faultsThrown(() => TritonRelease.custom({ release: '2611', ...facts, vllmVersion: 'new' }))).toHaveLength(2);
  });

  test.each([
    [ModelSpec.GPT_OSS_20B, '25.07'],
    [ModelSpec.QWEN_3_8B, '25.03'],
    [ModelSpec.GPT_OSS_20B, '25.03'],
    [ModelSpec.LLAMA_4_SCOUT, '24.12'],
    [ModelSpec.QWEN_3_30B_A3B, '24.12'],
    [ModelSpec.GLM_4_5_AIR, '25.07'],
    [ModelSpec.DEEPSEEK_V3, '24.12'],
  ])('%s is refused on %s, whose vLLM does not know it', (model, release) => {
    const models = [TritonModel.vllm({ name: 'm', model })];
    const found = refused({
      models,
      tritonRelease: TritonRelease.of(release),
      instanceType: GpuInstanceType.P5_48XLARGE,
    });
    expect(found).toContain('MODEL_NEEDS_NEWER_VLLM models[0].model');
  });

  test.each(ModelSpec.ALL.map((model) => [model.name, model] as const))(
    '%s is known to the default',
    (_name, model) => {
      const models = [TritonModel.vllm({ name: 'm', model })];
      expect(refused({ models, instanceType: GpuInstanceType.P5_48XLARGE })).not.toContain(
        'MODEL_NEEDS_NEWER_VLLM models[0].model',
      );
    },
  );
});

describe('network', () => {
  test('requests come from its own namespace, metrics from nobody, and nothing but the store is reached', () => {
    const { pod_selector: pods, policy_types: types, ingress, egress } = policyOf(deploy().json);
    expect(pods.match_labels).toEqual({ 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': 'chat' });
    expect(types).toEqual(['Ingress', 'Egress']);
    expect(ingress).toEqual([
      {
        from: [{ namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'inference' } } }],
        ports: [
          { port: '8000', protocol: 'TCP' },
          { port: '8001', protocol: 'TCP' },
        ],
      },
    ]);
    expect(egress.map(({ ports }: Block) => ports.map(({ port }: Block) => port).join())).toEqual([
      '53,53',
      '443',
      '80',
    ]);
  });

  test('callers and further targets are named', () => {
    const { ingress, egress } = policyOf(
      deploy({
        accessibleFrom: ['gateway', '10.0.0.0/8'],
        metricsFrom: ['prometheus'],
        egressTo: [{ cidr: '10.9.0.0/16', port: 6379 }],
      }).json,
    );
    expect(ingress[0].from).toEqual([
      { namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'gateway' } } },
      { ip_block: { cidr: '10.0.0.0/8' } },
    ]);
    expect(ingress[1].ports).toEqual([{ port: '8002', protocol: 'TCP' }]);
    expect(egress[egress.length - 1]).toEqual({
      to: [{ ip_block: { cidr: '10.9.0.0/16' } }],
      ports: [{ port: '6379', protocol: 'TCP' }],
    });
  });

  test.each([
    ['https://10.1.2.3:9000', ['10.1.2.3/32'], '9000'],
    ['https://s3.example.com', ['0.0.0.0/0', '::/0'], '443'],
    ['http://s3.example.com', ['0.0.0.0/0', '::/0'], '80'],
  ])('a store at %s is reached there', (endpoint, cidrs, port) => {
    const { egress } = policyOf(deploy({ reach: { credentials: { secretName: 's' }, endpoint } }).json);
    expect(egress).toHaveLength(2);
    expect(egress[1]).toEqual({
      to: cidrs.map((cidr) => ({ ip_block: { cidr } })),
      ports: [{ port, protocol: 'TCP' }],
    });
  });

  test('a store in the cluster is its namespace', () => {
    const endpoint = 'http://minio.minio.svc:80';
    const { egress } = policyOf(deploy({ reach: { credentials: { secretName: 's' }, endpoint } }).json);
    expect(egress[1].to).toEqual([
      { namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'minio' } } },
    ]);
  });

  test('can be left out', () => {
    const { json, deployment } = deploy({ networkPolicy: false });
    expect(json.json.resource.kubernetes_network_policy_v1).toBeUndefined();
    expect(deployment.metricsTarget.isolated).toBe(false);
  });

  test.each([
    [{ accessibleFrom: ['Bad'] }, 'INVALID_NAME accessibleFrom[0]'],
    [{ accessibleFrom: ['10.0.0.0/99'] }, 'INVALID_FORMAT accessibleFrom[0]'],
    [{ egressTo: [{ cidr: 'x', port: 1 }] }, 'INVALID_FORMAT egressTo[0].cidr'],
    [{ egressTo: [{ cidr: '10.0.0.0/8', port: 0 }] }, 'OUT_OF_RANGE egressTo[0].port'],
  ])('%j is refused', (overrides, expected) => expect(refused(overrides)).toEqual([expected]));
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

describe('what users add', () => {
  const additions: DeploymentOverrides = {
    podLabels: { team: 'search' },
    podAnnotations: { 'example.com/scan': 'true' },
    secretEnvironment: { HF_TOKEN: { secretName: 'hub', key: 'token' } },
    sidecars: [
      {
        name: 'proxy',
        image: 'registry.example.com/proxy:1.2',
        ports: { https: 8443 },
        cpu: 0.25,
        memory: DataSize.mib(256),
        volumeMounts: [{ volume: 'certificates', path: '/certs' }],
      },
    ],
    volumes: [PodVolume.secret('certificates', 'tls')],
    volumeMounts: [{ volume: 'certificates', path: '/certs' }],
    runtimeClassName: 'nvidia',
    tolerations: [{ key: 'team', value: 'search', effect: TaintEffect.NO_SCHEDULE }],
    serviceType: ServiceType.LOAD_BALANCER,
    serviceAnnotations: { 'service.beta.kubernetes.io/aws-load-balancer-internal': 'true' },
    accessibleFrom: ['10.0.0.0/8'],
  };

  test('is in the pods and the service, beside what the library needs', () => {
    const { json } = deploy(additions);
    const template = json.only('kubernetes_deployment_v1').spec.template;
    expect(template.metadata.labels).toMatchObject({ team: 'search', 'app.kubernetes.io/instance': 'chat' });
    expect(template.metadata.annotations).toMatchObject({
      'example.com/scan': 'true',
      'eks.amazonaws.com/skip-containers': 'triton,proxy',
    });
    const { container, volume, toleration, runtime_class_name: runtime } = template.spec;
    expect(runtime).toBe('nvidia');
    expect(toleration).toContainEqual({ key: 'team', operator: 'Equal', value: 'search', effect: 'NoSchedule' });
    expect(volume).toContainEqual({ name: 'certificates', secret: { secret_name: 'tls', default_mode: '0440' } });
    expect(container[0].env).toContainEqual({
      name: 'HF_TOKEN',
      value_from: { secret_key_ref: { name: 'hub', key: 'token' } },
    });
    expect(container[1]).toMatchObject({
      name: 'proxy',
      resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: '250m', memory: '256Mi' } },
      security_context: { run_as_non_root: true, read_only_root_filesystem: true },
      volume_mount: [{ name: 'certificates', mount_path: '/certs', read_only: true }],
    });
    const service = json.only('kubernetes_service_v1');
    expect(service.spec.type).toBe('LoadBalancer');
    expect(service.metadata.annotations).toEqual(additions.serviceAnnotations);
    expect(policyOf(json).ingress[0].ports).toContainEqual({ port: '8443', protocol: 'TCP' });
  });

  test('is part of the proof', () => {
    const sidecars = [{ name: 'big', image: 'registry.example.com/big:1', cpu: 3.5, memory: DataSize.gib(1) }];
    expect(refused({ sidecars })).toEqual(['POD_EXCEEDS_NODE resources.cpu']);
    const memory = [{ name: 'big', image: 'registry.example.com/big:1', memory: DataSize.gib(12) }];
    expect(refused({ sidecars: memory })).toEqual(['POD_EXCEEDS_NODE resources.memory']);
  });

  test.each([
    [{ podLabels: { 'app.kubernetes.io/name': 'x' } }, "RESERVED podLabels['app.kubernetes.io/name']"],
    [{ volumes: [PodVolume.secret('models', 's')] }, 'RESERVED volumes[0].name'],
    [{ volumeMounts: [{ volume: 'x', path: '/x' }] }, 'UNKNOWN_VALUE volumeMounts[0].volume'],
    [{ sidecars: [{ name: 'triton', image: 'a/b:1' }] }, 'DUPLICATE sidecars'],
    [{ sidecars: [{ name: 'a', image: 'a/b' }] }, 'INVALID_FORMAT sidecars[0].image'],
    [
      { environment: { A: '1' }, secretEnvironment: { A: { secretName: 's', key: 'k' } } },
      "CONFLICTING_PROPERTIES secretEnvironment['A']",
    ],
    [{ secretEnvironment: { A: { secretName: 's', key: '../k' } } }, "INVALID_NAME secretEnvironment['A'].key"],
  ])('%j is refused', (overrides: DeploymentOverrides, expected) =>
    expect(refused(overrides).map((each) => each.replace(/\[\d\]$/, ''))).toContain(expected),
  );

  test('is rendered as manifests too', () => {
    let yaml = '';
    withSite(({ scope, cluster, store, pool }) => {
      const nodePool = pool(GpuInstanceType.G5_XLARGE);
      new TritonDeployment(scope, 'Chat', { cluster, nodePool, modelStore: store, models: [llama8b], ...additions });
      yaml = KubernetesManifests.of(scope as never).toYaml();
    });
    for (const text of ['kind: NetworkPolicy', 'runtimeClassName: nvidia', 'secretKeyRef', 'immutable: true'])
      expect(yaml).toContain(text);
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
