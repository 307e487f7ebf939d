import { GpuInstanceType, GpuInterconnect, GpuNodeType, GpuType, ModelSpec, Parallelism } from '../../lib/catalog';
import { EfaInstaller, ServingImage } from '../../lib/images';
import { JobSetController, TrainingJob, TrainingJobProps } from '../../lib/jobs';
import { RdmaFabric } from '../../lib/network';
import { GpuQueue, Kueue } from '../../lib/scheduling';
import { ServerAutoscaling, VllmDeployment, VllmDeploymentProps } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { TestPool, TestStore } from '../serving/support/fixtures';
import { faultsAtSynth, faultsThrown, idsOf, reasonsOf, warningsOf } from '../support/faults';
import { Block, Synthesized, synthesize, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

/** Nodes of eight GPUs without EFA. */
const TCP = GpuNodeType.custom({
  ...{ name: 'own-8xh100', gpu: GpuType.H100, gpuCount: 8, vcpus: 192, memory: DataSize.gib(2000) },
  ...{ localStorage: DataSize.gib(8000), interconnect: GpuInterconnect.NVSWITCH, networkBandwidthGbps: 100 },
});

const IMAGE = 'registry.example.com/training:1';

interface Given {
  /** Nodes of each training. */
  readonly trainings: readonly (Partial<TrainingJobProps> & { readonly queued?: boolean })[];
  /** Servers of a node each. */
  readonly servers?: number;
  readonly server?: Partial<VllmDeploymentProps>;
  readonly maxNodes?: number;
  readonly hardware?: GpuNodeType;
  readonly pool?: Partial<{ minNodes: number; isAutoscaled: boolean }>;
}

/** Trainings and servers on one pool. */
function make(
  stack: ReturnType<typeof testStack>,
  { trainings, servers = 0, server, maxNodes = 4, hardware = GpuInstanceType.P5_48XLARGE, pool }: Given,
) {
  const cluster = testCluster(stack);
  const modelStore = new TestStore(stack, 'Store');
  const fabric = hardware.efaInterfaces > 0 ? RdmaFabric.efa() : undefined;
  const nodePool = new TestPool(stack, 'gpu', cluster, hardware, maxNodes, fabric);
  Object.assign(nodePool, pool);
  new JobSetController(stack, 'Sets', { cluster });
  const isQueued = trainings.some(({ queued }) => queued);
  if (isQueued) new Kueue(stack, 'Kueue', { cluster });
  const queue = isQueued ? new GpuQueue(stack, 'gpus', { cluster, nodePools: [nodePool] }) : undefined;
  if (servers > 0) {
    new VllmDeployment(stack, 'Chat', {
      ...{ cluster, nodePool, modelStore, maxSurge: 0 },
      models: [
        {
          ...{ name: 'chat', model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8 }) },
          ...(server?.autoscaling ? {} : { replicas: servers }),
        },
      ],
      ...server,
    });
  }
  const jobs = trainings.map(
    ({ queued, ...given }, i) =>
      new TrainingJob(stack, `T${i}`, {
        ...{ cluster, nodePool, modelStore, modelName: 'llama', model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks' },
        ...{ sequenceLength: 4096, steps: 500, checkpointClaim: 'checkpoints' },
        ...('trainingImage' in given ? {} : { image: IMAGE }),
        ...(queued ? { queue } : {}),
        ...given,
      }),
  );
  return { cluster, jobs };
}

const synthesized = (given: Given): Synthesized => synthesize((stack) => void make(stack, given));
const found = (given: Given) => {
  const { cluster } = make(testStack(), given);
  return faultsAtSynth(cluster);
};
const valuesOf = (json: Synthesized) =>
  json
    .resources('helm_release')
    .flatMap(({ values }) => (JSON.parse((values as string[])[0]) as { resources?: Block[] }).resources ?? []);

const ROOM = ['TRAINING_HAS_NO_ROOM'];

