import { cacheOf, holding } from './cached-pods';
import { caches, looksFor } from './server-parts';
import {
  LAST_WORDS,
  LOCKED,
  NO_LINKS,
  NO_TOKEN,
  PULLED,
  Row,
  app,
  bounded,
  env,
  instance,
  labeled,
  named,
  nonRoot,
  selects,
} from './rows';

/** What differs between servers of one kind. */
interface Server {
  readonly address: RegExp;
  readonly name: string;
  /** Value of the instance label. @default - the name */
  readonly instance?: string;
  readonly pool: string;
  /** @default 'nvidia.com/gpu=1' */
  readonly gpus?: string;
  readonly replicas?: number;
  /** Whether a new pod comes before the old one goes. @default - there is no room for both */
  readonly surges?: boolean;
  /** Model folders of the configuration, and what asks each. */
  readonly config: string;
  readonly probes: string;
  /** How the init container reaches its store. @default - as a role, which says the region too */
  readonly store?: Store;
  readonly node?: string;
  /** @default - tolerates the taint of GPU pools */
  readonly tolerates?: string[];
  readonly added?: Added;
  /** Whether it shares weights with other pods. @default false */
  readonly cached?: boolean;
  /** Whether it reads its weights from the store by itself. @default false */
  readonly streamed?: boolean;
  /** Variables of this one alone. */
  readonly environment?: string[];
}

interface Store {
  readonly volumes: string[];
  readonly mounts: string[];
  readonly environment: string[];
}

interface Added {
  readonly labels: string[];
  readonly annotations: string[];
  readonly pod: string[];
  readonly container: string[];
  readonly initContainers: { readonly [name: string]: string[] };
  readonly sidecars: { readonly [name: string]: string[] };
}

const ROLE: Store = { volumes: [], mounts: [], environment: [] };
const ROLE_IN_REGION: Store = { ...ROLE, environment: env({ AWS_DEFAULT_REGION: 'eu-central-1' }) };

/** Keys of a store are files that the init container alone can read. */
const keys = (endpoint: string, secret: string, key: string): Store => ({
  volumes: [
    `volume model-store-credentials: secret, default_mode: 0440, secret_name: ${secret}, files ${key === 'credentials' ? key : `${key} as credentials`}`,
  ],
  mounts: ['mounts model-store-credentials at /var/run/secrets/model-store, read-only'],
  environment: env({
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required',
    AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required',
    AWS_SHARED_CREDENTIALS_FILE: '/var/run/secrets/model-store/credentials',
  }),
});

/** What the program of this folder adds: nothing of it has more rights than the server. */
const ADDED: Added = {
  labels: ['team=chat'],
  annotations: ['example.com/note=seen'],
  pod: [
    'runtime_class_name: nvidia',
    'tolerates team Equal NoSchedule, value chat',
    'volume certificates: secret, default_mode: 0440, secret_name: proxy-certificates',
    'volume settings: config_map, default_mode: 0444, name: proxy-settings',
    'volume shared: persistent_volume_claim, claim_name: shared-data',
    'volume spool: empty_dir, bounded',
  ],
  container: ['mounts shared at /shared', 'env EXTRA_TOKEN from secret_key_ref.key: token,secret_key_ref.name: extra'],
  initContainers: {
    warm: [LOCKED, PULLED, LAST_WORDS, 'image example.test/warm', 'runs /warm', ...bounded('cpu', 'memory')],
  },
  sidecars: {
    proxy: [
      LOCKED,
      PULLED,
      LAST_WORDS,
      'image example.test/proxy',
      'env MODE=strict',
      'port tls 8443/TCP',
      'mounts certificates at /certificates, read-only',
      ...bounded('cpu', 'memory'),
    ],
  },
};

const GPU_TAINT = ['tolerates nvidia.com/gpu Equal NoSchedule, value present'];

