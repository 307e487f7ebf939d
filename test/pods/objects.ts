import { grafanaObjects } from './grafana-objects';
import { app, instance, labeled, named, selects } from './rows';

/** What an object without pods must be, by its address. */
export interface ObjectRow {
  readonly address: RegExp;
  readonly text: string[];
}

const row = (address: RegExp, ...text: string[]): ObjectRow => ({ address, text });

/** No pod has the token of an account unless the pod itself asks for it: rows.ts. */
const NO_TOKENS = 'automount_service_account_token: false';
const MAPPED = 'gpu-inference-constructs/model';

interface Served {
  readonly path: string;
  readonly kind: 'triton' | 'vllm';
  readonly name: string;
  readonly instance?: string;
  /** Whether the account has a role by an annotation; on EKS an association of Pod Identity says so. */
  readonly role?: boolean;
  readonly reached?: string[];
  /** Whether it has what the program adds to every server: an annotation of the account, and two servers that may be down. */
  readonly added?: boolean;
  /** Ports of its service. @default - those of the kind */
  readonly ports?: string[];
  /** Keys of the configuration. @default - those of vLLM's server */
  readonly files?: string;
}

const ofTriton = (model: string, more = '') =>
  `assemble.sh config.pbtxt.${model} ${more}probe-models.sh probe.json.${model} probe.models`;
const FRAUD = ofTriton('fraud');
/** Three models and the ensemble of them: Python models bring their code, and an ensemble has an empty version. */
const ENSEMBLE = [
  ...[
    'README.1.fraud',
    'assemble.sh',
    'model.py.1.fraud-postprocess',
    'model.py.1.fraud-preprocess',
    'probe-models.sh',
  ],
  ...['', '-postprocess', '-preprocess', '-score'].flatMap((name) => [
    `config.pbtxt.fraud${name}`,
    `probe.json.fraud${name}`,
  ]),
  'probe.models',
]
  .sort()
  .join(' ');
const language = (model: string) => ofTriton(model, `model.json.1.${model} `);
const FRONTED = `${language('llama')} serve_openai.py vllm_guard.py`;
const OF_VLLM = 'assemble.sh models.json probe_vllm.py vllm_guard.py';

const INTERNAL = ['spec.type: ClusterIP'];
const BALANCED = ['spec.type: LoadBalancer', 'annotations example.com/internal=true'];

/** Account, service and disruption budget of a server. */
function serverObjects({
  path,
  kind,
  name,
  instance: of = name,
  role = false,
  reached = INTERNAL,
  added = false,
  ports = kind === 'triton' ? ['http 8000', 'grpc 8001', 'metrics 8002'] : ['http 8000'],
  files = OF_VLLM,
}: Served): ObjectRow[] {
  const labels = [app(kind), instance(of), ...(kind === 'vllm' ? [`${MAPPED}=${name}`] : [])];
  const own = named(name, 'inference', ...labels);
  return [
    row(
      new RegExp(`^kubernetes_service_account_v1 ${path}_ServiceAccount$`),
      ...own,
      NO_TOKENS,
      ...(role
        ? [
            `annotations eks.amazonaws.com/role-arn=arn:aws:iam::123456789012:role/test-inference-${name}` +
              (added ? ', example.com/identity=chat' : ''),
          ]
        : []),
    ),
    row(
      new RegExp(`^kubernetes_service_v1 ${path}_Service$`),
      ...own,
      selects(...labels),
      ...ports.map((port) => `port ${port}/TCP to ${port.split(' ')[0]}`),
      'wait_for_load_balancer: false',
      ...reached,
    ),
    row(
      // Another name for another content, and nobody changes it: pods of an earlier revision never read the files of a later one.
      new RegExp(`^kubernetes_config_map_v1 ${path}_Config$`),
      ...named(`${name}-<checksum>`, 'inference', ...labels),
      'immutable: true',
      'lifecycle.create_before_destroy: true',
      `files ${files}`,
    ),
    row(
      new RegExp(`^kubernetes_pod_disruption_budget_v1 ${path}_DisruptionBudget$`),
      ...own,
      selects(...labels),
      `spec.max_unavailable: ${added ? 2 : 1}`,
    ),
  ];
}

const PART_OF = 'app.kubernetes.io/part-of=monitoring';
const MANAGED_BY = 'app.kubernetes.io/managed-by=gpu-inference-constructs';
const STACK = '(?:(?:(?:Chat|Cloud|OpenAi)_)?Monitoring|Ephemeral)';

