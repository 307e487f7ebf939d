import { GrafanaAuth, GrafanaDashboard, GrafanaOptions } from '../../../lib/monitoring';
import { DashboardJson } from '../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { unescapeTemplate } from '../../support/template';
import { monitor, VLLM_TARGET } from '../support';

const OIDC = GrafanaAuth.oidc({
  clientId: 'grafana',
  clientSecret: { name: 'grafana-oidc', key: 'client-secret' },
  authorizationUrl: 'https://id.example.com/auth',
  tokenUrl: 'https://id.example.com/token',
  userInfoUrl: 'https://id.example.com/userinfo',
  adminGroup: 'platform',
});

type Block = { readonly [name: string]: any };

/** The objects of a Grafana by kind and name. */
function made(grafana: GrafanaOptions) {
  const { result, monitoring } = monitor([{}, { target: VLLM_TARGET }], { grafana });
  const resources = result.json.resource as { [type: string]: { [id: string]: Block } };
  const of = (type: string) => Object.values(resources[type] ?? {});
  const named = (type: string, name: string) => of(type).find(({ metadata }) => metadata.name === name) as Block;
  return { monitoring, of, named, json: JSON.stringify(result.json) };
}

const ini = (grafana: GrafanaOptions) =>
  unescapeTemplate(made(grafana).named('kubernetes_config_map_v1', 'grafana-config').data['grafana.ini']);
const own = (expr: string, more: object = {}) =>
  GrafanaDashboard.fromJson(
    JSON.stringify({
      uid: 'ours',
      title: 'Ours',
      panels: [{ id: 1, type: 'timeseries', title: 'P', targets: [{ refId: 'A', expr }] }],
      ...more,
    }),
  );

test('without the option there is no Grafana, and the dashboards are there all the same', () => {
  const { monitoring, result } = monitor();
  expect(JSON.stringify(result.json)).not.toContain('grafana/grafana');
  expect(monitoring.grafanaUrl).toBeUndefined();
  expect(Object.keys(monitoring.dashboards)).toContain('gpu-inference-model');
});

