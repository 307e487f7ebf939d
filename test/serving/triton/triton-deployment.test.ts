import { GpuInstanceType, ModelSpec, TritonRelease } from '../../../lib/catalog';
import { ImageRegistry } from '../../../lib/kubernetes';
import { TritonDeployment, TritonModel } from '../../../lib/serving';
import { DataSize, Duration } from '../../../lib/units';
import {
  DeploymentOverrides,
  deploy,
  fileOf,
  llama65b,
  llama8b,
  onnxProps,
  podOf,
  withSite,
} from '../support/fixtures';

const big: DeploymentOverrides = { models: [llama65b], instanceType: GpuInstanceType.P4DE_24XLARGE, replicas: 2 };

/** Kubernetes quantities of memory and disk in MiB. */
function mib(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity)!;
  return Number(number) * (unit === 'Gi' ? 1024 : 1);
}

test('a realistic deployment of a 65B model', () => {
  const { json } = deploy({ ...big, imageRegistry: ImageRegistry.mirror('registry.example.com/mirror', ['pull']) });
  const { kubernetes_config_map_v1: configMaps, ...rest } = json.json.resource;
  const [configMap] = Object.values(configMaps as { [id: string]: { data: { [key: string]: string } } });
  // The script has tests of its own; here it would hide what a reader should look at.
  expect({
    ...rest,
    config: {
      ...configMap.data,
      'assemble.sh': '(see assemble-script.ts)',
      'probe-models.sh': '(see probe-script.test.ts)',
    },
  }).toMatchSnapshot();
});

