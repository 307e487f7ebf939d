import { NodeTaint } from '../core/gpu-node-pool';
import { ImageRegistry } from '../kubernetes/image-registry';
import { DataSize } from '../units/data-size';
import { AlertReceiver } from './alerting/alert-receiver';
import { AlertRoute } from './alerting/alert-route';
import { ExpectedSite } from './expected-site';
import { GrafanaOptions } from './grafana/grafana-options';
import { ServiceLevelObjective } from './objectives/service-level-objective';
import { WebSecurity } from './servers/web-security';
import { MonitoringStorage } from './prometheus/monitoring-storage';
import { MonitoringUplink } from './uplink/monitoring-uplink';

/**
 * Everything of a monitoring stack but its cluster: what a topology passes on to the one that it creates.
 */
export interface MonitoringOptions {
  /**
   * Namespace, with Pod Security level 'restricted', in which the secrets of the receivers must be. One monitoring stack per namespace.
   * Created unless the program or the cluster has it: see `ExistingNamespaces`; one that is created is destroyed with its stack, and
   * everything in it.
   * @default 'monitoring'
   */
  readonly namespace?: string;
  /** Where series and silences are kept. @default - persistent volumes, 20 GiB for the series, of the default storage class */
  readonly storage?: MonitoringStorage;
  /**
   * Whether there are two Prometheus and two Alertmanagers, each pair on two nodes, in two zones where there is room. Both Prometheus scrape and
   * evaluate everything; the Alertmanagers agree on who tells, so that a receiver is told once, while they reach each other. Who asks Prometheus is
   * answered by one of them, which lacks what it missed while it was away. Memory, volumes and scrapes are twice as many.
   *
   * The volumes of a pair are others than that of one server: where it is turned on or off later, each begins empty, and `RemovalPolicy.RETAIN` of
   * `storage` refuses the plan, as volumes would be deleted.
   * @default false
   */
  readonly highAvailability?: boolean;
  /**
   * TLS and authentication of Prometheus and Alertmanager. Their network policy lets in the same as without. Autoscaling by requests in flight, whose
   * adapter and KEDA have no credentials, is refused beside it. It needs Prometheus 2.45 or later.
   * @default - whoever the network policy lets in may ask, without TLS
   */
  readonly webSecurity?: WebSecurity;
  /** Days that series are kept; fewer if they fill 80 % of the storage sooner. @default 15 */
  readonly retentionDays?: number;
  /** Seconds between two scrapes, and between two evaluations of the rules: 5 to 30. @default 15 */
  readonly scrapeIntervalSeconds?: number;
  /**
   * Whether it scrapes, beside what `watch` names, what tells of nodes and of the cluster: the exporters that it makes, the exporter of GPU
   * metrics of `NodeAgents` and of a `GpuOperator`, and the controller of LeaderWorkerSets, whenever they are made. One monitoring stack of a
   * cluster does; pass false to others.
   * @default true
   */
  readonly clusterMetrics?: boolean;
  /**
   * Whether it makes kube-state-metrics, which may list nodes, pods, and what makes pods, in all namespaces. Pass false where the cluster has it,
   * and `watch` an `ExistingExporter` instead.
   * @default - if `clusterMetrics` is on
   */
  readonly kubeStateMetrics?: boolean;
  /**
   * Whether it makes a node exporter on every node, on port 9100 of the node, in a namespace of its own, `<namespace>-nodes` with the Pod Security level
   * 'privileged'. Secrets of `imageRegistry` must be there too. Pass false where the cluster has one, and `watch` an `ExistingExporter` instead.
   * @default - if `clusterMetrics` is on
   */
  readonly nodeExporter?: boolean;
  /**
   * P99 latency in milliseconds above which `HighLatency` fires, unless `latencyThresholdsMs` or `watch` sets another.
   * @default - `targets.maxTimeToFirstTokenMs` of a model; else an objective of latency for 99 % of its requests or more; else above what its plan expects under
   * its load; 50 for a model without a plan
   */
  readonly latencyThresholdMs?: number;
  /** The same for single models, by name. @default - `latencyThresholdMs` */
  readonly latencyThresholdsMs?: { [model: string]: number };
  /**
   * What is promised of models: alerts fire when requests fail, or are slow, so often that the promise will not be kept. A workload is measured by
   * those that its server can tell of; `watch` refuses one that it cannot. Series must be kept for more than three days.
   * @default - no objectives
   */
  readonly objectives?: ServiceLevelObjective[];
  /**
   * Where alerts are sent; every receiver without a route in `alertRoutes` gets every alert.
   * @default - nowhere: they are visible in Prometheus and Alertmanager only, and synthesis warns of it; an empty list says that this is meant
   */
  readonly alertReceivers?: AlertReceiver[];
  /**
   * Which alerts single receivers of `alertReceivers` get, and when: by severity, name, namespace, model or another label. What follows from another
   * alert is held back whatever the route.
   * @default - every receiver gets every alert
   */
  readonly alertRoutes?: AlertRoute[];
  /**
   * Gets the alert `Watchdog`, which always fires, every five minutes: a service that raises an alarm when it stops coming tells of a
   * monitoring that is down itself, or cut off. No other receiver gets it.
   * @default - nobody is told
   */
  readonly heartbeatReceiver?: AlertReceiver;
  /**
   * URL of the pages that tell what to do about an alert, with `{alert}` in place of its name: each alert links to its own by the annotation
   * `runbook_url`.
   * @default - the pages of this library, in docs/alerts
   */
  readonly runbookUrl?: string;
  /** Other namespaces whose pods may reach Prometheus and Alertmanager. @default - only the namespace itself */
  readonly accessibleFrom?: string[];
  /**
   * Priority class of the pods, which must exist: a high one keeps monitoring running when nodes are short. `system-cluster-critical` is
   * for `kube-system` on clusters with a quota for it.
   * @default - the default priority
   */
  readonly priorityClassName?: string;
  /**
   * Labels that nodes must have to run Prometheus, Alertmanager, Grafana and kube-state-metrics. A persistent volume may be in one zone: nodes with the labels must be
   * there too. The node exporter is on every node.
   * @default - none
   */
  readonly nodeSelector?: { [key: string]: string };
  /**
   * Taints that Prometheus, Alertmanager, Grafana and kube-state-metrics tolerate; without a value, any value of the key. The node exporter tolerates all.
   * @default - none
   */
  readonly tolerations?: NodeTaint[];
  /** Labels of all pods, those of the exporters included, besides those that select them. @default - none */
  readonly podLabels?: { [key: string]: string };
  /** Annotations of all pods, those of the exporters included; must not contain secrets. @default - none */
  readonly podAnnotations?: { [key: string]: string };
  /**
   * ARN of a workspace of Amazon Managed Service for Prometheus, to which Prometheus writes all series as well, signed by a role of its own that may
   * write there alone: by EKS Pod Identity or IRSA of the cluster. Rules are evaluated and alerts raised here, so that they do not depend on the way
   * there; the workspace has what they record, for Amazon Managed Grafana. Its region and id are part of the configuration, so that it is known
   * when the program runs.
   * @default - series are kept on the cluster alone
   */
  readonly managedPrometheusArn?: string;
  /**
   * A Prometheus elsewhere, the hub, to which this one writes all series, and that it may be cut off from: for a site at the edge. Its name there is that
   * of the cluster. Rules are evaluated and alerts raised here. Not with `highAvailability`.
   * @default - series are kept on the cluster alone
   */
  readonly uplink?: MonitoringUplink;
  /** Memory of Prometheus, request and limit. @default 2 GiB */
  readonly prometheusMemory?: DataSize;
  /**
   * Image of Prometheus, 2.42 or later, with its registry, by tag or by digest (`quay.io/prometheus/prometheus@sha256:...`).
   * @default - Prometheus 3.13.2, with long-term support until July 2027
   */
  readonly prometheusImage?: string;
  /** Image of Alertmanager, 0.25 or later, with its registry, by tag or by digest. @default - Alertmanager 0.33.1 */
  readonly alertmanagerImage?: string;
  /**
   * A Grafana with dashboards of what is watched. @default - none: `MonitoringStack.dashboards` has the dashboards for a Grafana of one's own
   */
  readonly grafana?: GrafanaOptions;
  /**
   * URL of a Grafana of one's own that has the dashboards of `MonitoringStack.dashboards`: each alert links to the panel that shows it, by its annotation
   * `dashboard_url`.
   * @default - the URL of `grafana`; alerts do not link to panels where there is none
   */
  readonly grafanaUrl?: string;
  /**
   * Sites whose Prometheus writes to this one by remote write, told apart by `grafana.siteLabel`, else by the external label `cluster`: each is missed, by
   * the alert `EdgeSiteSilent`, when it is silent for too long. Prometheus then takes what is written to it, and the dashboard of sites comes with them.
   * All other rules and dashboards ask for the series of this cluster alone. Not with `highAvailability`: a site reaches one of the two at a time.
   * @default - none is expected, and Prometheus takes nothing
   */
  readonly expectedSites?: ExpectedSite[];
  /** Where the images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
