import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import {
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
import { Site } from '../support/fixtures';
import { Door, chat, openDoor, withMore } from '../support/gateway-fixtures';

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
