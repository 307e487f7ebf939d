import { ModelSpec } from '../../../lib/catalog';
import { GatewayAuthentication, GatewayBackend } from '../../../lib/serving';
import { Duration } from '../../../lib/units';
import { Block, Synthesized } from '../../support/synth';
import { Site } from '../support/fixtures';
import {
  Door,
  LABELS,
  chat,
  clusterOf,
  doorPod,
  envoyOf,
  gatewayFile,
  managerOf,
  openDoor,
  policy,
  triton,
  withMore,
} from '../support/gateway-fixtures';

const HTTP = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

const routesOf = (json: Synthesized) => managerOf(json).route_config.virtual_hosts[0].routes as Block[];

test('a gateway before vLLM, Triton and a Service of others', () => {
  const { json, gateway } = openDoor((site) => ({
    backends: [
      GatewayBackend.of(chat(site, 'Talk')),
      GatewayBackend.of(triton(site)),
      GatewayBackend.ofService({
        name: 'big-predictor',
        namespace: 'kserve',
        port: 80,
        models: ['deepseek/65b'],
        basePath: '/openai/v1/',
        longestAnswer: Duration.minutes(20),
      }),
    ],
    limits: { requestsPerMinute: 600 },
    modelLimits: { talk: { tokensPerMinute: 100_000 } },
  }));
  expect(gateway.models).toEqual(['chat', 'deepseek/65b', 'talk']);
  expect(gateway.endpoint).toBe('http://door.inference.svc/v1');
  expect(doorPod(json)).toMatchSnapshot('pod');
  expect(envoyOf(json)).toMatchSnapshot('envoy.json');
});

describe('routes', () => {
  test('are by the model that a filter found, and before all of them there is the refusal of callers that are nobody', () => {
    const [first, ...others] = routesOf(openDoor().json);
    expect(first.match).toEqual({
      prefix: '/',
      dynamic_metadata: [
        { filter: 'gateway', path: [{ key: 'client' }], value: { present_match: true }, invert: true },
      ],
    });
    expect(first.direct_response.status).toBe(401);
    const proxied = others.filter(({ route }) => route !== undefined);
    expect(proxied.map(({ match, route }) => [match.dynamic_metadata[0].value, route.cluster])).toEqual([
      [{ string_match: { exact: 'chat' } }, 'inference/chat'],
    ]);
  });

  test('let streams go on, and give up those that are silent for longer than twice the longest answer', () => {
    const times = (door?: Door) => {
      const [{ route }] = routesOf(openDoor(door).json).filter((each) => each.route !== undefined);
      return [route.timeout, route.idle_timeout];
    };
    expect(times()).toEqual(['0s', '600s']);
    const slow = { name: 'slow', namespace: 'x', port: 80, models: ['slow'], longestAnswer: Duration.minutes(20) };
    expect(times(() => ({ backends: [GatewayBackend.ofService(slow)] }))).toEqual(['0s', '2400s']);
    expect(times(withMore({ idleTimeout: Duration.minutes(3) }))).toEqual(['0s', '180s']);
  });

  test('send a request again before its first token, to another server', () => {
    const retry = (retries?: number) => {
      const [{ route }] = routesOf(openDoor(withMore({ retries })).json).filter((each) => each.route !== undefined);
      return route.retry_policy as Block | undefined;
    };
    expect(retry()).toMatchObject({ num_retries: 1, retriable_status_codes: [503] });
    expect(retry()?.retry_host_predicate[0].name).toBe('envoy.retry_host_predicates.previous_hosts');
    expect(retry(0)).toBeUndefined();
  });

  test('split a model by weight, on the paths that all its servers have', () => {
    const { json } = openDoor((site) => ({
      backends: [GatewayBackend.of(chat(site), { weight: 95 }), GatewayBackend.of(triton(site), { weight: 5 })],
    }));
    const [{ match, route }] = routesOf(json).filter((each) => each.route !== undefined);
    expect(route.weighted_clusters.clusters).toEqual([
      { name: 'inference/chat', weight: 95 },
      { name: 'inference/triton', weight: 5 },
    ]);
    expect(match.safe_regex.regex).toBe('/v1/(chat/completions|completions|embeddings)');
  });

  test('offer adapters too, and only the models that are asked for', () => {
    const lora = (site: Site) => {
      const models = [{ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, loraAdapters: [{ name: 'legal', rank: 8 }] }];
      return chat(site, 'Chat', { models });
    };
    expect(openDoor((site) => ({ backends: [GatewayBackend.of(lora(site))] })).gateway.models).toEqual([
      'chat',
      'legal',
    ]);
    const only = (site: Site) => ({ backends: [GatewayBackend.of(lora(site), { models: ['legal'] })] });
    expect(openDoor(only).gateway.models).toEqual(['legal']);
  });
});

