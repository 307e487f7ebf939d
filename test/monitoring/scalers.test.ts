import { GpuInstanceType } from '../../lib/catalog';
import {
  Keda,
  KedaProps,
  MonitoringStack,
  PrometheusAdapter,
  PrometheusAdapterProps,
  WebSecurity,
} from '../../lib/monitoring';
import { ImageRegistry } from '../../lib/kubernetes';
import { ServerAutoscaling, VllmDeployment } from '../../lib/serving';
import { validationFaults } from '../../lib/core/validation';
import { faultsThrown, idsOf } from '../support/faults';
import { Block } from '../support/synth';
import { Site, withSite } from '../serving/support/fixtures';
import { CHAT } from '../serving/support/vllm-fixtures';

const adapter = (site: Site, more: Partial<PrometheusAdapterProps> = {}, id = 'Adapter') => {
  const { scope, cluster } = site;
  const monitoring =
    (scope.node.tryFindChild('Monitoring') as MonitoringStack | undefined) ??
    new MonitoringStack(scope, 'Monitoring', { cluster });
  return new PrometheusAdapter(scope, id, { cluster, monitoring, ...more });
};
const keda = ({ scope, cluster }: Site, more: Partial<KedaProps> = {}, id = 'Keda') =>
  new Keda(scope, id, { cluster, ...more });
const scaled = ({ scope, cluster, store, pool }: Site, autoscaling?: ServerAutoscaling) =>
  new VllmDeployment(scope, 'Talk', {
    cluster,
    nodePool: pool(GpuInstanceType.G5_XLARGE, 2),
    modelStore: store,
    models: [CHAT],
    autoscaling,
  });
const HPA = ServerAutoscaling.hpa({ maxReplicas: 2 });
const KEDA = ServerAutoscaling.keda({ maxReplicas: 2 });

const release = (name: string, build: (site: Site) => void): Block => {
  const found = withSite(build).byName('helm_release', name);
  return { ...found, values: JSON.parse(found.values[0] as string) };
};
const refused = (build: (site: Site) => void) => idsOf(faultsThrown(() => withSite(build)));
const MIRROR = ImageRegistry.mirror('registry.example.com/mirror', ['pull']);

describe('the adapter of custom metrics', () => {
  test('serves the requests in flight of a Service, and nothing else', () => {
    const { values, repository, version, namespace } = release('prometheus-adapter', (site) => void adapter(site));
    expect([repository, version, namespace]).toEqual([
      'https://prometheus-community.github.io/helm-charts',
      '5.3.0',
      'monitoring',
    ]);
    expect(values.prometheus).toEqual({ url: 'http://prometheus.monitoring.svc', port: 9090, path: '' });
    expect(values.rules).toEqual({
      default: false,
      external: [],
      custom: [
        {
          seriesQuery: 'inference_requests_in_flight{namespace!="",service!=""}',
          resources: { overrides: { namespace: { resource: 'namespace' }, service: { resource: 'service' } } },
          metricsQuery: 'sum(<<.Series>>{<<.LabelMatchers>>}) by (<<.GroupBy>>)',
        },
      ],
    });
    expect(values.replicas).toBe(2);
  });

  test('pulls as everything else', () => {
    const { values } = release('prometheus-adapter', (site) => void adapter(site, { imageRegistry: MIRROR }));
    expect(values.image).toEqual({
      repository: 'registry.example.com/mirror/prometheus-adapter/prometheus-adapter',
      pullSecrets: ['pull'],
    });
  });

  test.each<[string, (site: Site) => void, string[]]>([
    ['two', (site) => [adapter(site), adapter(site, {}, 'Other')], ['METRICS_ADAPTER_EXISTS cluster']],
    ['a version that is none', (site) => adapter(site, { chartVersion: 'v5' }), ['INVALID_FORMAT chartVersion']],
    ['no pod', (site) => adapter(site, { replicas: 0 }), ['NOT_A_WHOLE_NUMBER replicas']],
    ['a namespace that is none', (site) => adapter(site, { namespace: 'A' }), ['INVALID_NAME namespace']],
  ])('%s: refused', (_, build, ids) => {
    expect(refused(build)).toEqual(ids);
  });
});

describe('KEDA', () => {
  test('is its chart, waited for', () => {
    const { repository, version, namespace, wait, values } = release('keda', (site) => void keda(site));
    expect([repository, version, namespace, wait]).toEqual([
      'https://kedacore.github.io/charts',
      '2.21.0',
      'keda',
      true,
    ]);
    expect(values.image.keda).toEqual({ registry: 'ghcr.io', repository: 'kedacore/keda' });
    expect(values.operator).toEqual({ replicaCount: 2 });
  });

  test('pulls as everything else', () => {
    const { values } = release('keda', (site) => void keda(site, { imageRegistry: MIRROR, replicas: 1 }));
    expect(values.image.webhooks).toEqual({
      registry: 'registry.example.com',
      repository: 'mirror/kedacore/keda-admission-webhooks',
    });
    expect(values.imagePullSecrets).toEqual([{ name: 'pull' }]);
  });

  test.each<[string, (site: Site) => void, string[]]>([
    ['two', (site) => [keda(site), keda(site, {}, 'Other')], ['KEDA_EXISTS cluster']],
    ['after what it scales', (site) => [scaled(site, KEDA), keda(site)], ['KEDA_AFTER_SCALED cluster']],
    ['a version that is none', (site) => keda(site, { chartVersion: '2.21' }), ['INVALID_FORMAT chartVersion']],
  ])('%s: refused', (_, build, ids) => {
    expect(refused(build)).toEqual(ids);
  });

  test('may come after what a HorizontalPodAutoscaler scales', () => {
    withSite((site) => [scaled(site, HPA), keda(site)]);
  });
});

describe('Prometheus', () => {
  /** The faults of the monitoring stack of a site. */
  const closed = (build: (site: Site) => VllmDeployment, accessibleFrom?: string[], webSecurity?: WebSecurity) => {
    let ids: string[] = [];
    withSite((site) => {
      const deployment = build(site);
      const { scope, cluster } = site;
      const monitoring = new MonitoringStack(scope, 'Monitoring', { cluster, accessibleFrom, webSecurity });
      monitoring.watch(deployment);
      ids = idsOf(validationFaults(monitoring));
      scope.node.tryRemoveChild('Monitoring');
    });
    return ids;
  };
  const withKeda = (by: ServerAutoscaling) => (site: Site) => {
    keda(site);
    return scaled(site, by);
  };

  test('lets in what asks for requests', () => {
    expect(closed(withKeda(KEDA))).toEqual(['PROMETHEUS_CLOSED_TO_SCALER accessibleFrom']);
    expect(closed(withKeda(KEDA), ['keda'])).toEqual([]);
    expect(closed(withKeda(HPA))).toEqual([]);
    expect(closed((site) => scaled(site, KEDA))).toEqual([]);
  });

  test('with users lets nobody in who asks for requests', () => {
    const secret = { name: 'web', key: 'web.yml' };
    const security = { tlsSecret: 'tls', webConfig: secret, password: secret };
    for (const build of [withKeda(KEDA), withKeda(HPA), (site: Site) => scaled(site, KEDA)])
      expect(closed(build, ['keda'], security)).toEqual(['SCALER_WITHOUT_PASSWORD webSecurity']);
    expect(closed((site) => scaled(site), ['keda'], security)).toEqual([]);
  });
});
