import { MaintenanceWindow } from '../../storage/sync/maintenance-window';
import { ReleaseKey } from '../../storage/sync/release-key';

/**
 * How a site keeps its models at the newest release of a channel.
 */
export interface EdgeSyncOptions {
  /** Public keys of those who may release models for this site; several during a rotation. */
  readonly keys: ReleaseKey[];
  /** Channel of releases that the site follows. @default 'stable' */
  readonly channel?: string;
  /** When weights may be downloaded. What release there is, is looked at at any time. @default - at any time */
  readonly windows?: MaintenanceWindow[];
  /** Most megabits (of 1,000,000 bits) a second that the download of each model may take of the link. @default - as many as there are */
  readonly maxMegabitsPerSecond?: number;
  /** Storage class of the claims that have the weights, which the machine has. @default - that of the cluster */
  readonly storageClassName?: string;
}
