import { ObjectRow } from './objects';
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

const LABELS = [app('inference-gateway'), instance('door')];
const spread = (over: string) => `spread over ${over} by 1, ScheduleAnyway: ${selects(...LABELS)}`;

/** Envoy with files alone: it asks neither the API server nor a cloud, and sees the keys of its callers and servers. */
export const ROWS: Row[] = [
  {
    address: /^kubernetes_deployment_v1 Door$/,
    workload: [
      ...named('door', 'inference', ...LABELS),
      selects(...LABELS),
      'spec.replicas: 2',
      'spec.revision_history_limit: 3',
      'strategy RollingUpdate max_surge=1, max_unavailable=0',
      'wait_for_rollout: false',
    ],
    pod: [
      nonRoot('101'),
      NO_TOKEN,
      NO_LINKS,
      labeled(...LABELS),
      'annotations gpu-inference-constructs/config-checksum=<checksum>',
      'on nodes role=front',
      'priority_class_name: front',
      spread('kubernetes.io/hostname'),
      spread('topology.kubernetes.io/zone'),
      'volume config: config_map, default_mode: 0444, name: door-<checksum>',
      'volume caller-red-b1f51a51: secret, default_mode: 0440, secret_name: teams, files red as key',
      'volume server-inference-models-5debaae0: secret, default_mode: 0440, secret_name: models, files key',
      'volume certificate: secret, default_mode: 0440, secret_name: door-certificate',
    ],
    containers: {
      envoy: [
        LOCKED,
        PULLED,
        LAST_WORDS,
        'image docker.io/envoyproxy/envoy',
        'runs envoy',
        'args: --config-path, /etc/envoy/envoy.json, --concurrency, 1, --disable-hot-restart, --log-level, warning, --file-flush-interval-msec, 1000, --drain-time-s, 60, --drain-strategy, immediate',
        'before stop runs bash /etc/envoy/drain-envoy.bash 60 30',
        ...env({ ADMIN_PORT: '9901' }),
        // Its administration is on neither.
        'port requests 8080/TCP',
        'port metrics 9902/TCP',
        'startup GET /ready of port metrics, every 5 s',
        'readiness GET /ready of port metrics, every 5 s',
        'liveness GET /alive of port metrics, every 5 s',
        'mounts config at /etc/envoy, read-only',
        'mounts caller-red-b1f51a51 at /etc/gateway-keys/caller-red-<checksum>, read-only',
        'mounts server-inference-models-5debaae0 at /etc/gateway-keys/server-inference-models-<checksum>, read-only',
        'mounts certificate at /etc/gateway-tls, read-only',
        ...bounded('cpu', 'memory'),
      ],
    },
  },
];

/** What is beside it. */
export const OBJECTS: ObjectRow[] = [
  {
    address: /^kubernetes_config_map_v1 Door_Config$/,
    text: [
      ...named('door-<checksum>', 'inference', ...LABELS),
      'files drain-envoy.bash envoy.json server-inference-models-5debaae0.json tls.json',
      'immutable: true',
      'lifecycle.create_before_destroy: true',
    ],
  },
  {
    address: /^kubernetes_pod_disruption_budget_v1 Door_DisruptionBudget$/,
    text: [...named('door', 'inference', ...LABELS), selects(...LABELS), 'spec.max_unavailable: 1'],
  },
  {
    // Without an address of its own: the gateway knows each pod.
    address: /^kubernetes_service_v1 Door_Pods-inference-models$/,
    text: [
      ...named('door-models', 'inference', ...LABELS),
      selects('app=models'),
      'spec.type: ClusterIP',
      'spec.cluster_ip: None',
      'port http 8000/TCP to 8000',
      'wait_for_load_balancer: false',
    ],
  },
  {
    address: /^kubernetes_service_v1 Door_Service$/,
    text: [
      ...named('door', 'inference', ...LABELS),
      selects(...LABELS),
      'spec.type: LoadBalancer',
      'port https 443/TCP to requests',
      'wait_for_load_balancer: false',
    ],
  },
];