describe('pod', () => {
  test('requests the GPUs of all its models, in requests and limits', () => {
    const [container] = podOf(deploy(big).json).container;
    expect(container.resources.requests['nvidia.com/gpu']).toBe('8');
    expect(container.resources.limits['nvidia.com/gpu']).toBe('8');
    const two = deploy({
      instanceType: GpuInstanceType.G5_12XLARGE,
      models: [llama8b, TritonModel.vllm({ name: 'other', model: ModelSpec.LLAMA_3_1_8B })],
    });
    expect(podOf(two.json).container[0].resources.limits['nvidia.com/gpu']).toBe('2');
    expect(two.deployment.gpusPerPod).toBe(2);
  });

  test('runs on its pool only', () => {
    const pod = podOf(deploy().json);
    expect(pod.node_selector).toEqual({ 'gpu-inference-constructs/pool': 'gpu' });
    expect(pod.toleration).toEqual([
      { key: 'nvidia.com/gpu', operator: 'Equal', value: 'present', effect: 'NoSchedule' },
    ]);
  });

  test("is admitted by the Pod Security level 'restricted'", () => {
    const { json } = deploy();
    expect(json.only('kubernetes_namespace_v1').metadata).toMatchObject({
      name: 'inference',
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
    const pod = podOf(json);
    expect(pod.security_context).toMatchObject({ run_as_non_root: true, seccomp_profile: { type: 'RuntimeDefault' } });
    for (const container of [...pod.init_container, ...pod.container]) {
      expect(container.security_context).toMatchObject({
        run_as_non_root: true,
        allow_privilege_escalation: false,
        read_only_root_filesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  test('has shared memory that its memory request covers', () => {
    const pod = podOf(deploy(big).json);
    const shm = pod.volume.find((volume: { name: string }) => volume.name === 'shm');
    expect(shm.empty_dir).toEqual({ medium: 'Memory', size_limit: '9216Mi' });
    expect(pod.container[0].volume_mount).toContainEqual({ name: 'shm', mount_path: '/dev/shm' });
    expect(mib(pod.container[0].resources.requests.memory)).toBe((4 + 3 * 8 + 9) * 1024);
  });

  test('has disk for the weights', () => {
    const pod = podOf(deploy(big).json);
    const weights = ModelSpec.LLAMA_65B.parameters * 2;
    expect(mib(pod.container[0].resources.requests['ephemeral-storage']) * 1024 ** 2).toBeGreaterThan(weights * 1.05);
  });

  test('judges by the startup probe until everything is loaded, and lives as long as the server does', () => {
    const { json, deployment } = deploy(big);
    const { startup_probe: startup, liveness_probe: liveness, readiness_probe: readiness } = podOf(json).container[0];
    expect(startup.failure_threshold * startup.period_seconds).toBe(deployment.startupBudget.toSeconds());
    expect(deployment.startupBudget.toSeconds()).toBeGreaterThan(130 / 0.25);
    expect(liveness.exec.command).toEqual(['/bin/sh', '/etc/triton-probes/probe-models.sh', 'liveness']);
    expect(readiness.exec.command).toEqual(['/bin/sh', '/etc/triton-probes/probe-models.sh', 'readiness']);
    expect(liveness.failure_threshold * liveness.period_seconds).toBeGreaterThanOrEqual(180);
    const spec = json.only('kubernetes_deployment_v1').spec;
    expect(spec.progress_deadline_seconds).toBeGreaterThan(deployment.startupBudget.toSeconds());
  });

  test('gets a longer grace period than Triton takes to end', () => {
    const pod = podOf(deploy({ exitTimeout: Duration.minutes(2) }).json);
    expect(pod.container[0].args).toContain('--exit-timeout-secs=120');
    expect(pod.termination_grace_period_seconds).toBeGreaterThan(120 + 10);
  });

  test('is restarted by a changed configuration and not by an equal one', () => {
    const checksum = (maxSequences: number) => {
      const models = [TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, maxSequences })];
      const template = deploy({ models }).json.only('kubernetes_deployment_v1').spec.template;
      return template.metadata.annotations['gpu-inference-constructs/config-checksum'];
    };
    expect(checksum(8)).toBe(checksum(8));
    expect(checksum(8)).not.toBe(checksum(9));
  });

  test.each(
    // The smallest parts of a GPU hold no model, and P6e-GB200 is sold in blocks alone.
    GpuInstanceType.ALL.filter(
      (type) => type.gpu.computeCapability >= 7.5 && type.fractionOfGpu > 0.2 && !type.blocksOnly,
    ).map((type) => [type.name, type] as const),
  )('fits %s beside the node agents', (_name, instanceType) => {
    const { requests } = podOf(
      deploy({ instanceType, models: [TritonModel.vllm({ name: 'm', model: ModelSpec.QWEN_2_5_0_5B })] }).json,
    ).container[0].resources;
    const cpu = requests.cpu.endsWith('m') ? Number(requests.cpu.slice(0, -1)) / 1000 : Number(requests.cpu);
    expect(cpu).toBeLessThanOrEqual(instanceType.vcpus - 0.6);
    expect(mib(requests.memory)).toBeLessThan(instanceType.memory.mib * 0.9);
  });
});

test('the deployment cannot hang an apply or a rollout', () => {
  const deployment = deploy({ maxNodes: 1 }).json.only('kubernetes_deployment_v1');
  expect(deployment.wait_for_rollout).toBe(false);
  expect(deployment.spec.strategy).toEqual({
    type: 'RollingUpdate',
    rolling_update: { max_surge: '0', max_unavailable: '1' },
  });
});

test('service and disruption budget select the pods of this deployment only', () => {
  const { json, deployment } = deploy();
  const labels = json.only('kubernetes_deployment_v1').spec.template.metadata.labels;
  const selector = { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': 'chat' };
  expect(labels).toMatchObject(selector);
  expect(json.only('kubernetes_service_v1').spec).toMatchObject({ type: 'ClusterIP', selector });
  expect(json.only('kubernetes_service_v1').spec.port.map((port: { port: number }) => port.port)).toEqual([
    8000, 8001, 8002,
  ]);
  expect(json.only('kubernetes_pod_disruption_budget_v1').spec).toEqual({
    max_unavailable: '1',
    selector: { match_labels: selector },
  });
  expect(deployment.endpoint).toBe('http://chat.inference.svc:8000');
  expect(deployment.metricsTarget.podSelector).toEqual(selector);
});

describe('model store', () => {
  test('is read by a role of the service account, with IRSA annotations where there are some', () => {
    const { json, site } = deploy();
    expect(site.cluster.askedRoles).toEqual(['inference/chat']);
    expect(site.store.grants).toEqual(['read test-inference-chat chat/1']);
    expect(json.only('kubernetes_service_account_v1').metadata.annotations).toEqual({
      'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/test-inference-chat',
    });
    expect(podOf(json).service_account_name).toBe('chat');
  });

  test('is read with a secret where there are no roles', () => {
    const { json, site } = deploy({
      reach: { credentials: { name: 'store', key: 'aws' }, endpoint: 'https://s3.example.com:9000' },
    });
    expect(site.cluster.askedRoles).toEqual([]);
    expect(site.store.grants).toEqual([]);
    const pod = podOf(json);
    const env = pod.init_container[0].env;
    expect(env).toContainEqual({ name: 'AWS_ENDPOINT_URL_S3', value: 'https://s3.example.com:9000' });
    expect(env).toContainEqual({
      name: 'AWS_SHARED_CREDENTIALS_FILE',
      value: '/var/run/secrets/model-store/credentials',
    });
    expect(pod.volume).toContainEqual({
      name: 'model-store-credentials',
      secret: { secret_name: 'store', default_mode: '0440', items: [{ key: 'aws', path: 'credentials' }] },
    });
    expect(JSON.stringify(pod.container)).not.toContain('model-store-credentials');
  });

  test('each model and version is copied to where its configuration expects it', () => {
    const { json } = deploy({
      instanceType: GpuInstanceType.G5_12XLARGE,
      models: [
        TritonModel.onnxRuntime({ ...onnxProps, version: '2', otherVersions: ['1'] }),
        TritonModel.onnxRuntime({ ...onnxProps, name: 'alerts' }),
      ],
    });
    const plan = podOf(json).init_container[0].env.find((entry: { name: string }) => entry.name === 'MODEL_PLAN').value;
    expect(plan.split('\n')).toEqual([
      's3://models/alerts/1 repository/alerts/1',
      's3://models/fraud/2 repository/fraud/2',
      's3://models/fraud/1 repository/fraud/1',
    ]);
    expect(podOf(json).container[0].image).toBe('nvcr.io/nvidia/tritonserver:26.07-py3');
  });

  test('every generated file is mounted under its path in the repository', () => {
    const { json } = deploy();
    const config = podOf(json).volume[0].config_map;
    expect(config.items.map((item: { path: string }) => item.path)).toEqual([
      'repository/chat/config.pbtxt',
      'repository/chat/1/model.json',
      'assemble.sh',
    ]);
    const probes = podOf(json).volume[1].config_map;
    expect(probes.items.map((item: { path: string }) => item.path).sort()).toEqual([
      'chat.json',
      'models',
      'probe-models.sh',
    ]);
    const keys = [...config.items, ...probes.items].map((item: { key: string }) => item.key);
    expect(keys.sort()).toEqual(Object.keys(json.only('kubernetes_config_map_v1').data).sort());
    expect(fileOf(json, 'assemble.sh')).toContain('config=${CONFIG_DIR:?}');
  });
});

describe('metrics', () => {
  test('the latency histogram is on, and vLLM is among the exporters', () => {
    const { json, deployment } = deploy();
    expect(podOf(json).container[0].args).toContain('--metrics-config=histogram_latencies=true');
    expect(deployment.metricsTarget).toEqual({
      jobName: 'triton-chat',
      namespace: 'inference',
      podSelector: { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': 'chat' },
      port: 8002,
      path: '/metrics',
      exporters: ['triton', 'triton-vllm'],
      models: ['chat'],
      features: ['histogram_latencies'],
      version: '26.07',
      usesGpus: true,
      isolated: true,
      replicas: 1,
      startupSeconds: deployment.startupBudget.toSeconds(),
      plannedLatencyMs: { chat: expect.any(Number) },
      targetLatencyMs: {},
      latencyBoundsMs: [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000],
      latencyLimitsMs: { chat: 60_000 },
      engines: { chat: 'triton-vllm' },
      // Of a g5.xlarge, which has one GPU.
      pricePerHour: { chat: 1.006 },
      plans: {
        chat: {
          concurrency: deployment.plan?.concurrency,
          kvCapacityTokens: deployment.plan?.kvCapacityTokens,
          timePerTokenMs: deployment.plan?.decodeLatencyMs,
          outputTokensPerSecond: deployment.plan?.outputTokensPerSecond,
          gpuMemory: deployment.plan?.memoryPerGpu.available,
        },
      },
    });
    // On an idle replica nobody waits for others.
    expect(deployment.metricsTarget.plannedLatencyMs?.chat).toBeGreaterThan(deployment.plan?.timeToFirstTokenMs ?? NaN);
  });

  test('before 26.01 models that answer once have summaries besides', () => {
    const { deployment } = deploy({
      models: [TritonModel.onnxRuntime(onnxProps)],
      tritonRelease: TritonRelease.of('25.12'),
    });
    expect(deployment.metricsTarget).toMatchObject({
      exporters: ['triton'],
      features: ['histogram_latencies', 'summary_latencies'],
      version: '25.12',
    });
  });
});

test('overrides of resources, environment and arguments', () => {
  const { json } = deploy({
    instanceType: GpuInstanceType.G5_12XLARGE,
    resources: {
      cpu: 2.5,
      memory: DataSize.gib(20),
      sharedMemory: DataSize.gib(2),
      ephemeralStorage: DataSize.gib(100),
    },
    environment: { OMP_NUM_THREADS: '8' },
    extraArguments: ['--log-verbose=1'],
    startupBudget: Duration.minutes(15),
    priorityClassName: 'serving',
    name: 'other',
  });
  const pod = podOf(json);
  expect(pod.priority_class_name).toBe('serving');
  const [triton] = pod.container;
  expect(triton.resources.requests).toEqual({
    cpu: '2500m',
    memory: '20480Mi',
    'ephemeral-storage': '102400Mi',
    'nvidia.com/gpu': '1',
  });
  expect(triton.env).toContainEqual({ name: 'OMP_NUM_THREADS', value: '8' });
  expect(triton.args).toContain('--log-verbose=1');
  expect(triton.startup_probe.failure_threshold).toBe(90);
  expect(json.only('kubernetes_deployment_v1').metadata.name).toBe('other');
});

test('deployments share a namespace, and removing one changes nothing else', () => {
  const build = (names: string[]) =>
    withSite((site) => {
      const nodePool = site.pool(GpuInstanceType.G5_12XLARGE);
      for (const name of names) {
        new TritonDeployment(site.scope, name, {
          cluster: site.cluster,
          nodePool,
          modelStore: site.store,
          models: [TritonModel.vllm({ name, model: ModelSpec.LLAMA_3_1_8B })],
        });
      }
    });
  const both = build(['a', 'b']);
  expect(both.resources('kubernetes_namespace_v1')).toHaveLength(1);
  expect(build(['b']).byName('kubernetes_deployment_v1', 'b')).toEqual(both.byName('kubernetes_deployment_v1', 'b'));
});
