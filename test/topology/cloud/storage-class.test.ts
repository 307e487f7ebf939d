import {
  CloudTopology,
  CloudTopologyProps,
  DataSize,
  EksClusterAttributes,
  EksGpuCluster,
  EncryptedStorageClass,
  KubernetesAccess,
  ModelSpec,
  MonitoringStorage,
  RemovalPolicy,
} from '../../../lib';
import { Block, synthesize } from '../../support/synth';

const KEY = 'arn:aws:kms:us-west-2:111122223333:key/1';
const MODELS = [{ model: ModelSpec.LLAMA_3_1_8B }];
const ZONES = ['us-west-2a', 'us-west-2b'];
const THERE = { clusterName: 'chat', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'], podIdentity: true };
const DEFAULT = 'storageclass.kubernetes.io/is-default-class';

interface Made {
  readonly classes: { readonly isDefault: string; readonly keyArn?: string }[];
  /** Classes that claims name. */
  readonly claims: (string | undefined)[];
}

function made(json: { resources(type: string): Block[] }): Made {
  return {
    classes: json.resources('kubernetes_storage_class_v1').map(({ metadata, parameters }) => ({
      isDefault: (metadata as Block).annotations[DEFAULT] as string,
      keyArn: (parameters as Block).kmsKeyId as string | undefined,
    })),
    claims: json
      .resources('kubernetes_persistent_volume_claim_v1')
      .map(({ spec }) => (spec as Block).storage_class_name as string | undefined),
  };
}

/** What a topology makes on a cluster that exists already. */
const onExisting = (
  props: Partial<CloudTopologyProps>,
  { attributes = {}, hasClass = false }: { attributes?: Partial<EksClusterAttributes>; hasClass?: boolean } = {},
) =>
  made(
    synthesize((stack) => {
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', { ...THERE, ...attributes });
      if (hasClass) {
        KubernetesAccess.of(stack, cluster);
        new EncryptedStorageClass(stack, 'Class', { cluster, storageClassName: 'own', isDefault: false });
      }
      new CloudTopology(stack, 'Cloud', { clusterName: 'chat', models: MODELS, cluster, ...props });
    }),
  );

const onNew = (props: Partial<CloudTopologyProps>) =>
  made(
    synthesize(
      (stack) =>
        void new CloudTopology(stack, 'Cloud', {
          ...{ clusterName: 'chat', models: MODELS, availabilityZones: ZONES },
          ...props,
        }),
    ),
  );

describe('the storage class of a topology', () => {
  const none: Made['classes'] = [];
  const one = (isDefault: string, keyArn?: string) => [{ isDefault, keyArn }];
  const emptyDir = { alertReceivers: [], storage: MonitoringStorage.emptyDir() };
  const named = { alertReceivers: [], storage: MonitoringStorage.persistentVolume({ storageClassName: 'fast' }) };

  test.each<[string, Partial<CloudTopologyProps>, Made]>([
    ['without claims there is none', { monitoring: false }, { classes: none, claims: [] }],
    ['without claims that outlive pods neither', { monitoringOptions: emptyDir }, { classes: none, claims: [] }],
    ['claims name it', {}, { classes: one('false'), claims: ['gp3-encrypted', 'gp3-encrypted'] }],
    ['claims that name another do without', { monitoringOptions: named }, { classes: none, claims: ['fast', 'fast'] }],
    ['so do those of the default one', { storageClass: false }, { classes: none, claims: [undefined, undefined] }],
    ['it is made if asked for', { monitoring: false, storageClass: true }, { classes: one('false'), claims: [] }],
    [
      'its key is given',
      { monitoring: false, storageClass: true, volumeKeyArn: KEY },
      { classes: one('false', KEY), claims: [] },
    ],
  ])('on a cluster that exists already: %s', (_, props, expected) => expect(onExisting(props)).toEqual(expected));

  test('has the key for volumes of a cluster that exists already', () =>
    expect(onExisting({}, { attributes: { volumeKeyArn: KEY } }).classes).toEqual(one('false', KEY)));

  test('is the one that the program has made', () =>
    expect(onExisting({}, { hasClass: true })).toEqual({ classes: one('false'), claims: ['own', 'own'] }));

  test('leaves the claims as they are otherwise', () => {
    const storage = MonitoringStorage.persistentVolume({
      ...{ size: DataSize.gib(7), removalPolicy: RemovalPolicy.DESTROY },
    });
    const synthesized = synthesize((stack) => {
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', THERE);
      const monitoringOptions = { alertReceivers: [], storage };
      new CloudTopology(stack, 'Cloud', { clusterName: 'chat', models: MODELS, cluster, monitoringOptions });
    });
    const claims = synthesized.resources('kubernetes_persistent_volume_claim_v1');
    expect(claims.map(({ spec }) => (spec as Block).resources.requests.storage as string)).toContain('7Gi');
    expect(claims.map(({ lifecycle }) => (lifecycle as Block | undefined)?.prevent_destroy ?? false)).toEqual([
      false,
      false,
    ]);
  });

  test.each<[string, Partial<CloudTopologyProps>, Made]>([
    ['it is the default one', {}, { classes: one('true'), claims: [undefined, undefined] }],
    ['without monitoring too', { monitoring: false }, { classes: one('true'), claims: [] }],
    [
      'its key is that for volumes',
      { volumeKeyArn: KEY },
      { classes: one('true', KEY), claims: [undefined, undefined] },
    ],
    ['it can be left out', { monitoring: false, storageClass: false }, { classes: none, claims: [] }],
  ])('on a new cluster: %s', (_, props, expected) => expect(onNew(props)).toEqual(expected));
});
