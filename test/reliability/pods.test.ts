import { App } from 'cdktf';
import { KubernetesManifests } from '../../lib/manifests';
import { everything } from '../e2e/reliability-stack';

interface Container {
  readonly name: string;
  readonly command?: string[];
  readonly env?: { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly securityContext?: { readonly readOnlyRootFilesystem?: boolean };
}

interface Pod {
  readonly metadata: { readonly annotations?: { readonly [key: string]: string } };
  readonly spec: {
    readonly restartPolicy?: string;
    readonly initContainers?: Container[];
    readonly containers: Container[];
    readonly volumes: { readonly name: string; readonly emptyDir?: { readonly sizeLimit: string } }[];
  };
}

// What the objects of each workload say that rows of docs/reliability.md rest on, where no process shows it.
const { objects } = KubernetesManifests.of(everything(new App({ stackTraces: false })), { skipHelmReleases: true });
const specOf = (kind: string, name: string): any =>
  (objects as any[]).find((object) => object.kind === kind && object.metadata.name === name)?.spec;

const group = (name: string) => specOf('LeaderWorkerSet', name).leaderWorkerTemplate;
const membersOf = (name: string): Pod[] => [group(name).leaderTemplate, group(name).workerTemplate];
const gateway: Pod = specOf('Deployment', 'door').template;
const alone: Pod = specOf('Job', 'alone').template;
const set = () => specOf('JobSet', 'set');
const ofSet: Pod = set().replicatedJobs[0].template.spec.template;
const monitoring: Pod[] = ['prometheus', 'alertmanager'].map((name) => specOf('StatefulSet', name).template);

const containersOf = ({ spec }: Pod) => [...(spec.initContainers ?? []), ...spec.containers];
/** Containers that are told of a model store, or have its credentials. */
const withStore = (pod: Pod) =>
  containersOf(pod).filter(
    ({ env = [], volumeMounts = [] }) =>
      env.some(({ name, value = '' }) => /^AWS_/.test(name) || value.includes('s3://')) ||
      volumeMounts.some(({ name }) => name === 'model-store-credentials'),
  );
const namesOf = (containers: Container[]) => containers.map(({ name }) => name);
const writable = ({ volumeMounts = [] }: Container) => volumeMounts.filter(({ readOnly }) => readOnly !== true);

/** Pods of servers: all but one container do without the store. */
const SERVERS: Pod[] = [
  specOf('Deployment', 'llama').template,
  specOf('Deployment', 'triton').template,
  ...membersOf('large-group'),
  ...membersOf('patient-group'),
];

describe('full disk', () => {
  test.each([
    ['full disk: groups of nodes', 'large-group'],
    ['full disk: groups in a queue', 'patient-group'],
  ])('%s', (_, name) => {
    for (const pod of membersOf(name)) {
      const [fetch] = pod.spec.initContainers ?? [];
      expect(fetch.command).toEqual(['/bin/sh', '/etc/vllm/assemble.sh']);
      const models = pod.spec.volumes.find((volume) => volume.name === 'models');
      const room = fetch.env?.find((variable) => variable.name === 'MODELS_MIB')?.value;
      expect(models?.emptyDir?.sizeLimit).toBe(`${room}Mi`);
    }
  });

  test('full disk: MonitoringStack', () => {
    const [prometheus] = monitoring.map(({ spec }) => spec.containers[0] as { args?: string[] });
    const { sizeLimit } = monitoring[0].spec.volumes.find(({ name }) => name === 'data')?.emptyDir ?? {};
    expect(sizeLimit).toBe('20Gi');
    // The oldest samples go before the disk is full.
    expect(prometheus.args).toContain(`--storage.tsdb.retention.size=${0.8 * 20 * 1024}MB`);
  });

  test('full disk: InferenceGateway', () => {
    expect(gateway.spec.containers.flatMap(writable)).toEqual([]);
    expect(gateway.spec.containers.map(({ securityContext }) => securityContext?.readOnlyRootFilesystem)).toEqual([
      true,
    ]);
  });
});

describe('store that cannot be reached', () => {
  test.each([
    ['store that cannot be reached: groups of nodes', 'large-group'],
    ['store that cannot be reached: groups in a queue', 'patient-group'],
  ])('%s', (_, name) => {
    // The kubelet starts the copy of that pod alone anew; the others wait for it at the address of the first.
    expect(group(name).restartPolicy).toBe('RecreateGroupAfterStart');
    for (const pod of membersOf(name)) expect(pod.spec.restartPolicy ?? 'Always').toBe('Always');
  });

  test('store that cannot be reached: InferenceGateway', () => expect(withStore(gateway)).toEqual([]));

  test('store that cannot be reached: TrainingJob on one node', () => {
    expect([namesOf(withStore(alone)), alone.spec.restartPolicy]).toEqual([['fetch'], 'Never']);
    expect(specOf('Job', 'alone')).toMatchObject({
      backoffLimit: 1,
      podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] },
    });
  });

  test('store that cannot be reached: TrainingJob on several nodes', () => {
    expect([namesOf(withStore(ofSet)), ofSet.spec.restartPolicy]).toEqual([['fetch'], 'Never']);
    expect(set().failurePolicy).toMatchObject({ maxRestarts: 1 });
    expect(set().replicatedJobs[0].template.spec.backoffLimit).toBe(0);
  });

  test('store that cannot be reached: MonitoringStack', () => expect(monitoring.flatMap(withStore)).toEqual([]));
});

describe('revoked role', () => {
  test('revoked role: servers that run', () => {
    for (const pod of SERVERS) {
      expect(namesOf(withStore(pod))).toHaveLength(1);
      const [reads] = withStore(pod);
      expect(namesOf(pod.spec.initContainers ?? [])).toContain(reads.name);
    }
  });

  test.each([
    ['revoked role: groups of nodes', 'large-group'],
    ['revoked role: groups in a queue', 'patient-group'],
  ])('%s', (_, name) => {
    for (const pod of membersOf(name)) expect(namesOf(withStore(pod))).toEqual(['fetch-weights']);
  });

  test('revoked role: InferenceGateway', () => expect(withStore(gateway)).toEqual([]));

  test('revoked role: TrainingJob on one node', () => expect(namesOf(withStore(alone))).toEqual(['fetch']));

  test('revoked role: TrainingJob on several nodes', () => expect(namesOf(withStore(ofSet))).toEqual(['fetch']));

  test('revoked role: MonitoringStack', () => expect(monitoring.flatMap(withStore)).toEqual([]));
});
