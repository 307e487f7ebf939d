import { App } from 'cdktf';
import { aiGateways, NAMESPACES } from './ai-gateway-stack';
import { aiGatewayDefinitions } from './harness/ai-gateway';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { tools } from './harness/tools';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const ENVOY = 'gateway.envoyproxy.io/v1alpha1';
const AI = 'aigateway.envoyproxy.io/v1beta1';
const POOL = 'inference.networking.k8s.io/v1';
/** What gateways are made of. */
const KINDS: readonly (readonly [string, string])[] = [
  [GATEWAY_API, 'Gateway'],
  ['gateway.networking.k8s.io/v1beta1', 'ReferenceGrant'],
  ...['EnvoyProxy', 'Backend', 'SecurityPolicy', 'ClientTrafficPolicy', 'BackendTrafficPolicy'].map(
    (kind) => [ENVOY, kind] as const,
  ),
  ...['GatewayConfig', 'AIGatewayRoute', 'AIServiceBackend', 'BackendSecurityPolicy'].map(
    (kind) => [AI, kind] as const,
  ),
  [POOL, 'InferencePool'],
];

describeWith(['terraform', 'controlPlane', 'aiGateway'], 'gateways of the Gateway API', () => {
  let site: OwnCluster;
  const all = new Map<string, KubeObject[]>();

  beforeAll(async () => {
    site = await OwnCluster.start('ai-gateway', 'hall-11');
    await site.kube.create(STORAGE_CLASS);
    await site.define(aiGatewayDefinitions(tools()));
    // Where the cluster has a platform team's controllers.
    await site.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACES.envoy } });
  });

  afterAll(() => site?.stop());

  const describeStack = (app: App) => aiGateways(app);
  const one = (kind: string, name: string) => {
    const found = (all.get(kind) ?? []).find(({ metadata }) => metadata.name === name);
    if (!found)
      throw new Error(`no ${kind} ${name} among ${(all.get(kind) ?? []).map((it) => it.metadata.name).join(', ')}`);
    return found;
  };
  /** An object as it was made, under another name. */
  const another = (kind: string, name: string, change: (spec: any) => void): KubeObject => {
    const { apiVersion, metadata, spec } = one(kind, name);
    const changed = structuredClone(spec) as object;
    change(changed);
    return { apiVersion, kind, metadata: { name: 'another', namespace: metadata.namespace }, spec: changed };
  };

  test('are taken by the definitions of their projects, whole', async () => {
    const workloads = await site.workloads(describeStack, []);
    console.log(`they went by ${workloads.way}`);
    await workloads.apply();
    for (const [apiVersion, kind] of KINDS) {
      const made = await site.kube.list(apiVersion, kind);
      all.set(kind, made);
      // An API server drops what a kind has not, unless it is asked to say so.
      for (const { metadata, spec } of made) {
        const { name, namespace } = metadata;
        await site.kube.apply({ apiVersion, kind, metadata: { name, namespace }, spec }, 'e2e-strict', true);
      }
    }
    const counts = Object.fromEntries([...all].map(([kind, made]) => [kind, made.length]));
    console.log(JSON.stringify(counts));
    expect(counts).toEqual({
      ...{ Gateway: 4, EnvoyProxy: 4, GatewayConfig: 4, SecurityPolicy: 4 },
      ...{ ClientTrafficPolicy: 4, BackendTrafficPolicy: 4 },
      ...{ AIGatewayRoute: 5, AIServiceBackend: 5, Backend: 5, BackendSecurityPolicy: 6 },
      ...{ InferencePool: 1, ReferenceGrant: 1 },
    });
  });

  test('have what they were told, and no default of the definitions in its place', async () => {
    expect(one('EnvoyProxy', 'door').spec.provider.kubernetes.envoyService.type).toBe('ClusterIP');
    expect(one('EnvoyProxy', 'public').spec.provider.kubernetes.envoyService).toMatchObject({
      type: 'LoadBalancer',
      loadBalancerSourceRanges: ['203.0.113.0/24'],
    });
    for (const { spec } of all.get('AIGatewayRoute') ?? []) expect(spec.rules[0].timeouts).toEqual({ request: '0s' });
    expect(one('BackendTrafficPolicy', 'door').spec.retry.numRetries).toBe(2);
    expect(one('BackendTrafficPolicy', 'public').spec.retry).toBeUndefined();
    expect(one('BackendTrafficPolicy', 'door').spec.healthCheck.passive).toMatchObject({ consecutive5XxErrors: 0 });
  });

  test('refer to what is there', async () => {
    const exists = async (apiVersion: string, kind: string, name: string, namespace: string) => {
      const found = await site.kube.find({ apiVersion, kind, metadata: { name, namespace } });
      expect(`${kind} ${namespace}/${name} ${found ? 'is there' : 'is missing'}`).toBe(
        `${kind} ${namespace}/${name} is there`,
      );
    };
    for (const { spec, metadata } of all.get('AIGatewayRoute') ?? []) {
      const own = metadata.namespace as string;
      await exists(GATEWAY_API, 'Gateway', spec.parentRefs[0].name as string, own);
      for (const { kind, name, namespace = own } of spec.rules[0].backendRefs)
        await (kind
          ? exists(POOL, kind as string, name as string, own)
          : exists(AI, 'AIServiceBackend', name as string, namespace as string));
    }
    for (const { spec, metadata } of all.get('AIServiceBackend') ?? [])
      await exists(ENVOY, 'Backend', spec.backendRef.name as string, metadata.namespace as string);
    for (const kind of ['SecurityPolicy', 'ClientTrafficPolicy', 'BackendTrafficPolicy']) {
      for (const { spec, metadata } of all.get(kind) ?? [])
        await exists(GATEWAY_API, 'Gateway', spec.targetRefs[0].name as string, metadata.namespace as string);
    }
    // Of servers of this library: a headless Service with the pods.
    for (const { spec } of all.get('Backend') ?? []) {
      const [name, namespace] = (spec.endpoints[0].fqdn.hostname as string).split('.');
      if (namespace !== 'kserve-models') await exists('v1', 'Service', name, namespace);
    }
  });

  test('let a server of another namespace keep its key, by a ReferenceGrant for both routes', () => {
    const [grant] = all.get('ReferenceGrant') ?? [];
    expect(grant.metadata.namespace).toBe(NAMESPACES.servers);
    const refs = (all.get('AIGatewayRoute') ?? []).map(({ spec }) => spec.rules[0].backendRefs[0] as KubeObject);
    const name = refs.find(({ namespace }) => namespace === NAMESPACES.servers)?.name as string;
    expect(grant.spec.from.map(({ kind, namespace: from }: any) => [kind, from])).toEqual([
      ['AIGatewayRoute', NAMESPACES.doors],
      ['HTTPRoute', NAMESPACES.doors],
    ]);
    expect(grant.spec.to.map((to: any) => [to.kind, to.name])).toEqual([
      ['AIServiceBackend', name],
      ['Backend', name],
    ]);
    const key = (all.get('BackendSecurityPolicy') ?? []).find((it) => it.metadata.namespace === NAMESPACES.servers);
    expect(key?.spec.apiKey.secretRef.name).toBe('far-model-api-key');
  });

  describe('while the definitions refuse', () => {
    const pool = { group: 'inference.networking.k8s.io', kind: 'InferencePool', name: 'chat' };
    test.each<[string, () => KubeObject, RegExp]>([
      [
        'two InferencePools for a model',
        () => another('AIGatewayRoute', 'picked-chat', (spec) => spec.rules[0].backendRefs.push(pool)),
        /only one InferencePool backend is allowed per rule/,
      ],
      [
        'an InferencePool beside another server',
        () => another('AIGatewayRoute', 'door-chat', (spec) => spec.rules[0].backendRefs.push(pool)),
        /cannot mix InferencePool and AIServiceBackend/,
      ],
      [
        'a Service in place of a Backend',
        () =>
          another(
            'AIServiceBackend',
            'door-chat',
            (spec) => (spec.backendRef = { name: 'chat', kind: 'Service', group: '' }),
          ),
        /must be a Backend resource/,
      ],
      [
        'a key without its type',
        () => another('BackendSecurityPolicy', 'door-chat', (spec) => (spec.type = 'AWSCredentials')),
        /only awsCredentials field should be set/,
      ],
      [
        'an issuer without its keys',
        () => another('SecurityPolicy', 'public', (spec) => delete spec.jwt.providers[0].remoteJWKS),
        /either remoteJWKS or localJWKS must be specified/,
      ],
      [
        'a limit of tokens that each pod counts',
        () => another('BackendTrafficPolicy', 'door', (spec) => (spec.rateLimit = { local: spec.rateLimit.global })),
        /response cost is not supported for Local Rate Limits/,
      ],
      [
        'a body in parts of a unit',
        () => another('ClientTrafficPolicy', 'door', (spec) => (spec.connection.bufferLimit = '1.5Mi')),
        /bufferLimit/,
      ],
      [
        'a week in seconds',
        () => another('BackendTrafficPolicy', 'door', (spec) => (spec.timeout.http.streamIdleTimeout = '604800s')),
        /streamIdleTimeout/,
      ],
      [
        'a picker without its port',
        () => another('InferencePool', 'picked-chat', (spec) => delete spec.endpointPickerRef.port),
        /port is required/,
      ],
      [
        'a field that is none',
        () => another('AIGatewayRoute', 'door-chat', (spec) => (spec.rules[0].timeout = '0s')),
        /field not declared in schema|unknown field/,
      ],
    ])('%s', async (_, object, message) => {
      await expect(site.kube.apply(object(), 'e2e', true)).rejects.toThrow(message);
    });
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeStack, [])).toEqual([]);
  });
});
