import {
  EnvoyAiInferenceGateway,
  EnvoyAiInferenceGatewayProps,
  GatewayBackend,
  InferenceGateway,
} from '../../lib/serving';
import { MonitoringStack } from '../../lib/monitoring';
import { testCluster } from '../support/test-cluster';
import { Block, synthesize } from '../support/synth';
import { unescapeTemplate } from '../support/template';

const SERVICE = { name: 'chat', namespace: 'models', port: 80, models: ['chat'] };

/** What watches a gateway, and the network policies beside it. */
function watched() {
  const json = synthesize((stack) => {
    const cluster = testCluster(stack);
    const backends = [GatewayBackend.ofService(SERVICE)];
    const door = new InferenceGateway(stack, 'Door', { cluster, backends });
    new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] }).watch(door);
  });
  const { data } = json.byName('kubernetes_config_map_v1', 'prometheus-config') as Block;
  const file = (name: string) => JSON.parse(unescapeTemplate(data[name] as string)) as Block;
  return { json, rules: file('rules.yml').groups[0].rules as Block[], scrapes: file('prometheus.yml').scrape_configs };
}

describe('a gateway that is watched', () => {
  test('has the alerts of its pods, of its callers and of the servers behind it, and no indicators of models', () => {
    const { rules } = watched();
    expect(rules.map(({ alert, record }) => alert ?? record)).toEqual([
      'NoServerAnswers',
      'ServerDown',
      'ServersMissing',
      'ServerRestarts',
      'GatewayRequestsFail',
      'GatewayHasNoServer',
    ]);
    const [fail, without] = rules.slice(-2).map(({ expr }) => expr as string);
    const own = 'namespace="inference",job="gateway-door"';
    expect(fail).toBe(
      `100 * sum(rate(envoy_http_downstream_rq_xx{${own},envoy_http_conn_manager_prefix=~"gateway|https?-[0-9]+",envoy_response_code_class="5"}[5m]))` +
        ` / sum(rate(envoy_http_downstream_rq_xx{${own},envoy_http_conn_manager_prefix=~"gateway|https?-[0-9]+"}[5m])) > 5`,
    );
    expect(without).toBe(
      `max by (envoy_cluster_name) (envoy_cluster_membership_healthy{${own},envoy_cluster_name=~".+/.+"}) == 0`,
    );
  });

  test('is scraped on the port that its administration is not on, by a policy that lets Prometheus in', () => {
    const { json, scrapes } = watched();
    expect(scrapes[0]).toMatchObject({ job_name: 'gateway-door', metrics_path: '/metrics' });
    expect(JSON.stringify(scrapes[0])).toContain('"9902"');
    const policies = json.resources('kubernetes_network_policy_v1').map(({ metadata }) => metadata.name as string);
    expect(policies).toContainEqual(expect.stringMatching(/^scrape-gateway-door-from-monitoring-/));
  });
});

describe('a gateway for Envoy AI Gateway that is watched', () => {
  const installed = { gatewayClassName: 'eg', inferencePools: true };
  const watch = (backend: GatewayBackend, more: Partial<EnvoyAiInferenceGatewayProps> = {}) => {
    const json = synthesize((stack) => {
      const cluster = testCluster(stack);
      const door = new EnvoyAiInferenceGateway(stack, 'Door', { cluster, backends: [backend], installed, ...more });
      new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] }).watch(door);
    });
    const { data } = json.byName('kubernetes_config_map_v1', 'prometheus-config') as Block;
    const file = (name: string) => JSON.parse(unescapeTemplate(data[name] as string)) as Block;
    const rules = file('rules.yml').groups[0].rules as Block[];
    const [scrape] = file('prometheus.yml').scrape_configs as Block[];
    return { json, scrape, alerts: rules.map(({ alert }) => alert as string) };
  };

  test('is scraped where Envoy Gateway runs its pods, by a policy that lets Prometheus in', () => {
    const { json, scrape, alerts } = watch(GatewayBackend.ofService(SERVICE));
    expect(scrape).toMatchObject({ job_name: 'gateway-door', metrics_path: '/stats/prometheus' });
    expect(JSON.stringify(scrape)).toContain('"19001"');
    const policies = json.resources('kubernetes_network_policy_v1').map(({ metadata }) => metadata as Block);
    expect(policies).toContainEqual(
      expect.objectContaining({
        name: expect.stringMatching(/^scrape-gateway-door-from-monitoring-/) as string,
        namespace: 'envoy-gateway-system',
      }),
    );
    expect(alerts).toContain('GatewayHasNoServer');
  });

  test('does not say that servers are missing which a picker alone knows', () => {
    const picked = { ...SERVICE, podSelector: { app: 'chat' }, endpointPicker: { serviceName: 'epp' } };
    const { alerts } = watch(GatewayBackend.ofService(picked), { namespace: SERVICE.namespace });
    expect(alerts).toContain('GatewayRequestsFail');
    expect(alerts).not.toContain('GatewayHasNoServer');
  });
});
