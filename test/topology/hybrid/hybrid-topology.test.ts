import { TerraformStack } from 'cdktf';
import {
  DataSize,
  Duration,
  GatewayAuthentication,
  HybridSite,
  HybridTopologyProps,
  ModelRollout,
  ModelSpec,
  Precision,
} from '../../../lib';
import { RELEASE_KEY } from '../edge/edge-site';
import { faultsThrown, idsOf } from '../../support/faults';
import { synthStacks, testApp } from '../../support/synth';
import { CLOUD, HUB, ROUTING, cloudStacks, otherCloud, ownCloud, siteOf } from './fraud';

const SITES = ['till-1', 'till-2'];

function made(props: Partial<HybridTopologyProps> = {}, ofSites: Partial<HybridSite> = {}) {
  const stacks = cloudStacks();
  const sites = SITES.map((site) => siteOf(stacks.app, site, ofSites));
  return {
    ...stacks,
    topology: ownCloud(stacks, sites, props),
    scopes: sites.map(({ scope }) => scope as TerraformStack),
  };
}

const envoyOf = (synthesized: ReturnType<typeof synthStacks>[number]) => {
  const [config] = synthesized
    .resources('kubernetes_config_map_v1')
    .filter(({ metadata }) => metadata.name.startsWith('gateway-'));
  return JSON.parse(config.data['envoy.json']);
};

describe('one statement', () => {
  test('serves the models of the cloud behind a gateway that knows each site by a key of its own', () => {
    const { stack, workloads, topology } = made({
      gateway: gatewayWith({ callers: { desk: { name: 'desk', key: 'key' } } }),
    });
    const [, cluster] = synthStacks(stack, workloads);
    const door = cluster.byName('kubernetes_deployment_v1', 'gateway').spec.template.spec;
    const secrets = door.volume
      .filter(({ name }: { name: string }) => name.startsWith('caller-'))
      .map((volume: { secret: { secret_name: string; items: { key: string }[] } }) => [
        volume.secret.secret_name,
        volume.secret.items[0].key,
      ]);
    expect(secrets).toEqual([
      ['desk', 'key'],
      ['site-keys', 'till-1'],
      ['site-keys', 'till-2'],
    ]);
    expect(topology.gateway?.models).toEqual(['chat-65b']);
    expect(Object.keys(topology.cloud?.vllmDeployments ?? {})).toEqual(['chat-65b']);
  });

  test('gives each site a gateway that sends to the cloud what is declared, with the key of the site', () => {
    const { scopes, topology } = made();
    for (const synthesized of synthStacks(...scopes)) {
      const text = JSON.stringify(envoyOf(synthesized));
      expect(text).toContain('models.example.com');
      expect(text).toContain('chat-65b');
      const door = synthesized.byName('kubernetes_deployment_v1', 'gateway').spec.template.spec;
      expect(JSON.stringify(door.volume)).toContain('"secret_name":"cloud"');
      expect(door.node_selector).toEqual({ 'gpu-inference-constructs/pool': 't4' });
    }
    expect(Object.keys(topology.siteGateways)).toEqual(SITES);
    expect(topology.siteGateways['till-1'].models).toEqual(['chat']);
  });

  test('the hub of the cloud expects each site, and each site writes to it as a user of its own', () => {
    const { workloads, scopes } = made();
    const [cluster, ...sites] = synthStacks(workloads, ...scopes);
    const rules = JSON.stringify(cluster.resources('kubernetes_config_map_v1'));
    for (const name of SITES) expect(rules).toContain(name);
    const names = sites.map((each) => {
      const { container } = each.byName('kubernetes_stateful_set_v1', 'uplink').spec.template.spec;
      const [agent] = container.filter(({ args = [] }: { args?: string[] }) =>
        args.some((arg) => arg.startsWith('-remoteWrite.url')),
      );
      return agent.args.find((arg: string) => arg.startsWith('-remoteWrite.basicAuth.username'));
    });
    expect(names).toEqual(SITES.map((site) => `-remoteWrite.basicAuth.username=${site}`));
  });

  test('watches its gateways', () => {
    const { workloads, scopes } = made();
    for (const each of synthStacks(workloads, ...scopes)) {
      expect(JSON.stringify(each.resources('kubernetes_config_map_v1'))).toContain('gateway-gateway');
    }
  });

  test('says what is where', () => {
    const text = made().topology.explain();
    expect(text).toContain("Cloud: cluster 'fraud', reached by https://models.example.com/v1, which serves chat-65b.");
    expect(text).toMatch(/till-1 +1 x t4 +llama-2-13b in int4 +72h +at most 100 at once/);
  });
});

