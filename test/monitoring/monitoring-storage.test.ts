import { EncryptedStorageClass } from '../../lib/compute/cluster/encrypted-storage-class';
import { RemovalPolicy } from '../../lib/core/removal-policy';
import { MonitoringStorage, PersistentStorageProps } from '../../lib/monitoring';
import { DataSize } from '../../lib/units/data-size';
import { Block, synthesize } from '../support/synth';
import { unescapeTemplate } from '../support/template';
import { testCluster } from '../support/test-cluster';
import { monitor } from './support';

const CLAIMS = ['prometheus-data', 'alertmanager-data'];
const stored = (props?: PersistentStorageProps) =>
  monitor([{}], { storage: MonitoringStorage.persistentVolume(props) }).result;
const claims = (props?: PersistentStorageProps): Block[] =>
  CLAIMS.map((name) => stored(props).byName('kubernetes_persistent_volume_claim_v1', name));
const podOf = (props: PersistentStorageProps, name: string) =>
  stored(props).byName('kubernetes_stateful_set_v1', name).spec.template.metadata.annotations as Block;

describe('the claims of a monitoring stack', () => {
  test.each<[string, PersistentStorageProps | undefined, boolean]>([
    ['by default', undefined, true],
    ['with RETAIN', { removalPolicy: RemovalPolicy.RETAIN }, true],
    ['with DESTROY', { removalPolicy: RemovalPolicy.DESTROY }, false],
  ])('%s are protected: %s', (_, props, isProtected) => {
    expect(claims(props).map(({ lifecycle }) => lifecycle)).toEqual(
      CLAIMS.map(() => ({ prevent_destroy: isProtected })),
    );
  });

  test('keep their names and addresses, or Terraform would not see that they are replaced', () => {
    const addresses = (props: PersistentStorageProps) =>
      Object.entries(stored(props).json.resource.kubernetes_persistent_volume_claim_v1 as Block).map(
        ([address, { metadata }]) => [address, metadata.name],
      );
    const before = addresses({});
    expect(addresses({ size: DataSize.gib(1), storageClassName: 'gp3' })).toEqual(before);
  });

  test.each(['prometheus', 'alertmanager'])('take the pod of %s with them when the class is another', (name) => {
    expect(podOf({ storageClassName: 'gp2' }, name)).not.toEqual(podOf({ storageClassName: 'gp3' }, name));
    expect(podOf({}, name)).not.toEqual(podOf({ storageClassName: 'gp3' }, name));
    expect(podOf({ storageClassName: 'gp3' }, name)).toEqual(podOf({ storageClassName: 'gp3' }, name));
  });

  test.each(CLAIMS)('write the name of a class as Terraform reads it once, and the pod beside %s too', (claim) => {
    const storageClassName = 'fast-${disks}';
    const [kept] = claims({ storageClassName }).filter(({ metadata }) => metadata.name === claim);
    expect(unescapeTemplate(kept.spec.storage_class_name as string)).toBe(storageClassName);
    const texts = Object.values(podOf({ storageClassName }, claim.replace('-data', ''))) as string[];
    expect(texts.map(unescapeTemplate)).toContainEqual(expect.stringMatching(/ of fast-\$\{disks\}$/));
  });

  test('storage of the node has none', () => {
    const { result } = monitor([{}], { storage: MonitoringStorage.emptyDir() });
    expect(result.types).not.toContain('kubernetes_persistent_volume_claim_v1');
    expect(MonitoringStorage.emptyDir().removalPolicy).toBe(RemovalPolicy.DESTROY);
  });
});

test.each<[RemovalPolicy | undefined, string]>([
  [undefined, 'Retain'],
  [RemovalPolicy.RETAIN, 'Retain'],
  [RemovalPolicy.DESTROY, 'Delete'],
])('the volumes of an encrypted class with the policy %s: %s', (removalPolicy, reclaimPolicy) => {
  const result = synthesize(
    (stack) => void new EncryptedStorageClass(stack, 'Class', { cluster: testCluster(stack), removalPolicy }),
  );
  expect(result.only('kubernetes_storage_class_v1').reclaim_policy).toBe(reclaimPolicy);
});