test('dashboards are provisioned as Grafana reads them: nothing in them is a reference of Terraform', () => {
  const { named, monitoring } = made({});
  const { data } = named('kubernetes_config_map_v1', 'grafana-dashboards');
  expect(Object.keys(data)).toEqual(Object.keys(monitoring.dashboards).map((uid) => `${uid}.json`));
  for (const [file, text] of Object.entries(data as { [file: string]: string })) {
    // A raw one would be evaluated: each is preceded by its escape.
    expect(text.replace(/\$\$\{|%%\{/g, '')).not.toMatch(/[$%]\{/);
    expect(text).toContain('$${datasource}');
    const dashboard = JSON.parse(unescapeTemplate(text)) as DashboardJson;
    expect(`${dashboard.uid}.json`).toBe(file);
    expect(dashboard).toEqual(JSON.parse(monitoring.dashboards[dashboard.uid as string]));
  }
});

test('Prometheus and Alertmanager are its data sources', () => {
  const { named } = made({});
  const { datasources } = JSON.parse(named('kubernetes_config_map_v1', 'grafana-config').data['datasources.yaml']);
  expect(datasources.map(({ type, uid, url }: Block) => [type, uid, url])).toEqual([
    ['prometheus', 'prometheus', 'http://prometheus.monitoring.svc:9090'],
    ['alertmanager', 'alertmanager', 'http://alertmanager.monitoring.svc:9093'],
  ]);
  expect(datasources[0].jsonData.timeInterval).toBe('15s');
});

test('its password and its key are made in the cluster, and read from files', () => {
  const { of, json } = made({});
  const secrets = of('helm_release').map(({ values }) => JSON.parse(values[0]));
  expect(secrets.map(({ name, key }: Block) => `${name}/${key}`).sort()).toEqual([
    'grafana-admin/admin-password',
    'grafana-secret-key/secret-key',
  ]);
  expect(json).not.toMatch(/kubernetes_secret/);
  const text = ini({});
  expect(text).toContain('admin_password = $__file{/etc/grafana-secrets/grafana-admin/admin-password}');
  expect(text).toContain('secret_key = $__file{/etc/grafana-secrets/grafana-secret-key/secret-key}');
  expect(text).toContain('[auth.anonymous]\nenabled = false');
  expect(text).toContain('[users]\nallow_sign_up = false');
});

test('a password of a secret that is there is used, and none is made', () => {
  const grafana = { auth: GrafanaAuth.password({ name: 'ours', key: 'password' }) };
  expect(ini(grafana)).toContain('admin_password = $__file{/etc/grafana-secrets/ours/password}');
  expect(
    made(grafana)
      .of('helm_release')
      .map(({ name }) => name),
  ).toEqual(['grafana-secret-key']);
});

test('with an issuer nobody signs in by a password, and there is no user that has one', () => {
  const text = ini({ auth: OIDC, url: 'https://grafana.example.com' });
  expect(text).toContain('disable_initial_admin_creation = true');
  expect(text).not.toContain('admin_password');
  expect(text).toContain('disable_login_form = true');
  expect(text).toContain('[auth.basic]\nenabled = false');
  expect(text).toContain('client_secret = $__file{/etc/grafana-secrets/grafana-oidc/client-secret}');
  expect(text).toContain(`role_attribute_path = contains(groups[*], 'platform') && 'Admin' || 'Viewer'`);
  expect(text).toContain('cookie_secure = true');
  expect(text).toContain('root_url = https://grafana.example.com');
});

test('the pod is restricted, reads its files at start and keeps nothing', () => {
  const { named } = made({});
  const { spec } = named('kubernetes_deployment_v1', 'grafana');
  const pod = spec.template.spec;
  expect(pod.automount_service_account_token).toBe(false);
  expect(pod.security_context).toMatchObject({ run_as_user: '472', run_as_non_root: true });
  expect(pod.container[0].security_context).toMatchObject({
    read_only_root_filesystem: true,
    allow_privilege_escalation: false,
  });
  const volumes = Object.fromEntries(pod.volume.map(({ name, ...volume }: Block) => [name, Object.keys(volume)[0]]));
  expect(volumes).toMatchObject({ config: 'config_map', dashboards: 'projected', data: 'empty_dir', tmp: 'empty_dir' });
  expect(pod.container[0].image).toMatch(/^docker\.io\/grafana\/grafana:13\.\d+\.\d+$/);
});

test('only pods of the namespaces that are named reach it', () => {
  const { named } = made({ accessibleFrom: ['ingress'] });
  const [{ from, ports }] = named('kubernetes_network_policy_v1', 'grafana').spec.ingress;
  expect(from.map((peer: Block) => Object.values(peer.namespace_selector.match_labels)[0])).toEqual([
    'monitoring',
    'ingress',
  ]);
  expect(ports).toEqual([{ port: '3000', protocol: 'TCP' }]);
});

test('a changed dashboard replaces the pod', () => {
  const checksum = (grafana: GrafanaOptions) =>
    Object.values(made(grafana).named('kubernetes_deployment_v1', 'grafana').spec.template.metadata.annotations)[0];
  expect(checksum({})).toBe(checksum({}));
  expect(checksum({ dashboards: [own('inference_qps')] })).not.toBe(checksum({}));
});

test('dashboards that one ConfigMap does not hold are in several, each below its limit', () => {
  const large = (uid: string) => own('inference_qps', { uid, description: 'x'.repeat(400_000) });
  const { of } = made({ dashboards: ['a', 'b', 'c'].map(large) });
  const maps = of('kubernetes_config_map_v1').filter(({ metadata }) => metadata.name.startsWith('grafana-own'));
  expect(maps.map(({ metadata, data }) => [metadata.name, Object.keys(data)])).toEqual([
    ['grafana-own-dashboards-1', ['a.json', 'b.json']],
    ['grafana-own-dashboards-2', ['c.json']],
  ]);
  for (const { data } of maps) expect(JSON.stringify(data).length).toBeLessThan(1024 * 1024);
});

describe("a dashboard of one's own", () => {
  test.each([
    ['recorded series', 'sum by (model) (inference_qps{namespace="$namespace"})'],
    ['metrics of servers', 'sum(rate(vllm:generation_tokens_total{model=~"$model"}[$__rate_interval]))'],
  ])('of %s is taken', (_, expr) => {
    const templating = {
      list: ['namespace', 'model'].map((name) => ({
        name,
        type: 'query',
        query: `label_values(inference_qps, ${name})`,
      })),
    };
    const { named } = made({ dashboards: [own(expr, { templating })] });
    expect(
      JSON.parse(unescapeTemplate(named('kubernetes_config_map_v1', 'grafana-own-dashboards-1').data['ours.json'])).uid,
    ).toBe('ours');
  });

  test.each([
    [
      'a metric that there is not',
      'rate(vllm:num_preemptions[5m])',
      'a counter is selected by vllm:num_preemptions_total',
    ],
    ['a series that no rule records', 'inference_latency_p42_milliseconds', 'nor recorded by an earlier rule'],
    ['a rate of a gauge', 'rate(vllm:num_requests_waiting[5m])', 'rate() is for counters'],
    ['a window as short as the reader looks', 'rate(vllm:generation_tokens_total[$__interval])', 'must span 4 scrapes'],
    ['a label that there is not', 'inference_qps{pod="a"}', "has no label 'pod'"],
    ['a variable that it lacks', 'inference_qps{model="$modell"}', '$modell is no variable of the dashboard'],
    ['what is no PromQL', 'sum(inference_qps', 'is not PromQL'],
  ])('with %s is refused', (_, expr, sentence) => {
    let message = '';
    try {
      made({ dashboards: [own(expr)] });
    } catch (error) {
      message = String((error as Error).message);
    }
    expect(message).toContain(sentence);
    expect(message).toContain(`dashboard 'Ours': panel 'P'`);
  });

  test('that is exported for other Grafanas is given the data source that is there', () => {
    const more = {
      __inputs: [{ name: 'DS_PROM', type: 'datasource', pluginId: 'prometheus' }],
      id: 7,
      links: ['${DS_PROM}'],
    };
    const { named } = made({ dashboards: [own('inference_qps', more)] });
    const text = unescapeTemplate(named('kubernetes_config_map_v1', 'grafana-own-dashboards-1').data['ours.json']);
    expect(JSON.parse(text)).toMatchObject({ links: ['prometheus'] });
    expect(JSON.parse(text)).not.toHaveProperty('__inputs');
  });

  test.each([
    ['no JSON', '{', 'is not JSON'],
    ['no dashboard', '[]', 'must be a JSON object'],
    ['the newer model', '{"title":"a","elements":{}}', `the model 'Classic'`],
    ['no uid', '{"title":"a","panels":[]}', 'must have a uid'],
    [
      'another data source',
      '{"title":"a","uid":"a","panels":[],"__inputs":[{"name":"L","type":"datasource","pluginId":"loki"}]}',
      '(loki)',
    ],
    [
      'too large',
      JSON.stringify({ title: 'a', uid: 'a', panels: [], description: 'x'.repeat(1_000_000) }),
      'make two of it',
    ],
  ])('that is %s is refused', (_, text, sentence) => {
    expect(() => GrafanaDashboard.fromJson(text)).toThrow(sentence);
  });

  test('that is in no file is refused', () => {
    expect(() => GrafanaDashboard.fromFile('none.json')).toThrow(/'none.json' cannot be read/);
  });
});

test.each<[string, GrafanaOptions, string]>([
  ['an issuer without a URL', { auth: OIDC }, 'url must be set'],
  ['a URL with a password', { url: 'https://a:b@grafana.example.com' }, 'must not hold a secret'],
  ['a URL that is none', { url: 'grafana' }, 'must be a URL that begins'],
  ['a namespace that is none', { accessibleFrom: ['A'] }, 'accessibleFrom[0]'],
  ['a label that is none', { siteLabel: 'a-b' }, 'siteLabel must be a label of Prometheus'],
  [
    'two dashboards of one uid',
    { dashboards: [own('inference_qps'), own('inference_qps')] },
    "two dashboards have the uid 'ours'",
  ],
  [
    'a uid of the library',
    { dashboards: [own('inference_qps', { uid: 'gpu-inference-model' })] },
    "is one of the library's own",
  ],
  [
    'a line break in the name of the client',
    {
      url: 'https://g.example.com',
      auth: GrafanaAuth.oidc({
        clientId: 'a\n[auth]',
        clientSecret: { name: 'a', key: 'b' },
        authorizationUrl: 'https://a.example.com',
        tokenUrl: 'https://a.example.com',
        userInfoUrl: 'https://a.example.com',
      }),
    },
    'clientId must be one line',
  ],
  [
    'the secret that is made here, as that of the password',
    { auth: GrafanaAuth.password({ name: 'grafana-secret-key', key: 'secret-key' }) },
    "auth.password.name must not be 'grafana-secret-key'",
  ],
  [
    'the secret that is made here, as that of the client',
    {
      url: 'https://g.example.com',
      auth: GrafanaAuth.oidc({
        clientId: 'a',
        clientSecret: { name: 'grafana-secret-key', key: 'client' },
        authorizationUrl: 'https://a.example.com',
        tokenUrl: 'https://a.example.com',
        userInfoUrl: 'https://a.example.com',
      }),
    },
    "auth.clientSecret.name must not be 'grafana-secret-key'",
  ],
])('%s is refused', (_, grafana, sentence) => {
  expect(() => made(grafana)).toThrow(sentence);
});