describe('servers', () => {
  test('are known pod by pod, checked, and asked with a key of their own from a file', () => {
    const { json } = openDoor();
    expect(json.byName('kubernetes_service_v1', 'door-chat').spec).toMatchObject({
      cluster_ip: 'None',
      selector: { 'app.kubernetes.io/name': 'vllm', 'gpu-inference-constructs/model': 'chat' },
      port: [{ port: 8000, target_port: '8000' }],
    });
    const cluster = clusterOf(json, 'inference/chat');
    const [{ lb_endpoints: endpoints }] = cluster.load_assignment.endpoints;
    expect(endpoints[0].endpoint.address.socket_address).toEqual({
      address: 'door-chat.inference.svc',
      port_value: 8000,
    });
    expect(cluster.health_checks[0].http_health_check.path).toBe('/health');
    const [filter] = cluster.typed_extension_protocol_options[HTTP].http_filters;
    const { path } = filter.typed_config.credential.typed_config.credential.sds_config.path_config_source as {
      path: string;
    };
    const keyFile = path.replace('/etc/envoy/', '');
    const [{ generic_secret: secret }] = JSON.parse(gatewayFile(json, keyFile)).resources;
    const mounts = doorPod(json).container[0].volume_mount as Block[];
    const volume = mounts.find(({ mount_path: at }) => secret.secret.filename === `${at}/key`);
    const named = (doorPod(json).volume as Block[]).find(({ name }) => name === volume?.name);
    expect(named?.secret).toMatchObject({ secret_name: 'chat-api-key', items: [{ key: 'api-key', path: 'key' }] });
  });

  test('of Triton are asked by their own path and port', () => {
    const { json } = openDoor((site) => ({ backends: [GatewayBackend.of(triton(site))] }));
    const cluster = clusterOf(json, 'inference/triton');
    expect(cluster.health_checks[0].http_health_check.path).toBe('/health/ready');
    expect(json.byName('kubernetes_service_v1', 'door-triton').spec.port).toMatchObject([{ port: 9000 }]);
  });

  test('of others are their Service, unless their pods are named', () => {
    const of = (podSelector?: { [key: string]: string }) => {
      const service = { name: 'big', namespace: 'kserve', port: 8080, models: ['big'], podSelector };
      const { json } = openDoor(() => ({ backends: [GatewayBackend.ofService(service)] }));
      return clusterOf(json, 'kserve/big').load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address;
    };
    expect(of()).toEqual({ address: 'big.kserve.svc', port_value: 8080 });
    expect(of({ app: 'big' })).toEqual({ address: 'door-big.kserve.svc', port_value: 8080 });
  });
});

describe('network policies', () => {
  test('let the gateway alone in to servers that nobody else may reach', () => {
    const { json } = openDoor((site) => ({
      backends: [GatewayBackend.of(chat(site, 'Chat', { accessibleFrom: [] }))],
    }));
    expect(policy(json, 'chat').ingress).toEqual([]);
    expect(policy(json, 'door-to-chat')).toMatchObject({
      policy_types: ['Ingress'],
      pod_selector: { match_labels: { 'gpu-inference-constructs/model': 'chat' } },
      ingress: [{ from: [{ pod_selector: { match_labels: LABELS } }], ports: [{ port: '8000' }] }],
    });
  });

  test('of a gateway open its requests to its namespace, and its pods to names and servers', () => {
    const { ingress, egress } = policy(openDoor().json, 'door');
    expect(ingress).toHaveLength(1);
    expect(ingress[0].ports).toEqual([{ port: '8080', protocol: 'TCP' }]);
    expect(JSON.stringify(ingress[0].from)).toContain('"inference"');
    expect((egress as Block[]).map(({ ports }) => ports.map(({ port }: Block) => port))).toEqual([
      ['53', '53'],
      ['8000'],
    ]);
    expect(JSON.stringify(egress)).not.toContain('0.0.0.0/0');
  });

  test('are left out with those of the servers', () => {
    const { json } = openDoor((site) => ({
      backends: [GatewayBackend.of(chat(site, 'Chat', { networkPolicy: false }))],
    }));
    expect(json.resources('kubernetes_network_policy_v1').map(({ metadata }) => metadata.name)).toEqual(['door']);
    const none = openDoor(withMore({ networkPolicy: false })).json;
    expect(none.resources('kubernetes_network_policy_v1').map(({ metadata }) => metadata.name)).toEqual(['chat']);
  });
});