/** A pod of either kind: an init container with the right to the store, a server without it that sees the weights read-only. */
function server(kind: 'triton' | 'vllm', own: Server, labels: string[], container: string[]): Row {
  const { name, gpus = 'nvidia.com/gpu=1', added, store = ROLE } = own;
  const [assemble, config] =
    kind === 'triton' ? ['assemble-repository', '/etc/triton'] : ['fetch-weights', '/etc/vllm'];
  const holder = own.cached ? ['hold-weights'] : [];
  const skipped = [
    ...(own.streamed ? [] : [kind]),
    ...holder,
    ...Object.keys({ ...added?.sidecars, ...added?.initContainers }),
  ].join(',');
  const annotations = [
    // EKS gives the role to the init container alone, and to a server that streams.
    ...(skipped === '' ? [] : [`eks.amazonaws.com/skip-containers=${skipped}`]),
    'gpu-inference-constructs/config-checksum=<checksum>',
    ...(added?.annotations ?? []),
  ];
  const spread = (over: string) => `spread over ${over} by 1, ScheduleAnyway: ${selects(...labels)}`;
  const files = (volume: string, list: string) =>
    `volume ${volume}: config_map, default_mode: 0444, name: ${name}-<checksum>, files ${list}`;
  return {
    address: own.address,
    workload: [
      ...named(name, 'inference', ...labels),
      selects(...labels),
      `spec.replicas: ${own.replicas ?? 1}`,
      'spec.revision_history_limit: 3',
      `strategy RollingUpdate ${own.surges ? 'max_surge=1, max_unavailable=0' : 'max_surge=0, max_unavailable=1'}`,
      'wait_for_rollout: false',
    ],
    pod: [
      nonRoot('1000', 'OnRootMismatch, '),
      `service account ${name}`,
      NO_TOKEN,
      NO_LINKS,
      labeled(...labels, ...(added?.labels ?? [])),
      `annotations ${annotations.sort().join(', ')}`,
      `on nodes ${own.node ?? `gpu-inference-constructs/pool=${own.pool}`}`,
      ...(own.tolerates ?? GPU_TAINT),
      spread('kubernetes.io/hostname'),
      spread('topology.kubernetes.io/zone'),
      files(
        'config',
        own.streamed
          ? 'check-streamed.sh'
          : `${own.config}assemble.sh${own.cached ? ' fill-cache.sh hold-weights.sh model-cache.sh' : ''}`,
      ),
      files('probes', own.probes),
      ...(own.streamed ? [] : ['volume models: empty_dir, bounded']),
      'volume cache: empty_dir, bounded',
      'volume tmp: empty_dir, bounded',
      'volume shm: empty_dir, bounded, medium: Memory',
      ...(own.cached
        ? [`volume model-cache: persistent_volume_claim, claim_name: model-cache-${own.pool}-<checksum>`]
        : []),
      ...store.volumes,
      ...(added?.pod ?? []),
    ],
    containers: {
      [assemble]: [
        LOCKED,
        PULLED,
        LAST_WORDS,
        'image public.ecr.aws/aws-cli/aws-cli',
        ...looksFor(own, config),
        ...store.environment,
        `mounts config at ${config}, read-only`,
        'mounts tmp at /tmp',
        ...(own.cached ? ['env CACHE_PLAN', `mounts cache at /var/cache/${kind}`, ...cacheOf(kind)] : []),
        ...store.mounts,
        ...bounded('cpu', 'ephemeral-storage', 'memory'),
      ],
      ...added?.initContainers,
      [kind]: [
        LOCKED,
        PULLED,
        LAST_WORDS,
        `mounts probes at ${config}-probes, read-only`,
        ...(own.streamed ? [...store.environment, ...store.mounts] : ['mounts models at /models, read-only']),
        `mounts cache at /var/cache/${kind}`,
        'mounts tmp at /tmp',
        'mounts shm at /dev/shm',
        ...(own.cached ? ['mounts model-cache at /model-cache, read-only'] : []),
        ...caches(`/var/cache/${kind}`),
        'env OMP_NUM_THREADS',
        ...bounded('cpu', 'ephemeral-storage', 'memory', gpus),
        ...container,
        ...(own.environment ?? []),
        ...(added?.container ?? []),
      ],
      ...(own.cached ? { 'hold-weights': holding(kind, config) } : {}),
      ...added?.sidecars,
    },
  };
}

