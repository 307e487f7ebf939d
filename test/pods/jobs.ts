import {
  LAST_WORDS,
  LOCKED,
  NO_LINKS,
  NO_TOKEN,
  PULLED,
  Row,
  TOKEN,
  app,
  bounded,
  env,
  instance,
  labeled,
  named,
  nonRoot,
} from './rows';

/** What differs between imports. */
interface Import {
  readonly name: string;
  /** What only a store has that is S3 itself. @default false */
  readonly guarded?: boolean;
  readonly pod?: string[];
  readonly container: string[];
}

/** Files of a checkout that engines do not read: weights in other forms beside safetensors, and originals. */
const NOT_READ = {
  EXCLUDE: 'original/* metal/*',
  EXCLUDE_BESIDE_SAFETENSORS:
    'consolidated* *.bin *.pt *.pth *.gguf *.h5 *.msgpack *.ot *.onnx *.onnx_data *.onnx.data onnx/* openvino/* coreml/*',
};

/** Reads from its source and writes its folder of the store; status 1 and 2 are final. */
function imported({ name, pod = [], container }: Import): Row {
  const labels = [app('model-import'), instance(name)];
  return {
    address: new RegExp(`^kubernetes_job_v1 ${name}$`, 'i'),
    workload: [
      ...named(name, 'inference', ...labels),
      'spec.backoff_limit: 10',
      'spec.completions: 1',
      'spec.parallelism: 1',
      'spec.pod_failure_policy.rule[0].action: FailJob',
      'spec.pod_failure_policy.rule[0].on_exit_codes.container_name: import',
      'spec.pod_failure_policy.rule[0].on_exit_codes.operator: In',
      'spec.pod_failure_policy.rule[0].on_exit_codes.values: 1, 2',
      'spec.pod_failure_policy.rule[1].action: Ignore',
      'spec.pod_failure_policy.rule[1].on_pod_condition[0].status: True',
      'spec.pod_failure_policy.rule[1].on_pod_condition[0].type: DisruptionTarget',
      'wait_for_completion: false',
    ],
    pod: [
      nonRoot('1000', 'OnRootMismatch, '),
      `service account ${name}`,
      NO_TOKEN,
      NO_LINKS,
      labeled(...labels),
      'annotations gpu-inference-constructs/config-checksum=<checksum>',
      'restart_policy: Never',
      `volume config: config_map, default_mode: 0444, name: ${name}`,
      'volume scratch: empty_dir, bounded',
      'volume tmp: empty_dir, bounded',
      ...pod,
    ],
    containers: {
      import: [
        LOCKED,
        PULLED,
        LAST_WORDS,
        'image public.ecr.aws/aws-cli/aws-cli',
        'runs /bin/sh /etc/model-import/import.sh',
        ...env({ SCRATCH_DIR: '/scratch', HOME: '/tmp' }),
        'env MODEL_URI',
        'env SCRATCH_MIB',
        'mounts config at /etc/model-import, read-only',
        'mounts scratch at /scratch',
        'mounts tmp at /tmp',
        ...bounded('cpu', 'ephemeral-storage', 'memory'),
        ...container,
      ],
    },
  };
}

