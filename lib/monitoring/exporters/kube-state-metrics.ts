import { ClusterRoleBindingV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-binding-v1';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { Construct } from 'constructs';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { ClusterExporter } from '../../core/cluster-exporter';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { podTemplate } from '../../kubernetes/pod-template';
import { MonitoringServerPlace } from '../servers/server-place';

/** The release whose metrics the catalog has: test/monitoring/fixtures/kube-state-metrics-2.20.0.prom. */
const VERSION = '2.20.0';
const IMAGE = `registry.k8s.io/kube-state-metrics/kube-state-metrics:v${VERSION}`;
const PORT = 8080;
const TELEMETRY_PORT = 8081;
/** What pools label their nodes with: `GpuNodePool`, `KarpenterGpuNodePool`. */
const POOL_LABEL = 'gpu-inference-constructs/pool';

/** Kinds that it tells of: those of the metrics in the catalog, by their API groups. It may list no others. @internal */
export const OBSERVED_KINDS: { readonly [apiGroup: string]: readonly string[] } = {
  '': ['nodes', 'persistentvolumeclaims', 'pods'],
  apps: ['daemonsets', 'deployments', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['jobs'],
  policy: ['poddisruptionbudgets'],
};

/**
 * Where kube-state-metrics runs: in the namespace of the monitoring stack, which is `restricted`.
 *
 * @internal
 */
export type ExporterPlace = Pick<
  MonitoringServerPlace,
  'cluster' | 'waitFor' | 'namespace' | 'labels' | 'imageRegistry' | 'pods'
>;

/**
 * kube-state-metrics: what the API server knows of nodes, pods and what makes them, as series. One pod, because each would tell the same; a new
 * one comes when the old one has gone, so that nothing is counted twice.
 *
 * @see https://github.com/kubernetes/kube-state-metrics/blob/v2.20.0/examples/standard/deployment.yaml
 *
 * @internal
 */
export class KubeStateMetrics extends Construct {
  public constructor(
    scope: Construct,
    id: string,
    private readonly place: ExporterPlace,
  ) {
    super(scope, id);
    this.makeAccount();
    this.makeDeployment();
    new ClusterExporter(this, 'Metrics', place.cluster, () => ({
      jobName: NAME,
      namespace: place.namespace,
      podSelector: { ...place.labels },
      port: PORT,
      exporters: [MetricExporter.KUBE_STATE_METRICS],
      models: [],
      features: [MetricFeature.POOL_LABELS],
      version: VERSION,
      isolated: true,
      replicas: 1,
    }));
  }

  private makeAccount(): void {
    const { cluster, waitFor, namespace, labels } = this.place;
    const name = `${namespace}-${NAME}`;
    new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: { name: NAME, namespace, labels: { ...labels } },
      automountServiceAccountToken: false,
    });
    const role = new ClusterRoleV1(this, 'Role', {
      ...kubernetesMeta(this, cluster),
      metadata: { name, labels: { ...labels } },
      rule: Object.entries(OBSERVED_KINDS).map(([group, kinds]) => ({
        apiGroups: [group],
        resources: [...kinds],
        verbs: ['list', 'watch'],
      })),
    });
    new ClusterRoleBindingV1(this, 'RoleBinding', {
      ...kubernetesMeta(this, cluster, [role]),
      metadata: { name, labels: { ...labels } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subject: [{ kind: 'ServiceAccount', name: NAME, namespace, apiGroup: '' }],
    });
  }

  private makeDeployment(): void {
    const { cluster, waitFor, namespace, labels, imageRegistry, pods } = this.place;
    const kinds = Object.values(OBSERVED_KINDS).flat().sort();
    new DeploymentV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: { name: NAME, namespace, labels: { ...labels } },
      waitForRollout: false,
      spec: {
        replicas: '1',
        strategy: { type: 'Recreate' },
        selector: { matchLabels: { ...labels } },
        template: podTemplate({
          labels: { ...pods.podLabels, ...labels },
          annotations: pods.podAnnotations,
          registry: imageRegistry,
          securityLevel: PodSecurityLevel.RESTRICTED,
          userId: '65534',
          serviceAccount: { name: NAME, usesApiServer: true },
          taints: pods.tolerations,
          containers: [
            {
              name: NAME,
              image: IMAGE,
              args: [
                `--resources=${kinds.join(',')}`,
                `--metric-labels-allowlist=nodes=[${POOL_LABEL}]`,
                `--port=${PORT}`,
                `--telemetry-port=${TELEMETRY_PORT}`,
              ],
              port: [
                { name: 'http', containerPort: PORT, protocol: 'TCP' },
                { name: 'telemetry', containerPort: TELEMETRY_PORT, protocol: 'TCP' },
              ],
              // Both are about the process alone: the others of its kind fail with the API server, and a restart would not help that.
              readinessProbe: probe('/readyz', 'telemetry', 3),
              livenessProbe: probe('/healthz', 'http', 6),
              resources: { requests: RESOURCES, limits: RESOURCES },
            },
          ],
          spec: { priorityClassName: pods.priorityClassName, nodeSelector: pods.nodeSelector },
        }),
      },
    });
  }
}

const NAME = 'kube-state-metrics';

/** Its memory grows with the objects; its readme asks for 250 MiB and a tenth of a core on a hundred nodes. */
const RESOURCES = { cpu: '100m', memory: '512Mi' };

function probe(path: string, port: string, failureThreshold: number) {
  return { httpGet: { path, port }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold };
}