const tritonLabels = ({ instance: of, name }: Pick<Server, 'instance' | 'name'>) => [
  app('triton'),
  instance(of ?? name),
];

const triton = (own: Server): Row =>
  server('triton', own, tritonLabels(own), [
    'image nvcr.io/nvidia/tritonserver',
    'port http 8000/TCP',
    'port grpc 8001/TCP',
    'port metrics 8002/TCP',
    'startup GET /v2/health/ready of port http, every 10 s',
    'readiness runs /bin/sh /etc/triton-probes/probe-models.sh readiness, every 10 s',
    'liveness runs /bin/sh /etc/triton-probes/probe-models.sh liveness, every 15 s',
    'before stop runs sleep 10',
  ]);

/** The same with NVIDIA's OpenAI front end, which runs Triton itself: its key is in no other container. */
const fronted = (own: Omit<Server, 'config' | 'probes'>, tensors: string[]): Row => {
  const { config, probes } = languageModel('llama');
  return server('triton', { ...own, config, probes: `${probes} serve_openai.py vllm_guard.py` }, tritonLabels(own), [
    'image nvcr.io/nvidia/tritonserver',
    'port openai 9000/TCP',
    ...tensors,
    'startup GET /health/ready of port openai, every 10 s',
    'readiness runs /bin/sh /etc/triton-probes/probe-models.sh readiness, every 10 s',
    'liveness runs /bin/sh /etc/triton-probes/probe-models.sh liveness, every 15 s',
    'before stop runs sleep 10',
    ...env({ PYTHONDONTWRITEBYTECODE: '1', TRITON_METRICS_PORT: '9000' }),
  ]);
};

const openAiKey = (secret: string, key: string) =>
  `env OPENAI_API_KEY from secret_key_ref.key: ${key},secret_key_ref.name: ${secret}`;

const languageModel = (model: string) => ({
  config: `config.pbtxt.${model} as repository/${model}/config.pbtxt model.json.1.${model} as repository/${model}/1/model.json `,
  probes: `probe-models.sh probe.models as models probe.json.${model} as ${model}.json`,
});

const vllm = (
  own: Omit<Server, 'config' | 'probes'> & { readonly model?: string; readonly beforeStop?: string },
): Row => {
  const labels = [
    app('vllm'),
    instance(own.instance ?? own.name),
    `gpu-inference-constructs/model=${own.model ?? own.name}`,
  ];
  return server('vllm', { ...own, config: '', probes: 'probe_vllm.py vllm_guard.py models.json' }, labels, [
    'image docker.io/vllm/vllm-openai',
    'runs vllm serve',
    'working_dir: /var/cache/vllm',
    'port http 8000/TCP',
    'startup GET /health of port http, every 10 s',
    'readiness runs python3 /etc/vllm-probes/probe_vllm.py readiness, every 10 s',
    'liveness runs python3 /etc/vllm-probes/probe_vllm.py liveness, every 15 s',
    `before stop runs ${own.beforeStop ?? 'sleep 10'}`,
    // The guard that asks for a key is found there, and the user is in no passwd of the image.
    ...env({ PYTHONPATH: '/etc/vllm-probes', PYTHONDONTWRITEBYTECODE: '1', USER: 'vllm', LOGNAME: 'vllm' }),
    ...env({ VLLM_MEDIA_URL_ALLOW_REDIRECTS: '0' }),
  ]);
};

const apiKey = (secret: string, key: string) =>
  `env VLLM_API_KEY from secret_key_ref.key: ${key},secret_key_ref.name: ${secret}`;
const OWN_STORE = keys('https://objects.example.test', 'store', 'aws');

/** An ensemble has a folder of its version with nothing that is loaded, Python models bring their code, and the rest comes from the store. */
const ENSEMBLE = [
  { name: 'fraud', files: ['README'] },
  { name: 'fraud-postprocess', files: ['model.py'] },
  { name: 'fraud-preprocess', files: ['model.py'] },
  { name: 'fraud-score', files: [] },
];
const ofModel = (name: string, files: readonly string[]) => [
  `config.pbtxt.${name} as repository/${name}/config.pbtxt`,
  ...files.map((file) => `${file}.1.${name} as repository/${name}/1/${file}`),
];

