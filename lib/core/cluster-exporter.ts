import { Construct } from 'constructs';
import { nameClass } from '../units/own-class';
import { ClusterLedger } from './cluster-ledger';
import { IKubernetesCluster } from './kubernetes-cluster';
import { IWatchable, MetricsTarget } from './watchable';

/**
 * An exporter of nodes or of the cluster that this program installs, and that the monitoring of the cluster finds by itself, whichever is made
 * first.
 *
 * @internal
 */
export class ClusterExporter extends Construct implements IWatchable {
  /**
   * @param scope what installs it
   * @param id its id there
   * @param cluster the cluster that it tells of
   * @param target how it is scraped, evaluated on access
   */
  public constructor(
    scope: Construct,
    id: string,
    cluster: IKubernetesCluster,
    private readonly target: () => MetricsTarget,
  ) {
    super(scope, id);
    ClusterLedger.of(cluster).addExporter(this);
  }

  /** How it is scraped. */
  public get metricsTarget(): MetricsTarget {
    return this.target();
  }
}

nameClass('IWatchable', ClusterExporter);
