import { LOCKED, NO_LINKS, NO_TOKEN, PULLED, Row, TOKEN, app, bounded, labeled, named, nonRoot, selects } from './rows';

const PART_OF = 'app.kubernetes.io/part-of=monitoring';
const MANAGED_BY = 'app.kubernetes.io/managed-by=gpu-inference-constructs';

/** What differs between the two servers, and between where they keep their data. */
interface Server {
  readonly address: RegExp;
  readonly name: string;
  readonly port: number;
  readonly image: string;
  readonly args: string;
  readonly token: string;
  /** Size of the claim, which the pod makes way for. @default - data live as long as the pod */
  readonly claim?: string;
  readonly pod?: string[];
  readonly container?: string[];
}

/** User `nobody`, whose one volume that can be written is that of its data. */
function server({ address, name, port, image, args, token, claim, pod = [], container = [] }: Server): Row {
  const annotations = [
    'gpu-inference-constructs/config-checksum=<checksum>',
    ...(claim === undefined ? [] : [`gpu-inference-constructs/volume=${claim} of default class`]),
  ];
  return {
    address,
    workload: [
      ...named(name, 'monitoring', app(name), PART_OF),
      selects(app(name), PART_OF, MANAGED_BY),
      // A second Prometheus on the same volume would corrupt it.
      'spec.replicas: 1',
      `spec.service_name: ${name}`,
      'wait_for_rollout: false',
    ],
    pod: [
      nonRoot('65534'),
      `service account ${name}`,
      token,
      NO_LINKS,
      labeled(app(name), PART_OF),
      `annotations ${annotations.join(', ')}`,
      name === 'prometheus'
        ? 'volume config: projected, sources[0].config_map[0].name: prometheus-config'
        : `volume config: config_map, name: ${name}-config`,
      claim === undefined
        ? 'volume data: empty_dir, bounded'
        : `volume data: persistent_volume_claim, claim_name: ${name}-data`,
      ...pod,
    ],
    containers: {
      [name]: [
        LOCKED,
        PULLED,
        `image ${image}`,
        `args: ${args}`,
        `port http ${port}/TCP`,
        'startup GET /-/ready of port http, every 10 s',
        'readiness GET /-/ready of port http, every 10 s',
        'liveness GET /-/healthy of port http, every 10 s',
        `mounts config at /etc/${name}, read-only`,
        `mounts data at /${name}`,
        ...bounded('cpu', 'memory'),
        ...container,
      ],
    },
  };
}

/** Lists pods by the API server, so it has a token. */
const prometheus = (retained: string) => ({
  name: 'prometheus',
  port: 9090,
  image: 'quay.io/prometheus/prometheus',
  args: `--config.file=/etc/prometheus/prometheus.yml, --storage.tsdb.path=/prometheus, --storage.tsdb.retention.time=15d, --storage.tsdb.retention.size=${retained}`,
  token: TOKEN,
});

const ALERTMANAGER = {
  name: 'alertmanager',
  port: 9093,
  image: 'quay.io/prometheus/alertmanager',
  args: '--config.file=/etc/alertmanager/alertmanager.yml, --storage.path=/alertmanager, --cluster.listen-address=',
  token: NO_TOKEN,
};

/** A secret of a receiver is a file that Alertmanager reads. */
const SLACK = {
  pod: ['volume secret-alerting: secret, secret_name: alerting'],
  container: ['mounts secret-alerting at /etc/alertmanager-secrets/alerting, read-only'],
};