/** Account, service and claim of a server of the monitoring stack. */
function monitoringObjects(
  name: 'prometheus' | 'alertmanager',
  port: number,
  size: string,
  files: string,
): ObjectRow[] {
  const path = `${STACK}_${name[0].toUpperCase()}${name.slice(1)}`;
  const labels = [app(name), PART_OF];
  return [
    row(
      new RegExp(`^kubernetes_service_account_v1 ${path}_ServiceAccount$`),
      ...named(name, 'monitoring', ...labels),
      NO_TOKENS,
    ),
    row(
      new RegExp(`^kubernetes_service_v1 ${path}_Service$`),
      ...named(name, 'monitoring', ...labels),
      selects(...labels, MANAGED_BY),
      `port http ${port}/TCP to http`,
      'spec.type: ClusterIP',
    ),
    row(
      new RegExp(`^kubernetes_config_map_v1 ${path}_Config$`),
      ...named(`${name}-config`, 'monitoring', ...labels),
      `files ${files}`,
    ),
    row(
      new RegExp(`^kubernetes_persistent_volume_claim_v1 ${path}_Data$`),
      ...named(`${name}-data`, 'monitoring', ...labels),
      'lifecycle.prevent_destroy: true',
      'spec.access_modes: ReadWriteOnce',
      `spec.resources.requests.storage: ${size}`,
      'wait_until_bound: false',
    ),
  ];
}

/** The folder of the cache on whichever node of its pool, for the servers of one namespace. */
const CACHE: ObjectRow[] = [
  row(
    /^kubernetes_persistent_volume_v1 ModelCache-test-cached_Volume-inference$/,
    'metadata.name: inference-model-cache-cached-<checksum>',
    labeled(app('model-cache'), instance('cached')),
    'lifecycle.create_before_destroy: true',
    'spec[0].access_modes: ReadWriteMany',
    'spec[0].capacity.storage: 51200Mi',
    'spec[0].claim_ref.name: model-cache-cached-<checksum>',
    'spec[0].claim_ref.namespace: inference',
    'spec[0].node_affinity.required.node_selector_term[0].match_expressions[0].key: gpu-inference-constructs/pool',
    'spec[0].node_affinity.required.node_selector_term[0].match_expressions[0].operator: In',
    'spec[0].node_affinity.required.node_selector_term[0].match_expressions[0].values: cached',
    'spec[0].persistent_volume_reclaim_policy: Retain',
    'spec[0].persistent_volume_source.local.path: /var/lib/kubelet/model-cache',
    'spec[0].storage_class_name: model-cache',
  ),
  row(
    /^kubernetes_persistent_volume_claim_v1 ModelCache-test-cached_Claim-inference$/,
    ...named('model-cache-cached-<checksum>', 'inference', app('model-cache'), instance('cached')),
    'lifecycle.create_before_destroy: true',
    'spec.access_modes: ReadWriteMany',
    'spec.resources.requests.storage: 1Mi',
    'spec.storage_class_name: model-cache',
    'spec.volume_name: inference-model-cache-cached-<checksum>',
    'wait_until_bound: false',
  ),
];

const WAIT = 'nv-ipam-definition';
const READS = 'may get,list,watch';
const gives = (role: string) => `gives api_group=rbac.authorization.k8s.io, kind=ClusterRole, name=${role}`;
const to = (account: string, namespace: string) =>
  `to api_group=, kind=ServiceAccount, name=${account}, namespace=${namespace}`;

