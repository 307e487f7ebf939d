import { EnvoyAiGatewayController, EnvoyAiGatewayControllerProps } from '../../../lib/serving';
import { ImageRegistry } from '../../../lib/kubernetes';
import { faultsThrown, idsOf } from '../../support/faults';
import { Block } from '../../support/synth';
import { withSite } from '../support/fixtures';

const install = (more: Partial<EnvoyAiGatewayControllerProps> = {}) =>
  withSite(({ scope, cluster }) => void new EnvoyAiGatewayController(scope, 'Controller', { cluster, ...more }));
const release = (more: Partial<EnvoyAiGatewayControllerProps>, name: string) =>
  install(more)
    .resources('helm_release')
    .find((each) => each.name === name) as Block;
const valuesOf = ({ values }: Block) => JSON.parse((values as string[])[0]) as Block;
const envoyGateway = (more: Partial<EnvoyAiGatewayControllerProps> = {}) =>
  valuesOf(release(more, 'envoy-gateway')).config.envoyGateway as Block;

test('installs Envoy Gateway, the definitions, the controller and a class, in this order', () => {
  const releases = install().resources('helm_release');
  const made = releases.map(({ name, chart, version, namespace, repository }) => [
    name,
    chart,
    version,
    namespace,
    repository,
  ]);
  expect(made).toEqual([
    ['ai-gateway', 'ai-gateway-helm', 'v1.0.0', 'envoy-ai-gateway-system', 'oci://docker.io/envoyproxy'],
    ['ai-gateway-crds', 'ai-gateway-crds-helm', 'v1.0.0', 'envoy-ai-gateway-system', 'oci://docker.io/envoyproxy'],
    ['envoy-gateway', 'gateway-helm', 'v1.8.1', 'envoy-gateway-system', 'oci://docker.io/envoyproxy'],
    ['envoy-ai-gateway-class', expect.any(String), undefined, 'envoy-gateway-system', undefined],
  ]);
  const [controller, , , gatewayClass] = releases;
  expect(controller.depends_on).toEqual(
    expect.arrayContaining([expect.stringContaining('EnvoyGateway'), expect.stringContaining('Definitions')]),
  );
  expect(valuesOf(gatewayClass).resources).toMatchObject([
    {
      kind: 'GatewayClass',
      metadata: { name: 'envoy-ai-gateway' },
      spec: { controllerName: 'gateway.envoyproxy.io/gatewayclass-controller' },
    },
  ]);
});

test('tells Envoy Gateway of the controller, and of what limits and pickers need, where it is there', () => {
  expect(envoyGateway()).toMatchObject({
    extensionApis: { enableBackend: true },
    extensionManager: {
      service: { fqdn: { hostname: 'ai-gateway-controller.envoy-ai-gateway-system.svc', port: 1063 } },
    },
  });
  expect(envoyGateway().rateLimit).toBeUndefined();
  expect(envoyGateway().extensionManager.backendResources).toBeUndefined();
  expect(envoyGateway({ rateLimitRedis: 'redis.redis.svc:6379' }).rateLimit).toEqual({
    backend: { type: 'Redis', redis: { url: 'redis.redis.svc:6379' } },
    failClosed: false,
  });
  expect(envoyGateway({ inferencePools: true }).extensionManager.backendResources).toEqual([
    { group: 'inference.networking.k8s.io', kind: 'InferencePool', version: 'v1' },
  ]);
});

test('pulls everything from a mirror', () => {
  const more = {
    imageRegistry: ImageRegistry.mirror('registry.example.com/mirror', ['pull'], 'oci://registry.example.com/charts'),
  };
  expect(valuesOf(release(more, 'envoy-gateway')).global).toEqual({
    imageRegistry: 'registry.example.com/mirror',
    imagePullSecrets: [{ name: 'pull' }],
  });
  const { controller, extProc, global } = valuesOf(release(more, 'ai-gateway'));
  expect(controller.image).toEqual({
    repository: 'registry.example.com/mirror/envoyproxy/ai-gateway-controller',
    tag: 'v1.0.0',
  });
  expect(extProc.image.repository).toBe('registry.example.com/mirror/envoyproxy/ai-gateway-extproc');
  expect(global.imagePullSecrets).toEqual([{ name: 'pull' }]);
  expect(release(more, 'ai-gateway-crds').repository).toBe('oci://registry.example.com/charts');
});

test.each<[string, Partial<EnvoyAiGatewayControllerProps>, string[]]>([
  ['an old AI Gateway', { chartVersion: '0.7.0' }, ['CHART_TOO_OLD chartVersion']],
  ['an old Envoy Gateway', { envoyGatewayVersion: '1.7.4' }, ['CHART_TOO_OLD envoyGatewayVersion']],
  ['a version with a letter', { envoyGatewayVersion: 'v1.8.1' }, ['INVALID_FORMAT envoyGatewayVersion']],
  ['a Redis with a scheme', { rateLimitRedis: 'redis://redis:6379' }, ['INVALID_FORMAT rateLimitRedis']],
  ['no pod', { replicas: 0 }, ['NOT_A_WHOLE_NUMBER replicas']],
  ['a name that is none', { gatewayClassName: 'A b' }, ['INVALID_NAME gatewayClassName']],
])('refuses %s', (_, more, ids) => expect(idsOf(faultsThrown(() => install(more)))).toEqual(ids));