describe('a training beside servers that stay', () => {
  test.each<[string, Given, string[]]>([
    ['has a node', { trainings: [{}], servers: 3 }, []],
    ['has none', { trainings: [{}], servers: 4 }, ROOM],
    ['has one of two', { trainings: [{ nodes: 2 }], servers: 3 }, ROOM],
    ['follows another on the same node', { trainings: [{}, {}], servers: 3 }, []],
    ['of two nodes could block another of two', { trainings: [{ nodes: 2 }, { nodes: 2 }], maxNodes: 3 }, ROOM],
    ['of two nodes beside another of two', { trainings: [{ nodes: 2 }, { nodes: 2 }], maxNodes: 4 }, []],
    [
      'waits in a queue for another',
      {
        trainings: [
          { nodes: 2, queued: true },
          { nodes: 2, queued: true },
        ],
        maxNodes: 3,
      },
      [],
    ],
    ['waits in a queue for what never goes', { trainings: [{ queued: true }], servers: 4 }, ROOM],
    [
      'waits in a queue for servers that a scaler takes away',
      {
        trainings: [{ queued: true }],
        servers: 1,
        server: { autoscaling: ServerAutoscaling.hpa({ minReplicas: 1, maxReplicas: 4 }) },
      },
      [],
    ],
    [
      'takes part of a node that servers leave',
      { trainings: [{ gpusPerNode: 4 }], servers: 3, maxNodes: 3, server: {} },
      ROOM,
    ],
  ])('%s', (_, given, ids) => {
    expect(idsOf(found(given))).toEqual(ids);
  });

  test('says what is left of what, and who has the rest', () => {
    expect(reasonsOf(found({ trainings: [{ nodes: 2 }], servers: 3 }))).toEqual([
      "test/T0/Set: 'training/t0' asks for 16 of nvidia.com/gpu (2 pods), but beside what stays on pool 'gpu' ('inference/chat' 3 x 8) 8 of the 32 of its 4 " +
        'nodes are left; raise maxNodes to 5, give it a pool of its own, or let it wait in a queue (GpuQueue) where scalers or other trainings give nodes back',
    ]);
    expect(reasonsOf(found({ trainings: [{ nodes: 2 }, { nodes: 2 }], maxNodes: 3 }))[0]).toMatch(
      /are left: it and 'training\/t0' could each hold what the other waits for; raise maxNodes to 4/,
    );
    expect(reasonsOf(found({ trainings: [{ queued: true }], servers: 4 }))[0]).not.toMatch(/GpuQueue/);
  });

  test('is warned of where nothing adds its nodes', () => {
    const warned = (given: Given) => {
      const { cluster } = make(testStack(), given);
      faultsAtSynth(cluster);
      return idsOf(warningsOf(cluster));
    };
    const pool = { minNodes: 2, isAutoscaled: false };
    expect(warned({ trainings: [{}], servers: 2, pool })).toContain('POOL_CANNOT_SCALE_UP');
    expect(warned({ trainings: [{}], servers: 1, pool })).not.toContain('POOL_CANNOT_SCALE_UP');
  });
});

describe('in a queue', () => {
  test('a Job is suspended by its label, and what Kueue writes into its pods replaces nothing', () => {
    const json = synthesized({ trainings: [{ queued: true }] });
    const job = json.only('kubernetes_job_v1');
    expect(job.metadata.labels).toMatchObject({ 'kueue.x-k8s.io/queue-name': 't0' });
    expect(job.lifecycle).toEqual({ ignore_changes: ['spec[0].template[0].metadata'] });
    const queues = valuesOf(json).filter(({ kind }) => kind === 'LocalQueue');
    expect(queues).toMatchObject([{ metadata: { name: 't0' }, spec: { clusterQueue: 'gpus' } }]);
    expect(job.depends_on).toEqual(expect.arrayContaining([expect.stringContaining('T0_Queue')]));
  });

  test('a JobSet is too', () => {
    const made = valuesOf(synthesized({ trainings: [{ nodes: 2, queued: true }] }));
    const [set] = made.filter(({ kind }) => kind === 'JobSet');
    expect(set.metadata.labels).toMatchObject({ 'kueue.x-k8s.io/queue-name': 't0' });
    expect(made.filter(({ kind }) => kind === 'LocalQueue')).toHaveLength(1);
  });

  test('none of it without one', () => {
    const json = synthesized({ trainings: [{}] });
    const job = json.only('kubernetes_job_v1');
    expect(JSON.stringify(job)).not.toMatch(/kueue|ignore_changes/);
  });

  test('is refused where it would never be admitted', () => {
    const fixed = { minNodes: 2, isAutoscaled: false };
    expect(
      idsOf(faultsThrown(() => make(testStack(), { trainings: [{ nodes: 3, queued: true }], pool: fixed }))),
    ).toEqual(['QUEUE_TOO_SMALL queue']);
    const stack = testStack();
    const other = testCluster(stack, { clusterName: 'other' });
    const foreign = GpuQueue.fromAttributes(stack, 'Foreign', { cluster: other, clusterQueueName: 'x' });
    expect(idsOf(faultsThrown(() => make(testStack(), { trainings: [{ queue: foreign }] })))).toEqual([
      'WRONG_CLUSTER queue',
    ]);
  });
});