export const ROWS: Row[] = [
  triton({
    address: / Chat_Model-llama-31-8b$/,
    name: 'llama-3-1-8b',
    pool: 'llama-3-1-8b',
    ...languageModel('llama-3.1-8b'),
  }),
  triton({
    address: / Cloud_Model-deepseek$/,
    name: 'deepseek',
    pool: 'p4de',
    gpus: 'nvidia.com/gpu=8',
    replicas: 2,
    ...languageModel('deepseek'),
  }),
  triton({
    address: / Chat$/,
    name: 'chat',
    pool: 'rack',
    node: 'example.com/rack=h100-1',
    tolerates: [],
    gpus: 'nvidia.com/gpu=8',
    replicas: 2,
    store: keys('https://objects.hall-1.example', 'model-store', 'credentials'),
    ...languageModel('llama'),
  }),
  triton({
    address: / Fraud$/,
    name: 'fraud',
    pool: 'one-l4',
    node: 'example.com/server=one-l4',
    tolerates: [],
    store: keys('https://objects.example.com', 'model-store', 'credentials'),
    config: `${ENSEMBLE.flatMap(({ name, files }) => ofModel(name, files)).join(' ')} `,
    probes: `probe-models.sh probe.models as models ${ENSEMBLE.map(({ name }) => `probe.json.${name} as ${name}.json`).join(' ')}`,
  }),
  ...[
    { address: / Watched$/, name: 'watched', store: ROLE_IN_REGION, surges: true },
    { address: / Own$/, name: 'own', store: OWN_STORE },
    { address: / Added$/, name: 'added', store: ROLE_IN_REGION, added: ADDED },
  ].map((own) =>
    triton({
      ...own,
      pool: 'gpu',
      config: 'config.pbtxt.fraud as repository/fraud/config.pbtxt ',
      probes: 'probe-models.sh probe.models as models probe.json.fraud as fraud.json',
    }),
  ),
  fronted(
    {
      address: / Fronted$/,
      name: 'fronted',
      pool: 'gpu',
      store: ROLE_IN_REGION,
      environment: [openAiKey('fronted-api-key', 'api-key')],
    },
    ['port http 8000/TCP', 'port grpc 8001/TCP'],
  ),
  fronted(
    {
      address: / Closed$/,
      name: 'closed',
      pool: 'gpu',
      store: ROLE_IN_REGION,
      environment: [openAiKey('keys', 'closed')],
    },
    [],
  ),
  vllm({
    address: / OpenAi_Model-llama-31-8b$/,
    name: 'llama-3-1-8b',
    pool: 'llama-3-1-8b',
    environment: [apiKey('llama-3-1-8b-api-key', 'api-key')],
  }),
  vllm({
    address: / Adapted_Model-chat$/,
    name: 'chat',
    instance: 'adapted',
    pool: 'gpu',
    store: ROLE_IN_REGION,
    added: ADDED,
    environment: [apiKey('keys', 'chat')],
  }),
  vllm({
    address: / Older_Model-older$/,
    name: 'older',
    pool: 'gpu',
    store: OWN_STORE,
    beforeStop: '/bin/sh -c sleep 10; exec python3 /etc/vllm-probes/probe_vllm.py drain 150',
    environment: [apiKey('older-api-key', 'api-key')],
  }),
  vllm({
    address: / Cached_Model-cached$/,
    name: 'cached',
    pool: 'cached',
    store: ROLE_IN_REGION,
    surges: true,
    cached: true,
    environment: [apiKey('cached-api-key', 'api-key')],
  }),
  vllm({
    address: / Streamed_Model-streamed$/,
    name: 'streamed',
    pool: 'streams',
    store: ROLE_IN_REGION,
    surges: true,
    streamed: true,
    environment: [apiKey('streamed-api-key', 'api-key')],
  }),
];
