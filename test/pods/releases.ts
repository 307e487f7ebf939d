/** What a release of a chart must be and be told, by its address. */
export interface ReleaseRow {
  readonly address: RegExp;
  readonly chart: string[];
  readonly values: string[];
}

/** Terraform does not wait for pods of a chart, so that a first apply does not hang on nodes that do not exist yet. */
const chart = (name: string, from: string, release: string, namespace: string, timeout = 300) => [
  `chart: ${name}`,
  ...(from === '' ? [] : [`repository: ${from}`]),
  `name: ${release}`,
  `namespace: ${namespace}`,
  `timeout: ${timeout}`,
  'max_history: 5',
  'wait: false',
];

const NGC = 'https://helm.ngc.nvidia.com/nvidia';
const OPERATOR = 'nvidia-network-operator';
const resources = (release: string, namespace = OPERATOR) =>
  chart('./assets/CustomResourcesChart', '', release, namespace);

/** Lines of one object, after its kind and name. */
const of = (object: string, ...facts: string[]) => facts.map((fact) => `${object} ${fact}`);

const tolerates = (path: string, ...keys: string[]) =>
  keys.flatMap((key, i) => [
    `${path}[${i}].key: ${key}`,
    `${path}[${i}].operator: Exists`,
    `${path}[${i}].effect: NoSchedule`,
  ]);

/** Secrets that Helm makes in the cluster: the value is in no state. */
const apiKey = (address: RegExp, server: string, kind: 'triton' | 'vllm' = 'vllm'): ReleaseRow => ({
  address,
  chart: chart('./assets/GeneratedSecretChart', '', `${server}-api-key`, 'inference'),
  values: [
    'key: api-key',
    // The name that Envoy AI Gateway reads.
    'copies: apiKey',
    `name: ${server}-api-key`,
    `labels.app.kubernetes.io/instance: ${server}`,
    `labels.app.kubernetes.io/name: ${kind}`,
  ],
});

/** The password and the key of a Grafana, likewise. */
const ofGrafana = (id: string, name: string, key: string): ReleaseRow => ({
  address: new RegExp(` (?:Ephemeral|Cloud_Monitoring)_Grafana_${id}$`),
  chart: chart('./assets/GeneratedSecretChart', '', name, 'monitoring'),
  values: [
    `key: ${key}`,
    `name: ${name}`,
    'labels.app.kubernetes.io/name: grafana',
    'labels.app.kubernetes.io/part-of: monitoring',
    'labels.app.kubernetes.io/managed-by: gpu-inference-constructs',
  ],
});

/** By vendor alone, or the operator's own rules find no GPU and no adapter. */
const DISCOVERY = ['deviceClassWhitelist: 02, 03', 'deviceLabelFields: vendor'].map(
  (line) => `worker.config.sources.pci.${line}`,
);

/** The operator of NVIDIA's network; its SR-IOV operator would change the nodes' firmware. */
const networkOperator = (address: RegExp, discovers: boolean, ...taints: string[]): ReleaseRow => ({
  address,
  chart: chart('network-operator', NGC, 'network-operator', OPERATOR, 900),
  values: [
    `nfd.enabled: ${discovers}`,
    'nfd.deployNodeFeatureRules: true',
    'sriovNetworkOperator.enabled: false',
    ...tolerates(
      'node-feature-discovery.worker.tolerations',
      'node-role.kubernetes.io/control-plane',
      'node-role.kubernetes.io/master',
      'nvidia.com/gpu',
      ...taints,
    ),
  ],
});

const CLUSTER_POLICY = 'NicClusterPolicy nic-cluster-policy';
const NODE_POLICY = 'NicNodePolicy rack';

const part = (name: string, image: string) => [
  `spec.${name}.image: ${image}`,
  `spec.${name}.repository: nvcr.io/nvidia/mellanox`,
];

const SECOND_NETWORKS = [
  ...part('nvIpam', 'nvidia-k8s-ipam'),
  'spec.nvIpam.enableWebhook: false',
  ...part('secondaryNetwork.cniPlugins', 'plugins'),
  ...part('secondaryNetwork.ipoib', 'ipoib-cni'),
  ...part('secondaryNetwork.multus', 'multus-cni'),
];

