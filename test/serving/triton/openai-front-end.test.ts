import { readFileSync } from 'fs';
import * as path from 'path';
import {
  FrontEndToolCallParser,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  ModelSpec,
  Parallelism,
  TritonRelease,
} from '../../../lib/catalog';
import { FRONT_END_FLAGS, FRONT_END_LOG_FLAGS, FRONT_END_SINCE } from '../../../lib/catalog/triton-openai';
import { MonitoringStack } from '../../../lib/monitoring';
import {
  ModelInstances,
  OpenAiFrontEndOptions,
  PythonCode,
  ResponseCache,
  TensorApiAccess,
  TensorDataType,
  TritonDeployment,
  TritonModel,
} from '../../../lib/serving';
import { DataSize, Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { Synthesized } from '../../support/synth';
import { DeploymentOverrides, deploy, fileOf, llama8b, onnxProps, podOf, withSite } from '../support/fixtures';

interface Flag {
  readonly values: number;
  readonly type: 'flag' | 'int' | 'str';
  readonly choices?: string[];
  readonly required?: boolean;
}

/** What the front end of each release takes; see its `source`. */
const RECORDED = JSON.parse(readFileSync(path.join(__dirname, 'fixtures', 'openai-front-end.json'), 'utf8'))
  .releases as {
  readonly [release: string]: { readonly installed: boolean; readonly flags: { readonly [name: string]: Flag } };
};
const LISTED = TritonRelease.ALL.map(({ release }) => release);

const containerOf = (json: Synthesized) => podOf(json).container[0];

/** The command of a front end: its settings, and its flags. */
function commandOf(json: Synthesized): { program: string[]; settings: any; flags: string[] } {
  const args = containerOf(json).args as string[];
  return { program: args.slice(0, 5), settings: JSON.parse(args[5]), flags: args.slice(6) };
}

function frontEnd(openAi: OpenAiFrontEndOptions = {}, more: DeploymentOverrides = {}) {
  return deploy({ openAi, ...more });
}

function refused(openAi: OpenAiFrontEndOptions, more: DeploymentOverrides = {}): string[] {
  return idsOf(faultsThrown(() => frontEnd(openAi, more)));
}

/** As argparse of that release: unknown flags, values that are no numbers, and flags that are missing. */
function refusedBy(release: string, flags: readonly string[]): string[] {
  const known = RECORDED[release].flags;
  const given = flags.map((each) => each.slice(2).split('=') as [string, string | undefined]);
  const wrong = given.flatMap(([name, value]) => {
    const flag = known[name] as Flag | undefined;
    if (!flag) return [`unknown ${name}`];
    if ((value === undefined) !== (flag.values === 0)) return [`values of ${name}`];
    if (flag.type === 'int' && !/^\d+$/.test(value ?? '')) return [`no number ${name}`];
    return flag.choices && !flag.choices.includes(value ?? '') ? [`no choice ${name}`] : [];
  });
  const missing = Object.keys(known).filter((name) => known[name].required && !given.some(([each]) => each === name));
  return [...wrong, ...missing.map((name) => `missing ${name}`)];
}

const thor = GpuNodeType.custom({
  name: 'thor',
  gpu: GpuType.JETSON_AGX_THOR_128GB,
  gpuCount: 1,
  vcpus: 14,
  memory: DataSize.gib(128),
});

const pythonProps = {
  name: 'own',
  inputs: [{ name: 'x', dataType: TensorDataType.FP32, dims: [4] }],
  outputs: [{ name: 'y', dataType: TensorDataType.FP32, dims: [4] }],
  maxBatchSize: 8,
  code: PythonCode.inline({ 'model.py': '# its code' }),
  instances: ModelInstances.onCpu(1),
};

const ALL_OPTIONS: OpenAiFrontEndOptions = {
  toolCallParser: FrontEndToolCallParser.LLAMA3,
  maxToolCallSize: DataSize.kib(256),
  chatTemplate: 'templates/chat.jinja',
  defaultMaxTokens: 400,
  maxRequestSize: DataSize.mib(8),
};
const OPTIONS = Object.keys(ALL_OPTIONS) as (keyof OpenAiFrontEndOptions & keyof typeof FRONT_END_FLAGS)[];

const adapted = TritonModel.vllm({
  name: 'chat',
  model: ModelSpec.LLAMA_3_1_8B,
  parallelism: Parallelism.of({ tensor: 4 }),
  loraAdapters: [{ name: 'sql', rank: 16 }],
});
const onFour = { instanceType: GpuInstanceType.G5_12XLARGE };

describe('what the front end is started with', () => {
  test('the process, the tokenizer of the model and its planned answers', () => {
    const { json, deployment } = frontEnd();
    const { program, settings, flags } = commandOf(json);
    expect(program[2]).toMatch(/^rm -f .*; exec "\$0" "\$@"$/);
    expect([...program.slice(0, 2), ...program.slice(3)]).toEqual([
      ...['/bin/sh', '-c'],
      ...['python3', '/etc/triton-probes/serve_openai.py'],
    ]);
    expect(flags).toEqual([
      '--model-repository=/models/repository',
      '--tokenizer=/models/weights/chat/1',
      '--openai-port=9000',
      '--enable-kserve-frontends',
      `--default-max-tokens=${deployment.plan?.outputTokens}`,
    ]);
    expect(settings).toEqual({
      server: {
        exit_timeout: 150,
        strict_readiness: true,
        exit_on_error: true,
        strict_model_config: false,
        gpu_metrics: true,
        metrics_configuration: { '': { histogram_latencies: 'true' } },
      },
    });
  });

  test('what tritonserver has flags for goes to its options', () => {
    const settings = { modelLoadThreads: 2, modelLoadRetries: 1, exitTimeout: Duration.seconds(90) };
    const { server } = commandOf(frontEnd({}, { ...settings, tritonRelease: TritonRelease.of('25.12') }).json).settings;
    expect(server).toMatchObject({ exit_timeout: 90, model_load_thread_count: 2, model_load_retry_count: 1 });
  });

  test('the scripts are there, and can be read by nobody but the pod', () => {
    const { json } = frontEnd();
    const { volume } = podOf(json);
    const { items } = volume.find(({ name }: { name: string }) => name === 'probes').config_map;
    expect(items).toEqual(
      expect.arrayContaining(['serve_openai.py', 'vllm_guard.py'].map((key) => ({ key, path: key }))),
    );
    for (const script of ['serve_openai.py', 'vllm_guard.py']) {
      expect(fileOf(json, script)).toBe(readFileSync(path.join(__dirname, '../../../assets', script), 'utf8'));
    }
  });

  test('models are fixed: nobody needs a key to change them by the tensor API', () => {
    const config = (overrides: DeploymentOverrides) => fileOf(deploy(overrides).json, 'config.pbtxt.chat');
    expect(config({})).toContain('ENABLE_VLLM_HEALTH_CHECK');
    expect(config({ openAi: {} })).not.toContain('ENABLE_VLLM_HEALTH_CHECK');
  });

  test('it has room in memory', () => {
    const memory = (overrides: DeploymentOverrides) =>
      Number.parseInt(containerOf(deploy(overrides).json).resources.requests.memory, 10);
    expect(memory({ openAi: {} }) - memory({})).toBe(1024);
  });
});

describe('every release', () => {
  test.each(LISTED)('%s takes what it is given', (release) => {
    const tritonRelease = TritonRelease.of(release);
    const allowed = OPTIONS.filter((option) => FRONT_END_FLAGS[option].since <= release);
    const options = Object.fromEntries(allowed.map((option) => [option, ALL_OPTIONS[option]]));
    // The oldest are of vLLM releases that know the model no adapter fits.
    const models = [release >= FRONT_END_FLAGS.loraAdapters.since ? adapted : llama8b];
    const instance = release >= FRONT_END_FLAGS.loraAdapters.since ? onFour : {};
    const { flags } = commandOf(frontEnd(options, { tritonRelease, models, ...instance }).json);
    expect(flags.length).toBeGreaterThan(3 + allowed.length);
    expect(refusedBy(release, flags)).toEqual([]);
    expect(refusedBy(release, commandOf(frontEnd({}, { tritonRelease }).json).flags)).toEqual([]);
    expect(RECORDED[release].installed).toBe(true);
  });

  test.each(OPTIONS)('%s is refused where the image does not take it, and nowhere else', (option) => {
    const lacking = LISTED.filter((release) => !Object.hasOwn(RECORDED[release].flags, FRONT_END_FLAGS[option].flag));
    const ours = LISTED.filter((release) => release < FRONT_END_FLAGS[option].since);
    expect(lacking.length).toBeGreaterThan(0);
    expect(ours).toEqual(lacking);
    for (const release of lacking) {
      const openAi = { [option]: ALL_OPTIONS[option] };
      expect(refused(openAi, { tritonRelease: TritonRelease.of(release) })).toEqual([
        `OPENAI_OPTION_NOT_IN_RELEASE openAi.${option}`,
      ]);
    }
  });

  test('adapters are refused where requests cannot name them', () => {
    const old = { models: [adapted], ...onFour, tritonRelease: TritonRelease.of('25.04') };
    expect(Object.hasOwn(RECORDED['25.04'].flags, 'lora-separator')).toBe(false);
    expect(refused({}, old)).toContain('OPENAI_OPTION_NOT_IN_RELEASE models[0].loraAdapters');
    expect(commandOf(frontEnd({}, { models: [adapted], ...onFour }).json).flags).toContain('--lora-separator=:');
  });

  test('an image without the packages of the front end is refused', () => {
    expect(FRONT_END_SINCE).toBe(Object.keys(RECORDED).find((release) => RECORDED[release].installed));
    const facts = {
      vllmVersion: '0.5.5',
      onnxRuntimeVersion: '1.19.2',
      cudaVersion: '12.6.2',
      cudaDriver: '560.35.03',
    };
    const tritonRelease = TritonRelease.custom({ release: '24.11', minimumComputeCapability: 7, ...facts });
    expect(refused({}, { tritonRelease })).toContain('OPENAI_OPTION_NOT_IN_RELEASE openAi');
  });

  test('flags of the log are those of every release', () => {
    for (const release of LISTED)
      expect(Object.keys(RECORDED[release].flags)).toEqual(expect.arrayContaining(FRONT_END_LOG_FLAGS));
  });
});

describe('the key', () => {
  test('is made in the cluster, and reaches the front end alone', () => {
    const { json, deployment } = frontEnd();
    expect(deployment.apiKeySecret).toEqual({ name: 'chat-api-key', key: 'api-key' });
    expect(json.only('helm_release').name).toMatch(/^chat-api-key/);
    const variable = {
      name: 'OPENAI_API_KEY',
      value_from: { secret_key_ref: { name: 'chat-api-key', key: 'api-key' } },
    };
    expect(containerOf(json).env).toContainEqual(variable);
    expect(JSON.stringify(podOf(json).init_container)).not.toContain('OPENAI_API_KEY');
  });

  test('is that of the user, where there is one', () => {
    const { json, deployment } = frontEnd({ apiKey: { name: 'keys', key: 'chat' } });
    expect(deployment.apiKeySecret).toEqual({ name: 'keys', key: 'chat' });
    expect(json.resources('helm_release')).toEqual([]);
    expect(JSON.stringify(containerOf(json).env)).toContain('"keys"');
  });

  test('is not needed where there is no front end', () => {
    const { json, deployment } = deploy();
    expect([deployment.apiKeySecret, deployment.openAiEndpoint]).toEqual([undefined, undefined]);
    expect(json.text).not.toContain('OPENAI_API_KEY');
  });
});

describe('ports', () => {
  const portsOf = (ports: { name: string }[]) => ports.map(({ name }) => name);
  const policy = (json: Synthesized) =>
    json.only('kubernetes_network_policy_v1').spec.ingress.map(({ ports }: any) => ports.map(({ port }: any) => port));

  test.each([
    [undefined, ['openai', 'http', 'grpc'], ['9000', '8000', '8001']],
    [TensorApiAccess.CALLERS, ['openai', 'http', 'grpc'], ['9000', '8000', '8001']],
    [TensorApiAccess.POD, ['openai'], ['9000']],
  ])('with the tensor API for %s', (tensorApi, names, open) => {
    const { json, deployment } = frontEnd({ tensorApi }, { metricsFrom: ['prometheus'] });
    expect(portsOf(json.only('kubernetes_service_v1').spec.port)).toEqual(names);
    expect(portsOf(containerOf(json).port)).toEqual(names);
    expect(policy(json)).toEqual([open, ['9000']]);
    expect(deployment.openAiEndpoint).toBe('http://chat.inference.svc:9000/v1');
    const { settings } = commandOf(json);
    expect(settings.tensorApi).toBe(tensorApi === TensorApiAccess.POD ? '127.0.0.1' : undefined);
  });

  test('the probes ask the front end for the metrics, and it is up when it listens', () => {
    const { env, startup_probe: startup, readiness_probe: readiness } = containerOf(frontEnd().json);
    expect(env).toContainEqual({ name: 'TRITON_METRICS_PORT', value: '9000' });
    expect(startup.http_get).toEqual({ path: '/health/ready', port: 'openai' });
    expect(readiness.exec.command).toEqual(['/bin/sh', '/etc/triton-probes/probe-models.sh', 'readiness']);
  });

  test.each([8000, 8001, 9000])('a sidecar cannot have port %i', (port) => {
    const sidecars = [
      { name: 'proxy', image: 'example.test/proxy:1', ports: { own: port }, cpu: 0.1, memory: DataSize.mib(64) },
    ];
    expect(refused({ tensorApi: TensorApiAccess.POD }, { sidecars }).join()).toContain('sidecars[0].ports');
  });

  test('it is watched there, by what it was watched by without', () => {
    const { deployment } = frontEnd();
    const { metricsTarget: without } = deploy().deployment;
    expect(deployment.metricsTarget).toEqual({ ...without, port: 9000 });
  });

  test('a monitoring stack lets itself in, and has an alert for its latency', () => {
    const json = withSite((site) => {
      const nodePool = site.pool(GpuInstanceType.G5_XLARGE);
      const { cluster, store: modelStore, scope } = site;
      const watched = new TritonDeployment(scope, 'Chat', {
        cluster,
        nodePool,
        modelStore,
        models: [llama8b],
        openAi: {},
      });
      new MonitoringStack(scope, 'Monitoring', { cluster }).watch(watched);
    });
    const maps = json.resources('kubernetes_config_map_v1').map(({ data }: any) => data);
    const text = JSON.stringify(maps.filter((data: object) => !('assemble.sh' in data)));
    expect(text).toContain('nv_inference_first_response_histogram_ms_bucket');
    const ports = json
      .resources('kubernetes_network_policy_v1')
      .map(({ spec }: any) => JSON.stringify(spec.ingress ?? []));
    expect(ports.filter((each: string) => each.includes('"9000"')).length).toBeGreaterThan(1);
    expect(text).toMatch(/triton-chat.*\b9000\b/);
    expect(text).not.toContain('8002');
  });
});

describe('what it cannot serve', () => {
  const onnx = TritonModel.onnxRuntime(onnxProps);
  const trt = TritonModel.tensorRtLlm({ name: 'trt', model: ModelSpec.LLAMA_3_1_8B });
  const two = TritonModel.vllm({ name: 'other', model: ModelSpec.LLAMA_3_1_8B });
  const COUNT = 'OPENAI_NEEDS_ONE_LANGUAGE_MODEL models';

  test.each([
    ['models of tensors', [onnx], COUNT],
    ['TensorRT-LLM, whose tensors are called otherwise', [trt], COUNT],
    ['two language models, which share one tokenizer', [llama8b, two], COUNT],
    [
      'answers from a cache',
      [llama8b, TritonModel.python({ ...pythonProps, responseCache: true })],
      'OPENAI_FRONT_END_LACKS_SETTING models[1].responseCache',
    ],
  ])('%s', (_what, models, id) => {
    expect(refused({}, { models, instanceType: GpuInstanceType.G5_12XLARGE })).toContain(id);
  });

  test('models of tensors beside the language model are served', () => {
    const { json } = frontEnd({}, { models: [llama8b, TritonModel.python(pythonProps)] });
    expect(commandOf(json).program[2]).toContain('rm -rf /tmp/python_env_*');
    expect(commandOf(json).flags).toContain('--tokenizer=/models/weights/chat/1');
  });

  test('Jetson', () => {
    const more = { instanceType: thor, tritonRelease: TritonRelease.of('26.02') };
    expect(refused({}, more)).toContain('OPENAI_FRONT_END_ON_JETSON openAi');
  });

  test.each([
    [
      'a response cache',
      { responseCache: ResponseCache.local(DataSize.mib(64)) },
      'OPENAI_FRONT_END_LACKS_SETTING responseCache',
    ],
    [
      'resources',
      { rateLimitResources: [{ name: 'r', count: 1 }] },
      'OPENAI_FRONT_END_LACKS_SETTING rateLimitResources',
    ],
    ['a configuration', { modelConfiguration: 'a10g' }, 'OPENAI_FRONT_END_LACKS_SETTING modelConfiguration'],
    ['its key twice', { environment: { OPENAI_API_KEY: 'x' } }, "RESERVED environment['OPENAI_API_KEY']"],
    ['another folder', { environment: { OPENAI_FRONT_END: '/x' } }, "RESERVED environment['OPENAI_FRONT_END']"],
    [
      'other modules',
      { secretEnvironment: { PYTHONPATH: { name: 'a', key: 'b' } } },
      "RESERVED secretEnvironment['PYTHONPATH']",
    ],
    ['a flag of tritonserver', { extraArguments: ['--log-verbose=1'] }, 'RESERVED extraArguments[0]'],
    ['a beginning of a flag', { extraArguments: ['--model-repo=/x'] }, 'RESERVED extraArguments[0]'],
    ['a value of nothing', { extraArguments: ['debug'] }, 'RESERVED extraArguments[0]'],
    ['a flag for a value', { extraArguments: ['--uvicorn-log-level', '--host=::'] }, 'RESERVED extraArguments[1]'],
  ])('%s is refused', (_what, more, id) => {
    expect(refused({}, more as DeploymentOverrides)).toContain(id);
  });

  test.each([
    ['openAi.defaultMaxTokens', { defaultMaxTokens: 0 }, 'NOT_A_WHOLE_NUMBER'],
    ['openAi.maxRequestSize', { maxRequestSize: DataSize.bytes(0.5) }, 'NOT_A_WHOLE_NUMBER'],
    ['openAi.maxToolCallSize', { maxToolCallSize: DataSize.bytes(0) }, 'OUT_OF_RANGE'],
    ['openAi.chatTemplate', { chatTemplate: '../../etc/passwd' }, 'INVALID_NAME'],
    ['openAi.apiKey.name', { apiKey: { name: 'NOT A NAME', key: 'k' } }, 'INVALID_NAME'],
  ])('%s is checked', (property, openAi, id) => {
    expect(refused(openAi)).toEqual([`${id} ${property}`]);
  });

  test.each([['--uvicorn-log-level=debug'], ['--uvicorn-log-level', 'debug'], ['--tritonserver-log-verbose-level=1']])(
    'the log can be set by %s',
    (...extraArguments) => {
      expect(commandOf(frontEnd({}, { extraArguments }).json).flags.slice(-extraArguments.length)).toEqual(
        extraArguments,
      );
    },
  );
});

describe('parsers', () => {
  test('have the names of the front end', () => {
    expect(FrontEndToolCallParser.ALL).toEqual(['llama3', 'mistral']);
    expect(FrontEndToolCallParser.of('mistral').name).toBe(FrontEndToolCallParser.MISTRAL.name);
    expect(`${FrontEndToolCallParser.custom('qwen')}`).toBe('qwen');
    expect(idsOf(faultsThrown(() => FrontEndToolCallParser.of('llama3_json')))).toEqual(['UNKNOWN_VALUE']);
  });
});
