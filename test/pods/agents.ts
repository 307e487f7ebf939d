import { instance, LOCKED, NO_LINKS, NO_TOKEN, PULLED, Row, app, env, labeled, named, nonRoot, selects } from './rows';

/** What agents have of the node and of rights. */
interface Agent {
  readonly address: RegExp;
  /** @default - any that has it */
  readonly program?: string;
  readonly name: string;
  /** Where they run: a label, or one term for each kind of node. */
  readonly nodes: string[];
  readonly network?: boolean;
  readonly volumes: string[];
  /** User, privileges and capabilities. */
  readonly rights: string;
  readonly container: string[];
}

/** An agent is critical for its node, is not waited for, has no token, and no port of the node unless it is in the node's network. */
function agent({ address, program, name, nodes, network = false, volumes, rights, container }: Agent): Row {
  return {
    address,
    program,
    workload: [
      ...named(name, 'gpu-node-agents', app(name)),
      selects(app(name)),
      'strategy RollingUpdate',
      'wait_for_rollout: false',
    ],
    pod: [
      NO_TOKEN,
      NO_LINKS,
      labeled(app(name)),
      `host_network: ${network}`,
      'priority_class_name: system-node-critical',
      'tolerates nvidia.com/gpu Exists NoSchedule',
      ...nodes.map((node) => `on nodes ${node}`),
      ...volumes,
    ],
    containers: { [name]: [rights, PULLED, 'requests cpu, memory', 'limits memory', ...container] },
  };
}

/** Root, because the kubelet's socket and the devices belong to it, and nothing else. */
const ROOT = 'with user 0, may be root, not privileged, no escalation, without ALL, seccomp RuntimeDefault';
const PRIVILEGED = 'with user 0, may be root, PRIVILEGED, MAY ESCALATE';

const folder = (name: string, path: string, type = 'Directory') =>
  `volume ${name}: host_path, path: ${path}, type: ${type}`;
const SOCKETS = folder('device-plugins', '/var/lib/kubelet/device-plugins');
const SOCKETS_SEEN = 'mounts device-plugins at /var/lib/kubelet/device-plugins';
const GPUS = env({ NVIDIA_DRIVER_CAPABILITIES: 'compute,utility', NVIDIA_VISIBLE_DEVICES: 'all' });
const MARKED = ['nvidia.com/gpu.present=true'];
/** Pools that are marked and pools of others, by their own labels, in the program of this folder. */
const EVERY_POOL = [
  'where nvidia.com/gpu.present In true',
  'where gpu-inference-constructs/pool In rack',
  'where gpu-inference-constructs/pool In shared',
];

/** Registers the GPUs with the kubelet. */
const gpuPlugin = (own: Pick<Agent, 'address' | 'program' | 'name' | 'nodes'>, config?: string): Row =>
  agent({
    ...own,
    volumes: [SOCKETS, ...(config === undefined ? [] : [`volume config: config_map, name: ${config}`])],
    rights: ROOT,
    container: [
      'image nvcr.io/nvidia/k8s-device-plugin',
      SOCKETS_SEEN,
      ...GPUS,
      ...env({ FAIL_ON_INIT_ERROR: 'true' }),
      ...(config === undefined
        ? []
        : ['mounts config at /config, read-only', ...env({ CONFIG_FILE: '/config/config.yaml' })]),
    ],
  });

/** Reads what pods use which GPU; profiling metrics need SYS_ADMIN. */
const exporter = (address: RegExp, nodes: string[], engine: string[]): Row =>
  agent({
    address,
    name: 'dcgm-exporter',
    nodes,
    volumes: [
      folder('pod-resources', '/var/lib/kubelet/pod-resources'),
      'volume config: config_map, name: dcgm-exporter',
    ],
    rights:
      'with user 0, may be root, not privileged, no escalation, without ALL, WITH SYS_ADMIN, seccomp RuntimeDefault',
    container: [
      'image nvcr.io/nvidia/k8s/dcgm-exporter',
      'port metrics 9400/TCP',
      'liveness GET /health of port 9400, every 5 s, after 45 s',
      'readiness GET /health of port 9400, every 5 s, after 45 s',
      'mounts pod-resources at /var/lib/kubelet/pod-resources, read-only',
      'mounts config at /etc/dcgm-exporter/metrics, read-only',
      ...GPUS,
      ...env({
        DCGM_EXPORTER_COLLECTORS: '/etc/dcgm-exporter/metrics/metrics.csv',
        DCGM_EXPORTER_KUBERNETES: 'true',
        DCGM_EXPORTER_LISTEN: ':9400',
      }),
      'env NODE_NAME from field_ref.field_path: spec.nodeName',
      ...engine,
    ],
  });

/** Opens the adapters in the node's network namespace, which they belong to. */
const efaPlugin = (address: RegExp, nodes: string, image: string): Row =>
  agent({
    address,
    name: 'efa-device-plugin',
    nodes: [nodes],
    network: true,
    volumes: [SOCKETS, folder('infiniband', '/dev/infiniband')],
    rights: PRIVILEGED,
    container: [`image ${image}`, SOCKETS_SEEN, 'mounts infiniband at /dev/infiniband'],
  });

/** Containers of images that do nothing, without a GPU. */
const still = (image: string, command?: string) => [
  LOCKED,
  PULLED,
  `image ${image}`,
  'env NVIDIA_VISIBLE_DEVICES=void',
  'requests cpu, memory',
  'limits memory',
  ...(command === undefined ? [] : [`runs ${command}`]),
];

