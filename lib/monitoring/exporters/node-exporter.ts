import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { Construct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
import { ClusterExporter } from '../../core/cluster-exporter';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { podTemplate } from '../../kubernetes/pod-template';
import { MonitoringPods } from '../servers/monitoring-pods';

/** The release whose metrics the catalog has: test/monitoring/fixtures/node-exporter-1.12.1.prom. */
const VERSION = '1.12.1';
const IMAGE = `quay.io/prometheus/node-exporter:v${VERSION}`;
const NAME = 'node-exporter';
const PORT = 9100;
const NOBODY_ID = '65534';

/** Those whose metrics the catalog has; each other one would only cost series. @internal */
export const COLLECTORS: readonly string[] = [
  ...['conntrack', 'cpu', 'cpufreq', 'diskstats', 'edac', 'filefd', 'filesystem', 'hwmon', 'infiniband', 'loadavg'],
  ...[
    'meminfo',
    'netclass',
    'netdev',
    'netstat',
    'nvme',
    'pressure',
    'stat',
    'thermal_zone',
    'time',
    'uname',
    'vmstat',
  ],
];

/** Interfaces that the network of pods makes, several for each pod. */
const OF_PODS = '^(veth.*|cali.*|eni[0-9a-f]+|lxc.*|cilium_.*|nodelocaldns|kube-ipvs0|dummy.*)$';
/** Disks that each pod has by its volumes and its image. */
const MOUNTS_OF_PODS = '^/(dev|proc|sys|run|var/lib/(docker|containers|containerd|kubelet/(pods|plugins)))($|/)';

/** Folders of the node, which it only reads. */
const FOLDERS = [
  { name: 'proc', path: '/proc', at: '/host/proc' },
  { name: 'sys', path: '/sys', at: '/host/sys' },
  { name: 'root', path: '/', at: '/host/root', propagation: 'HostToContainer' },
];

/** @internal */
export interface NodeExporterProps {
  readonly cluster: IKubernetesCluster;
  /** Namespace of its own, with the level 'privileged', which folders of the node need. */
  readonly namespace: string;
  readonly labels: { readonly [label: string]: string };
  readonly imageRegistry: ImageRegistry;
  /** What the user says of its pods, as far as it does not say on which nodes they are. */
  readonly pods: Pick<MonitoringPods, 'podLabels' | 'podAnnotations'>;
}

/**
 * The node exporter on every Linux node, those with GPUs included, whatever their taints. It is in the network of the node, whose interfaces and InfiniBand
 * ports it tells of: network policies do not hold there, so that it listens at the address of the node alone and tells nothing but numbers. It
 * has no privilege, no capability and no token, and writes nowhere.
 *
 * @see https://github.com/prometheus/node_exporter/blob/v1.12.1/README.md
 *
 * @internal
 */
export class NodeExporter extends Construct {
  public constructor(scope: Construct, id: string, props: NodeExporterProps) {
    super(scope, id);
    const { cluster, namespace, labels, imageRegistry, pods } = props;
    const ready = ensureNamespace(this, cluster, namespace, PodSecurityLevel.PRIVILEGED);
    new DaemonSetV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, ready),
      metadata: { name: NAME, namespace, labels: { ...labels } },
      // A first apply must not hang on nodes that do not exist yet.
      waitForRollout: false,
      spec: {
        selector: { matchLabels: { ...labels } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
        template: podTemplate({
          labels: { ...pods.podLabels, ...labels },
          annotations: pods.podAnnotations,
          registry: imageRegistry,
          securityLevel: PodSecurityLevel.PRIVILEGED,
          tolerations: () => [{ operator: 'Exists' }],
          containers: [container()],
          spec: {
            hostNetwork: true,
            priorityClassName: 'system-node-critical',
            nodeSelector: { 'kubernetes.io/os': 'linux' },
            securityContext: {
              runAsNonRoot: true,
              runAsUser: NOBODY_ID,
              runAsGroup: NOBODY_ID,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            volume: FOLDERS.map(({ name, path }) => ({ name, hostPath: { path, type: 'Directory' } })),
          },
        }),
      },
    });
    new ClusterExporter(this, 'Metrics', cluster, () => ({
      jobName: NAME,
      namespace,
      podSelector: { ...labels },
      port: PORT,
      exporters: [MetricExporter.NODE],
      models: [],
      features: [],
      version: VERSION,
    }));
  }
}

function container() {
  const probe = { httpGet: { path: '/', port: 'metrics' }, periodSeconds: 10, timeoutSeconds: 5 };
  return {
    name: NAME,
    image: IMAGE,
    args: [
      // In brackets for nodes with addresses of IPv6; those of IPv4 may have them too.
      `--web.listen-address=[$(HOST_IP)]:${PORT}`,
      '--web.disable-exporter-metrics',
      '--path.procfs=/host/proc',
      '--path.sysfs=/host/sys',
      '--path.rootfs=/host/root',
      '--collector.disable-defaults',
      ...COLLECTORS.map((collector) => `--collector.${collector}`),
      `--collector.filesystem.mount-points-exclude=${MOUNTS_OF_PODS}`,
      `--collector.netdev.device-exclude=${OF_PODS}`,
      `--collector.netclass.ignored-devices=${OF_PODS}`,
    ],
    env: [{ name: 'HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } }],
    port: [{ name: 'metrics', containerPort: PORT, hostPort: PORT, protocol: 'TCP' }],
    readinessProbe: { ...probe, failureThreshold: 3 },
    livenessProbe: { ...probe, failureThreshold: 6 },
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    securityContext: {
      runAsNonRoot: true,
      privileged: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMount: FOLDERS.map(({ name, at, propagation }) => ({
      name,
      mountPath: at,
      readOnly: true,
      ...(propagation ? { mountPropagation: propagation } : {}),
    })),
  };
}