/** At most 63 pods of a node share its adapters. */
const SHARED_DEVICES = [
  ...part('rdmaSharedDevicePlugin', 'k8s-rdma-shared-dev-plugin'),
  'spec.rdmaSharedDevicePlugin.config: {"configList":[{"resourceName":"rdma_shared_device_a","rdmaHcaMax":63,"selectors":{"vendors":["15b3"],"linkTypes":["infiniband"]}}]}',
];

/** Each adapter is one pod's. */
const HOST_DEVICES = [
  ...part('sriovDevicePlugin', 'sriov-network-device-plugin'),
  'spec.sriovDevicePlugin.config: {"resourceList":[{"resourcePrefix":"nvidia.com","resourceName":"hostdev","selectors":{"vendors":["15b3"],"isRdma":true,"linkTypes":["infiniband"]}}]}',
];

/** A new driver drains one node after another, and leaves pods that no controller would make again. */
const DRIVER = [
  ...part('ofedDriver', 'doca-driver'),
  'spec.ofedDriver.startupProbe.initialDelaySeconds: 10',
  'spec.ofedDriver.startupProbe.periodSeconds: 20',
  'spec.ofedDriver.readinessProbe.initialDelaySeconds: 10',
  'spec.ofedDriver.readinessProbe.periodSeconds: 30',
  'spec.ofedDriver.livenessProbe.initialDelaySeconds: 30',
  'spec.ofedDriver.livenessProbe.periodSeconds: 30',
  'spec.ofedDriver.terminationGracePeriodSeconds: 300',
  'spec.ofedDriver.upgradePolicy.autoUpgrade: true',
  'spec.ofedDriver.upgradePolicy.maxParallelUpgrades: 1',
  'spec.ofedDriver.upgradePolicy.drain.enable: true',
  'spec.ofedDriver.upgradePolicy.drain.force: false',
  'spec.ofedDriver.upgradePolicy.drain.deleteEmptyDir: true',
  'spec.ofedDriver.upgradePolicy.drain.timeoutSeconds: 600',
];

interface Policies {
  readonly cluster: string[];
  readonly node: string[];
  readonly selector?: string;
  readonly tolerated?: string[];
}

const policies = (
  address: RegExp,
  { cluster, node, selector = 'gpu-inference-constructs/pool: rack', tolerated = ['spec.tolerations: '] }: Policies,
): ReleaseRow => ({
  address,
  chart: resources('network-operator-policies'),
  values: [
    ...of(CLUSTER_POLICY, 'apiVersion: mellanox.com/v1alpha1', ...cluster, ...tolerated),
    ...of(NODE_POLICY, 'apiVersion: mellanox.com/v1alpha1', `spec.nodeSelector.${selector}`, ...node, ...tolerated),
  ],
});

/** Volumes are encrypted and go with their node; pods cannot ask the metadata service for the node's role. */
const KARPENTER_NODES = of(
  'EC2NodeClass spot',
  'apiVersion: karpenter.k8s.aws/v1',
  'spec.amiSelectorTerms[0].alias: al2023@<release>',
  'spec.role: <reference>',
  'spec.subnetSelectorTerms[0].id: <reference>',
  'spec.subnetSelectorTerms[1].id: <reference>',
  'spec.securityGroupSelectorTerms[0].id: <reference>',
  'spec.instanceStorePolicy: RAID0',
  'spec.blockDeviceMappings[0].deviceName: /dev/xvda',
  'spec.blockDeviceMappings[0].ebs.volumeSize: 100Gi',
  'spec.blockDeviceMappings[0].ebs.volumeType: gp3',
  'spec.blockDeviceMappings[0].ebs.encrypted: true',
  'spec.blockDeviceMappings[0].ebs.deleteOnTermination: true',
  'spec.blockDeviceMappings[0].ebs.kmsKeyID: arn:aws:kms:us-west-2:111122223333:key/99999999-2222-3333-4444-555555555555',
  'spec.metadataOptions.httpEndpoint: enabled',
  'spec.metadataOptions.httpTokens: required',
  'spec.metadataOptions.httpPutResponseHopLimit: 1',
  'spec.tags.Name: remaining-spot',
  'spec.tags.managed-by: gpu-inference-constructs',
);

