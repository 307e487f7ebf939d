import { Construct } from 'constructs';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { WatchOptions } from '../watched-workload';
import { nameClass } from '../../units/own-class';

/**
 * A server of the monitoring itself, which it scrapes as it does workloads.
 *
 * @internal
 */
export class OwnServer extends Construct implements IWatchable {
  /**
   * @param scope the monitoring
   * @param id its id there
   * @param metricsTarget how it is scraped
   * @param watchOptions how it is watched: a single server cannot tell that it is away itself
   */
  public constructor(
    scope: Construct,
    id: string,
    public readonly metricsTarget: MetricsTarget,
    public readonly watchOptions: WatchOptions = {},
  ) {
    super(scope, id);
  }
}

nameClass('IWatchable', OwnServer);
