import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { parse, parseAllDocuments } from 'yaml';
import { EndpointsV1 } from '@cdktf/provider-kubernetes/lib/endpoints-v1';
import { kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { GitOpsEngine, GitOpsTree, KubernetesManifests } from '../../lib/manifests';
import { faultsThrown, idsOf } from '../support/faults';
import { testApp, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { configMap, objectIn, REPOSITORY, resourcesIn, rule, siteStack } from './git-ops-support';

const engine = GitOpsEngine.flux({ repository: REPOSITORY });

describe('the files of a site', () => {
  const stack = siteStack((parts) => {
    configMap(parts, 'settings');
    configMap(parts, 'second');
    new ClusterRoleV1(parts.stack, 'Role', {
      provider: parts.meta.provider,
      metadata: { name: 'Site:reader' },
      rule: [],
    });
    rule(parts);
  });
  const tree = new GitOpsTree({ sites: [{ name: 'till-1', stack }] });

  test('are one for each object, namespaces first and custom resources last', () => {
    expect(resourcesIn(tree, 'sites/till-1')).toEqual([
      'namespace-inference.yaml',
      'inference/configmap-second.yaml',
      'inference/configmap-settings.yaml',
      expect.stringMatching(/^clusterrole-site-reader-[0-9a-f]{8}\.yaml$/),
      'inference/prometheusrule.monitoring.coreos.com-gpu.yaml',
    ]);
    expect(Object.keys(tree.files)).toHaveLength(6);
    expect(tree.files['sites/till-1/inference/configmap-settings.yaml']).toBe(
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: inference\ndata:\n  a: b\nimmutable: false\n',
    );
  });

  test('have the objects that Terraform would apply', () => {
    const found = resourcesIn(tree, 'sites/till-1').map((file) => parse(tree.files[`sites/till-1/${file}`]) as unknown);
    expect(found).toEqual(KubernetesManifests.of(stack).objects);
  });

  test('list them for kustomize in that order', () => {
    const { resources: _, ...rest } = objectIn(tree, 'sites/till-1/kustomization.yaml');
    expect(rest).toEqual({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      sortOptions: { order: 'fifo' },
    });
  });

  test('are the same each time', () => {
    expect(new GitOpsTree({ sites: [{ name: 'till-1', stack }] }).files).toEqual(tree.files);
  });

  // Without a program kustomize this is left to the order above.
  const kustomize = spawnSync('kustomize', ['version']).status === 0;
  (kustomize ? test : test.skip)(`are built by kustomize${kustomize ? '' : ' (there is none on PATH)'}`, () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tree-'));
    try {
      tree.write(folder);
      const { stdout, stderr } = spawnSync('kustomize', ['build', path.join(folder, 'sites', 'till-1')], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      const built = parseAllDocuments(stdout).map((document) => document.toJS() as unknown);
      expect(built).toEqual(KubernetesManifests.of(stack).objects);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('a site more changes no file of the others', () => {
  const [first, second] = ['a', 'b'].map((data) => siteStack((parts) => void configMap(parts, 'settings', { data })));
  const one = new GitOpsTree({ sites: [{ name: 'one', stack: first }], engine });
  const both = new GitOpsTree({
    sites: [
      { name: 'two', stack: second },
      { name: 'one', stack: first },
    ],
    engine,
  });
  expect(both.files).toMatchObject(one.files);
  const added = Object.keys(both.files).filter((file) => !Object.hasOwn(one.files, file));
  expect(added).toHaveLength(Object.keys(one.files).length);
  for (const file of added) expect(file).toMatch(/^(sites|clusters)\/two\//);
});

describe('of a stack for several clusters', () => {
  const stack = testStack();
  const clusters = ['west', 'east'].map((clusterName) => testCluster(stack, { clusterName }));
  for (const cluster of clusters) {
    const { clusterName } = cluster;
    const meta = kubernetesMeta(stack, cluster);
    new ConfigMapV1(stack, clusterName, { ...meta, metadata: { name: clusterName, namespace: 'default' } });
  }

  test('each site has the objects of its cluster', () => {
    const sites = clusters.map((cluster) => ({ name: cluster.clusterName, stack, cluster }));
    const { files } = new GitOpsTree({ sites });
    expect(Object.keys(files)).toEqual([
      'sites/west/default/configmap-west.yaml',
      'sites/west/kustomization.yaml',
      'sites/east/default/configmap-east.yaml',
      'sites/east/kustomization.yaml',
    ]);
  });

  test('one without its cluster is refused by its place and name', () => {
    const [fault] = faultsThrown(() => new GitOpsTree({ sites: [{ name: 'one', stack }] }));
    expect(idsOf([fault])).toEqual(['CLUSTER_AMBIGUOUS sites[0].cluster']);
    expect(fault.reason).toMatch(/^site 'one': /);
  });
});

describe('refused', () => {
  const stack = siteStack();
  test.each([
    ['no sites', [], ['EMPTY_LIST sites']],
    ['two sites of one name', ['a', 'b', 'a'], ['DUPLICATE sites']],
    ['a name that is a path', ['../a'], ['INVALID_NAME sites[0].name']],
    ['a name with a folder', ['a/b'], ['INVALID_NAME sites[0].name']],
    ['names in upper case, and none', ['ok', 'Till', ''], ['INVALID_NAME sites[1].name', 'INVALID_NAME sites[2].name']],
    ['a name that leaves no room', ['x'.repeat(41)], ['INVALID_NAME sites[0].name']],
  ])('are %s', (_, names, ids) => {
    const sites = names.map((name) => ({ name, stack }));
    expect(idsOf(faultsThrown(() => new GitOpsTree({ sites })))).toEqual(ids);
  });

  test('are one stack for two sites, and a stack without objects, which would empty a site', () => {
    const ofOne = [
      { name: 'a', stack },
      { name: 'b', stack },
    ];
    expect(idsOf(faultsThrown(() => new GitOpsTree({ sites: ofOne })))).toEqual(['DUPLICATE sites[1].stack']);
    const empty = [{ name: 'a', stack: testStack() }];
    expect(idsOf(faultsThrown(() => new GitOpsTree({ sites: empty })))).toEqual(['EMPTY_LIST sites[0].stack']);
  });

  test('are faults of all sites at once', () => {
    const [bad, worse] = ['a', 'b'].map((name) =>
      siteStack((parts) => {
        configMap(parts, 'settings').addOverride('metadata.color', 'red');
        new EndpointsV1(parts.stack, 'Endpoints', { provider: parts.meta.provider, metadata: { name } });
      }),
    );
    const sites = [
      { name: 'bad', stack: bad },
      { name: 'fine', stack },
      { name: 'worse', stack: worse },
    ];
    expect(idsOf(faultsThrown(() => new GitOpsTree({ sites })))).toEqual(
      [0, 2].flatMap((index) => [
        `RESOURCE_TYPE_NOT_RENDERED sites[${index}].kubernetes_endpoints_v1.Endpoints`,
        `ATTRIBUTE_UNKNOWN sites[${index}].kubernetes_config_map_v1.Map-settings.metadata.color`,
      ]),
    );
  });

  test('are two objects of one name', () => {
    const twice = siteStack((parts) => {
      configMap(parts, 'settings');
      const metadata = { name: 'settings', namespace: 'inference' };
      new ConfigMapV1(parts.stack, 'Again', { ...parts.meta, metadata });
    });
    const faults = faultsThrown(() => new GitOpsTree({ sites: [{ name: 'a', stack: twice }] }));
    expect(idsOf(faults)).toEqual(['DUPLICATE sites[0].stack']);
    expect(faults[0].reason).toBe(
      "site 'a': ConfigMap 'settings' in namespace 'inference' is there twice; rename one, or remove it",
    );
  });
});

test('the stacks of an app are prepared and synthesized once for all sites', () => {
  const app = testApp();
  const stacks = ['one', 'two', 'three'].map((name) => {
    const stack = testStack(app, name);
    const meta = kubernetesMeta(stack, testCluster(stack));
    new ConfigMapV1(stack, 'Map', { ...meta, metadata: { name, namespace: 'default' } });
    return stack;
  });
  const calls = stacks.map((stack) => [jest.spyOn(stack, 'prepareStack'), jest.spyOn(stack, 'toTerraform')]);
  new GitOpsTree({ sites: stacks.map((stack) => ({ name: stack.node.id, stack })) });
  for (const [prepared, synthesized] of calls) {
    expect(prepared).toHaveBeenCalledTimes(1);
    expect(synthesized).toHaveBeenCalledTimes(1);
  }
});
