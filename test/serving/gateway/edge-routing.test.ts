import {
  CertificateAuthority,
  CloudUpstream,
  EdgeConfidence,
  EdgeFallback,
  EdgeFirstProps,
  EdgeRouting,
  GatewayBackend,
  InferenceGatewayProps,
} from '../../../lib/serving';
import { Duration } from '../../../lib/units';
import { Block, Synthesized } from '../../support/synth';
import {
  chat,
  clusterOf,
  doorPod,
  envoyOf,
  gatewayFile,
  managerOf,
  openDoor,
  policy,
} from '../support/gateway-fixtures';

const CLOUD: CloudUpstream = {
  url: 'https://models.example.com:8443/v1',
  models: ['chat-65b'],
  apiKey: { name: 'cloud', key: 'site-7' },
};

/** The gateway of a site before one model, which the cloud has too, and `report`, which only the cloud has. */
function site(more: Partial<EdgeFirstProps> = {}, door: Partial<InferenceGatewayProps> = {}): Synthesized {
  const { json } = openDoor((at) => ({
    backends: [GatewayBackend.of(chat(at))],
    edgeRouting: EdgeRouting.edgeFirst({
      cloud: CLOUD,
      models: { chat: { cloudModel: 'chat-65b' }, report: { cloudModel: 'chat-65b', fallbackModel: 'chat' } },
      fallback: EdgeFallback.SITE_ANSWERS,
      ...more,
    }),
    ...door,
  }));
  return json;
}

const routesOf = (json: Synthesized) => managerOf(json).route_config.virtual_hosts[0].routes as Block[];
const routeOf = (json: Synthesized, name: string) => routesOf(json).find((each) => each.name === name) as Block;
const insideOf = (json: Synthesized, name: string) => {
  const listeners = envoyOf(json).static_resources.listeners as Block[];
  return listeners.find((each) => each.name === name)!.filter_chains[0].filters[0].typed_config as Block;
};
/** Clusters that a route leads to, and those that these lead to, whatever is tried. */
function reached(json: Synthesized, cluster: string): string[] {
  const { cluster_type: kind, load_assignment: assigned } = clusterOf(json, cluster);
  const tries = kind?.typed_config?.clusters as { name: string }[] | undefined;
  if (tries) return tries.flatMap(({ name }) => reached(json, name));
  const internal = assigned.endpoints[0].lb_endpoints[0].endpoint.address.envoy_internal_address as Block | undefined;
  if (internal === undefined) return [cluster];
  const { routes } = insideOf(json, internal.server_listener_name as string).route_config.virtual_hosts[0] as Block;
  return (routes as Block[]).flatMap(({ route }) => (route ? reached(json, route.cluster as string) : []));
}
const clustersOf = ({ route }: Block): string[] =>
  route === undefined
    ? []
    : route.cluster
      ? [route.cluster]
      : (route.weighted_clusters.clusters as Block[]).map(({ name }) => name as string);

