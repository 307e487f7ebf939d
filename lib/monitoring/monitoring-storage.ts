import { DataSize } from '../units/data-size';

/**
 * A volume that outlives the pods of the monitoring stack.
 */
export interface PersistentStorageProps {
  /** Size of the volume for the series. It can be raised later where the storage class allows expansion. @default 20 GiB */
  readonly size?: DataSize;
  /** Storage class. @default - the default class of the cluster; without one the pods stay pending */
  readonly storageClassName?: string;
}

/**
 * Where Prometheus keeps its series, and Alertmanager its silences.
 */
export class MonitoringStorage {
  /**
   * Persistent volumes: one of the given size for Prometheus and one of 1 GiB for Alertmanager.
   *
   * @param props the volumes @default - 20 GiB of the default storage class
   */
  public static persistentVolume(props: PersistentStorageProps = {}): MonitoringStorage {
    return new MonitoringStorage(true, props.size ?? DataSize.gib(20), props.storageClassName);
  }

  /**
   * Storage of the node, lost with the pod: for trials, and for clusters without a storage class.
   *
   * @param sizeLimit most that Prometheus may write before the kubelet evicts it @default 20 GiB
   */
  public static emptyDir(sizeLimit?: DataSize): MonitoringStorage {
    return new MonitoringStorage(false, sizeLimit ?? DataSize.gib(20));
  }

  /** Whether it outlives the pods. */
  public readonly persistent: boolean;
  /** Size for the series. */
  public readonly size: DataSize;
  /** Storage class. @default - the default class of the cluster, or none is needed */
  public readonly storageClassName?: string;

  private constructor(persistent: boolean, size: DataSize, storageClassName?: string) {
    this.persistent = persistent;
    this.size = size;
    this.storageClassName = storageClassName;
  }
}