/** What fetches and what publishes act with the role; what computes has no credentials. */
function pipelined(name: string): Row {
  const labels = [app('model-pipeline'), instance(name)];
  const shared = [
    LOCKED,
    PULLED,
    LAST_WORDS,
    ...env({ HOME: '/tmp', STATE_DIR: '/state', WORK_DIR: '/pipeline' }),
    'env OUTPUT_URI=s3://<reference>/base/1-edge',
    'env POD_UID from field_ref.field_path: metadata.uid',
    'env RECIPE=<checksum>',
    'mounts config at /etc/model-pipeline, read-only',
    'mounts state at /state',
    'mounts work at /pipeline',
  ];
  const store = [...shared, 'image public.ecr.aws/aws-cli/aws-cli', 'mounts lists at /tmp'];
  const script = '/bin/sh /etc/model-pipeline/pipeline.sh';
  const rule = (at: number, container: string, values: string) => [
    `spec.pod_failure_policy.rule[${at}].action: FailJob`,
    `spec.pod_failure_policy.rule[${at}].on_exit_codes.container_name: ${container}`,
    `spec.pod_failure_policy.rule[${at}].on_exit_codes.operator: In`,
    `spec.pod_failure_policy.rule[${at}].on_exit_codes.values: ${values}`,
  ];
  return {
    address: new RegExp(`^kubernetes_job_v1 ${name}$`, 'i'),
    workload: [
      ...named(name, 'inference', ...labels),
      'spec.backoff_limit: 3',
      'spec.completions: 1',
      'spec.parallelism: 1',
      ...rule(0, 'begin', '73'),
      ...rule(1, 'run', '1, 2, 3'),
      ...rule(2, 'publish', '1, 2'),
      'spec.pod_failure_policy.rule[3].action: Ignore',
      'spec.pod_failure_policy.rule[3].on_pod_condition[0].status: True',
      'spec.pod_failure_policy.rule[3].on_pod_condition[0].type: DisruptionTarget',
      'wait_for_completion: false',
    ],
    pod: [
      nonRoot('1000', 'OnRootMismatch, '),
      `service account ${name}`,
      NO_TOKEN,
      NO_LINKS,
      labeled(...labels),
      'annotations eks.amazonaws.com/skip-containers=run, gpu-inference-constructs/config-checksum=<checksum>',
      'on nodes disk=large',
      'restart_policy: Never',
      `volume config: config_map, default_mode: 0444, name: ${name}`,
      'volume work: empty_dir, bounded',
      'volume tmp: empty_dir, bounded',
      'volume lists: empty_dir, bounded',
      'volume state: empty_dir, bounded',
    ],
    containers: {
      begin: [
        ...store,
        `runs ${script} begin`,
        ...env({ CONFIG_DIR: '/etc/model-pipeline', MODELS_DIR: '/pipeline' }),
        'env MODELS_MIB',
        'env MODEL_PLAN',
        ...bounded('cpu', 'ephemeral-storage', 'memory'),
      ],
      publish: [
        ...store,
        `runs ${script} publish`,
        ...env({ SCRATCH_DIR: '/tmp', MANIFEST_ONCE: '1' }),
        'env MODEL_URI',
        ...bounded('cpu', 'ephemeral-storage', 'memory'),
      ],
      run: [
        ...shared,
        'image example.test/model-pipeline',
        'mounts tmp at /tmp',
        `runs ${script} run python3 -m model_pipeline run --spec=/etc/model-pipeline/spec.json --source=/pipeline/inputs/base/1 --work=/pipeline/state --output=/pipeline/output --threads=3 --metrics-port=9464 --metrics-linger=60`,
        'port metrics 9464/TCP',
        ...env({ USER: 'pipeline' }),
        'requests cpu, ephemeral-storage, memory',
        'limits ephemeral-storage, memory',
      ],
    },
  };
}

/** What differs between tests of fabrics. */
interface Acceptance {
  readonly name: string;
  readonly nodes: string;
  readonly tolerates?: string[];
  readonly image: string;
  readonly network: string;
  readonly devices: string[];
  readonly annotations?: string[];
  readonly environment?: string[];
}

/** Root without anything but the right to lock memory, which the fabric's library registers: an added capability counts only for root. */
function acceptance({
  name,
  nodes,
  tolerates = [],
  image,
  network,
  devices,
  annotations = [],
  environment = [],
}: Acceptance): Row {
  const labels = [app('nccl-acceptance'), instance(name)];
  return {
    address: new RegExp(`^kubernetes_job_v1 ${name}$`, 'i'),
    workload: [
      ...named(name, 'fabric-acceptance', ...labels),
      'spec.backoff_limit: 0',
      'spec.completion_mode: Indexed',
      'spec.completions: 2',
      'spec.parallelism: 2',
      'wait_for_completion: false',
    ],
    pod: [
      NO_TOKEN,
      NO_LINKS,
      labeled(...labels),
      `annotations ${['gpu-inference-constructs/config-checksum=<checksum>', ...annotations].join(', ')}`,
      `on nodes ${nodes}`,
      ...tolerates,
      'restart_policy: Never',
      `subdomain: ${name}`,
      `volume scripts: config_map, default_mode: 0444, name: ${name}`,
      'volume tmp: empty_dir, bounded',
      'volume shm: empty_dir, bounded, medium: Memory',
    ],
    containers: {
      'all-reduce': [
        'with user 0, may be root, not privileged, no escalation, read-only root, without ALL, WITH IPC_LOCK, seccomp RuntimeDefault',
        PULLED,
        `image ${image}`,
        'runs /bin/sh /etc/acceptance/run.sh',
        ...env({
          EXPECTED_NETWORK: network,
          GPUS_PER_NODE: '8',
          HOME: '/tmp',
          MASTER_ADDR: `${name}-0.${name}.fabric-acceptance.svc`,
          MASTER_PORT: '29500',
          MAX_MIB: '4096',
          MEASURE_SCRIPT: '/etc/acceptance/measure.py',
          NCCL_SOCKET_IFNAME: 'eth0',
          NODES: '2',
          RUN_SECONDS: '900',
        }),
        'env MIN_BUS_BANDWIDTH',
        ...environment,
        'mounts scripts at /etc/acceptance, read-only',
        'mounts tmp at /tmp',
        'mounts shm at /dev/shm',
        `requests cpu, ${['memory', 'nvidia.com/gpu=8', ...devices].sort().join(', ')}`,
        `limits ${['memory', 'nvidia.com/gpu=8', ...devices].sort().join(', ')}`,
      ],
    },
  };
}

