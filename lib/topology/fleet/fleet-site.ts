import { PowerBudget } from '../../planning/power-budget';
import { MaintenanceWindow } from '../../storage/sync/maintenance-window';
import { Duration } from '../../units/duration';

/**
 * A site as a table of sites says it: what `EdgeTopology` and `HybridTopology` take, typed and checked.
 */
export interface FleetSite {
  /** Name of the site, unique within the fleet: `site` of an `EdgeTopology`. */
  readonly site: string;
  /** What kind of site it is: the program knows by it the hardware and the models. @default - the table does not say */
  readonly kind?: string;
  /** Ring in which it gets new models. @default - the table does not say */
  readonly ring?: string;
  /** Number of machines. @default - the table does not say */
  readonly nodes?: number;
  /** Watts that the GPUs of each machine may take. @default - the table does not say */
  readonly powerBudget?: PowerBudget;
  /** Longest time that it may be cut off. @default - the table does not say */
  readonly maxUplinkOutage?: Duration;
  /** When weights may be downloaded. @default - the table does not say */
  readonly windows?: MaintenanceWindow[];
  /** Most megabits (of 1,000,000 bits) a second that a download may take of the link. @default - the table does not say */
  readonly maxMegabitsPerSecond?: number;
  /** Whether the cloud takes nothing from it any more. */
  readonly revoked: boolean;
  /** What further columns say, by their names; without those that are empty. */
  readonly labels: { [column: string]: string };
}