describe('callers', () => {
  test('have one key that is made in the cluster, unless they are named', () => {
    const { gateway, json } = openDoor();
    expect(gateway.apiKeySecret).toEqual({ name: 'door-api-key', key: 'api-key' });
    expect(
      json
        .resources('helm_release')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['chat-api-key', 'door-api-key']);
    const keys = { red: { name: 'teams', key: 'red' } };
    expect(
      openDoor(withMore({ authentication: GatewayAuthentication.apiKeys(keys) })).gateway.apiKeySecret,
    ).toBeUndefined();
  });

  test('have keys that neither the state nor the configuration holds', () => {
    const keys = { red: { name: 'teams', key: 'red' } };
    const { json } = openDoor(withMore({ authentication: GatewayAuthentication.apiKeys(keys) }));
    const lua = (managerOf(json).http_filters as Block[])[0].typed_config.default_source_code.inline_string as string;
    expect(lua).toMatch(/^local CLIENTS = \{ \['red'\] = '\/etc\/gateway-keys\/caller-red-[0-9a-f]{8}\/key' \}\n/);
  });

  test('with tokens are checked by the keys of their issuer, which the gateway may reach', () => {
    const jwt = GatewayAuthentication.jwt({
      issuer: 'https://id.example.com',
      audiences: ['models'],
      keysUrl: 'https://id.example.com:8443/keys',
      clientClaim: 'https://example.com/user',
    });
    const { json } = openDoor(withMore({ authentication: jwt, limits: { tokensPerMinute: 1000 } }));
    const filters = managerOf(json).http_filters as Block[];
    expect(filters.map(({ name }) => name)).toEqual([
      'envoy.filters.http.jwt_authn',
      'envoy.filters.http.lua.claims',
      'envoy.filters.http.json_to_metadata',
      'envoy.filters.http.lua.limits',
      'envoy.filters.http.router',
    ]);
    expect(filters[0].typed_config.rules).toEqual([{ match: { prefix: '/' }, requires: { provider_name: 'callers' } }]);
    const lua = filters[1].typed_config.default_source_code.inline_string as string;
    expect(lua).toMatch(/^local CLAIM = 'https:\/\/example.com\/user'\n/);
    const [log] = managerOf(json).access_log as Block[];
    expect(log.typed_config.log_format.json_format.client).toBe('%DYNAMIC_METADATA(gateway:client)%');
    expect(JSON.stringify(policy(json, 'door').egress)).toContain('"8443"');
    expect(clusterOf(json, 'issuer-keys').transport_socket.typed_config.sni).toBe('id.example.com');
  });
});

describe('limits', () => {
  test('are shared by the pods', () => {
    const limits = { requestsPerMinute: 90, tokensPerMinute: 3000 };
    const { json } = openDoor(withMore({ limits, modelLimits: { chat: { tokensPerMinute: 300 } }, replicas: 3 }));
    const lua = (managerOf(json).http_filters as Block[])[2].typed_config.default_source_code.inline_string as string;
    expect(lua.split('\n')[0]).toBe(
      "local LIMITS = { { ['requests'] = 30, ['tokens'] = 1000 }, { ['model'] = 'chat', ['tokens'] = 100 } }",
    );
  });

  test('are no filter where there are none', () => {
    const names = (managerOf(openDoor().json).http_filters as Block[]).map(({ name }) => name);
    expect(names).toEqual([
      'envoy.filters.http.lua.keys',
      'envoy.filters.http.json_to_metadata',
      'envoy.filters.http.router',
    ]);
  });
});

test('servers whose namespaces and names read the same are told apart, and no path changes without them', () => {
  const service = (namespace: string, name: string) =>
    GatewayBackend.ofService({
      name,
      namespace,
      port: 80,
      models: [`${namespace}/${name}`],
      podSelector: { app: name },
    });
  const ids = (...backends: GatewayBackend[]) =>
    openDoor(() => ({ backends }))
      .gateway.node.children.map(({ node }) => node.id)
      .filter((id) => id.startsWith('Pods-'));
  expect(ids(service('team-a', 'b'))).toEqual(['Pods-team-a-b']);
  expect(ids(service('team', 'a-b'))).toEqual(['Pods-team-a-b']);
  expect(ids(service('team-a', 'b'), service('team', 'a-b'))).toEqual(['Pods-team-a-b', 'Pods-team.a-b']);
});