describe('routes', () => {
  test('lead to the cloud only by where the script has found a request to go, and never else', () => {
    const json = site();
    const leaving = routesOf(json).filter((each) =>
      clustersOf(each)
        .flatMap((name) => reached(json, name))
        .includes('cloud'),
    );
    expect(leaving.map(({ name }) => name as string)).toEqual(['first-chat', 'cloud-chat', 'cloud-report']);
    for (const { match } of leaving) {
      const conditions = match.dynamic_metadata as Block[];
      expect(conditions.filter(({ path }) => path[0].key === 'place')).toHaveLength(1);
    }
    expect(reached(json, 'inference/chat')).toEqual(['inference/chat']);
    // Those of the site come after, and match whatever the script said.
    expect(routeOf(json, 'chat').match.dynamic_metadata).toHaveLength(1);
  });

  test('try the site and then the cloud, or the cloud and then the site where that is declared', () => {
    const json = site();
    const order = (of: Synthesized, name: string) => clustersOf(routeOf(of, name)).flatMap((each) => reached(of, each));
    expect(order(json, 'first-chat')).toEqual(['inference/chat', 'cloud']);
    expect(order(json, 'cloud-chat')).toEqual(['cloud', 'inference/chat']);
    expect(order(json, 'cloud-report')).toEqual(['cloud', 'inference/chat']);
    expect(order(json, 'stay-report')).toEqual(['inference/chat']);
    const strict = site({
      fallback: EdgeFallback.REFUSE,
      models: { chat: { cloudModel: 'chat-65b' }, report: { cloudModel: 'chat-65b' } },
    });
    expect(order(strict, 'first-chat')).toEqual(['inference/chat', 'cloud']);
    expect([order(strict, 'cloud-chat'), order(strict, 'cloud-report')]).toEqual([['cloud'], ['cloud']]);
    expect(routeOf(strict, 'stay-report').direct_response.status).toBe(404);
  });

  test('keep the parts of a model that several of the site have', () => {
    const { json } = openDoor(() => ({
      backends: [90, 10].map((weight) =>
        GatewayBackend.ofService({ name: `chat-${weight}`, namespace: 'x', port: 80, models: ['chat'], weight }),
      ),
      edgeRouting: EdgeRouting.edgeFirst({
        cloud: CLOUD,
        models: { chat: { cloudModel: 'chat-65b' } },
        fallback: EdgeFallback.REFUSE,
      }),
    }));
    expect(routeOf(json, 'first-chat').route.weighted_clusters.clusters).toEqual([
      { name: 'first_x_chat-90', weight: 90 },
      { name: 'first_x_chat-10', weight: 10 },
    ]);
  });

  test('list what only the cloud has, and what is not mapped never leaves', () => {
    const json = site();
    const list = JSON.parse(routeOf(json, 'list-of-models').direct_response.body.inline_string as string) as Block;
    expect((list.data as Block[]).map(({ id }) => id as string)).toEqual(['chat', 'report']);
    const only = site({ models: { report: { cloudModel: 'chat-65b' } } });
    expect(
      routesOf(only)
        .filter(({ name }) => /chat/.test(name as string))
        .map(({ name }) => name as string),
    ).toEqual(['card-of-chat', 'chat']);
    expect(clustersOf(routeOf(only, 'chat'))).toEqual(['inference/chat']);
  });

  test('wait as long as all tries may take', () => {
    const json = site(
      { siteTimeout: Duration.seconds(20), cloud: { ...CLOUD, tryTimeout: Duration.seconds(40), retries: 2 } },
      { idleTimeout: Duration.minutes(10) },
    );
    const inside = (name: string) =>
      (insideOf(json, name).route_config.virtual_hosts[0].routes as Block[])[0].route as Block;
    expect(inside('site_inference_chat').retry_policy).toEqual({ num_retries: 0, per_try_timeout: '20s' });
    expect(inside('to_cloud').retry_policy).toMatchObject({ num_retries: 2, per_try_timeout: '40s' });
    expect(inside('to_cloud').idle_timeout).toBe('680s');
    expect(routeOf(json, 'first-chat').route.idle_timeout).toBe('1280s');
  });
});

