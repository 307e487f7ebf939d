import { EksAddon } from '@cdktf/provider-aws/lib/eks-addon';
import { PersistentVolumeClaim } from '@cdktf/provider-kubernetes/lib/persistent-volume-claim';
import { PersistentVolumeClaimV1 } from '@cdktf/provider-kubernetes/lib/persistent-volume-claim-v1';
import { StatefulSetV1 } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { StorageClassV1 } from '@cdktf/provider-kubernetes/lib/storage-class-v1';
import { TerraformProvider, TerraformStack } from 'cdktf';
import {
  CloudTopology,
  EksGpuCluster,
  EncryptedStorageClass,
  IKubernetesCluster,
  KubernetesAccess,
  KubernetesCluster,
  ModelSpec,
  MonitoringStack,
  MonitoringStorage,
  Warnings,
} from '../../lib';
import { warningsOf } from '../support/faults';
import { synthStack, synthStacks, testApp, testStack } from '../support/synth';

const ZONES = ['us-west-2a', 'us-west-2b'];
const SPEC = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

interface Place {
  readonly stack: TerraformStack;
  readonly cluster: IKubernetesCluster;
  readonly provider: TerraformProvider;
}

const own = (stack: TerraformStack) =>
  new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', availabilityZones: ZONES });

function warned(make: (stack: TerraformStack) => IKubernetesCluster, fill: (place: Place) => void): boolean {
  const stack = testStack();
  const cluster = make(stack);
  fill({ stack, cluster, provider: KubernetesAccess.of(stack, cluster).kubernetesProvider });
  synthStack(stack);
  return idsOf(stack).includes('NO_STORAGE_CLASS');
}

const idsOf = (...stacks: TerraformStack[]) => stacks.flatMap(warningsOf).map(({ id }) => id);

const monitor =
  (props?: Parameters<typeof MonitoringStorage.persistentVolume>[0]) =>
  ({ stack, cluster }: Place) =>
    void new MonitoringStack(stack, 'Monitoring', {
      cluster,
      alertReceivers: [],
      storage: MonitoringStorage.persistentVolume(props),
    });
const claim = ({ stack, provider }: Place, spec = {}) =>
  void new PersistentVolumeClaimV1(stack, 'Claim', {
    provider,
    metadata: { name: 'data' },
    spec: { ...SPEC, ...spec },
  });
const set = ({ stack, provider }: Place, storageClassName?: string) =>
  void new StatefulSetV1(stack, 'Set', {
    provider,
    metadata: { name: 'db' },
    spec: {
      serviceName: 'db',
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { container: [{ name: 'db', image: 'db' }] } },
      volumeClaimTemplate: [{ metadata: { name: 'data' }, spec: { ...SPEC, storageClassName } }],
    },
  });
const storageClass =
  (isDefault: string) =>
  ({ stack, provider }: Place) =>
    void new StorageClassV1(stack, 'Class', {
      provider,
      metadata: { name: 'own', annotations: { 'storageclass.kubernetes.io/is-default-class': isDefault } },
      storageProvisioner: 'ebs.csi.aws.com',
    });
const addOn = (values: string) => (place: Place) => {
  new EksAddon(place.stack, 'AddOn', {
    clusterName: 'chat',
    addonName: 'aws-ebs-csi-driver',
    configurationValues: values,
  });
  monitor()(place);
};
const all =
  (...fills: ((place: Place) => void)[]) =>
  (place: Place) =>
    fills.forEach((fill) => fill(place));

describe('on a cluster of the program without a default class', () => {
  test.each<[string, (place: Place) => void]>([
    ['monitoring', monitor()],
    ["a user's claim", claim],
    [
      'one of the older type',
      ({ stack, provider }) =>
        void new PersistentVolumeClaim(stack, 'Claim', { provider, metadata: { name: 'data' }, spec: SPEC }),
    ],
    ['a template of claims', set],
    ['monitoring beside a class that is no default', all(monitor(), storageClass('false'))],
    [
      'monitoring beside an encrypted class that is no default',
      ({ stack, cluster, provider }) => {
        new EncryptedStorageClass(stack, 'Class', { cluster, isDefault: false });
        monitor()({ stack, cluster, provider });
      },
    ],
    ['monitoring beside an add-on that makes none', addOn('{"defaultStorageClass":{"enabled":false}}')],
  ])('%s is warned of', (_, fill) => {
    expect(warned(own, fill)).toBe(true);
  });

  test.each<[string, (place: Place) => void]>([
    ['claims that name a class', monitor({ storageClassName: 'gp3' })],
    ['a claim for a volume that is there', (place) => claim(place, { storageClassName: '' })],
    ['a claim for a named volume', (place) => claim(place, { volumeName: 'pv-1' })],
    ['templates that name a class', (place) => set(place, 'gp3')],
    ['no claims', () => undefined],
    [
      'an encrypted class, made later',
      all(monitor(), ({ stack, cluster }) => void new EncryptedStorageClass(stack, 'Class', { cluster })),
    ],
    ['a default class of the user', all(monitor(), storageClass('true'))],
    ['an add-on that makes one', addOn('{"defaultStorageClass":{"enabled":true}}')],
    [
      'an accepted warning',
      ({ stack, cluster, provider }) => {
        Warnings.accept(cluster, 'NO_STORAGE_CLASS', 'the platform team makes one');
        monitor()({ stack, cluster, provider });
      },
    ],
  ])('nothing is warned of with %s', (_, fill) => {
    expect(warned(own, fill)).toBe(false);
  });

  test('monitoring in a stack of its own is warned of', () => {
    const app = testApp();
    const [infra, workload] = [testStack(app, 'infra'), testStack(app, 'workload')];
    const cluster = own(infra);
    KubernetesAccess.of(workload, cluster);
    monitor()({ stack: workload, cluster, provider: KubernetesAccess.of(workload, cluster).kubernetesProvider });
    synthStacks(infra, workload);
    expect(idsOf(infra, workload)).toContain('NO_STORAGE_CLASS');
  });

  test('a topology has one', () => {
    const stack = testStack();
    const models = [{ model: ModelSpec.LLAMA_3_1_8B }];
    new CloudTopology(stack, 'Cloud', { clusterName: 'chat', availabilityZones: ZONES, models });
    synthStack(stack);
    expect(idsOf(stack)).not.toContain('NO_STORAGE_CLASS');
  });
});

test.each<[string, (stack: TerraformStack) => IKubernetesCluster]>([
  [
    'an imported EKS cluster',
    (stack) =>
      EksGpuCluster.fromAttributes(stack, 'Cluster', {
        clusterName: 'chat',
        subnetIds: ['subnet-a'],
        securityGroupIds: ['sg-1'],
      }),
  ],
  [
    'a cluster of a kubeconfig',
    (stack) => KubernetesCluster.fromKubeconfig(stack, 'Rack', { clusterName: 'rack', configPath: 'rack.yaml' }),
  ],
])('%s may have one, so nothing is warned of', (_, make) => {
  expect(warned(make, monitor())).toBe(false);
});