const COLLECTORS = [
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
const OF_PODS = '^(veth.*|cali.*|eni[0-9a-f]+|lxc.*|cilium_.*|nodelocaldns|kube-ipvs0|dummy.*)$';
const NODE_EXPORTER_ARGS = [
  '--web.listen-address=[$(HOST_IP)]:9100',
  '--web.disable-exporter-metrics',
  '--path.procfs=/host/proc',
  '--path.sysfs=/host/sys',
  '--path.rootfs=/host/root',
  '--collector.disable-defaults',
  ...COLLECTORS.map((name) => `--collector.${name}`),
  '--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run|var/lib/(docker|containers|containerd|kubelet/(pods|plugins)))($|/)',
  `--collector.netdev.device-exclude=${OF_PODS}`,
  `--collector.netclass.ignored-devices=${OF_PODS}`,
];

/** On every node, in its network: it reads its files, as nobody and without any privilege. */
const NODE_EXPORTER: Row = {
  address: / (?:(?:(?:Chat|Cloud|OpenAi)_)?Monitoring|Ephemeral)_NodeExporter$/,
  workload: [
    ...named('node-exporter', 'monitoring-nodes', app('node-exporter'), PART_OF),
    selects(app('node-exporter'), PART_OF, MANAGED_BY),
    'strategy RollingUpdate max_unavailable=10%',
    'wait_for_rollout: false',
  ],
  pod: [
    'as user 65534, group 65534, never root, seccomp RuntimeDefault',
    NO_TOKEN,
    NO_LINKS,
    labeled(app('node-exporter'), PART_OF),
    'host_network: true',
    'on nodes kubernetes.io/os=linux',
    'priority_class_name: system-node-critical',
    'tolerates undefined Exists undefined',
    'volume proc: host_path, path: /proc, type: Directory',
    'volume root: host_path, path: /, type: Directory',
    'volume sys: host_path, path: /sys, type: Directory',
  ],
  containers: {
    'node-exporter': [
      LOCKED,
      PULLED,
      'image quay.io/prometheus/node-exporter',
      `args: ${NODE_EXPORTER_ARGS.join(', ')}`,
      'env HOST_IP from field_ref.field_path: status.hostIP',
      "port metrics 9100/TCP on the node's 9100",
      'readiness GET / of port metrics, every 10 s',
      'liveness GET / of port metrics, every 10 s',
      'mounts proc at /host/proc, read-only',
      'mounts root at /host/root, read-only, mount_propagation: HostToContainer',
      'mounts sys at /host/sys, read-only',
      'requests cpu, memory',
      'limits memory',
    ],
  },
};

/** Lists what the API server has, so it has a token. */
function kubeStateMetrics(address: RegExp, pod: string[] = []): Row {
  const name = 'kube-state-metrics';
  const kinds =
    'daemonsets,deployments,horizontalpodautoscalers,jobs,nodes,persistentvolumeclaims,poddisruptionbudgets,pods,statefulsets';
  return {
    address,
    workload: [
      ...named(name, 'monitoring', app(name), PART_OF),
      selects(app(name), PART_OF, MANAGED_BY),
      'spec.replicas: 1',
      'strategy Recreate',
      'wait_for_rollout: false',
    ],
    pod: [nonRoot('65534'), `service account ${name}`, TOKEN, NO_LINKS, labeled(app(name), PART_OF), ...pod],
    containers: {
      [name]: [
        LOCKED,
        PULLED,
        `image registry.k8s.io/${name}/${name}`,
        `args: --resources=${kinds}, --metric-labels-allowlist=nodes=[gpu-inference-constructs/pool], --port=8080, --telemetry-port=8081`,
        'port http 8080/TCP',
        'port telemetry 8081/TCP',
        'readiness GET /readyz of port telemetry, every 10 s',
        'liveness GET /healthz of port http, every 10 s',
        ...bounded('cpu', 'memory'),
      ],
    },
  };
}

/** User of Grafana's image. What it writes is lost with the pod; its password and its key are files. */
const grafana = (address: RegExp, ...pod: string[]): Row => ({
  address,
  workload: [
    ...named('grafana', 'monitoring', app('grafana'), PART_OF),
    selects(app('grafana'), PART_OF, MANAGED_BY),
    'spec.replicas: 1',
    'strategy Recreate',
    'wait_for_rollout: false',
  ],
  pod: [
    nonRoot('472'),
    'service account grafana',
    NO_TOKEN,
    NO_LINKS,
    labeled(app('grafana'), PART_OF),
    'annotations gpu-inference-constructs/config-checksum=<checksum>',
    ...pod,
    'volume config: config_map, name: grafana-config, files grafana.ini datasources.yaml as provisioning/datasources/datasources.yaml dashboards.yaml as provisioning/dashboards/dashboards.yaml',
    'volume dashboards: projected, sources[0].config_map[0].name: grafana-dashboards',
    'volume data: empty_dir, bounded',
    'volume tmp: empty_dir, bounded',
    'volume secret-grafana-secret-key: secret, secret_name: grafana-secret-key',
    'volume secret-grafana-admin: secret, secret_name: grafana-admin',
  ],
  containers: {
    grafana: [
      LOCKED,
      PULLED,
      'image docker.io/grafana/grafana',
      'port http 3000/TCP',
      'startup GET /api/health of port http, every 10 s',
      'readiness GET /api/health of port http, every 10 s',
      'liveness GET /api/health of port http, every 10 s',
      'mounts config at /etc/grafana, read-only',
      'mounts dashboards at /etc/grafana-dashboards, read-only',
      'mounts data at /var/lib/grafana',
      'mounts tmp at /tmp',
      'mounts secret-grafana-secret-key at /etc/grafana-secrets/grafana-secret-key, read-only',
      'mounts secret-grafana-admin at /etc/grafana-secrets/grafana-admin, read-only',
      ...bounded('cpu', 'memory'),
    ],
  },
});

export const ROWS: Row[] = [
  grafana(/ Cloud_Monitoring_Grafana$/),
  grafana(/ Ephemeral_Grafana$/, 'priority_class_name: monitoring'),
  NODE_EXPORTER,
  kubeStateMetrics(/ (?:(?:Chat|Cloud|OpenAi)_)?Monitoring_KubeStateMetrics$/),
  kubeStateMetrics(/ Ephemeral_KubeStateMetrics$/, ['priority_class_name: monitoring']),
  server({ address: / (?:(?:Chat|Cloud|OpenAi)_)?Monitoring_Prometheus$/, ...prometheus('16384MB'), claim: '20Gi' }),
  server({ address: / (?:(?:Chat|OpenAi)_)?Monitoring_Alertmanager$/, ...ALERTMANAGER, claim: '1Gi' }),
  server({ address: / Cloud_Monitoring_Alertmanager$/, ...ALERTMANAGER, claim: '1Gi', ...SLACK }),
  server({ address: / Ephemeral_Prometheus$/, ...prometheus('16384MB'), pod: ['priority_class_name: monitoring'] }),
  server({
    address: / Ephemeral_Alertmanager$/,
    ...ALERTMANAGER,
    pod: [...SLACK.pod, 'priority_class_name: monitoring'],
    container: SLACK.container,
  }),
];