describe('the cloud', () => {
  test('is asked by TLS for its name, with the key of the site from a file', () => {
    const json = site({
      cloud: { ...CLOUD, authority: CertificateAuthority.configMap('cloud-ca'), clientCertificate: 'site-7-tls' },
    });
    const { load_assignment: assigned, transport_socket: socket } = clusterOf(json, 'cloud');
    expect(assigned.endpoints[0].lb_endpoints[0].endpoint.address.socket_address).toEqual({
      address: 'models.example.com',
      port_value: 8443,
    });
    const { sni, common_tls_context: tls } = socket.typed_config as Block;
    expect(sni).toBe('models.example.com');
    expect(tls.combined_validation_context.default_validation_context.match_typed_subject_alt_names[0].matcher).toEqual(
      { exact: 'models.example.com' },
    );
    expect(tls.tls_certificate_sds_secret_configs[0].sds_config.path_config_source.path).toBe(
      '/etc/envoy/cloud-certificate.json',
    );
    expect(gatewayFile(json, 'cloud-authority.json')).toContain('/etc/gateway-cloud-authority/ca.crt');
    expect(gatewayFile(json, 'cloud-certificate.json')).toContain('/etc/gateway-cloud-certificate/tls.key');
    expect(gatewayFile(json, 'cloud-key.json')).toContain('/etc/gateway-keys/cloud-key/key');
    const volumes = (doorPod(json).volume as Block[]).filter(({ name }) => /^cloud-/.test(name as string));
    expect(volumes).toMatchObject([
      { name: 'cloud-key', secret: { secret_name: 'cloud', items: [{ key: 'site-7', path: 'key' }] } },
      { name: 'cloud-authority', config_map: { name: 'cloud-ca' } },
      { name: 'cloud-certificate', secret: { secret_name: 'site-7-tls' } },
    ]);
    expect(JSON.stringify(policy(json, 'door').egress)).toContain('"8443"');
  });

  test('of the public is known by the authorities of the image', () => {
    const { common_tls_context: tls } = clusterOf(site(), 'cloud').transport_socket.typed_config as Block;
    expect(tls.validation_context.trusted_ca.filename).toBe('/etc/ssl/certs/ca-certificates.crt');
    expect(tls.tls_certificate_sds_secret_configs).toBeUndefined();
  });

  test('has limits that the pods share, and a breaker that opens for as long each time', () => {
    const json = site({
      cloud: {
        ...CLOUD,
        maxRequests: 10,
        maxWaiting: 7,
        retryBudgetPercent: 25,
        breaker: { failures: 4, openFor: Duration.minutes(1) },
      },
      maxSiteRequests: 9,
    });
    const { circuit_breakers: limits, outlier_detection: breaker, common_lb_config: lb } = clusterOf(json, 'cloud');
    expect(limits.thresholds).toEqual([
      {
        ...{ max_connections: 5, max_requests: 5, max_pending_requests: 3 },
        retry_budget: { budget_percent: { value: 25 }, min_retry_concurrency: 3 },
      },
    ]);
    expect(breaker).toMatchObject({
      ...{ consecutive_5xx: 4, enforcing_consecutive_5xx: 100, max_ejection_percent: 100 },
      ...{ base_ejection_time: '60s', max_ejection_time: '60s', successful_active_health_check_uneject_host: false },
    });
    expect(lb.healthy_panic_threshold).toEqual({ value: 0 });
    expect(clusterOf(json, 'inference/chat').circuit_breakers.thresholds[0].max_requests).toBe(4);
  });

  test('is reached through a script alone, without which no route leads on', () => {
    const { http_filters: filters, route_config: config } = insideOf(site(), 'to_cloud');
    expect((filters as Block[]).map(({ name }) => name as string)).toEqual([
      'envoy.filters.http.lua.leave',
      'envoy.filters.http.router',
    ]);
    const [ready, not] = config.virtual_hosts[0].routes as Block[];
    expect(ready.match.dynamic_metadata).toEqual([
      { filter: 'gateway', path: [{ key: 'ready' }], value: { string_match: { exact: 'yes' } } },
    ]);
    expect(not.direct_response.status).toBe(500);
  });
});

test('nothing of it is there without a cloud', () => {
  const { json } = openDoor();
  const { static_resources: resources, bootstrap_extensions: extensions } = envoyOf(json);
  expect([(resources.listeners as Block[]).length, extensions]).toEqual([2, undefined]);
  expect(JSON.stringify(envoyOf(json))).not.toMatch(/cloud|gateway-place/);
});

test('what decides is a script with what is declared', () => {
  const json = site({
    mustStayLocal: { callers: ['default'], headers: { 'X-Data-Class': ['Secret', 'personal'] } },
    atMost: { promptTokens: 100, totalTokens: 300 },
    confidence: EdgeConfidence.logprobs(0.75),
    retryAfter: Duration.seconds(9),
  });
  const filters = managerOf(json).http_filters as Block[];
  const found = filters.find(({ name }) => name === 'envoy.filters.http.lua.edge') as Block;
  const text = found.typed_config.default_source_code.inline_string as string;
  expect(text.split('\n').slice(0, 8)).toEqual([
    "local MODELS = { ['chat'] = {  }, ['report'] = { ['only_cloud'] = 'yes' } }",
    "local CALLERS = { ['default'] = 'yes' }",
    "local HEADERS = { ['x-data-class'] = { ['personal'] = 'yes', ['secret'] = 'yes' } }",
    "local MOST = { ['prompt'] = 100, ['total'] = 300 }",
    "local CONFIDENCE = { ['kind'] = 'logprobs', ['path'] = {  }, ['least'] = 0.75 }",
    "local CLOUD = 'to_cloud'",
    'local CLOUD_MS = 1200000',
    'local RETRY_AFTER = 9',
  ]);
});
