import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import {
  EnvoyAiGatewayController,
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  InferenceGateway,
  VllmDeployment,
} from '../../../lib/serving';
import { DataSize, Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { TestCluster } from '../../support/test-cluster';
import { Site, withSite } from '../support/fixtures';
import { AiDoor, Door, chat, openAiDoor, openDoor, triton, withMore } from '../support/gateway-fixtures';

describe('refusals', () => {
  const keys = { red: { name: 'teams', key: 'red' } };
  const jwt = { issuer: 'https://id.example.com', audiences: ['models'], keysUrl: 'https://id.example.com/keys' };
  const service = { name: 'big', namespace: 'kserve', port: 80, models: ['big'] };
  test.each<[string, Door, string[]]>([
    ['no backends', () => ({ backends: [] }), ['EMPTY_LIST backends']],
    ['no callers', withMore({ authentication: GatewayAuthentication.apiKeys({}) }), ['EMPTY_LIST authentication.keys']],
    [
      'a caller without a name',
      withMore({ authentication: GatewayAuthentication.apiKeys({ 'a b': keys.red }) }),
      ['INVALID_NAME authentication.keys'],
    ],
    [
      'a secret instead of its name',
      withMore({ authentication: GatewayAuthentication.apiKeys({ red: { name: 'sk-A', key: 'k' } }) }),
      ['INVALID_NAME authentication.keys.red.name'],
    ],
    [
      'keys of an issuer that anybody could change',
      withMore({ authentication: GatewayAuthentication.jwt({ ...jwt, keysUrl: 'http://id.example.com/keys' }) }),
      ['INVALID_FORMAT authentication.jwtOptions.keysUrl'],
    ],
    [
      'tokens for anybody',
      withMore({ authentication: GatewayAuthentication.jwt({ ...jwt, audiences: [] }) }),
      ['EMPTY_LIST authentication.jwtOptions.audiences'],
    ],
    ['the public without TLS', withMore({ exposure: GatewayExposure.public() }), ['PUBLIC_WITHOUT_TLS tls']],
    [
      'an address as a range',
      withMore({ tls: GatewayTls.secret('x'), exposure: GatewayExposure.public({ sourceRanges: ['192.0.2.1'] }) }),
      ['INVALID_FORMAT exposure.loadBalancer.sourceRanges[0]'],
    ],
    [
      'the public from nowhere, which is everywhere',
      withMore({ tls: GatewayTls.secret('x'), exposure: GatewayExposure.public({ sourceRanges: [] }) }),
      ['EMPTY_LIST exposure.loadBalancer.sourceRanges'],
    ],
    [
      'an audience that no token has',
      withMore({ authentication: GatewayAuthentication.jwt({ ...jwt, audiences: ['models', ''] }) }),
      ['INVALID_FORMAT authentication.jwtOptions.audiences[1]'],
    ],
    [
      'the only backend of a model without requests',
      (site) => ({ backends: [GatewayBackend.of(chat(site), { weight: 0 })] }),
      ['MODEL_WITHOUT_WEIGHTS backends[0]'],
    ],
    [
      'a certificate for no name',
      withMore({ tls: GatewayTls.certificate({ dnsNames: [], issuer: 'x' }) }),
      ['EMPTY_LIST tls.requested.dnsNames'],
    ],
    [
      'a model that a server does not have',
      (site) => ({ backends: [GatewayBackend.of(chat(site), { models: ['chta'] })] }),
      ['UNKNOWN_VALUE backends[0].options.models[0]'],
    ],
    [
      'limits of a model that nobody has',
      withMore({ modelLimits: { chta: { requestsPerMinute: 5 } } }),
      ['UNKNOWN_VALUE modelLimits'],
    ],
    [
      'less than one for each pod',
      withMore({ limits: { requestsPerMinute: 1 } }),
      ['OUT_OF_RANGE limits.requestsPerMinute'],
    ],
    ['half a token', withMore({ limits: { tokensPerMinute: 0.5 } }), ['NOT_A_WHOLE_NUMBER limits.tokensPerMinute']],
    [
      'a Service twice',
      () => ({
        backends: [GatewayBackend.ofService(service), GatewayBackend.ofService({ ...service, models: ['other'] })],
      }),
      ['DUPLICATE backends[1]'],
    ],
    [
      'a model below two paths',
      () => ({
        backends: [
          GatewayBackend.ofService({ ...service, weight: 1 }),
          GatewayBackend.ofService({ ...service, name: 'two', weight: 1, basePath: '/openai/v1' }),
        ],
      }),
      ['CONFLICTING_PROPERTIES backends[1]'],
    ],
    [
      'all that is wrong with a Service',
      () => ({
        backends: [
          GatewayBackend.ofService({
            name: 'Big',
            namespace: '',
            port: 0,
            models: [' '],
            basePath: 'v1',
            podSelector: {},
          }),
        ],
      }),
      [
        'INVALID_NAME backends[0].service.name',
        'INVALID_NAME backends[0].service.namespace',
        'NOT_A_WHOLE_NUMBER backends[0].service.port',
        'INVALID_FORMAT backends[0].service.basePath',
        'EMPTY_LIST backends[0].service.podSelector',
        'INVALID_NAME backends[0].service.models[0]',
      ],
    ],
    [
      'requests larger than its memory',
      withMore({ maxRequestSize: DataSize.mib(100) }),
      ['OUT_OF_RANGE maxRequestSize'],
    ],
    ['part of a second', withMore({ exitTimeout: Duration.milliseconds(1500) }), ['NOT_A_WHOLE_NUMBER exitTimeout']],
    ['too many tries', withMore({ retries: 50 }), ['NOT_A_WHOLE_NUMBER retries']],
    ['an image without a tag', withMore({ envoyImage: 'envoyproxy/envoy' }), ['INVALID_FORMAT envoyImage']],
    ['a name that no Service may have', withMore({ name: '1st' }), ['INVALID_NAME name']],
  ])('%s', (_, door, ids) => {
    expect(idsOf(faultsThrown(() => openDoor(door)))).toEqual(ids);
  });

  test('a server on another cluster', () => {
    const faults = faultsThrown(() =>
      openDoor((site) => {
        const cluster = new TestCluster(site.scope, 'Other', { clusterName: 'other' });
        const nodePool = site.pool(GpuInstanceType.G5_XLARGE, 2, 'far');
        Object.assign(nodePool, { cluster });
        const models = [{ name: 'far', model: ModelSpec.LLAMA_3_1_8B }];
        const props = { cluster, nodePool, modelStore: site.store, models };
        return { backends: [GatewayBackend.of(new VllmDeployment(site.scope, 'Far', props))] };
      }),
    );
    expect(idsOf(faults)).toEqual(['WRONG_CLUSTER backends[0].server']);
  });

  test('leaves nothing behind, and says all at once', () => {
    let site: Site | undefined;
    const faults = faultsThrown(() =>
      openDoor((made) => {
        site = made;
        return { backends: [], exposure: GatewayExposure.public(), retries: -1 };
      }),
    );
    expect(idsOf(faults)).toEqual(['EMPTY_LIST backends', 'PUBLIC_WITHOUT_TLS tls', 'NOT_A_WHOLE_NUMBER retries']);
    const again = new InferenceGateway(site!.scope, 'Door', {
      cluster: site!.cluster,
      backends: [GatewayBackend.of(chat(site!))],
    });
    expect(again.models).toEqual(['chat']);
  });
});

describe('refusals of gateways for Envoy AI Gateway', () => {
  const picker = { endpointPicker: { serviceName: 'epp' } };
  const service = { name: 'big', namespace: 'inference', port: 80, models: ['big'], podSelector: { app: 'big' } };
  const jwt = { issuer: 'https://id.example.com', audiences: ['models'], keysUrl: 'https://id.example.com/keys' };
  const backends =
    (more: Partial<ReturnType<AiDoor>>): AiDoor =>
    (site) => ({
      backends: [GatewayBackend.of(chat(site))],
      ...more,
    });
  const limits = { requestsPerMinute: 600 };
  test.each<[string, AiDoor, string[]]>([
    ['no controllers', backends({ installed: undefined }), ['NO_AI_GATEWAY installed']],
    [
      'the only backend of a model without requests',
      () => ({ backends: [GatewayBackend.ofService({ ...service, weight: 0 })] }),
      ['MODEL_WITHOUT_WEIGHTS backends[0]'],
    ],
    ['the public without TLS', backends({ exposure: GatewayExposure.public() }), ['PUBLIC_WITHOUT_TLS tls']],
    ['limits of a model that nobody has', backends({ modelLimits: { chta: limits } }), ['UNKNOWN_VALUE modelLimits']],
    [
      'limits without a Redis',
      backends({ limits, installed: { gatewayClassName: 'eg' } }),
      ['LIMITS_WITHOUT_REDIS limits.requestsPerMinute'],
    ],
    [
      'more limits than a policy has',
      () => ({
        backends: [0, 1].map((half) =>
          GatewayBackend.ofService({
            ...{ ...service, name: `big-${half}` },
            models: Array.from({ length: 64 }, (_, i) => `m-${half}-${i}`),
          }),
        ),
        authentication: GatewayAuthentication.jwt(jwt),
        limits,
        modelLimits: Object.fromEntries(
          [0, 1].flatMap((half) => Array.from({ length: 64 }, (_, i) => [`m-${half}-${i}`, limits])),
        ),
      }),
      ['OUT_OF_RANGE modelLimits'],
    ],
    [
      'a limit above 32 bits',
      backends({ limits: { tokensPerMinute: 2 ** 32 } }),
      ['OUT_OF_RANGE limits.tokensPerMinute'],
    ],
    [
      'a caller by another name than in its secret',
      backends({ authentication: GatewayAuthentication.apiKeys({ red: { name: 'teams', key: 'r' } }) }),
      ['CALLER_IS_NOT_KEY authentication.keys.red'],
    ],
    [
      'more audiences than Envoy Gateway takes',
      backends({ authentication: GatewayAuthentication.jwt({ ...jwt, audiences: [...'123456789'] }) }),
      ['OUT_OF_RANGE authentication.jwtOptions.audiences'],
    ],
    [
      'an issuer that is too long for it',
      backends({ authentication: GatewayAuthentication.jwt({ ...jwt, issuer: `https://${'i'.repeat(250)}` }) }),
      ['OUT_OF_RANGE authentication.jwtOptions.issuer'],
    ],
    [
      'the key of a server under another name',
      (site) => ({ backends: [GatewayBackend.of(chat(site, 'Chat', { apiKey: { name: 'k', key: 'k' } }))] }),
      ['SERVER_KEY_NAME backends[0]'],
    ],
    [
      'a copy of it under another name',
      (site) => ({ backends: [GatewayBackend.of(chat(site), { apiKey: { name: 'k', key: 'k' } })] }),
      ['SERVER_KEY_NAME backends[0]'],
    ],
    [
      'two routes for one model',
      (site) => ({ backends: [GatewayBackend.of(chat(site)), GatewayBackend.of(triton(site))] }),
      ['MODEL_WITHOUT_WEIGHTS backends[0]'],
    ],
    [
      'more names of models than a rule has',
      () => ({
        backends: [GatewayBackend.ofService({ ...service, models: Array.from({ length: 65 }, (_, i) => `m${i}`) })],
      }),
      ['OUT_OF_RANGE backends[0]'],
    ],
    [
      'a picker before Triton',
      (site) => ({ backends: [GatewayBackend.of(triton(site), picker)] }),
      ['PICKER_NEEDS_VLLM backends[0]'],
    ],
    [
      'a picker that is not installed',
      (site) => ({ backends: [GatewayBackend.of(chat(site), picker)], installed: { gatewayClassName: 'eg' } }),
      ['PICKER_NOT_INSTALLED backends[0]'],
    ],
    [
      'a picker in another namespace',
      (site) => ({ backends: [GatewayBackend.of(chat(site), picker)], namespace: 'edge' }),
      ['PICKER_IN_OTHER_NAMESPACE backends[0]'],
    ],
    [
      'a picker that knows no pods',
      () => ({ backends: [GatewayBackend.ofService({ ...service, ...picker, podSelector: undefined })] }),
      ['MISSING_PROPERTY backends[0]'],
    ],
    [
      'a picker and a path',
      () => ({ backends: [GatewayBackend.ofService({ ...service, ...picker, basePath: '/openai/v1' })] }),
      ['CONFLICTING_PROPERTIES backends[0]'],
    ],
    [
      'a picker of a part of the requests',
      (site) => ({
        backends: [
          GatewayBackend.of(chat(site), { ...picker, weight: 90 }),
          GatewayBackend.ofService({ ...service, models: ['chat'], weight: 10 }),
        ],
      }),
      ['PICKER_WITH_WEIGHTS backends[0]'],
    ],
    [
      'one picker for two pools',
      (site) => ({
        backends: [GatewayBackend.of(chat(site), picker), GatewayBackend.ofService({ ...service, ...picker })],
      }),
      ['DUPLICATE backends[0]', 'DUPLICATE backends[1]'],
    ],
    [
      'a picker with a port that is none',
      (site) => ({ backends: [GatewayBackend.of(chat(site), { endpointPicker: { serviceName: 'e_p', port: 0 } })] }),
      [
        'INVALID_NAME backends[0].options.endpointPicker.serviceName',
        'NOT_A_WHOLE_NUMBER backends[0].options.endpointPicker.port',
      ],
    ],
  ])('%s', (_, door, ids) => {
    expect(idsOf(faultsThrown(() => openAiDoor(door)))).toEqual(ids);
  });

  test('servers whose paths are not routed', () => {
    const paths = ['rerank', 'score'];
    const door: AiDoor = (site) => {
      const server = chat(site);
      const targets = server.openAiTargets.map((target) => ({ ...target, paths }));
      return { backends: [GatewayBackend.of(Object.assign(server, { openAiTargets: targets }))] };
    };
    expect(idsOf(faultsThrown(() => openAiDoor(door)))).toEqual(['PATHS_NOT_ROUTED backends[0]']);
  });

  test('a picker of an InferenceGateway', () => {
    const door: Door = (site) => ({ backends: [GatewayBackend.of(chat(site), picker)] });
    expect(idsOf(faultsThrown(() => openDoor(door)))).toEqual(['PICKER_NEEDS_AI_GATEWAY backends[0]']);
  });

  test('a second controller', () => {
    const twice = () =>
      withSite(({ scope, cluster }) => {
        for (const id of ['A', 'B']) new EnvoyAiGatewayController(scope, id, { cluster });
      });
    expect(idsOf(faultsThrown(twice))).toEqual(['AI_GATEWAY_EXISTS cluster']);
  });
});
