import { Block } from '../support/synth';
import { monitor } from './support';

/** Ports on which Prometheus and Alertmanager listen by themselves: the defaults of their `--web.listen-address`. */
const LISTENING = { prometheus: 9090, alertmanager: 9093 };

describe('the network policy of monitoring', () => {
  const { monitoring, result } = monitor([{}], { accessibleFrom: ['grafana'] });
  const policy = result.only('kubernetes_network_policy_v1');
  const stateful = (name: string) => result.byName('kubernetes_stateful_set_v1', name);

  test('lets exactly the ports in that the servers listen on', () => {
    expect(policy.spec.policy_types).toEqual(['Ingress']);
    expect(policy.spec.ingress).toHaveLength(1);
    expect(policy.spec.ingress[0].ports).toEqual([
      { port: '9090', protocol: 'TCP' },
      { port: '9093', protocol: 'TCP' },
    ]);
  });

  test.each(Object.entries(LISTENING))('%s listens on %d, by pod, service, URL and policy', (name, port) => {
    const [container] = stateful(name).spec.template.spec.container;
    expect(container.port).toEqual([{ container_port: port, name: 'http', protocol: 'TCP' }]);
    expect(container.args.join(' ')).not.toContain('web.listen-address');
    const [{ name: _, ...exposed }] = result.byName('kubernetes_service_v1', name).spec.port;
    expect(exposed).toEqual({ port, target_port: 'http', protocol: 'TCP' });
    const url = name === 'prometheus' ? monitoring.prometheusUrl : monitoring.alertmanagerUrl;
    expect(url).toBe(`http://${name}.monitoring.svc:${port}`);
    expect(policy.spec.ingress[0].ports.map((each: Block) => each.port)).toContain(String(port));
  });

  test.each(Object.keys(LISTENING))('is that of the pods of %s', (name) => {
    expect(stateful(name).metadata.namespace).toBe(policy.metadata.namespace);
    expect(stateful(name).spec.template.metadata.labels).toMatchObject(policy.spec.pod_selector.match_labels);
  });

  test('lets its own namespace and the named ones in, each by the label that every namespace has', () => {
    expect(policy.spec.ingress[0].from).toEqual(
      ['monitoring', 'grafana'].map((name) => ({
        namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': name } },
      })),
    );
  });

  test('Prometheus finds Alertmanager on that port', () => {
    const { alerting } = JSON.parse(monitoring.prometheusConfiguration) as Block;
    expect(alerting.alertmanagers[0].static_configs[0].targets).toEqual(['alertmanager.monitoring.svc:9093']);
  });
});
