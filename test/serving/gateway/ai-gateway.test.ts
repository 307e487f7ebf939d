import * as path from 'node:path';
import { ModelSpec } from '../../../lib/catalog';
import { customResourcesValues } from '../../../lib/kubernetes/custom-resources-chart';
import {
  EnvoyAiGatewayController,
  EnvoyAiInferenceGateway,
  GatewayAuthentication,
  GatewayBackend,
} from '../../../lib/serving';
import { gatewayDuration } from '../../../lib/serving/gateway/ai-gateway/custom-object';
import { DataSize, Duration } from '../../../lib/units';
import { definitionFaults, readDefinitions } from '../../support/schema';
import { Block } from '../../support/synth';
import { DOORS, JWT, KSERVE, backends, made, objectsOf, ofKind, specOf } from '../support/ai-gateway-doors';
import { withSite } from '../support/fixtures';
import { AiDoor, INSTALLED, chat, openAiDoor, triton } from '../support/gateway-fixtures';

const RECORDED = readDefinitions(path.join(__dirname, 'fixtures/ai-gateway-crds.json'));

test.each(DOORS)('the definitions take a gateway with %s', (_, door) => {
  const objects = made(door);
  for (const object of objects) expect(definitionFaults(RECORDED, object)).toEqual([]);
});

test('the definitions refuse what is misspelt', () => {
  const [route] = ofKind(made(), 'AIGatewayRoute');
  route.spec.rules[0].timeout = '0s';
  delete route.spec.rules[0].backendRefs[0].name;
  expect(definitionFaults(RECORDED, route)).toEqual([
    'AIGatewayRoute.rules[0].backendRefs[0].name is missing',
    'AIGatewayRoute.rules[0].timeout is unknown',
  ]);
});

test('a gateway before vLLM, Triton and a service of KServe', () => {
  const { json, gateway } = openAiDoor((site) => ({
    backends: [
      GatewayBackend.of(chat(site, 'Talk')),
      GatewayBackend.of(triton(site)),
      GatewayBackend.ofService({ ...KSERVE, basePath: '/openai/v1/', longestAnswer: Duration.minutes(20) }),
    ],
    limits: { requestsPerMinute: 600 },
    modelLimits: { talk: { tokensPerMinute: 100_000 } },
  }));
  expect(gateway.models).toEqual(['chat', 'deepseek/65b', 'talk']);
  expect(gateway.endpoint).toBe('http://inference-door.envoy-gateway-system.svc/v1');
  expect(gateway.apiKeySecret).toEqual({ name: 'door-api-key', key: 'api-key' });
  expect(objectsOf(json)).toMatchSnapshot();
});

describe('routes', () => {
  test('are by the model, one for the models that the same servers have', () => {
    const objects = made((site) => {
      const models = [{ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, loraAdapters: [{ name: 'legal', rank: 8 }] }];
      return { backends: [GatewayBackend.of(chat(site, 'Chat', { models })), GatewayBackend.ofService(KSERVE)] };
    });
    const routes = ofKind(objects, 'AIGatewayRoute').map(({ spec }) =>
      spec.rules[0].matches.map((match: Block) => match.headers[0].value as string),
    );
    expect(routes).toEqual([['chat', 'legal'], ['deepseek/65b']]);
  });

  test('split a model by weight', () => {
    const objects = made((site) => ({
      backends: [GatewayBackend.of(chat(site), { weight: 95 }), GatewayBackend.of(triton(site), { weight: 5 })],
    }));
    expect(ofKind(objects, 'AIGatewayRoute')).toHaveLength(1);
    expect(specOf(objects, 'AIGatewayRoute').rules[0].backendRefs).toEqual([
      { name: 'door-chat', weight: 95 },
      { name: 'door-triton', weight: 5 },
    ]);
  });

  test('count tokens only where something limits them', () => {
    const costs = (door?: AiDoor) => specOf(made(door), 'AIGatewayRoute').llmRequestCosts as Block[] | undefined;
    expect(costs()).toBeUndefined();
    expect(costs(backends({ limits: { requestsPerMinute: 1 } }))).toBeUndefined();
    expect(costs(backends({ limits: { tokensPerMinute: 1 } }))).toEqual([
      { metadataKey: 'total_tokens', type: 'TotalToken' },
    ]);
  });
});

