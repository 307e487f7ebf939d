import { Duration } from '../../units/duration';

/**
 * Sites that get a release together, after those of the rings before.
 */
export interface RolloutRing {
  /** Name of the ring, e.g. `canary`: a part of the channel that its sites follow, see `ModelRollout.channelOf`. */
  readonly name: string;
  /**
   * Names of its sites, as the hub knows them by `siteLabel`: at least one, and none of another ring. What is released does not name them, so that
   * another site changes nothing for those that are there.
   */
  readonly sites: string[];
  /** How long its sites are watched before the next ring: at least 15 minutes. @default - `soak` of the rollout */
  readonly soak?: Duration;
}