/** Nodes go when they are empty, one at a time, and are never too old for what runs on them. */
const KARPENTER_POOL = of(
  'NodePool spot',
  'apiVersion: karpenter.sh/v1',
  'spec.limits.nvidia.com/gpu: 2',
  'spec.disruption.consolidationPolicy: WhenEmpty',
  'spec.disruption.consolidateAfter: 10m',
  'spec.disruption.budgets[0].nodes: 1',
  'spec.template.metadata.labels.gpu-inference-constructs/pool: spot',
  'spec.template.metadata.labels.k8s.amazonaws.com/accelerator: nvidia-l40s',
  'spec.template.metadata.labels.nvidia.com/gpu.present: true',
  'spec.template.spec.expireAfter: Never',
  'spec.template.spec.nodeClassRef.group: karpenter.k8s.aws',
  'spec.template.spec.nodeClassRef.kind: EC2NodeClass',
  'spec.template.spec.nodeClassRef.name: spot',
  'spec.template.spec.requirements[0].key: node.kubernetes.io/instance-type',
  'spec.template.spec.requirements[0].operator: In',
  'spec.template.spec.requirements[0].values: g6e.xlarge',
  'spec.template.spec.requirements[1].key: karpenter.sh/capacity-type',
  'spec.template.spec.requirements[1].operator: In',
  'spec.template.spec.requirements[1].values: on-demand',
  'spec.template.spec.taints[0].key: nvidia.com/gpu',
  'spec.template.spec.taints[0].value: present',
  'spec.template.spec.taints[0].effect: NoSchedule',
);

