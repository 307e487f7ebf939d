import { TerraformStack, Testing, Token } from 'cdktf';
import { ArgoCdPlacement, GitOpsEngine, GitOpsTree } from '../../lib/manifests';
import { Duration } from '../../lib/units';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';
import { configMap, objectIn, release, REPOSITORY, resourcesIn, rule, siteStack } from './git-ops-support';

const plain = siteStack((parts) => void configMap(parts, 'settings'));

/** A release, an object that needs what it defines, and fields that others write. */
const charted = siteStack((parts) => {
  const operator = release(parts, 'Operator', {
    values: [JSON.stringify({ image: { tag: '1', pull: true }, list: [1, 2] }), 'image:\n  tag: "2"\n'],
    set: [
      { name: 'controller.env[0].name', value: 'REGION' },
      { name: 'port', value: '8080' },
      { name: 'nodeSelector.example\\.com/pool', value: 'true', type: 'string' },
    ],
  });
  rule(parts, operator);
  configMap(parts, 'settings').addOverride('lifecycle', {
    ignore_changes: ['metadata[0].annotations["example.com/seen"]', 'data'],
  });
});

const treeOf = (stack: TerraformStack, engine: GitOpsEngine) =>
  new GitOpsTree({ sites: [{ name: 'till-1', stack }], engine });
const engineFiles = (tree: GitOpsTree) => Object.keys(tree.files).filter((file) => file.startsWith('clusters/'));