describe('sites are alone', () => {
  const jsonOf = (names: readonly string[], props: Partial<HybridTopologyProps> = {}) => {
    const stacks = cloudStacks();
    const sites = names.map((site) => siteOf(stacks.app, site));
    ownCloud(stacks, sites, props);
    const all = [stacks.stack, stacks.workloads, ...sites.map(({ scope }) => scope as TerraformStack)];
    return Object.fromEntries(synthStacks(...all).map((each, i) => [all[i].node.id, JSON.stringify(each.json)]));
  };

  test('one more changes nothing of the others, and not the infrastructure of the cloud', () => {
    const [few, more] = [jsonOf(['till-1', 'till-2']), jsonOf(['till-0', 'till-1', 'till-2'])];
    for (const name of ['cloud', 'till-1', 'till-2']) expect(more[name]).toBe(few[name]);
    // The cloud knows it.
    expect(more.workloads).not.toBe(few.workloads);
  });

  test('one that is revoked is none at the gateway of the cloud and is not missed; nothing else changes', () => {
    const stacks = cloudStacks();
    const sites = ['till-1', 'till-2'].map((site) => siteOf(stacks.app, site, { revoked: site === 'till-2' }));
    const topology = ownCloud(stacks, sites);
    const [cluster, ...others] = synthStacks(stacks.workloads, ...sites.map(({ scope }) => scope as TerraformStack));
    expect(JSON.stringify(cluster.json)).toContain('till-1');
    expect(JSON.stringify(cluster.json)).not.toContain('till-2');
    const before = jsonOf(['till-1', 'till-2']);
    expect(others.map(({ json }) => JSON.stringify(json))).toEqual([before['till-1'], before['till-2']]);
    expect(topology.expectedSites.map(({ name }) => name)).toEqual(['till-1']);
    expect(topology.explain()).toMatch(/till-2 .*revoked/);
  });
});

describe('rings', () => {
  const RINGED = { sync: { keys: [RELEASE_KEY] } };
  const ringed = (props: Partial<HybridTopologyProps> = {}, rings = ['rest', 'canary', 'rest']) => {
    const stacks = cloudStacks();
    const sites = rings.map((ring, i) =>
      siteOf(stacks.app, `till-${i}`, { ...RINGED, ring, revoked: i === 2 || undefined }),
    );
    return { ...stacks, sites, topology: ownCloud(stacks, sites, props) };
  };

  test('are in the order of the topology, have the sites that are not revoked, and each site follows the channel of its own', () => {
    const { topology } = ringed({ rings: ['canary', 'rest'] });
    expect(topology.rings).toEqual([
      { name: 'canary', sites: ['till-1'] },
      { name: 'rest', sites: ['till-0'] },
    ]);
    expect(ringed().topology.rings.map(({ name }) => name)).toEqual(['rest', 'canary']);
    expect(topology.explain()).toMatch(/^till-0 +rest +1 x t4/m);
    const channels = Object.values(topology.sites).map(({ modelSyncs }) => modelSyncs['llama-2-13b'].channel);
    expect(channels).toEqual(['stable-rest', 'stable-canary', 'stable-rest']);
  });

  test('are what a rollout takes, and the hub lets it ask', () => {
    const { topology, workloads } = ringed();
    new ModelRollout(workloads, 'Rollout', {
      cluster: topology.cloud!.cluster,
      modelStore: topology.cloud!.modelStore,
      ...{ model: 'llama-2-13b', version: '2', number: 1, signingKeys: [{ name: 'release-key', key: 'private.pem' }] },
      rings: topology.rings,
      hub: { url: topology.cloud!.monitoring!.prometheusUrl },
    });
    const [cluster] = synthStacks(workloads);
    const policies = cluster
      .resources('kubernetes_network_policy_v1')
      .filter(({ metadata }) => metadata.namespace === 'monitoring');
    expect(JSON.stringify(policies)).toContain('"kubernetes.io/metadata.name":"inference"');
  });

  test.each<[string, () => unknown, string[]]>([
    ['one without sites', () => ringed({ rings: ['canary', 'rest', 'last'] }), ['EMPTY_LIST rings[2]']],
    [
      'one that nobody knows',
      () => ringed({ rings: ['canary'] }),
      ['UNKNOWN_VALUE sites[0].ring', 'UNKNOWN_VALUE sites[2].ring'],
    ],
    ['one that is there twice', () => ringed({ rings: ['canary', 'rest', 'rest'] }), ['DUPLICATE rings[2]']],
    [
      'sites without a channel',
      () => made({}, { ring: 'rest' }),
      ['CONFLICTING_PROPERTIES sites[0].ring', 'CONFLICTING_PROPERTIES sites[1].ring'],
    ],
    ['an empty list', () => ringed({ rings: [] }), ['EMPTY_LIST rings']],
    ['no hub', () => ringed({ hub: undefined }), ['MISSING_PROPERTY hub']],
  ])('refuse %s', (_, make, ids) => {
    expect(idsOf(faultsThrown(make))).toEqual(ids);
  });
});