/** Every right to the API server that the library gives: three roles, all of which only read. */
const RIGHTS: ObjectRow[] = [
  // Prometheus finds what it scrapes, in the namespaces of what it watches: bound there, never in the whole cluster.
  row(
    new RegExp(`^kubernetes_cluster_role_v1 ${STACK}_PodDiscovery$`),
    'metadata.name: monitoring-pod-discovery',
    labeled(app('prometheus'), PART_OF),
    `${READS} pods of ''`,
  ),
  row(
    new RegExp(`^kubernetes_role_binding_v1 ${STACK}_PodDiscovery-inference$`),
    ...named('monitoring-pod-discovery', 'inference', app('prometheus'), PART_OF),
    gives('monitoring-pod-discovery'),
    to('prometheus', 'monitoring'),
  ),
  // Those of the exporters that the stack makes, and of the agents.
  ...['monitoring', 'monitoring-nodes', 'gpu-node-agents'].map((namespace) =>
    row(
      new RegExp(`^kubernetes_role_binding_v1 ${STACK}_PodDiscovery-${namespace}$`),
      ...named('monitoring-pod-discovery', namespace, app('prometheus'), PART_OF),
      gives('monitoring-pod-discovery'),
      to('prometheus', 'monitoring'),
    ),
  ),
  // kube-state-metrics lists what it tells of, in all namespaces, and reads nothing else.
  row(
    new RegExp(`^kubernetes_cluster_role_v1 ${STACK}_KubeStateMetrics_Role$`),
    'metadata.name: monitoring-kube-state-metrics',
    labeled(app('kube-state-metrics'), PART_OF),
    "may list,watch nodes,persistentvolumeclaims,pods of ''",
    "may list,watch daemonsets,deployments,statefulsets of 'apps'",
    "may list,watch horizontalpodautoscalers of 'autoscaling'",
    "may list,watch jobs of 'batch'",
    "may list,watch poddisruptionbudgets of 'policy'",
  ),
  row(
    new RegExp(`^kubernetes_cluster_role_binding_v1 ${STACK}_KubeStateMetrics_RoleBinding$`),
    'metadata.name: monitoring-kube-state-metrics',
    labeled(app('kube-state-metrics'), PART_OF),
    gives('monitoring-kube-state-metrics'),
    to('kube-state-metrics', 'monitoring'),
  ),
  row(
    new RegExp(`^kubernetes_service_account_v1 ${STACK}_KubeStateMetrics_ServiceAccount$`),
    ...named('kube-state-metrics', 'monitoring', app('kube-state-metrics'), PART_OF),
    NO_TOKENS,
  ),
  // The Job asks whether a definition exists; definitions belong to no namespace.
  row(
    / Operator_IpamDefinition_ClusterRole$/,
    `metadata.name: ${WAIT}`,
    labeled(),
    `${READS} customresourcedefinitions of 'apiextensions.k8s.io'`,
  ),
  row(
    / Operator_IpamDefinition_ClusterRoleBinding$/,
    `metadata.name: ${WAIT}`,
    labeled(),
    gives(WAIT),
    to(WAIT, 'nvidia-network-operator'),
  ),
  row(/ Operator_IpamDefinition_ServiceAccount$/, ...named(WAIT, 'nvidia-network-operator'), NO_TOKENS),
];

/** The level of a namespace is what its pods need: agents and fabrics need more than 'restricted'. */
const namespace = (names: string, level: string): ObjectRow =>
  row(
    new RegExp(
      `^kubernetes_namespace_v1 Namespace-(?:quickstart|cloud-65b|openai-vllm|training|remaining|hall-1|test)-(${names})$`,
    ),
    'metadata.name: <1>',
    `labels ${MANAGED_BY}, pod-security.kubernetes.io/enforce=${level}, pod-security.kubernetes.io/warn=${level}`,
  );

const importAccount = (name: string, role = false, kind = 'model-import'): ObjectRow =>
  row(
    new RegExp(`^kubernetes_service_account_v1 ${name}_ServiceAccount$`, 'i'),
    ...named(name, 'inference', app(kind), instance(name)),
    NO_TOKENS,
    ...(role ? [`annotations eks.amazonaws.com/role-arn=arn:aws:iam::123456789012:role/test-inference-${name}`] : []),
  );

const importFiles = (name: string, files: string, kind = 'model-import'): ObjectRow =>
  row(
    new RegExp(`^kubernetes_config_map_v1 ${name}_Config$`, 'i'),
    ...named(name, 'inference', app(kind), instance(name)),
    `files ${files}`,
  );

const agentFiles = (address: RegExp, name: string, files: string): ObjectRow =>
  row(address, `metadata.name: ${name}`, 'metadata.namespace: gpu-node-agents', `files ${files}`);

/** By the API of EBS; a volume waits for the zone of its pod, and stays when its claim goes. */
const storageClass = (address: RegExp, ...more: string[]): ObjectRow =>
  row(
    address,
    'metadata.name: gp3-encrypted',
    'allow_volume_expansion: true',
    'annotations storageclass.kubernetes.io/is-default-class=true',
    'parameters.encrypted: true',
    'parameters.type: gp3',
    'reclaim_policy: Retain',
    'storage_provisioner: ebs.csi.aws.com',
    'volume_binding_mode: WaitForFirstConsumer',
    ...more,
  );

