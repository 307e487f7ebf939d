import { App, TerraformLocal, TerraformStack } from 'cdktf';
import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { JobSetController, ModelImport, ModelSource, TrainingJob, TrainingJobProps } from '../../lib/jobs';
import { KubernetesManifests } from '../../lib/manifests';
import { RdmaFabric } from '../../lib/network';
import { IWatchable } from '../../lib/core';
import { MonitoringStack } from '../../lib/monitoring';
import { DeepSpeedConfig } from '../../lib/planning';
import { DataSize, Duration } from '../../lib/units';
import { TestPool, TestStore, withSite } from '../serving/support/fixtures';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { Block, Synthesized, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

const IMAGE = 'registry.example.com/training:1';
const TUNED = {
  modelName: 'llama',
  model: ModelSpec.LLAMA_3_1_8B,
  dataName: 'talks',
  sequenceLength: 4096,
  steps: 500,
  image: IMAGE,
  checkpointClaim: 'checkpoints',
};

interface Given extends Partial<TrainingJobProps> {
  readonly hardware?: GpuInstanceType;
  readonly maxNodes?: number;
  readonly controller?: boolean;
}

function trained({ hardware = GpuInstanceType.P5_48XLARGE, maxNodes = 4, controller, ...given }: Given = {}) {
  let job: TrainingJob | undefined;
  let store: TestStore | undefined;
  const fabric = hardware.efaInterfaces > 0 ? RdmaFabric.efa() : undefined;
  const json = withSite((site) => {
    store = site.store;
    if (controller) new JobSetController(site.scope, 'Sets', { cluster: site.cluster });
    const nodePool = site.pool(hardware, maxNodes, 'gpu', fabric);
    const props = { ...TUNED, cluster: site.cluster, nodePool, modelStore: site.store, ...given };
    job = new TrainingJob(site.scope, 'Tune', props);
  });
  return { json, job: job!, grants: store!.grants };
}

/** The JobSet of a stack, as Helm gets it. */
function setOf(json: Synthesized): Block {
  const releases = json.resources('helm_release').filter(({ values }) => (values as string[])[0].includes('"JobSet"'));
  expect(releases).toHaveLength(1);
  return (JSON.parse((releases[0].values as string[])[0]) as { resources: Block[] }).resources[0];
}

describe('on one node', () => {
  const { json, job, grants } = trained();
  const made = json.only('kubernetes_job_v1');
  const pod = made.spec.template.spec as Block;
  const trainer = pod.container[0] as Block;

  test('is a Job whose pods follow each other a few times, and again whenever a node was lost', () => {
    expect(made.spec).toMatchObject({ backoff_limit: 3, completions: 1, parallelism: 1 });
    expect(made.spec.pod_failure_policy.rule).toEqual([
      { action: 'Ignore', on_pod_condition: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]);
    expect(made.wait_for_completion).toBe(false);
    expect(pod).toMatchObject({
      restart_policy: 'Never',
      service_account_name: 'tune',
      automount_service_account_token: false,
    });
    expect(json.resources('helm_release')).toEqual([]);
  });

  test('starts a process on each GPU by torchrun', () => {
    expect(trainer.command).toEqual([
      'torchrun',
      '--nnodes=1',
      '--node-rank=0',
      '--nproc-per-node=8',
      '--max-restarts=0',
      '--master-addr=127.0.0.1',
      '--master-port=29500',
      '--rdzv-conf=timeout=1800',
      '/etc/training/fine_tune.py',
      '--deepspeed-config=/etc/training/deepspeed.json',
      '--model=/input/model',
      '--data=/input/data',
      expect.stringMatching(/^--output=\/output\/tune-[0-9a-f]{12}$/),
      '--sequence-length=4096',
      '--steps=500',
      '--save-steps=100',
    ]);
  });

  test('has what the plan says, /dev/shm beside it', () => {
    const { plan } = job;
    expect(plan.fits).toBe(true);
    expect(json.only('kubernetes_config_map_v1').data['deepspeed.json']).toBe(plan.deepSpeedJson);
    // 8 processes of 4 GiB, 9 GiB of shared memory, and 2 bytes for each of 8.03 billion parameters, which the first process collects at the end.
    expect(trainer.resources.limits).toMatchObject({ memory: '57301Mi', 'nvidia.com/gpu': '8' });
    expect(trainer.resources.requests).toMatchObject({ cpu: '32', memory: '57301Mi' });
    expect(pod.volume).toContainEqual({ name: 'shm', empty_dir: { medium: 'Memory', size_limit: '9216Mi' } });
    // 8 GiB, and twice the 10 GiB of data for their tokens.
    expect(pod.volume).toContainEqual({ name: 'tmp', empty_dir: { size_limit: '28672Mi' } });
    expect(pod.volume).toContainEqual({ name: 'output', persistent_volume_claim: { claim_name: 'checkpoints' } });
  });

  test('fetches model and data, which alone acts with the role', () => {
    const [fetch] = pod.init_container as Block[];
    const plan = (fetch.env as Block[]).find(({ name }) => name === 'MODEL_PLAN')!.value as string;
    expect(plan.split('\n')).toEqual(['s3://models/llama/1 model', 's3://models/talks/1 data']);
    expect(grants).toEqual(['read test-training-tune llama/1', 'read test-training-tune talks/1']);
    expect(made.spec.template.metadata.annotations['eks.amazonaws.com/skip-containers']).toBe('train');
  });

  test('may write nothing but its volumes', () => {
    expect(trainer.security_context).toMatchObject({ run_as_non_root: true, read_only_root_filesystem: true });
    expect(
      (trainer.volume_mount as Block[]).filter(({ read_only: only }) => !only).map((each) => each.mount_path),
    ).toEqual(['/output', '/tmp', '/dev/shm']);
    expect(json.only('kubernetes_namespace_v1').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
  });

  test('is another Job where another configuration is given', () => {
    const checksum = (given: Given) =>
      trained(given).json.only('kubernetes_job_v1').spec.template.metadata.annotations[
        'gpu-inference-constructs/config-checksum'
      ] as string;
    expect(checksum({ deepSpeed: DeepSpeedConfig.of({ learningRate: 2e-5 }) })).not.toBe(checksum({}));
  });

  const folder = (given: Given) => {
    const { env } = trained(given).json.only('kubernetes_job_v1').spec.template.spec.container[0] as Block;
    return (env as Block[]).find(({ name }) => name === 'CHECKPOINT_DIR')!.value as string;
  };

  test.each<Given>([
    { deepSpeed: DeepSpeedConfig.of({ learningRate: 2e-5 }) },
    ...[
      { steps: 1000 },
      { saveSteps: 50 },
      { sequenceLength: 2048 },
      { gpusPerNode: 4 },
      { environment: { SEED: '1' } },
    ],
    ...[
      { modelName: 'llama-2' },
      { modelVersion: '2' },
      { dataName: 'books' },
      { dataVersion: '2' },
      { name: 'other' },
    ],
    ...[{ image: 'registry.example.com/training:2' }, { program: ['/app/train.py'] }],
  ])('has a folder of its own in the claim with %j', (given) => {
    expect(folder(given)).not.toBe(folder({}));
  });

  test.each<Given>([
    { maxRestarts: 9 },
    { sharedMemory: DataSize.gib(2) },
    { priorityClassName: 'high' },
    { timeout: Duration.hours(1) },
    { environment: {} },
  ])('goes on in the same folder with %j', (given) => {
    expect(folder(given)).toBe(folder({}));
  });

  test('does not take what only Terraform knows for another training', () => {
    const late = (i: number) => ({ environment: { RUN: new TerraformLocal(testStack(), `Run${i}`, 'a').asString } });
    expect(folder(late(1))).toBe(folder(late(2)));
  });
});

describe('on several nodes', () => {
  const { json } = trained({ nodes: 4, controller: true, maxRestarts: 5 });
  const set = setOf(json);
  const template = set.spec.replicatedJobs[0].template.spec as Block;
  const pod = template.template.spec as Block;
  const trainer = pod.containers[0] as Block;

  test('is a set of one Job with a pod on each, which fails and is made anew as a whole', () => {
    expect(json.resources('kubernetes_job_v1')).toEqual([]);
    expect(set).toMatchObject({ apiVersion: 'jobset.x-k8s.io/v1alpha2', metadata: { name: 'tune' } });
    expect(template).toMatchObject({ completionMode: 'Indexed', completions: 4, parallelism: 4, backoffLimit: 0 });
    expect(set.spec.failurePolicy).toEqual({
      maxRestarts: 5,
      restartStrategy: 'BlockingRecreate',
      rules: [
        {
          name: 'nodeLost',
          action: 'RestartJobSetAndIgnoreMaxRestarts',
          onJobFailureReasons: ['PodFailurePolicy'],
        },
      ],
    });
    expect(template.podFailurePolicy.rules).toEqual([
      { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ]);
  });

  test('meets at the first pod of the set', () => {
    expect(trainer.command).toEqual(
      expect.arrayContaining([
        '--nnodes=4',
        '--node-rank=$(JOB_COMPLETION_INDEX)',
        '--master-addr=tune-node-0-0.tune',
        '--nproc-per-node=8',
      ]),
    );
    expect(set.spec.network).toEqual({ enableDNSHostnames: true, publishNotReadyAddresses: true });
  });

  test('has the fabric of the pool on every pod', () => {
    expect(trainer.resources.limits).toMatchObject({ 'vpc.amazonaws.com/efa': '32', 'hugepages-2Mi': '5Gi' });
    expect(trainer.env).toContainEqual({ name: 'NCCL_SOCKET_IFNAME', value: 'eth0' });
  });

  test('waits for the controller', () => {
    const [release] = json.resources('helm_release').filter(({ name }) => name === 'tune');
    const [controller] = json.resources('helm_release').filter(({ name }) => name === 'jobset');
    expect(controller).toMatchObject({
      version: '0.12.0',
      repository: 'oci://registry.k8s.io/jobset/charts',
      wait: true,
    });
    expect((release.depends_on as string[]).some((each) => each.includes('Sets'))).toBe(true);
  });

  test('lets its pods reach each other on every port, and nobody else reaches them', () => {
    const { spec } = json.resources('kubernetes_network_policy_v1').find(({ metadata }) => metadata.name === 'tune')!;
    const own = { match_labels: { 'app.kubernetes.io/name': 'training', 'app.kubernetes.io/instance': 'tune' } };
    expect(spec.ingress).toEqual([{ from: [{ pod_selector: own }], ports: [] }]);
    expect(spec.egress[0]).toEqual({ to: [{ pod_selector: own }], ports: [] });
  });
});

describe('the proof of scheduling', () => {
  const ids = (given: Given) => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE, 2, RdmaFabric.efa());
    const modelStore = new TestStore(stack, 'Store');
    new TrainingJob(stack, 'Tune', { ...TUNED, cluster, nodePool, modelStore, ...given });
    return idsOf(faultsAtSynth(cluster));
  };

  test.each([1, 2])('finds a node for each pod of %i', (nodes) => {
    expect(ids({ nodes })).toEqual([]);
  });

  test.each([1, 2])('finds that nodes have too little memory for /dev/shm of %i pods', (nodes) => {
    expect(ids({ nodes, sharedMemory: DataSize.gib(4096) })).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });
});

test('is rendered with its set', () => {
  const stack = new TerraformStack(new App({ stackTraces: false }), 'test');
  const cluster = testCluster(stack);
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE, 2, RdmaFabric.efa());
  const modelStore = new TestStore(stack, 'Store');
  new TrainingJob(stack, 'Tune', { ...TUNED, cluster, nodePool, modelStore, nodes: 2 });
  const { objects } = KubernetesManifests.of(stack) as { objects: Block[] };
  expect(objects.map(({ kind }) => kind as string)).toEqual(
    expect.arrayContaining(['Namespace', 'ServiceAccount', 'ConfigMap', 'JobSet', 'NetworkPolicy']),
  );
});

test('waits for the import of its data', () => {
  const json = withSite(({ scope, cluster, store, pool }) => {
    const source = ModelSource.urls([{ url: 'https://example.com/talks.jsonl' }]);
    new ModelImport(scope, 'Talks', { cluster, modelStore: store, model: 'talks', source });
    new TrainingJob(scope, 'Tune', {
      ...{ ...TUNED, cluster, modelStore: store },
      nodePool: pool(GpuInstanceType.P5_48XLARGE),
    });
  });
  const [tune] = json.resources('kubernetes_job_v1').filter(({ metadata }) => metadata.name === 'tune');
  expect((tune.depends_on as string[]).some((each) => each.startsWith('kubernetes_job_v1.Talks'))).toBe(true);
});

test('takes a program of one’s own, with a pipeline', () => {
  const { json } = trained({
    program: ['/app/train.py', '--epochs', '3'],
    deepSpeed: DeepSpeedConfig.of({ pipelineStages: 4, gradientAccumulation: 8 }),
  });
  const { command, env } = json.only('kubernetes_job_v1').spec.template.spec.container[0] as Block;
  expect((command as string[]).slice(-3)).toEqual(['/app/train.py', '--epochs', '3']);
  const folder = expect.stringMatching(/^\/output\/tune-[0-9a-f]{12}$/) as string;
  expect(env).toContainEqual({ name: 'CHECKPOINT_DIR', value: folder });
  const { volume } = json.only('kubernetes_job_v1').spec.template.spec as Block;
  expect(volume).toContainEqual({ name: 'tmp', empty_dir: { size_limit: '8192Mi' } });
  expect(json.only('kubernetes_config_map_v1').data).not.toHaveProperty(['fine_tune.py']);
});

test('is refused by a monitoring stack with where it is seen', () => {
  const stack = new TerraformStack(new App({ stackTraces: false }), 'test');
  const cluster = testCluster(stack);
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE, 2);
  const job = new TrainingJob(stack, 'Tune', {
    ...TUNED,
    cluster,
    nodePool,
    modelStore: new TestStore(stack, 'Store'),
  });
  const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] });
  const watch = (workload: unknown) => faultsThrown(() => monitoring.watch(workload as IWatchable));
  expect(watch(job)).toMatchObject([
    {
      id: 'WRONG_KIND',
      property: 'workload',
      reason: expect.stringMatching(
        /new VllmDeployment\(...\), .* or new ExistingExporter\(...\); got a TrainingJob, without metricsTarget; a training serves no metrics: .* log of its first pod/,
      ),
    },
  ]);
  expect(watch(monitoring)[0].reason).toMatch(/; got a MonitoringStack, without metricsTarget$/);
});