describe('Flux', () => {
  const flux = GitOpsEngine.flux({ repository: REPOSITORY });

  test('has a repository and a kustomization at the site', () => {
    const tree = treeOf(plain, flux);
    expect(engineFiles(tree)).toEqual(['clusters/till-1/source.yaml', 'clusters/till-1/till-1.yaml']);
    expect(objectIn(tree, 'clusters/till-1/source.yaml')).toEqual({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'inference-sites', namespace: 'flux-system' },
      spec: { interval: '10m', url: REPOSITORY, ref: { branch: 'main' } },
    });
    expect(objectIn(tree, 'clusters/till-1/till-1.yaml')).toEqual({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'till-1', namespace: 'flux-system' },
      spec: {
        interval: '10m',
        retryInterval: '2m',
        timeout: '1h',
        sourceRef: { kind: 'GitRepository', name: 'inference-sites' },
        path: './sites/till-1',
        prune: true,
        wait: true,
      },
    });
  });

  test('takes an artifact, a folder, a secret and times', () => {
    const tree = treeOf(
      plain,
      GitOpsEngine.flux({
        repository: 'oci://registry.example.com/fleet',
        directory: 'teams/fleet',
        namespace: 'flux',
        repositorySecret: 'registry',
        interval: Duration.minutes(1),
        timeout: Duration.minutes(90),
      }),
    );
    expect(objectIn(tree, 'clusters/till-1/source.yaml')).toMatchObject({
      kind: 'OCIRepository',
      metadata: { namespace: 'flux' },
      spec: { interval: '1m', ref: { tag: 'latest' }, secretRef: { name: 'registry' } },
    });
    expect(objectIn(tree, 'clusters/till-1/till-1.yaml').spec).toMatchObject({
      sourceRef: { kind: 'OCIRepository' },
      path: './teams/fleet/sites/till-1',
      timeout: '90m',
    });
  });

  test.each([
    [REPOSITORY, 'release', { branch: 'release' }],
    [REPOSITORY, 'refs/tags/v3', { name: 'refs/tags/v3' }],
    [REPOSITORY, 'a'.repeat(40), { commit: 'a'.repeat(40) }],
    ['ssh://git@git.example.com/fleet.git', undefined, { branch: 'main' }],
    ['oci://registry.example.com/fleet', 'v3', { tag: 'v3' }],
    ['oci://registry.example.com/fleet', `sha256:${'a'.repeat(64)}`, { digest: `sha256:${'a'.repeat(64)}` }],
  ])('of %s at %s asks for %j', (repository, revision, ref) => {
    const tree = treeOf(plain, GitOpsEngine.flux({ repository, revision }));
    expect(objectIn(tree, 'clusters/till-1/source.yaml').spec.ref).toEqual(ref);
  });

  describe('of a release', () => {
    const tree = treeOf(charted, flux);

    test('has a repository and a release with the values that Terraform gives it', () => {
      const files = resourcesIn(tree, 'sites/till-1');
      const repository = files.find((file) => file.includes('helmrepository')) as string;
      const { metadata, spec } = objectIn(tree, `sites/till-1/${repository}`);
      expect(metadata).toEqual({
        name: expect.stringMatching(/^charts-example-com-stable-[0-9a-f]{8}$/),
        namespace: 'inference',
      });
      expect(spec).toEqual({ interval: '10m', url: 'https://charts.example.com/stable' });
      expect(objectIn(tree, 'sites/till-1/inference/helmrelease.helm.toolkit.fluxcd.io-operator.yaml')).toEqual({
        apiVersion: 'helm.toolkit.fluxcd.io/v2',
        kind: 'HelmRelease',
        metadata: { name: 'operator', namespace: 'inference' },
        spec: {
          interval: '10m',
          releaseName: 'operator',
          chart: {
            spec: { chart: 'operator', version: '1.2.3', sourceRef: { kind: 'HelmRepository', name: metadata.name } },
          },
          timeout: '300s',
          maxHistory: 5,
          install: { disableWait: true },
          upgrade: { disableWait: true },
          values: {
            image: { tag: '2', pull: true },
            list: [1, 2],
            controller: { env: [{ name: 'REGION' }] },
            port: 8080,
            nodeSelector: { 'example.com/pool': 'true' },
          },
        },
      });
    });

    test('applies what needs its definitions after it, and waits for it only', () => {
      expect(resourcesIn(tree, 'sites/till-1/stage.2')).toEqual([
        'inference/prometheusrule.monitoring.coreos.com-gpu.yaml',
      ]);
      const [first, second] = ['till-1', 'till-1.stage-2'].map(
        (name) => objectIn(tree, `clusters/till-1/${name}.yaml`).spec as object,
      );
      expect(first).toMatchObject({
        path: './sites/till-1',
        healthChecks: [
          { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name: 'operator', namespace: 'inference' },
        ],
      });
      expect(first).not.toHaveProperty('wait');
      expect(second).toMatchObject({ path: './sites/till-1/stage.2', wait: true, dependsOn: [{ name: 'till-1' }] });
    });

    test('leaves to others what Terraform leaves to them', () => {
      expect(objectIn(tree, 'clusters/till-1/till-1.yaml').spec.ignore).toEqual([
        {
          paths: ['/metadata/annotations/example.com~1seen', '/data'],
          target: { version: 'v1', kind: 'ConfigMap', name: 'settings', namespace: 'inference' },
        },
      ]);
    });
  });

  test('makes the namespace that Helm would make, skips definitions, and waits, as is said', () => {
    const stack = siteStack((parts) => {
      const more = { wait: undefined, timeout: undefined, maxHistory: undefined, skipCrds: true };
      release(parts, 'A', { ...more, namespace: 'there', createNamespace: true });
      release(parts, 'B', {
        ...{ name: 'other', namespace: 'there', createNamespace: true, version: '2.0.0' },
        ...{ chart: 'oci://registry.example.com/charts/other', repository: undefined },
      });
    });
    const tree = treeOf(stack, flux);
    expect(resourcesIn(tree, 'sites/till-1').slice(0, 2)).toEqual(['namespace-inference.yaml', 'namespace-there.yaml']);
    const spec = (name: string) =>
      objectIn(tree, `sites/till-1/there/helmrelease.helm.toolkit.fluxcd.io-${name}.yaml`).spec as object;
    expect(spec('operator')).toMatchObject({ timeout: '300s', install: { crds: 'Skip' } });
    expect(spec('operator')).not.toHaveProperty('upgrade');
    expect(spec('other')).toMatchObject({ chart: { spec: { chart: 'other', version: '2.0.0' } } });
    const repositories = resourcesIn(tree, 'sites/till-1').filter((file) => file.includes('helmrepository'));
    expect(repositories.map((file) => objectIn(tree, `sites/till-1/${file}`).spec as object)).toContainEqual({
      interval: '10m',
      type: 'oci',
      url: 'oci://registry.example.com/charts',
    });
  });
});