const prePuller = (
  address: RegExp,
  name: string,
  nodes: string[],
  pulled: { readonly [container: string]: string[] },
): Row => ({
  address,
  workload: [
    ...named(name, 'inference', app(name)),
    selects(app(name)),
    'strategy RollingUpdate',
    'wait_for_rollout: false',
  ],
  pod: [
    nonRoot('1000'),
    NO_TOKEN,
    NO_LINKS,
    labeled(app(name)),
    'tolerates nvidia.com/gpu Exists NoSchedule',
    ...nodes.map((node) => `on nodes ${node}`),
  ],
  containers: { ...pulled, pause: still('registry.k8s.io/pause') },
});

const EFA_IMAGE = (region: string) => `602401143452.dkr.ecr.${region}.amazonaws.com/eks/aws-efa-k8s-device-plugin`;

export const ROWS: Row[] = [
  {
    // Of a namespace of its own, because the folder of the node is what 'restricted' does not allow; it has no other right.
    address: / ModelCache-test-cached_Reservation$/,
    workload: [
      ...named('model-cache-cached', 'model-cache', app('model-cache'), instance('cached')),
      selects(app('model-cache'), instance('cached')),
      'strategy RollingUpdate',
      'wait_for_rollout: false',
    ],
    pod: [
      NO_TOKEN,
      NO_LINKS,
      labeled(app('model-cache'), instance('cached')),
      'on nodes gpu-inference-constructs/pool=cached',
      'priority_class_name: system-node-critical',
      'tolerates nvidia.com/gpu Equal NoSchedule, value present',
      'volume model-cache: host_path, path: /var/lib/kubelet/model-cache, type: DirectoryOrCreate',
    ],
    containers: {
      reserve: [
        'with user 65535, never root, not privileged, no escalation, read-only root, without ALL, seccomp RuntimeDefault',
        PULLED,
        'image registry.k8s.io/pause',
        'env NVIDIA_VISIBLE_DEVICES=void',
        'mounts model-cache at /model-cache, read-only',
        'requests cpu, ephemeral-storage, memory',
        'limits memory',
      ],
    },
  },
  gpuPlugin({
    address: / (?:(?:Chat|Cloud|OpenAi)_)?NodeAgents_NvidiaDevicePlugin$/,
    name: 'nvidia-device-plugin',
    nodes: MARKED,
  }),
  gpuPlugin({
    address: / Agents_NvidiaDevicePlugin$/,
    program: 'onprem-infiniband',
    name: 'nvidia-device-plugin',
    nodes: ['where nvidia.com/gpu.present In true', 'where example.com/rack In h100-1'],
  }),
  gpuPlugin({
    address: / Agents_NvidiaDevicePlugin$/,
    program: 'triton-onnx-ensemble',
    name: 'nvidia-device-plugin',
    nodes: ['where nvidia.com/gpu.present In true', 'where example.com/server In one-l4'],
  }),
  gpuPlugin({
    address: / All_NvidiaDevicePlugin$/,
    name: 'nvidia-device-plugin',
    // Nodes that name a configuration have the plugin with it.
    nodes: EVERY_POOL.map((pool) => `${pool} and nvidia.com/device-plugin.config DoesNotExist`),
  }),
  gpuPlugin(
    {
      address: / All_NvidiaDevicePlugin-time-slicing-4$/,
      name: 'nvidia-device-plugin-time-slicing-4',
      nodes: ['nvidia.com/device-plugin.config=time-slicing-4', ...EVERY_POOL],
    },
    'nvidia-device-plugin-time-slicing-4',
  ),
  efaPlugin(/ Cloud_NodeAgents_EfaDevicePlugin$/, 'gpu-inference-constructs/efa=true', EFA_IMAGE('us-east-1')),
  efaPlugin(/ NodeAgents_EfaDevicePlugin$/, 'gpu-inference-constructs/efa=true', EFA_IMAGE('us-west-2')),
  agent({
    // Hands its findings to node feature discovery by a file, and reads the machine type.
    address: / All_GpuFeatureDiscovery$/,
    name: 'gpu-feature-discovery',
    nodes: EVERY_POOL,
    volumes: [
      folder('features', '/etc/kubernetes/node-feature-discovery/features.d', 'DirectoryOrCreate'),
      folder('sys', '/sys'),
    ],
    rights: PRIVILEGED,
    container: [
      'image nvcr.io/nvidia/k8s-device-plugin',
      'runs /usr/bin/gpu-feature-discovery',
      'mounts features at /etc/kubernetes/node-feature-discovery/features.d',
      'mounts sys at /sys',
      ...GPUS,
      ...env({ FAIL_ON_INIT_ERROR: 'true', MIG_STRATEGY: 'single' }),
    ],
  }),
  exporter(/ All_DcgmExporter$/, EVERY_POOL, []),
  // With the node monitoring agent of EKS it asks that agent's host engine.
  exporter(/ NodeAgents_DcgmExporter$/, MARKED, [
    'env HOST_IP from field_ref.field_path: status.hostIP',
    'env DCGM_REMOTE_HOSTENGINE_INFO=$(HOST_IP):5555',
  ]),
  prePuller(/ warm-images$/, 'warm-images', [...MARKED, 'where gpu-inference-constructs/pool In p5-block'], {
    'trainer-1': still('example.test/trainer', '/bin/true'),
  }),
  prePuller(/ Everywhere$/, 'everywhere', EVERY_POOL, {
    'a-1': still('example.test/a', '/bin/true'),
    'b-2': still('example.test/b', '/bin/true'),
  }),
];