describe('where requests go', () => {
  test('is said of each site; a site that says more of its own keeps what the topology says for all', () => {
    const stacks = cloudStacks();
    const { models, fallback } = ROUTING;
    const routing = { models: { ...models, report: { cloudModel: 'chat-65b' } }, fallback };
    const sites = [siteOf(stacks.app, 'till-1'), siteOf(stacks.app, 'till-2', { routing })];
    const topology = ownCloud(stacks, sites);
    const text = topology.explain();
    expect(text).toContain('Requests at till-1:\n\n- chat: the site first, then chat-65b of the cloud');
    expect(text).toContain('- report: chat-65b of the cloud, for the site has no such model');
    expect(text).toContain('but those for report are refused, which the site does not have');
    const [, second] = synthStacks(...sites.map(({ scope }) => scope as TerraformStack));
    expect(JSON.stringify(envoyOf(second))).toContain('personal');
  });

  test('and how many at once, as the gateway has it: what a site leaves out is that of the topology', () => {
    const stacks = cloudStacks();
    const { models, fallback } = ROUTING;
    const sites = [siteOf(stacks.app, 'till-1', { routing: { models, fallback } })];
    const topology = ownCloud(stacks, sites, { routing: { ...ROUTING, cloudCalls: { maxRequests: 8 } } });
    expect(topology.explain()).toContain('at most 8 at once');
  });

  test('a fault of what the topology says is told there, also where a site has a routing of its own', () => {
    const { models, fallback } = ROUTING;
    const routing = { ...ROUTING, mustStayLocal: {} };
    expect(idsOf(faultsThrown(() => made({ routing }, { routing: { models, fallback } })))).toEqual([
      'EMPTY_LIST routing.mustStayLocal',
    ]);
  });

  test('changes nothing of the cloud by the order of its sites', () => {
    const jsonOf = (names: string[]) => {
      const stacks = cloudStacks();
      ownCloud(
        stacks,
        names.map((name) => siteOf(stacks.app, name)),
      );
      return JSON.stringify(synthStacks(stacks.workloads)[0].json);
    };
    expect(jsonOf(['till-2', 'till-1'])).toBe(jsonOf(['till-1', 'till-2']));
  });
});

describe('a cloud that somebody else runs', () => {
  test('makes the sites alone, and says what the hub there must expect', () => {
    const app = testApp();
    const stack = new TerraformStack(app, 'fleet');
    const topology = otherCloud(stack, [siteOf(app, 'till-1')]);
    expect(topology.cloud).toBeUndefined();
    expect(topology.gateway).toBeUndefined();
    expect(topology.expectedSites).toEqual([
      expect.objectContaining({ name: 'till-1', maxOutage: Duration.hours(72) }),
    ]);
    const [synthesized] = synthStacks(stack);
    expect(synthesized.json.resource).toBeUndefined();
    expect(topology.explain()).toContain('run by somebody else');
  });
});

function gatewayWith(more: Partial<HybridTopologyProps['gateway']>): HybridTopologyProps['gateway'] {
  return { url: 'https://models.example.com/v1', ...more };
}