describe('Argo CD', () => {
  const argoCd = GitOpsEngine.argoCd({ repository: REPOSITORY });

  test('has an application at the site', () => {
    const tree = treeOf(plain, argoCd);
    expect(engineFiles(tree)).toEqual(['clusters/till-1/till-1.yaml']);
    expect(objectIn(tree, 'clusters/till-1/till-1.yaml')).toEqual({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: {
        name: 'till-1',
        namespace: 'argocd',
        annotations: {
          'argocd.argoproj.io/compare-options': 'ServerSideDiff=true',
          'argocd.argoproj.io/sync-wave': '0',
        },
      },
      spec: {
        project: 'default',
        source: { repoURL: REPOSITORY, targetRevision: 'main', path: 'sites/till-1' },
        destination: { server: 'https://kubernetes.default.svc' },
        syncPolicy: {
          automated: { prune: true, selfHeal: true },
          syncOptions: [
            'ServerSideApply=true',
            'SkipDryRunOnMissingResource=true',
            'PruneLast=true',
            'RespectIgnoreDifferences=true',
          ],
          retry: { limit: 20, refresh: true, backoff: { duration: '30s', factor: 2, maxDuration: '10m' } },
        },
      },
    });
  });

  test('in a hub sends each site to its own cluster', () => {
    const tree = treeOf(
      plain,
      GitOpsEngine.argoCd({
        repository: REPOSITORY,
        placement: ArgoCdPlacement.HUB,
        ...{ namespace: 'gitops', project: 'sites', directory: 'fleet', revision: 'v3' },
      }),
    );
    expect(objectIn(tree, 'clusters/till-1/till-1.yaml')).toMatchObject({
      metadata: { namespace: 'gitops' },
      spec: {
        project: 'sites',
        source: { targetRevision: 'v3', path: 'fleet/sites/till-1' },
        destination: { name: 'till-1' },
      },
    });
  });

  test('installs a chart by an application of its own, and then what needs its definitions', () => {
    const tree = treeOf(charted, argoCd);
    const [site, operator, second] = ['till-1', 'till-1.inference.operator', 'till-1.stage-2'].map((name) =>
      objectIn(tree, `clusters/till-1/${name}.yaml`),
    );
    const waves = [site, operator, second].map(
      ({ metadata }) => metadata.annotations['argocd.argoproj.io/sync-wave'] as string,
    );
    expect(waves).toEqual(['0', '1', '2']);
    expect(operator.spec.destination).toEqual({ server: 'https://kubernetes.default.svc', namespace: 'inference' });
    expect(operator.spec.source).toEqual({
      repoURL: 'https://charts.example.com/stable',
      chart: 'operator',
      targetRevision: '1.2.3',
      helm: {
        releaseName: 'operator',
        valuesObject: objectIn(
          treeOf(charted, GitOpsEngine.flux({ repository: REPOSITORY })),
          'sites/till-1/inference/helmrelease.helm.toolkit.fluxcd.io-operator.yaml',
        ).spec.values as object,
      },
    });
    expect(second.spec.source.path).toBe('sites/till-1/stage.2');
    expect(site.spec.ignoreDifferences).toEqual([
      {
        kind: 'ConfigMap',
        name: 'settings',
        namespace: 'inference',
        jsonPointers: ['/metadata/annotations/example.com~1seen', '/data'],
      },
    ]);
    expect(resourcesIn(tree, 'sites/till-1').join()).not.toMatch(/helm/);
  });

  test('knows registries without a scheme, and makes the namespace of a chart', () => {
    const stack = siteStack((parts) =>
      release(parts, 'A', {
        repository: 'oci://public.ecr.aws/karpenter',
        ...{ namespace: 'there', createNamespace: true, skipCrds: true },
      }),
    );
    const { spec } = objectIn(treeOf(stack, argoCd), 'clusters/till-1/till-1.there.operator.yaml');
    expect(spec).toMatchObject({
      source: { repoURL: 'public.ecr.aws/karpenter', helm: { skipCrds: true } },
      syncPolicy: { syncOptions: expect.arrayContaining(['CreateNamespace=true']) },
    });
  });
});