export const ROWS: ReleaseRow[] = [
  ofGrafana('Admin', 'grafana-admin', 'admin-password'),
  ofGrafana('SecretKey', 'grafana-secret-key', 'secret-key'),
  apiKey(/ OpenAi_Model-llama-31-8b_ApiKey$/, 'llama-3-1-8b'),
  apiKey(/ Older_ApiKey$/, 'older'),
  apiKey(/ Cached_ApiKey$/, 'cached'),
  apiKey(/ Streamed_ApiKey$/, 'streamed'),
  apiKey(/ Fronted_ApiKey$/, 'fronted', 'triton'),
  {
    address: / Autoscaler$/,
    chart: chart('cluster-autoscaler', 'https://kubernetes.github.io/autoscaler', 'cluster-autoscaler', 'kube-system'),
    values: [
      'cloudProvider: aws',
      'awsRegion: <reference>',
      'autoDiscovery.clusterName: remaining',
      'fullnameOverride: cluster-autoscaler',
      'image.repository: registry.k8s.io/autoscaling/cluster-autoscaler',
      'rbac.serviceAccount.create: true',
      'rbac.serviceAccount.name: cluster-autoscaler',
      // Groups of several zones grow evenly; a volume of a pod keeps no idle GPU node alive.
      'extraArgs.balance-similar-node-groups: true',
      'extraArgs.expander: least-waste',
      'extraArgs.skip-nodes-with-local-storage: false',
    ],
  },
  {
    address: / Karpenter$/,
    // The definitions are a release of their own, which is upgraded.
    chart: [...chart('karpenter', 'oci://public.ecr.aws/karpenter', 'karpenter', 'kube-system'), 'skip_crds: true'],
    values: [
      'controller.env[0].name: AWS_REGION',
      'controller.env[0].value: <reference>',
      'controller.image.repository: public.ecr.aws/karpenter/controller',
      'controller.resources.requests.cpu: 250m',
      'controller.resources.requests.memory: 512Mi',
      'controller.resources.limits.memory: 1Gi',
      'serviceAccount.name: karpenter',
      'settings.clusterName: remaining',
      'settings.eksControlPlane: true',
      'settings.interruptionQueue: <reference>',
      'settings.featureGates.staticCapacity: false',
      'settings.featureGates.nodeOverlay: false',
    ],
  },
  {
    address: / Karpenter_Definitions$/,
    chart: chart('karpenter-crd', 'oci://public.ecr.aws/karpenter', 'karpenter-crd', 'kube-system'),
    values: [],
  },
  {
    address: / Spot_Karpenter-spot$/,
    chart: resources('karpenter-spot', 'kube-system'),
    values: [...KARPENTER_NODES, ...KARPENTER_POOL],
  },
  {
    address: / All_NodeFeatureDiscovery$/,
    chart: chart(
      'node-feature-discovery',
      'oci://registry.k8s.io/nfd/charts',
      'node-feature-discovery',
      'gpu-node-agents',
    ),
    values: [...DISCOVERY, ...tolerates('worker.tolerations', 'nvidia.com/gpu')],
  },
  {
    address: / Managed_GpuOperator$/,
    chart: chart('gpu-operator', NGC, 'gpu-operator', 'gpu-node-agents'),
    values: [
      'driver.enabled: true',
      // Adapters read and write the memory of GPUs, with the driver that the node has for them.
      'driver.rdma.enabled: true',
      'driver.rdma.useHostMofed: true',
      'toolkit.enabled: true',
      'nfd.enabled: true',
      'mig.strategy: single',
      // The exporter is installed separately: two host engines disturb each other.
      'dcgm.enabled: false',
      'dcgmExporter.enabled: false',
      'devicePlugin.config.create: true',
      'devicePlugin.config.name: device-plugin-configs',
      'devicePlugin.config.default: default',
      'devicePlugin.config.data.default: version: v1\n',
      'devicePlugin.config.data.time-slicing-2: version: v1\nsharing:\n  timeSlicing:\n    failRequestsGreaterThanOne: true\n    resources:\n      - name: nvidia.com/gpu\n        replicas: 2\n',
      ...tolerates('daemonsets.tolerations', 'nvidia.com/gpu', 'team'),
      ...DISCOVERY.map((line) => `node-feature-discovery.${line}`),
      ...tolerates('node-feature-discovery.worker.tolerations', 'nvidia.com/gpu', 'team'),
    ],
  },
  networkOperator(/ NetworkOperator$/, true),
  networkOperator(/ Operator$/, false),
  networkOperator(/ Network$/, false, 'team'),
  policies(/ NetworkOperator_Policies$/, {
    cluster: part('nicFeatureDiscovery', 'nic-feature-discovery'),
    node: SHARED_DEVICES,
    selector: 'example.com/rack: h100-1',
  }),
  policies(/ Operator_Policies$/, { cluster: SECOND_NETWORKS, node: HOST_DEVICES }),
  policies(/ Network_Policies$/, {
    cluster: SECOND_NETWORKS,
    node: [...DRIVER, ...SHARED_DEVICES],
    tolerated: tolerates('spec.tolerations', 'team'),
  }),
  {
    address: / Addresses$/,
    chart: resources('ip-pool-addresses'),
    values: of(
      'IPPool addresses',
      'apiVersion: nv-ipam.nvidia.com/v1alpha1',
      `metadata.namespace: ${OPERATOR}`,
      'spec.subnet: 10.1.0.0/22',
      'spec.perNodeBlockSize: 8',
      'spec.nodeSelector.nodeSelectorTerms[0].matchExpressions[0].key: gpu-inference-constructs/pool',
      'spec.nodeSelector.nodeSelectorTerms[0].matchExpressions[0].operator: In',
      'spec.nodeSelector.nodeSelectorTerms[0].matchExpressions[0].values: rack',
    ),
  },
  {
    address: / fast$/,
    chart: resources('network-fast'),
    values: of(
      'HostDeviceNetwork fast',
      'apiVersion: mellanox.com/v1alpha1',
      'spec.ipam: {"type":"nv-ipam","poolName":"addresses"}',
      'spec.networkNamespace: default',
      'spec.resourceName: hostdev',
    ),
  },
];