describe('servers', () => {
  test('are their pods, by a Service without an address, and get a key of their own for that of the caller', () => {
    const { json } = openAiDoor();
    const objects = objectsOf(json);
    expect(specOf(objects, 'Backend').endpoints).toEqual([
      { fqdn: { hostname: 'door-chat.inference.svc', port: 8000 } },
    ]);
    expect(json.byName('kubernetes_service_v1', 'door-chat').spec.cluster_ip).toBe('None');
    expect(specOf(objects, 'BackendSecurityPolicy')).toMatchObject({
      targetRefs: [{ kind: 'AIServiceBackend', name: 'door-chat' }],
      apiKey: { secretRef: { name: 'chat-api-key' } },
    });
    const [secret] = json.resources('helm_release').filter(({ name }) => name === 'chat-api-key');
    expect(JSON.parse((secret.values as string[])[0])).toMatchObject({ key: 'api-key', copies: ['apiKey'] });
    expect(specOf(objects, 'AIServiceBackend').headerMutation).toBeUndefined();
  });

  test('that ask for no key do not get that of the caller', () => {
    const objects = made(() => ({ backends: [GatewayBackend.ofService(KSERVE)] }));
    expect(specOf(objects, 'AIServiceBackend').headerMutation).toEqual({ remove: ['authorization'] });
    expect(ofKind(objects, 'BackendSecurityPolicy')).toEqual([]);
  });

  test('in another namespace keep their key there, and let the route in', () => {
    const objects = made(DOORS[4][1]);
    const [grant] = ofKind(objects, 'ReferenceGrant');
    const [{ name, namespace }] = specOf(objects, 'AIGatewayRoute').rules[0].backendRefs as Block[];
    expect([namespace, grant.metadata.namespace]).toEqual(['far', 'far']);
    expect(grant.spec.to).toEqual([
      { group: 'aigateway.envoyproxy.io', kind: 'AIServiceBackend', name },
      { group: 'gateway.envoyproxy.io', kind: 'Backend', name },
    ]);
    const there = ['Backend', 'AIServiceBackend', 'BackendSecurityPolicy'].map((kind) => ofKind(objects, kind)[0]);
    expect(there.map((each) => each.metadata.namespace)).toEqual(['far', 'far', 'far']);
  });

  test('in another namespace without a key of theirs need no grant', () => {
    const copy = { apiKey: { name: 'copies', key: 'apiKey' } };
    const objects = made((site) => ({ backends: [GatewayBackend.of(chat(site, 'Far', { namespace: 'far' }), copy)] }));
    expect(ofKind(objects, 'ReferenceGrant')).toEqual([]);
    expect(objects.every(({ metadata }) => metadata.namespace === 'inference')).toBe(true);
    expect(specOf(objects, 'Backend').endpoints[0].fqdn.hostname).toBe(`door-far.far.svc`);
  });

  test('of one namespace and name as those of another have objects of their own', () => {
    const other = { ...KSERVE, namespace: 'other', models: ['other'] };
    const objects = made(() => ({ backends: [GatewayBackend.ofService(KSERVE), GatewayBackend.ofService(other)] }));
    expect(new Set(ofKind(objects, 'Backend').map(({ metadata }) => metadata.name as string)).size).toBe(2);
  });

  test('that a picker knows are an InferencePool', () => {
    const { json, gateway } = openAiDoor((site) => ({
      backends: [
        GatewayBackend.of(chat(site), { endpointPicker: { serviceName: 'chat-epp', port: 9100, failOpen: true } }),
      ],
    }));
    const objects = objectsOf(json);
    expect(specOf(objects, 'InferencePool')).toEqual({
      selector: { matchLabels: expect.objectContaining({ 'gpu-inference-constructs/model': 'chat' }) as object },
      targetPorts: [{ number: 8000 }],
      endpointPickerRef: {
        group: '',
        kind: 'Service',
        name: 'chat-epp',
        port: { number: 9100 },
        failureMode: 'FailOpen',
      },
    });
    expect(gateway.inferencePools).toEqual({ chat: 'door-chat' });
    expect(ofKind(objects, 'Backend')).toEqual([]);
    expect(specOf(objects, 'BackendSecurityPolicy').targetRefs[0]).toMatchObject({
      kind: 'InferencePool',
      name: 'door-chat',
    });
    // Envoy knows no pods of it to check.
    expect(specOf(objects, 'BackendTrafficPolicy').healthCheck.active).toBeUndefined();
    expect(json.resources('kubernetes_service_v1').map(({ metadata }) => metadata.name as string)).not.toContain(
      'door-chat',
    );
  });

  test('are asked at their path where all have the same one, else whether they connect', () => {
    const check = (door?: AiDoor) => specOf(made(door), 'BackendTrafficPolicy').healthCheck.active as Block;
    expect(check()).toMatchObject({ type: 'HTTP', http: { path: '/health' } });
    expect(
      check((site) => ({ backends: [GatewayBackend.of(chat(site, 'Talk')), GatewayBackend.of(triton(site))] })),
    ).toMatchObject({
      type: 'TCP',
      tcp: {},
    });
  });
});