describe('refused', () => {
  test.each([
    ['a Git repository', 'https://git.example.com/fleet.git', []],
    ['one by SSH', 'ssh://git@git.example.com:22/fleet.git', []],
    ['a missing URL', '', ['INVALID_FORMAT repository']],
    ['a URL without a repository', 'https://git.example.com', ['INVALID_FORMAT repository']],
    ['a way that nobody guards', 'http://git.example.com/fleet.git', ['INVALID_FORMAT repository']],
    ['a password', 'https://me:pass-word@git.example.com/fleet.git', ['SECRET_IN_URL repository']],
    ['a password without TLS', 'http://me:pass-word@git.example.com/fleet.git', ['SECRET_IN_URL repository']],
    ['a password of SSH', 'ssh://git:pass-word@git.example.com/fleet.git', ['SECRET_IN_URL repository']],
    ['a token', `https://git.example.com/fleet.git?access_token=x`, ['SECRET_IN_URL repository']],
    ['a folder', '../fleet', ['INVALID_FORMAT repository']],
  ])('or not: %s', (_, repository, ids) => {
    for (const make of [() => GitOpsEngine.argoCd({ repository }), () => GitOpsEngine.flux({ repository })]) {
      const faults = ids.length > 0 ? faultsThrown(make) : (make(), []);
      expect(idsOf(faults)).toEqual(ids);
      expect(reasonsOf(faults).join()).not.toContain('pass-word');
    }
  });

  test('is what only Flux reads', () => {
    expect(idsOf(faultsThrown(() => GitOpsEngine.argoCd({ repository: 'oci://registry.example.com/a' })))).toEqual([
      'INVALID_FORMAT repository',
    ]);
  });

  test('are all options at once', () => {
    const wrong = { repository: REPOSITORY, directory: '../up', revision: 'a b', namespace: 'A' };
    const ids = ['INVALID_FORMAT revision', 'INVALID_FORMAT directory', 'INVALID_NAME namespace'];
    expect(idsOf(faultsThrown(() => GitOpsEngine.argoCd({ ...wrong, project: '' })))).toEqual([
      ...ids,
      'INVALID_NAME project',
    ]);
    const times = { interval: Duration.seconds(1), timeout: Duration.ZERO };
    expect(idsOf(faultsThrown(() => GitOpsEngine.flux({ ...wrong, ...times, repositorySecret: '' })))).toEqual([
      ...ids,
      'INVALID_NAME repositorySecret',
      'OUT_OF_RANGE interval',
      'OUT_OF_RANGE timeout',
    ]);
  });

  test('is a release without an engine', () => {
    const faults = faultsThrown(() => new GitOpsTree({ sites: [{ name: 'a', stack: charted }] }));
    expect(idsOf(faults)).toEqual(['HELM_RELEASE_NOT_RENDERED sites[0].engine']);
  });

  test.each([
    ['a chart of a folder', { chart: './charts/mine', repository: undefined }, 'HELM_CHART_NOT_PUBLISHED', 'chart'],
    ['no version', { version: undefined }, 'HELM_VERSION_MISSING', 'version'],
    ['a secret', { setSensitive: [{ name: 'a', value: 'b' }] }, 'HELM_ARGUMENT_NOT_RENDERED', 'set_sensitive'],
    ['a password', { repositoryPassword: 'x' }, 'HELM_ARGUMENT_NOT_RENDERED', 'repository_password'],
    ['a renderer', { postrender: { binaryPath: 'x' } }, 'HELM_ARGUMENT_NOT_RENDERED', 'postrender'],
    ['a password in a URL', { repository: 'https://a:b@c.example.com/d' }, 'SECRET_IN_MANIFEST', 'repository'],
    ['values that are no map', { values: ['[1]'] }, 'HELM_VALUES_INVALID', 'values[0]'],
    ['values that are no YAML', { values: ['a: [', 'b: 1'] }, 'HELM_VALUES_INVALID', 'values[0]'],
    ['a list by set', { set: [{ name: 'a', value: '{b,c}' }] }, 'HELM_VALUES_INVALID', 'set[0]'],
    ['a path that is none', { set: [{ name: 'a..b', value: 'c' }] }, 'HELM_VALUES_INVALID', 'set[0]'],
  ])('is a release with %s', (_, more, id, property) => {
    const stack = siteStack((parts) => void release(parts, 'Operator', more));
    expect(idsOf(faultsThrown(() => treeOf(stack, GitOpsEngine.flux({ repository: REPOSITORY }))))).toEqual([
      `${id} sites[0].helm_release.Operator.${property}`,
    ]);
  });

  test('is to leave a whole object to others', () => {
    const stack = siteStack((parts) =>
      configMap(parts, 'settings').addOverride('lifecycle', { ignore_changes: 'all' }),
    );
    expect(idsOf(faultsThrown(() => treeOf(stack, GitOpsEngine.argoCd({ repository: REPOSITORY }))))).toEqual([
      'IGNORED_CHANGES_NOT_RENDERED sites[0].kubernetes_config_map_v1.Map-settings.lifecycle.ignore_changes',
    ]);
  });
});

test('the stacks stay as they are', () => {
  const before = Testing.synth(charted);
  treeOf(charted, GitOpsEngine.argoCd({ repository: REPOSITORY }));
  expect(Testing.synth(charted)).toBe(before);
});

test('a reference, which only Terraform knows, is in no option', () => {
  const token = Token.asString({ resolve: () => 'a' });
  const options = { repository: token, revision: token, directory: token, namespace: token };
  const ids = ['repository', 'revision', 'directory', 'namespace'].map((name) => `VALUE_NOT_CONCRETE ${name}`);
  expect(idsOf(faultsThrown(() => GitOpsEngine.argoCd({ ...options, project: token })))).toEqual([
    ...ids,
    'VALUE_NOT_CONCRETE project',
  ]);
  expect(idsOf(faultsThrown(() => GitOpsEngine.flux({ ...options, repositorySecret: token })))).toEqual([
    ...ids,
    'VALUE_NOT_CONCRETE repositorySecret',
  ]);
  expect(idsOf(faultsThrown(() => treeOf(plain, GitOpsEngine.flux({ repository: REPOSITORY })).write(token)))).toEqual([
    'VALUE_NOT_CONCRETE directory',
  ]);
});