export const ROWS: ObjectRow[] = [
  ...RIGHTS,
  namespace('inference|envoy-ai-gateway-system|envoy-gateway-system|monitoring', 'restricted'),
  namespace('gpu-node-agents|monitoring-nodes|fabric-acceptance|nvidia-network-operator|model-cache', 'privileged'),
  ...serverObjects({
    path: 'Chat_Model-llama-31-8b',
    kind: 'triton',
    name: 'llama-3-1-8b',
    files: language('llama-3.1-8b'),
  }),
  ...serverObjects({ path: 'Cloud_Model-deepseek', kind: 'triton', name: 'deepseek', files: language('deepseek') }),
  ...serverObjects({ path: 'Chat', kind: 'triton', name: 'chat', files: language('llama') }),
  ...serverObjects({ path: 'Fraud', kind: 'triton', name: 'fraud', files: ENSEMBLE }),
  ...serverObjects({ path: 'Own', kind: 'triton', name: 'own', files: FRAUD }),
  ...serverObjects({ path: 'Watched', kind: 'triton', name: 'watched', role: true, files: FRAUD }),
  ...serverObjects({
    path: 'Added',
    kind: 'triton',
    name: 'added',
    role: true,
    reached: BALANCED,
    added: true,
    files: FRAUD,
  }),
  ...serverObjects({
    path: 'Fronted',
    kind: 'triton',
    name: 'fronted',
    role: true,
    ports: ['openai 9000', 'http 8000', 'grpc 8001'],
    files: FRONTED,
  }),
  // Without the tensor API nobody reaches it by the service.
  ...serverObjects({
    path: 'Closed',
    kind: 'triton',
    name: 'closed',
    role: true,
    ports: ['openai 9000'],
    files: FRONTED,
  }),
  ...serverObjects({ path: 'OpenAi_Model-llama-31-8b', kind: 'vllm', name: 'llama-3-1-8b' }),
  ...serverObjects({
    path: 'Adapted_Model-chat',
    kind: 'vllm',
    name: 'chat',
    instance: 'adapted',
    role: true,
    reached: BALANCED,
    added: true,
  }),
  ...serverObjects({ path: 'Older_Model-older', kind: 'vllm', name: 'older' }),
  ...serverObjects({
    path: 'Cached_Model-cached',
    kind: 'vllm',
    name: 'cached',
    role: true,
    files: 'assemble.sh fill-cache.sh hold-weights.sh model-cache.sh models.json probe_vllm.py vllm_guard.py',
  }),
  ...serverObjects({
    path: 'Streamed_Model-streamed',
    kind: 'vllm',
    name: 'streamed',
    role: true,
    files: 'check-streamed.sh models.json probe_vllm.py vllm_guard.py',
  }),
  ...CACHE,
  ...monitoringObjects('prometheus', 9090, '20Gi', 'prometheus.yml rules.yml'),
  ...monitoringObjects('alertmanager', 9093, '1Gi', 'alertmanager.yml'),
  ...grafanaObjects('Ephemeral', ['fleet', 'gpus', 'model'], row),
  ...grafanaObjects('Cloud_Monitoring', ['cost', 'fleet', 'gpus', 'model'], row),
  importAccount('import'),
  importAccount('gated', true),
  importAccount('claimed'),
  importFiles('import', 'files import.sh'),
  importFiles('gated', 'import.sh'),
  importFiles('claimed', 'import.sh'),
  importAccount('quantize', false, 'model-pipeline'),
  importFiles('quantize', 'assemble.sh import.sh lease.sh pipeline.sh spec.json', 'model-pipeline'),
  agentFiles(/ All_NvidiaDevicePlugin-time-slicing-4-Config$/, 'nvidia-device-plugin-time-slicing-4', 'config.yaml'),
  agentFiles(/ (?:All|NodeAgents)_DcgmMetrics$/, 'dcgm-exporter', 'metrics.csv'),
  ...['acceptance', 'overefa', 'overdevices'].map((name) =>
    row(
      new RegExp(`^kubernetes_config_map_v1 ${name}_Scripts$`, 'i'),
      ...named(name, 'fabric-acceptance', app('nccl-acceptance'), instance(name)),
      'files measure.py run.sh',
    ),
  ),
  ...['acceptance', 'overefa', 'overdevices'].map((name) =>
    row(
      new RegExp(`^kubernetes_service_v1 ${name}_Service$`, 'i'),
      ...named(name, 'fabric-acceptance', app('nccl-acceptance'), instance(name)),
      selects(app('nccl-acceptance'), instance(name)),
      // Headless: its pods find each other before any of them is ready.
      'spec.cluster_ip: None',
      'spec.publish_not_ready_addresses: true',
      'port rendezvous 29500/TCP to 29500',
      'wait_for_load_balancer: false',
    ),
  ),
  storageClass(/ (?:Chat|Cloud|OpenAi)_StorageClass$/),
  storageClass(
    / Volumes$/,
    'parameters.kmsKeyId: arn:aws:kms:us-west-2:111122223333:key/99999999-2222-3333-4444-555555555555',
  ),
];