describe('times, sizes and retries', () => {
  test('let streams go on, and end those that are silent', () => {
    const objects = made((site) => ({
      backends: [
        GatewayBackend.of(chat(site)),
        GatewayBackend.ofService({ ...KSERVE, longestAnswer: Duration.minutes(20) }),
      ],
    }));
    for (const { spec } of ofKind(objects, 'AIGatewayRoute')) expect(spec.rules[0].timeouts).toEqual({ request: '0s' });
    expect(specOf(objects, 'BackendTrafficPolicy').timeout.http).toMatchObject({
      requestTimeout: '0s',
      streamIdleTimeout: '40m',
    });
    expect(specOf(objects, 'ClientTrafficPolicy').timeout.http).toEqual({ streamIdleTimeout: '40m' });
    expect(specOf(objects, 'EnvoyProxy').shutdown).toEqual({ drainTimeout: '20m', minDrainDuration: '10s' });
  });

  test.each([
    [0, '0s'],
    [59, '59s'],
    [3600, '1h'],
    [604_800, '168h'],
    [3_661, '1h1m1s'],
  ])('%d s are written %s', (seconds, text) => expect(gatewayDuration(seconds)).toBe(text));

  test('hold requests of the size that is said', () => {
    const limit = (more = {}) => specOf(made(backends(more)), 'ClientTrafficPolicy').connection.bufferLimit as string;
    expect(limit()).toBe('10485760');
    expect(limit({ maxRequestSize: DataSize.mib(1) })).toBe('1048576');
  });

  test('send a request again as often as is said', () => {
    const retry = (retries?: number) =>
      specOf(made(backends({ retries })), 'BackendTrafficPolicy').retry as Block | undefined;
    expect(retry()).toMatchObject({ numRetries: 1, retryOn: { httpStatusCodes: [503] } });
    expect(retry(3)?.numRetries).toBe(3);
    expect(retry(0)).toBeUndefined();
  });
});

test('the same program is one or the other gateway by the name of the class', () => {
  const props = { authentication: GatewayAuthentication.jwt(JWT), limits: { requestsPerMinute: 600 } };
  const names = withSite((site) => {
    const shared = { cluster: site.cluster, backends: [GatewayBackend.of(chat(site))], ...props };
    new EnvoyAiGatewayController(site.scope, 'Controller', {
      cluster: site.cluster,
      rateLimitRedis: 'redis.redis.svc:6379',
    });
    new EnvoyAiInferenceGateway(site.scope, 'Door', shared);
  });
  const [objects] = names.resources('helm_release').filter(({ name }) => name === 'door-gateway');
  // It waits for the controllers, whose webhook puts what reads requests into the pods.
  expect(objects.depends_on).toContainEqual(
    expect.stringMatching(/^helm_release\.Controller_Resource_|^helm_release\.Controller_/),
  );
  expect(JSON.stringify(objects.values)).toContain('envoy-ai-gateway');
});

test('text of Terraform in a model is text', () => {
  const model = 'a${b}';
  const { json } = openAiDoor(() => ({
    backends: [GatewayBackend.ofService({ ...KSERVE, models: [model] })],
    installed: INSTALLED,
  }));
  expect(specOf(objectsOf(json), 'AIGatewayRoute').rules[0].matches[0].headers[0].value).toBe(model);
  expect(customResourcesValues([{ model }])).toContain('$${b}');
});