describe('the image', () => {
  const pyTorch = (more: object = {}) =>
    ServingImage.pyTorch({
      repository: 'registry.example.com/training',
      tag: '1',
      packages: ['deepspeed==0.19.8', 'accelerate==1.15.0'],
      ...more,
    });
  const refused = (given: Partial<TrainingJobProps>, nodes = 2) =>
    idsOf(faultsThrown(() => make(testStack(), { trainings: [{ nodes, ...given }] })));

  test('must have what EFA needs on several nodes', () => {
    expect(refused({ trainingImage: pyTorch() })).toEqual(['IMAGE_WITHOUT_FABRIC trainingImage']);
    expect(refused({ image: 'pytorch/pytorch:2.9.0' })).toEqual(['IMAGE_WITHOUT_FABRIC image']);
    const made = make(testStack(), {
      trainings: [{ nodes: 2, trainingImage: pyTorch({ efa: EfaInstaller.DEFAULT }) }],
    });
    expect(made.jobs).toHaveLength(1);
    expect(make(testStack(), { trainings: [{ trainingImage: pyTorch() }] }).jobs).toHaveLength(1);
  });

  test('has what a program of the user imports, which is not known', () => {
    const trainings = [{ trainingImage: pyTorch({ packages: [] }), program: ['/opt/train.py'] }];
    expect(make(testStack(), { trainings }).jobs).toHaveLength(1);
  });

  test('is pulled by its reference', () => {
    const json = synthesized({ trainings: [{ trainingImage: pyTorch() }] });
    expect(json.only('kubernetes_job_v1').spec.template.spec.container[0].image).toBe(
      'registry.example.com/training:1',
    );
  });

  test('has the plugin in its Dockerfile', () => {
    expect(pyTorch().dockerfile).not.toMatch(/efa_installer/);
    expect(pyTorch({ efa: EfaInstaller.DEFAULT }).dockerfile).toMatch(/efa_installer\.sh/);
  });

  test.each<[string, Partial<TrainingJobProps>, string[]]>([
    ['none', { image: undefined, trainingImage: undefined }, ['MISSING_PROPERTY image']],
    ['both', { image: IMAGE, trainingImage: pyTorch() }, ['CONFLICTING_PROPERTIES image']],
    [
      'one that is pulled from nowhere',
      { trainingImage: ServingImage.pyTorch({ packages: ['deepspeed==0.19.8', 'accelerate==1.15.0'] }) },
      ['SERVING_IMAGE_WITHOUT_REPOSITORY trainingImage'],
    ],
    [
      'one without PyTorch',
      { trainingImage: ServingImage.triton({ repository: 'registry.example.com/triton', tag: '1' }) },
      ['SERVING_IMAGE_OF_OTHER_KIND trainingImage'],
    ],
    [
      'one without DeepSpeed and accelerate',
      { trainingImage: pyTorch({ packages: [] }) },
      ['IMAGE_WITHOUT_PACKAGES trainingImage'],
    ],
    [
      'one without accelerate',
      { trainingImage: pyTorch({ packages: ['DeepSpeed==0.19.8'] }) },
      ['IMAGE_WITHOUT_PACKAGES trainingImage'],
    ],
  ])('refused: %s', (_, given, ids) => {
    expect(refused(given, 1)).toEqual(ids);
  });
});

test('several nodes without RDMA are warned of', () => {
  const warned = (nodes: number, hardware: GpuNodeType) => {
    const { jobs } = make(testStack(), { trainings: [{ nodes }], hardware });
    return idsOf(warningsOf(jobs[0])).filter((id) => id === 'NODES_OVER_TCP');
  };
  expect(warned(2, TCP)).toEqual(['NODES_OVER_TCP']);
  expect(warned(2, GpuInstanceType.P5_48XLARGE)).toEqual([]);
  expect(warned(1, TCP)).toEqual([]);
});
