import { GatewayAuthentication, GatewayBackend } from '../../../lib/serving';
import { Block } from '../../support/synth';
import { DOORS, JWT, backends, made, specOf } from '../support/ai-gateway-doors';
import { AiDoor, chat, openAiDoor, openDoor } from '../support/gateway-fixtures';

describe('callers', () => {
  const security = (door?: AiDoor) => specOf(made(door), 'SecurityPolicy');

  test('show keys, each secret once, which go no further', () => {
    const key = (name: string) => ({ name: 'teams', key: name });
    const authentication = GatewayAuthentication.apiKeys({
      red: key('red'),
      blue: key('blue'),
      own: { name: 'own', key: 'own' },
    });
    expect(security(backends({ authentication })).apiKeyAuth).toEqual({
      credentialRefs: [
        { group: '', kind: 'Secret', name: 'own' },
        { group: '', kind: 'Secret', name: 'teams' },
      ],
      extractFrom: [{ headers: ['Authorization'] }],
      forwardClientIDHeader: 'x-gateway-caller',
      sanitize: true,
    });
  });

  test('or tokens of an issuer', () => {
    const authentication = GatewayAuthentication.jwt({ ...JWT, clientClaim: 'azp' });
    expect(security(backends({ authentication }))).toMatchObject({
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'door' }],
      jwt: {
        providers: [
          {
            issuer: JWT.issuer,
            audiences: ['models'],
            remoteJWKS: { uri: JWT.keysUrl, cacheDuration: '5m' },
            claimToHeaders: [{ header: 'x-gateway-caller', claim: 'azp' }],
          },
        ],
      },
    });
  });

  test('say neither who they are nor which model it is by headers', () => {
    const { headers } = specOf(made(), 'ClientTrafficPolicy');
    expect(headers.earlyRequestHeaders.remove).toEqual(['x-gateway-caller', 'x-ai-eg-model']);
  });

  test('have limits, whose rules are shared by all routes', () => {
    const rules = (more: Partial<ReturnType<AiDoor>>) =>
      specOf(made(backends(more)), 'BackendTrafficPolicy').rateLimit.global.rules as Block[];
    const named = { type: 'Distinct', name: 'x-gateway-caller' };
    const limits = { requestsPerMinute: 600, tokensPerMinute: 1000 };
    expect(rules({ limits, modelLimits: { chat: { tokensPerMinute: 100 } } })).toEqual([
      { clientSelectors: [{ headers: [named] }], shared: true, limit: { requests: 600, unit: 'Minute' } },
      {
        ...{ clientSelectors: [{ headers: [named] }], shared: true, limit: { requests: 1000, unit: 'Minute' } },
        cost: {
          request: { from: 'Number', number: 0 },
          response: { from: 'Metadata', metadata: { namespace: 'io.envoy.ai_gateway', key: 'total_tokens' } },
        },
      },
      expect.objectContaining({
        clientSelectors: [{ headers: [named, { type: 'Exact', name: 'x-ai-eg-model', value: 'chat' }] }],
        limit: { requests: 100, unit: 'Minute' },
      }),
    ]);
    // A rule for names does not see a token that has none.
    const [, nameless] = rules({ limits: { requestsPerMinute: 60 }, authentication: GatewayAuthentication.jwt(JWT) });
    expect(nameless.clientSelectors[0].headers).toEqual([
      { type: 'RegularExpression', name: 'x-gateway-caller', value: '.+', invert: true },
    ]);
  });

  test('are limited as said, however many pods count', () => {
    const limits = { requestsPerMinute: 1 };
    expect(() => openAiDoor(backends({ limits, replicas: 3 }))).not.toThrow();
    expect(() => openDoor((site) => ({ backends: [GatewayBackend.of(chat(site))], limits, replicas: 3 }))).toThrow(
      'one for each pod',
    );
  });
});

describe('where it is reached', () => {
  const service = (door?: AiDoor) => specOf(made(door), 'EnvoyProxy').provider.kubernetes.envoyService as Block;

  test('within the cluster, although Envoy Gateway would make a load balancer', () => {
    expect(service()).toEqual({ name: 'inference-door', type: 'ClusterIP' });
    expect(specOf(made(), 'Gateway').listeners).toMatchObject([{ protocol: 'HTTP', port: 80 }]);
  });

  test('by everybody with TLS alone', () => {
    const objects = made(DOORS[2][1]);
    expect(specOf(objects, 'EnvoyProxy').provider.kubernetes.envoyService).toMatchObject({
      type: 'LoadBalancer',
      annotations: { a: 'b' },
      loadBalancerSourceRanges: ['203.0.113.0/24'],
    });
    expect(specOf(objects, 'Gateway').listeners).toMatchObject([
      { protocol: 'HTTPS', port: 443, tls: { certificateRefs: [{ name: 'door-tls' }] } },
    ]);
    expect(specOf(objects, 'ClientTrafficPolicy').tls).toEqual({ minVersion: '1.2' });
  });

  test('by whom it is said, at the ports of the pods that Envoy Gateway makes, which servers let in', () => {
    const { json } = openAiDoor((site) => ({
      backends: [GatewayBackend.of(chat(site, 'Chat', { accessibleFrom: [] }))],
      accessibleFrom: ['apps', '10.0.0.0/8'],
      metricsFrom: ['monitoring'],
    }));
    const pods = {
      'gateway.envoyproxy.io/owning-gateway-name': 'door',
      'gateway.envoyproxy.io/owning-gateway-namespace': 'inference',
    };
    const own = json.byName('kubernetes_network_policy_v1', 'inference-door');
    expect(own.metadata.namespace).toBe('envoy-gateway-system');
    expect(own.spec).toEqual({
      pod_selector: { match_labels: pods },
      policy_types: ['Ingress'],
      ingress: [
        {
          from: [
            { namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'apps' } } },
            { ip_block: { cidr: '10.0.0.0/8' } },
          ],
          ports: [{ port: '10080', protocol: 'TCP' }],
        },
        {
          from: [{ namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
          ports: [{ port: '19001', protocol: 'TCP' }],
        },
      ],
    });
    const [{ from, ports }] = json.byName('kubernetes_network_policy_v1', 'door-to-chat').spec.ingress as Block[];
    expect(from).toEqual([
      {
        namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'envoy-gateway-system' } },
        pod_selector: { match_labels: pods },
      },
    ]);
    expect(ports).toEqual([{ port: '8000', protocol: 'TCP' }]);
    expect(
      openAiDoor((site) => ({
        backends: [GatewayBackend.of(chat(site, 'Chat', { networkPolicy: false }))],
        networkPolicy: false,
      }))
        .json.resources('kubernetes_network_policy_v1')
        .map(({ metadata }) => metadata.name),
    ).not.toContain('inference-door');
  });
});
