import { GpuInstanceType } from '../../../lib/catalog';
import { ModelImport, ModelPipeline, ModelPipelineProps, ModelSource, ModelStep, QualityGate } from '../../../lib/jobs';
import { ModelStore } from '../../../lib/storage';
import { DataSize, Duration } from '../../../lib/units';
import { withSite } from '../../serving/support/fixtures';
import { testCluster } from '../../support/test-cluster';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { isAllowed, isDenied } from '../../support/iam-policy';
import { Block, synthesize } from '../../support/synth';
import { IMAGE, PIPED, TALKS, piped, propsOn } from './support/pipelines';

const podOf = (json: ReturnType<typeof piped>['json']) => json.only('kubernetes_job_v1').spec.template.spec as Block;
const envOf = (container: Block) =>
  Object.fromEntries((container.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]));
const specOf = (json: ReturnType<typeof piped>['json']) =>
  JSON.parse(json.only('kubernetes_config_map_v1').data['spec.json'] as string) as Block;

describe('a pipeline', () => {
  const { json, pipeline, store } = piped();
  const job = json.only('kubernetes_job_v1');
  const pod = podOf(json);
  const [begin] = pod.init_container as Block[];
  const [publish, run] = pod.container as Block[];

  test('is a restricted Job: fetch, then compute, and beside it what publishes', () => {
    const names = [...(pod.init_container as Block[]), ...(pod.container as Block[])].map(({ name }) => name as string);
    // The one that keeps the lease has started before the large image of the other is pulled.
    expect(names).toEqual(['begin', 'publish', 'run']);
    expect(pod).toMatchObject({ restart_policy: 'Never', automount_service_account_token: false });
    for (const container of [begin, run, publish]) {
      expect(container.security_context).toMatchObject({ run_as_non_root: true, read_only_root_filesystem: true });
    }
    expect(json.only('kubernetes_namespace_v1').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    expect(job.wait_for_completion).toBe(false);
  });

  test('tries again where that may help, and not where it is refused or not good enough', () => {
    expect(job.spec).toMatchObject({ backoff_limit: 3, active_deadline_seconds: 86400 });
    expect(job.spec.pod_failure_policy.rule).toEqual([
      { action: 'FailJob', on_exit_codes: { container_name: 'begin', operator: 'In', values: [73] } },
      { action: 'FailJob', on_exit_codes: { container_name: 'run', operator: 'In', values: [1, 2, 3] } },
      { action: 'FailJob', on_exit_codes: { container_name: 'publish', operator: 'In', values: [1, 2] } },
      { action: 'Ignore', on_pod_condition: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]);
  });

  test('computes without credentials of the store', () => {
    expect(job.spec.template.metadata.annotations).toMatchObject({ 'eks.amazonaws.com/skip-containers': 'run' });
    expect(Object.keys(envOf(run)).sort()).toEqual(
      ['HOME', 'OUTPUT_URI', 'POD_UID', 'RECIPE', 'STATE_DIR', 'USER', 'WORK_DIR'].sort(),
    );
    const secret = piped({ credentials: { name: 'store' } });
    const containers = [
      ...(podOf(secret.json).init_container as Block[]),
      ...(podOf(secret.json).container as Block[]),
    ];
    const mounts = containers.map(({ volume_mount }) =>
      (volume_mount as Block[]).some(({ name }) => name === 'model-store-credentials'),
    );
    expect(mounts).toEqual([true, true, false]);
    expect(envOf(containers[2])).not.toHaveProperty('AWS_SHARED_CREDENTIALS_FILE');
    expect(secret.store.grants).toEqual([]);
  });

  test('fetches source and text, and publishes where its address says', () => {
    expect(envOf(begin)).toMatchObject({
      MODEL_PLAN: 's3://models/chat/1 inputs/chat/1\ns3://models/talks/1 inputs/talks/1',
      OUTPUT_URI: `s3://models/chat/${pipeline.output.version}`,
      RECIPE: pipeline.contentAddress,
    });
    expect(envOf(publish)).toMatchObject({
      MODEL_URI: pipeline.outputUri,
      RECIPE: pipeline.contentAddress,
      MANIFEST_ONCE: '1',
    });
    expect(pipeline.output.version).toBe(`1-w4a16-${pipeline.contentAddress.slice(0, 12)}`);
    expect(run.command).toEqual([
      ...['/bin/sh', '/etc/model-pipeline/pipeline.sh', 'run', 'python3', '-m', 'model_pipeline', 'run'],
      ...['--spec=/etc/model-pipeline/spec.json', '--source=/pipeline/inputs/chat/1', '--work=/pipeline/state'],
      ...['--output=/pipeline/output', '--threads=3', '--metrics-port=9464', '--metrics-linger=60'],
    ]);
  });

  test('says the program what is done and what must hold', () => {
    const spec = specOf(json);
    expect(spec.steps).toEqual([{ kind: 'compress', id: '1-compress', scheme: 'W4A16', method: 'rtn' }]);
    const text = '/pipeline/inputs/talks/1/talks.txt';
    expect(spec.checks).toEqual([
      { kind: 'size', atMost: 1 },
      { kind: 'perplexity', text, limit: 0.02, belowFloor: false },
      { kind: 'throughput' },
      { kind: 'long-context', lengths: [2049, 4096], text },
      { kind: 'tokenizer', text },
      { kind: 'license' },
      { kind: 'safetensors' },
    ]);
    expect(spec).toMatchObject({ trustRemoteCode: false, seed: 0, name: 'quantize' });
    expect(spec.labels).toEqual({ image: IMAGE, hardware: 'cpu', recipe: pipeline.contentAddress });
  });

  test('has disk for the source, the result and the text', () => {
    const mib = Number(
      /^(\d+)Mi$/.exec((pod.volume as Block[]).find(({ name }) => name === 'work')!.empty_dir.size_limit)![1],
    );
    const weights = PIPED.model.weightSize(PIPED.model.publishedPrecision!).mib;
    expect(mib).toBeGreaterThan(weights + pipeline.outputSize.mib);
    expect(mib).toBeLessThan(3 * weights);
    // Once for those that run beside each other, whose requests the scheduler adds.
    for (const container of [begin, run]) {
      expect(container.resources.requests['ephemeral-storage']).toBe(`${mib + 4096 + 256 + 16}Mi`);
    }
    expect(publish.resources.requests['ephemeral-storage']).toBe('64Mi');
  });

  test('reads its source and its text, and writes its version', () => {
    expect(store.grants).toEqual([
      'read test-inference-quantize chat/1',
      'read test-inference-quantize talks/1',
      `write test-inference-quantize chat/${pipeline.output.version}`,
    ]);
  });

  test('reaches names, credentials and the store alone', () => {
    const policy = json.only('kubernetes_network_policy_v1').spec;
    const ports = (policy.egress as Block[]).flatMap((rule) =>
      (rule.ports as Block[]).map(({ port }) => port as string),
    );
    expect(policy.policy_types).toEqual(['Ingress', 'Egress']);
    expect(policy.ingress ?? []).toEqual([]);
    expect([...new Set(ports)].sort()).toEqual(['443', '53', '80']);
    expect(piped({ networkPolicy: false }).json.types).not.toContain('kubernetes_network_policy_v1');
  });

  test('explains what each step takes, how that is computed and how sure it is', () => {
    const text = pipeline.explain();
    expect(text).toContain(`chat/1 becomes chat/${pipeline.output.version} (${pipeline.contentAddress})`);
    expect(text).toMatch(/w4a16: .* of the host; reads .*, writes .*; about /);
    expect(text).toMatch(/checks: .* of the host/);
    expect(text).toContain('evidence: extrapolated; error of the time: factor 3 either way');
    expect(text).toContain('published only with at most 2 % lost on talks/1/talks.txt');
  });
});

describe('the rights of its role, as IAM evaluates them', () => {
  let address = '';
  const json = synthesize((stack) => {
    const cluster = testCluster(stack);
    const modelStore = new ModelStore(stack, 'Models', { bucketName: 'weights' });
    const { output } = new ModelPipeline(stack, 'Quantize', { ...PIPED, cluster, modelStore });
    address = output.version;
  });
  const policies = json
    .resources('aws_iam_role_policy')
    .map(({ policy }) => (policy as string).replace(/\$\{aws_s3_bucket\.[^}]*\.arn\}/g, 'arn:aws:s3:::weights'));
  const object = (key: string) => `arn:aws:s3:::weights/${key.replace('<address>', address)}`;

  test.each([
    ['s3:GetObject', 'chat/1/model.safetensors', true],
    ['s3:GetObject', 'talks/1/talks.txt', true],
    ['s3:PutObject', 'chat/<address>/model.safetensors', true],
    ['s3:GetObject', 'chat/<address>/SHA256SUMS', true],
    // The lease: written on conditions, which need the right to read as well, and given back.
    ['s3:PutObject', 'chat/<address>/.lease', true],
    ['s3:GetObject', 'chat/<address>/.lease', true],
    ['s3:DeleteObject', 'chat/<address>/.lease', true],
    ['s3:PutObject', 'chat/1/.lease', false],
    ['s3:DeleteObject', 'chat/1/.lease', false],
    ['s3:PutObject', 'chat/2/.lease', false],
    ['s3:PutObject', 'chat/1/model.safetensors', false],
    ['s3:DeleteObject', 'chat/1/SHA256SUMS', false],
    ['s3:PutObject', 'talks/1/talks.txt', false],
    ['s3:GetObject', 'other/1/model.safetensors', false],
    ['s3:PutObject', 'chat/2/model.safetensors', false],
    ['s3:DeleteObject', 'chat/<address>/SHA256SUMS', false],
    ['s3:DeleteBucket', '', false],
  ])('%s of %s: %s', (action, key, allowed) => {
    expect(isAllowed(policies, { action, resource: object(key) })).toBe(allowed);
  });

  test('write a manifest where there is none alone', () => {
    const request = { action: 's3:PutObject', resource: object('chat/<address>/SHA256SUMS') };
    expect(isDenied(policies, { ...request, context: {} })).toBe(true);
    expect(isAllowed(policies, { ...request, context: { 's3:if-none-match': '*' } })).toBe(true);
  });
});

describe('the version', () => {
  const versionOf = (given: Parameters<typeof piped>[0]) => piped(given).pipeline.output.version;
  const first = versionOf({});

  test('is the same for the same input, whatever the pipeline is called and where it works', () => {
    expect(versionOf({ name: 'other' })).toBe(first);
    expect(versionOf({ workClaim: 'scratch' })).toBe(first);
    expect(versionOf({ retries: 9, timeout: Duration.hours(3), namespace: 'batch' })).toBe(first);
  });

  test.each<[string, Parameters<typeof piped>[0]]>([
    ['another source', { modelName: 'other' }],
    ['another version of it', { modelVersion: '2' }],
    ['another step', { steps: [ModelStep.weightOnly(8)] }],
    ['another setting', { steps: [ModelStep.gptq({ text: TALKS, samples: 64 })] }],
    ['another limit', { gate: QualityGate.of({ text: TALKS, accuracyLossPercent: 1 }) }],
    ['another image', { image: 'registry.example.com/team/model-pipeline:2' }],
    ['a GPU', { hardware: GpuInstanceType.G6E_XLARGE }],
    ['code that may run', { trustRemoteCode: true }],
  ])('is another one with %s', (_, given) => {
    expect(versionOf(given)).not.toBe(first);
  });

  test('may be named, and says its address to the Job', () => {
    const { pipeline, json } = piped({ outputVersion: '1-edge' });
    expect(pipeline.output.version).toBe('1-edge');
    expect(envOf((podOf(json).init_container as Block[])[0])).toMatchObject({
      OUTPUT_URI: 's3://models/chat/1-edge',
      RECIPE: pipeline.contentAddress,
    });
  });

  test('that another one in the program makes is refused', () => {
    const faults: unknown[] = [];
    withSite((site) => {
      const props = propsOn(site);
      new ModelPipeline(site.scope, 'First', props);
      faults.push(...idsOf(faultsThrown(() => new ModelPipeline(site.scope, 'Second', { ...props, name: 'second' }))));
      new ModelImport(site.scope, 'Import', {
        ...{ cluster: site.cluster, modelStore: site.store, model: 'chat', version: '3' },
        source: ModelSource.urls([{ url: 'https://example.com/config.json' }]),
      });
      faults.push(
        ...idsOf(faultsThrown(() => new ModelPipeline(site.scope, 'Third', { ...props, outputVersion: '3' }))),
      );
    });
    expect(faults).toEqual(['DUPLICATE outputVersion', 'DUPLICATE outputVersion']);
  });
});

test('waits for the import of its source', () => {
  const json = withSite((site) => {
    new ModelImport(site.scope, 'Import', {
      ...{ cluster: site.cluster, modelStore: site.store, model: 'chat' },
      source: ModelSource.urls([{ url: 'https://example.com/config.json' }]),
    });
    new ModelPipeline(site.scope, 'Quantize', propsOn(site));
  });
  const jobs = json.resources('kubernetes_job_v1');
  const pipeline = jobs.find(({ metadata }) => metadata.name === 'quantize')!;
  expect((pipeline.depends_on as string[]).some((each) => each.startsWith('kubernetes_job_v1.Import'))).toBe(true);
  expect(jobs.find(({ metadata }) => metadata.name === 'import')!.wait_for_completion).toBe(true);
});

test('works in a folder of its own of a claim, and clears it', () => {
  const { json, pipeline } = piped({ workClaim: 'scratch' });
  const pod = podOf(json);
  const folder = `/pipeline/quantize-${pipeline.contentAddress.slice(0, 12)}`;
  expect(pod.volume).toContainEqual({ name: 'work', persistent_volume_claim: { claim_name: 'scratch' } });
  expect(envOf(pod.container[0] as Block)).toMatchObject({ WORK_DIR: folder, CLEAR_WORK: '1' });
  expect(pod.container[1].resources.requests['ephemeral-storage']).toBe('4368Mi');
});

test('runs on a GPU of its pool', () => {
  const { json } = piped({ hardware: GpuInstanceType.G6E_XLARGE, steps: [ModelStep.awq({ text: TALKS })] });
  const pod = podOf(json);
  expect(pod.node_selector).toEqual({ 'gpu-inference-constructs/pool': 'gpu' });
  expect(pod.container[1].resources.limits).toMatchObject({ 'nvidia.com/gpu': '1' });
  expect(pod.container[0].resources.limits).not.toHaveProperty('nvidia.com/gpu');
  expect(specOf(json).steps).toEqual([
    { kind: 'compress', id: '1-compress', scheme: 'W4A16', method: 'awq', text: '/pipeline/inputs/talks/1/talks.txt' },
  ]);
});

test('warns of code that may run', () => {
  for (const given of [{}, { trustRemoteCode: false }]) {
    const { json, pipeline } = piped(given);
    expect([specOf(json).trustRemoteCode, warningsOf(pipeline)]).toEqual([false, []]);
  }
  const { json, pipeline } = piped({ trustRemoteCode: true });
  expect([specOf(json).trustRemoteCode, idsOf(warningsOf(pipeline))]).toEqual([true, ['REMOTE_CODE_RUNS']]);
});

describe('is refused', () => {
  const refused = (given: Parameters<typeof piped>[0]) =>
    faultsThrown(() => piped(given)).map(({ id, property }) => `${id} ${property}`);

  test.each<[string, Parameters<typeof piped>[0], string]>([
    ['without steps', { steps: [] }, 'EMPTY_LIST steps'],
    ['into its source', { outputVersion: '1' }, 'OUTPUT_IS_SOURCE outputVersion'],
    ['with an image of no tag', { image: 'registry.example.com/pipeline' }, 'INVALID_FORMAT image'],
    ['without an image', { image: undefined as never }, 'MISSING_PROPERTY image'],
    ['with a disk too small for source and output', { disk: DataSize.gib(1) }, 'DISK_TOO_SMALL disk'],
    ['on nodes whose disk is too small', { systemNodes: 'm7i.2xlarge', diskGib: 5 }, 'DISK_TOO_SMALL workClaim'],
    ['on nodes with too little memory', { nodeMemory: DataSize.gib(4) }, 'STEP_DOES_NOT_FIT steps[0]'],
    ['in too little time', { timeout: Duration.seconds(1) }, 'PIPELINE_TAKES_TOO_LONG timeout'],
    [
      'with a selector beside a pool',
      { hardware: GpuInstanceType.G6E_XLARGE, nodeSelector: { a: 'b' } },
      'CONFLICTING_PROPERTIES nodeSelector',
    ],
    ['by a name that is none', { outputName: 'a/b' }, 'INVALID_NAME outputName'],
    ['with half a retry', { retries: 0.5 }, 'NOT_A_WHOLE_NUMBER retries'],
    ['with an opset without a graph', { steps: [ModelStep.optimizeOnnx()] }, 'STEP_OUT_OF_ORDER steps[0]'],
    [
      'with an export of what is quantized',
      { steps: [ModelStep.weightOnly(4), ModelStep.exportOnnx()] },
      'STEP_OUT_OF_ORDER steps[1]',
    ],
    [
      'with more layers left out than there are',
      { steps: [ModelStep.skipLayers({ layers: [16] })] },
      'OUT_OF_RANGE steps[0]',
    ],
    [
      'with tasks beside llm-compressor',
      { gate: QualityGate.of({ text: TALKS, tasks: ['arc_easy'], taskData: { name: 'tasks' } }) },
      'TASKS_WITHOUT_HARNESS gate.tasks',
    ],
  ])('%s', (_, given, fault) => {
    expect(refused(given)).toContain(fault);
  });

  test('with all that is wrong at once', () => {
    const given = { steps: [], image: 'x', retries: -1 } as Partial<ModelPipelineProps>;
    expect(refused(given)).toEqual(['INVALID_FORMAT image', 'EMPTY_LIST steps', 'NOT_A_WHOLE_NUMBER retries']);
  });

  test('and leaves nothing behind', () => {
    const json = withSite((site) => {
      faultsThrown(() => new ModelPipeline(site.scope, 'Quantize', propsOn(site, { steps: [] })));
      new ModelPipeline(site.scope, 'Quantize', propsOn(site));
    });
    expect(json.resources('kubernetes_job_v1')).toHaveLength(1);
  });
});

describe('the ways out of too little time are of what takes it', () => {
  const reasonOf = (given: Parameters<typeof piped>[0]) =>
    faultsThrown(() => piped({ timeout: Duration.seconds(1), ...given }))[0].reason;
  const long = [ModelStep.gptq({ text: TALKS, samples: 4096, length: 4096 })];

  test.each<[string, Parameters<typeof piped>[0], string]>([
    ['checks, which run on processors', {}, 'most of it checks'],
    ['checks, which run on processors', {}, 'give it more cpus'],
    ['llm-compressor without a GPU', { steps: long }, 'give it a nodePool with GPUs'],
    ['llm-compressor on a GPU', { steps: long, hardware: GpuInstanceType.G6E_XLARGE, cpus: 64 }, 'use faster GPUs'],
  ])('%s', (_, given, text) => {
    expect(reasonOf(given)).toContain(text);
  });
});
