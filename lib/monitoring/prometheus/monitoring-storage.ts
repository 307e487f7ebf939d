import { RemovalPolicy } from '../../core/removal-policy';
import { DataSize } from '../../units/data-size';
import { checkArguments } from '../../units/argument-faults';

/**
 * A volume that outlives the pods of the monitoring stack.
 */
export interface PersistentStorageProps {
  /**
   * Size of the volume for the series. It can be raised later where the storage class allows expansion. A volume cannot shrink: a smaller
   * size replaces it, which `removalPolicy` decides about.
   * @default 20 GiB
   */
  readonly size?: DataSize;
  /**
   * Storage class. The class of a volume cannot be changed: another one replaces it, which `removalPolicy` decides about. Claims that wait
   * for a class get the default class of the cluster as soon as it has one, without a change here; to name one for them instead, delete
   * the claims first (`kubectl delete pvc prometheus-data alertmanager-data`): nothing has been written to them.
   * @default - the default class of the cluster; without one the pods stay pending
   */
  readonly storageClassName?: string;
  /**
   * What becomes of the volumes when a smaller size or another class would replace them, or when the stack is destroyed.
   *
   * With `RETAIN` Terraform refuses such a plan. With `DESTROY` the claims are replaced or deleted, with all series and silences. Neither
   * can protect claims whose monitoring stack is removed from the code: Terraform deletes them then, and its plan says so. A storage class
   * that retains volumes keeps what they hold even then; `EncryptedStorageClass` does by default.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Where Prometheus keeps its series, and Alertmanager its silences.
 */
export class MonitoringStorage {
  /**
   * Persistent volumes: one of the given size for each Prometheus and one of 1 GiB for each Alertmanager.
   *
   * @param props the volumes @default - 20 GiB of the default storage class
   */
  public static persistentVolume(props: PersistentStorageProps = {}): MonitoringStorage {
    return new MonitoringStorage(
      true,
      props.size ?? DataSize.gib(20),
      props.removalPolicy ?? RemovalPolicy.RETAIN,
      props.storageClassName,
    );
  }

  /**
   * Storage of the node, lost with the pod: for trials, and for clusters without a storage class.
   *
   * @param sizeLimit most that Prometheus may write before the kubelet evicts it @default 20 GiB
   */
  public static emptyDir(sizeLimit?: DataSize): MonitoringStorage {
    return new MonitoringStorage(false, sizeLimit ?? DataSize.gib(20), RemovalPolicy.DESTROY);
  }

  /** Whether it outlives the pods. */
  public readonly persistent: boolean;
  /** Size for the series. */
  public readonly size: DataSize;
  /** What becomes of the volumes when they would be replaced or destroyed. */
  public readonly removalPolicy: RemovalPolicy;
  /** Storage class. @default - the default class of the cluster, or none is needed */
  public readonly storageClassName?: string;

  private constructor(persistent: boolean, size: DataSize, removalPolicy: RemovalPolicy, storageClassName?: string) {
    this.persistent = persistent;
    this.size = size;
    this.removalPolicy = removalPolicy;
    this.storageClassName = storageClassName;
  }
}

checkArguments('MonitoringStorage', MonitoringStorage);