describe('refused', () => {
  type Row = [string, Partial<HybridTopologyProps>, Partial<HybridSite>, string[], RegExp];
  test.each<Row>([
    [
      'routing to a model that nobody serves',
      { routing: { ...ROUTING, models: { chat: { cloudModel: 'chat-70b' } } } },
      {},
      ['CLOUD_LACKS_MODEL routing.models.chat.cloudModel'],
      /the cloud does not serve \(it serves 'chat-65b'\)/,
    ],
    [
      'what must stay and is only in the cloud',
      { routing: { ...ROUTING, models: { big: { cloudModel: 'chat-65b' } }, mustStayLocal: { models: ['big'] } } },
      {},
      ['MUST_STAY_BUT_ONLY_CLOUD routing.mustStayLocal.models[0]'],
      /big/,
    ],
    [
      'a variant that the sites cannot run, once for all of them',
      {},
      {
        models: [
          {
            model: ModelSpec.LLAMA_2_13B,
            precision: Precision.FP16,
            contextLength: 4096,
            concurrency: 1,
            servedModelNames: ['chat'],
          },
        ],
      },
      ['MODEL_FITS_NOWHERE sites[0].hardware'],
      /site 'till-1'.*\(the same at 'till-2'\)$/s,
    ],
    [
      'an outage that is longer than series are kept at the hub',
      {},
      { maxUplinkOutage: Duration.hours(20 * 24) },
      [
        'OUT_OF_RANGE sites[0].maxUplinkOutage',
        'OUTAGE_LOCAL_RETENTION_TOO_SHORT sites[0].monitoringOptions.retentionDays',
      ],
      /maxUplinkOutage is 480h, but the hub keeps series for 15 days.*cloud.monitoringOptions.retentionDays above it.*the same at 'till-2'/,
    ],
    [
      'a buffer that is full before the outage ends',
      { hub: { ...HUB, buffer: DataSize.gib(2) } },
      {},
      ['OUTAGE_BUFFER_TOO_SMALL hub.buffer'],
      /hub.buffer/,
    ],
    [
      'a site that writes elsewhere too',
      {},
      { monitoringOptions: { alertReceivers: [], uplink: { ...HUB, maxOutage: Duration.hours(72) } } },
      [
        'CONFLICTING_PROPERTIES sites[0].monitoringOptions.uplink',
        'CONFLICTING_PROPERTIES sites[1].monitoringOptions.uplink',
      ],
      /remove one of the two/,
    ],
    [
      'an address of the cloud that its gateway does not answer at',
      { gateway: gatewayWith({ url: 'https://models.example.com/api/v1' }) },
      {},
      ['INVALID_FORMAT gateway.url'],
      /must end with '\/v1'/,
    ],
    [
      'a hub whose address takes no series',
      { hub: { ...HUB, url: 'https://hub.example.com' } },
      {},
      ['INVALID_FORMAT hub.url'],
      /api\/v1\/write/,
    ],
    ['that nobody may ask the cloud', {}, { revoked: true }, ['EMPTY_LIST gateway.callers'], /all sites are revoked/],
    [
      'what must stay without a word of what',
      { routing: { ...ROUTING, mustStayLocal: {} } },
      {},
      ['EMPTY_LIST routing.mustStayLocal'],
      /nothing is kept/,
    ],
    ['no sites', { sites: [] }, {}, ['EMPTY_LIST sites'], /CloudTopology/],
    [
      'callers that are named as sites',
      { gateway: gatewayWith({ callers: { 'till-1': { name: 'x', key: 'y' } } }) },
      {},
      ['DUPLICATE gateway.callers.till-1'],
      /another name/,
    ],
    [
      'another way to know callers',
      {
        gateway: gatewayWith({
          options: { authentication: GatewayAuthentication.apiKeys({ a: { name: 'b', key: 'c' } }) },
        }),
      },
      {},
      ['CONFLICTING_PROPERTIES gateway.options.authentication'],
      /siteKeys and callers/,
    ],
    [
      'models beside a cloud',
      { gateway: gatewayWith({ models: ['x'] }) },
      {},
      ['CONFLICTING_PROPERTIES gateway.models'],
      /remove/,
    ],
    [
      'an address of the cloud without TLS, once',
      { gateway: { url: 'http://models.example.com/v1' } },
      {},
      ['INVALID_FORMAT gateway.url'],
      /https/,
    ],
    [
      'a gateway of the cloud that has no pods',
      { gateway: gatewayWith({ options: { replicas: 0 } }) },
      {},
      ['NOT_A_WHOLE_NUMBER gateway.options.replicas'],
      /replicas/,
    ],
    [
      'a gateway of the sites that has no pods',
      {},
      { gateway: { replicas: 0 } },
      ['NOT_A_WHOLE_NUMBER sites[0].gateway.replicas'],
      /the same at 'till-2'/,
    ],
    ['a cloud without models', { cloud: { ...CLOUD, models: [] } }, {}, ['EMPTY_LIST cloud.models'], /./],
  ])('%s', (_, props, ofSites, ids, text) => {
    const faults = faultsThrown(() => made(props, ofSites));
    expect(idsOf(faults)).toEqual(ids);
    expect(faults[0].reason).toMatch(text);
  });
});
