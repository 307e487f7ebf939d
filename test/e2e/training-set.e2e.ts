import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInstanceType,
  KubernetesAccess,
  KubernetesCluster,
  KubernetesManifests,
  ModelSpec,
  ModelStore,
  RdmaFabric,
  TrainingJob,
} from '../../lib';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { nodeObject } from './harness/nodes';
import { OwnCluster } from './harness/own-cluster';
import { HELD } from './harness/pods';
import { until } from './harness/process';

const NODES = 2;
const EFA = 32;
const SELECTOR = { 'example.com/rack': 'train' };
const [NAME, NAMESPACE] = ['tune', 'training'];
const SET = { apiVersion: 'jobset.x-k8s.io/v1alpha2', kind: 'JobSet', metadata: { name: NAME, namespace: NAMESPACE } };

function described(app: App): TerraformStack {
  const stack = new TerraformStack(app, 'training-set');
  new LocalBackend(stack, { path: 'terraform.tfstate' });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'hall-10' });
  KubernetesAccess.of(stack, cluster);
  const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
    ...{ cluster, hardware: GpuInstanceType.P5_48XLARGE, nodes: NODES, fabric: RdmaFabric.efa() },
    ...{ ephemeralStorage: DataSize.gib(1000), nodeSelector: SELECTOR },
  });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    ...{ bucketName: 'models', endpoint: 'https://objects.example.com', credentials: { name: 'model-store' } },
  });
  new TrainingJob(stack, 'Tune', {
    ...{ cluster, nodePool, modelStore, name: NAME, nodes: NODES, maxRestarts: 1 },
    ...{ modelName: 'llama', model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks', sequenceLength: 4096, steps: 10 },
    ...{ image: 'registry.example.com/training:1', checkpointClaim: 'checkpoints' },
  });
  return stack;
}

describeWith(['terraform', 'controlPlane', 'jobSet'], 'a training on two nodes', () => {
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('training-set', 'hall-10', { jobSets: true });
    for (let i = 0; i < NODES; i += 1) await site.kube.create(gpuNode(`rack-${i}`));
    const { objects: made } = KubernetesManifests.of(described(new App({ stackTraces: false })));
    const objects = made as KubeObject[];
    for (const object of [...objects.filter(({ kind }) => kind === 'Namespace'), ...claim(), ...objects]) {
      await site.kube.apply(object.kind === 'JobSet' ? held(object) : object, 'e2e');
    }
  });

  afterAll(() => site?.stop());

  const pods = async () =>
    (await site.kube.list('v1', 'Pod', NAMESPACE)).filter(
      ({ metadata }) => metadata.labels['jobset.sigs.k8s.io/jobset-name'] === NAME,
    );
  /** The pods, once there are as many as nodes, all placed, and none of those that were there before. */
  const placed = async (before: readonly KubeObject[] = []) => {
    const gone = before.map(({ metadata }) => metadata.uid as string);
    const isWhole = async () => {
      const found = await pods();
      await letGo(found);
      const fresh = found.filter(({ metadata, spec }) => !gone.includes(metadata.uid as string) && spec.nodeName);
      return fresh.length === NODES && found.length === NODES;
    };
    await until(isWhole, 90, `${NODES} pods on nodes`);
    return pods();
  };
  /** What a kubelet does when the containers of a pod that is deleted have ended. */
  const letGo = async (found: readonly KubeObject[]) => {
    for (const pod of found.filter(({ metadata }) => metadata.deletionTimestamp)) {
      await site.kube.merge(pod, { metadata: { annotations: { [HELD]: null } } });
    }
  };
  const fail = (pod: KubeObject) => {
    const terminated = { exitCode: 1, reason: 'Error' };
    const containerStatuses = [
      { name: 'train', image: 'i', imageID: 'i', ready: false, restartCount: 0, state: { terminated } },
    ];
    return site.kube.merge(pod, { status: { phase: 'Failed', containerStatuses } }, 'status');
  };
  const set = async () => (await site.kube.find(SET)) as KubeObject;

  test('is a pod on each node, which know their place and the first by its name', async () => {
    const found = await placed();
    expect(found.map(({ spec }) => spec.nodeName as string).sort()).toEqual(['rack-0', 'rack-1']);
    expect(found.map(({ spec }) => `${spec.hostname as string}.${spec.subdomain as string}`).sort()).toEqual([
      'tune-node-0-0.tune',
      'tune-node-0-1.tune',
    ]);
    for (const { spec } of found) {
      const [{ command, env }] = spec.containers;
      expect(command).toEqual(
        expect.arrayContaining(['--node-rank=$(JOB_COMPLETION_INDEX)', '--master-addr=tune-node-0-0.tune']),
      );
      expect((env as { name: string }[]).map(({ name }) => name)).toContain('JOB_COMPLETION_INDEX');
    }
    const service = await site.kube.find({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: NAME, namespace: NAMESPACE },
    });
    expect(service?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
  });

  test('is made anew as a whole when a pod fails', async () => {
    const before = await placed();
    await fail(before[1]);
    await placed(before);
    expect((await set()).status).toMatchObject({ restarts: 1, restartsCountTowardsMax: 1 });
  });

  test('fails when it has failed more often than it may, and nothing is made again', async () => {
    await fail((await pods())[0]);
    const hasFailed = async () => {
      await letGo(await pods());
      return (await set()).status.terminalState === 'Failed';
    };
    await until(hasFailed, 60, 'the end of the set');
    expect((await set()).status.restartsCountTowardsMax).toBe(1);
  });
});

/** kwok ends pods of Jobs at once: here the test plays their kubelet. */
function held(object: KubeObject): KubeObject {
  const copy = structuredClone(object);
  const { template } = copy.spec.replicatedJobs[0].template.spec;
  template.metadata.annotations = { ...template.metadata.annotations, [HELD]: 'true' };
  return copy;
}

function gpuNode(node: string): KubeObject {
  const made = nodeObject({
    ...{
      name: node,
      instanceType: 'p5.48xlarge',
      taints: [],
      hasDevicePlugin: true,
      efa: EFA,
      rootGib: 200,
      localStorage: true,
    },
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'kubernetes.io/hostname': node, ...SELECTOR },
  });
  for (const offered of [made.status.capacity, made.status.allocatable]) offered['vpc.amazonaws.com/efa'] = String(EFA);
  return made;
}

function claim(): KubeObject[] {
  const [name, size] = ['checkpoints', { storage: '100Gi' }];
  const common = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  return [
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
      spec: { ...common, capacity: size, hostPath: { path: '/checkpoints' } },
    },
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: NAMESPACE } },
      spec: { ...common, resources: { requests: size }, volumeName: name },
    },
  ];
}
