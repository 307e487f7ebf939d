import { Construct } from 'constructs';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { throwIfOfOtherKinds } from '../../core/errors';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { nameClass } from '../../units/own-class';

/**
 * Where the pods of an exporter are that a cluster has already.
 */
export interface ExistingExporterProps {
  /** Namespace of its pods. */
  readonly namespace: string;
  /** What it exports. */
  readonly exporter: MetricExporter;
  /** Its version, e.g. `1.12.1`: metrics and their labels differ by it. */
  readonly version: string;
  /** Labels that select its pods and no others. @default - those that its project gives them */
  readonly podSelector?: { [key: string]: string };
  /** Container port that serves the metrics. @default - that of its project */
  readonly port?: number;
  /** Name of the scrape job. @default - the name of the exporter */
  readonly jobName?: string;
  /** What is switched on in it, e.g. a list of counters of the DCGM exporter like that of `NodeAgents`. @default - nothing */
  readonly features?: MetricFeature[];
}

/** How the charts of the Prometheus community, the GPU operator and Kubernetes' own manifests label and number them. */
const USUAL: {
  readonly [exporter in MetricExporter]?: readonly [podSelector: { [key: string]: string }, port: number];
} = {
  [MetricExporter.NODE]: [{ 'app.kubernetes.io/name': 'prometheus-node-exporter' }, 9100],
  [MetricExporter.EFA]: [{ 'app.kubernetes.io/name': 'prometheus-node-exporter' }, 9100],
  [MetricExporter.KUBE_STATE_METRICS]: [{ 'app.kubernetes.io/name': 'kube-state-metrics' }, 8080],
  [MetricExporter.DCGM]: [{ app: 'nvidia-dcgm-exporter' }, 9400],
};

/**
 * An exporter of nodes or of the cluster that is there already, e.g. the node exporter of another team, for `watch` of a `MonitoringStack`.
 */
export class ExistingExporter extends Construct implements IWatchable {
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: ExistingExporterProps) {
    throwIfOfOtherKinds(scope, 'ExistingExporterProps', props, id, (given) => new ExistingExporter(scope, id, given));
    super(scope, id);
    const { namespace, exporter, version, jobName = exporter, features = [] } = props;
    const [podSelector, port] = USUAL[exporter] ?? [{}, 0];
    this.metricsTarget = {
      jobName,
      namespace,
      podSelector: props.podSelector ?? podSelector,
      port: props.port ?? port,
      exporters: [exporter],
      models: [],
      features,
      version,
      ...(exporter === MetricExporter.DCGM ? { scalesToZero: true } : {}),
    };
  }
}

nameClass('ExistingExporter', ExistingExporter);
