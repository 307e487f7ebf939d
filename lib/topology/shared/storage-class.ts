import { Construct } from 'constructs';
import { isOwnCluster } from '../../compute/agents/karpenter';
import { IEksCluster } from '../../compute/cluster/eks-cluster';
import { EncryptedStorageClass, encryptedStorageClassOf } from '../../compute/cluster/encrypted-storage-class';
import { MonitoringOptions } from '../../monitoring/monitoring-options';
import { MonitoringStorage } from '../../monitoring/prometheus/monitoring-storage';

/** What decides about the storage class of a topology. */
interface StorageClassOptions {
  readonly cluster: IEksCluster;
  /** Whether to make one. @default - on a cluster of this program, and where the topology's claims need one */
  readonly storageClass?: boolean;
  /** ARN of the key of its volumes. @default - the cluster's key for volumes, else the account's key for EBS */
  readonly volumeKeyArn?: string;
  /** How the topology monitors. @default - not at all */
  readonly monitoring?: MonitoringOptions;
}

/**
 * Makes the storage class of a topology. One serves the whole cluster, whichever construct of this program made it. On a cluster that exists
 * already it is not the default one, since claims of others would get it.
 *
 * @returns the options of the topology's monitoring, whose claims name the class where it is not the default one
 *
 * @internal
 */
export function makeStorageClass(
  workloads: Construct,
  { cluster, storageClass, volumeKeyArn, monitoring }: StorageClassOptions,
): MonitoringOptions | undefined {
  const isOwn = isOwnCluster(cluster);
  const storage = monitoring && (monitoring.storage ?? MonitoringStorage.persistentVolume());
  const needsClass = storage?.persistent === true && storage.storageClassName === undefined;
  if (encryptedStorageClassOf(cluster) === undefined && (storageClass ?? (isOwn || needsClass))) {
    const kmsKeyArn = volumeKeyArn ?? cluster.volumeKeyArn;
    new EncryptedStorageClass(workloads, 'StorageClass', { cluster, kmsKeyArn, isDefault: isOwn });
  }
  const storageClassName = encryptedStorageClassOf(cluster);
  if (isOwn || !storage || !needsClass || storageClassName === undefined || storageClass === false) return monitoring;
  const { size, removalPolicy } = storage;
  return { ...monitoring, storage: MonitoringStorage.persistentVolume({ size, removalPolicy, storageClassName }) };
}