const CONNECTX = {
  image: 'nvcr.io/nvidia/pytorch',
  network: 'via (COLL)?NET/IB',
  environment: env({ NCCL_NET: 'IB' }),
};

const asked = (condition: string) => [
  LOCKED,
  PULLED,
  'image registry.k8s.io/kubectl',
  `args: wait, --for=${condition}, crd/ippools.nv-ipam.nvidia.com, --timeout=15m`,
  ...bounded('cpu', 'memory'),
];

export const ROWS: Row[] = [
  pipelined('quantize'),
  imported({ name: 'import', container: env({ MANIFEST_ONCE: '1', FILE_LIST: '/etc/model-import/files' }) }),
  imported({
    name: 'gated',
    pod: ['on nodes disk=large', 'volume token: secret, default_mode: 0440, secret_name: hub, files token'],
    container: [
      ...env({
        AWS_DEFAULT_REGION: 'eu-central-1',
        MANIFEST_ONCE: '1',
        TOKEN_FILE: '/var/run/secrets/model-source/token',
        HUB_REPOSITORY: 'example/gated',
        HUB_REVISION: 'a'.repeat(40),
        ...NOT_READ,
      }),
      'mounts token at /var/run/secrets/model-source, read-only',
    ],
  }),
  imported({
    name: 'claimed',
    pod: [
      'volume source: persistent_volume_claim, claim_name: weights, read_only: true',
      'volume model-store-credentials: secret, default_mode: 0440, secret_name: store, files credentials',
    ],
    container: [
      ...env({
        AWS_ENDPOINT_URL_S3: 'https://objects.example.test',
        AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
        AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
        AWS_SHARED_CREDENTIALS_FILE: '/var/run/secrets/model-store/credentials',
        SOURCE_ROOT: '/source',
        SOURCE_DIR: '/source/chat',
        ...NOT_READ,
      }),
      'mounts source at /source, read-only',
      'mounts model-store-credentials at /var/run/secrets/model-store, read-only',
    ],
  }),
  acceptance({
    name: 'acceptance',
    nodes: 'example.com/rack=h100-1',
    devices: ['rdma/rdma_shared_device_a=1'],
    ...CONNECTX,
  }),
  acceptance({
    name: 'overdevices',
    nodes: 'gpu-inference-constructs/pool=rack',
    devices: ['nvidia.com/hostdev=8'],
    // Each adapter is moved into the pod, once for each network named.
    annotations: [`k8s.v1.cni.cncf.io/networks=${Array.from({ length: 8 }, () => 'default/fast').join(',')}`],
    ...CONNECTX,
  }),
  acceptance({
    name: 'overefa',
    nodes: 'gpu-inference-constructs/pool=p5',
    tolerates: ['tolerates nvidia.com/gpu Equal NoSchedule, value present'],
    image: 'public.ecr.aws/deep-learning-containers/pytorch-training',
    network: 'via NET/(OFI|(AWS )?Libfabric)',
    devices: ['hugepages-2Mi', 'vpc.amazonaws.com/efa=32'],
  }),
  {
    // Asks the API server whether a kind of resource exists: the one Job with a token.
    address: / Operator_IpamDefinition$/,
    workload: [
      ...named('nv-ipam-definition', 'nvidia-network-operator'),
      'spec.backoff_limit: 4',
      'spec.completions: 1',
      'spec.parallelism: 1',
      'wait_for_completion: true',
    ],
    pod: [nonRoot('1000'), 'service account nv-ipam-definition', TOKEN, NO_LINKS, labeled(), 'restart_policy: Never'],
    containers: { created: asked('create'), established: asked('condition=Established') },
  },
];
