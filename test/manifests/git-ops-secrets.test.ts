import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { SecretV1, SecretV1Config } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { TerraformVariable } from 'cdktf';
import { CustomResources } from '../../lib/kubernetes/custom-resources';
import { generatedSecret } from '../../lib/kubernetes/generated-secret';
import { GitOpsEngine, GitOpsSecrets, GitOpsTree, GitOpsTreeProps } from '../../lib/manifests';
import { Duration } from '../../lib/units';
import { faultsThrown, idsOf, reasonsOf } from '../support/faults';
import { configMap, objectIn, Parts, release, REPOSITORY, resourcesIn, siteStack } from './git-ops-support';

/** What must be in no file, in whatever form. */
const VALUE = 'correct-horse-battery';
const BYTES = Buffer.from('bytes-of-a-key').toString('base64');
const FLUX = GitOpsEngine.flux({ repository: REPOSITORY });
const STORE = GitOpsSecrets.externalSecrets({ clusterStore: 'vault', keyPrefix: 'fleet' });

const secret = ({ stack, meta }: Parts, more: Partial<SecretV1Config> = {}) =>
  new SecretV1(stack, 'Secret', {
    ...meta,
    metadata: { name: 'login', namespace: 'inference', labels: { app: 'chat' } },
    data: { user: 'reader', password: VALUE },
    ...more,
  });
const generated = ({ stack, cluster }: Parts) =>
  generatedSecret(stack, 'Key', {
    ...{ cluster, waitFor: [], namespace: 'inference' },
    secret: { name: 'api-key', key: 'key' },
    labels: { app: 'chat' },
    copies: ['copy'],
  });
const withBoth = () =>
  siteStack((parts) => {
    secret(parts, { binaryData: { 'tls.key': BYTES }, immutable: true });
    generated(parts);
  });
const treeOf = (fill: (parts: Parts) => void, more: Partial<GitOpsTreeProps> = { secrets: STORE, engine: FLUX }) =>
  new GitOpsTree({ sites: [{ name: 'till-1', stack: siteStack(fill) }], ...more });

function expectNoSecret(tree: GitOpsTree): void {
  for (const text of Object.values(tree.files))
    for (const one of [VALUE, Buffer.from(VALUE).toString('base64'), BYTES, 'bytes-of-a-key'])
      expect(text).not.toContain(one);
}

describe('the External Secrets Operator', () => {
  const tree = new GitOpsTree({
    ...{ secrets: STORE, engine: FLUX },
    sites: ['till-1', 'till-2'].map((name) => ({ name, stack: withBoth() })),
  });
  const folder = 'sites/till-1/inference';

  test('fetches what Terraform would write, of an entry for each site', () => {
    const from = (property: string, more = {}) => ({
      secretKey: property,
      remoteRef: { key: 'fleet/till-1/inference/login', property, ...more },
    });
    expect(objectIn(tree, `${folder}/externalsecret.external-secrets.io-login.yaml`)).toEqual({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'login', namespace: 'inference' },
      spec: {
        refreshInterval: '1h',
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
        target: {
          name: 'login',
          creationPolicy: 'Owner',
          immutable: true,
          template: { type: 'Opaque', metadata: { labels: { app: 'chat' } } },
        },
        data: [from('password'), from('user'), from('tls.key', { decodingStrategy: 'Base64' })],
      },
    });
    expect(tree.files['sites/till-2/inference/externalsecret.external-secrets.io-login.yaml']).toContain(
      'fleet/till-2/inference/login',
    );
  });

  test('makes up what Helm would make up, once', () => {
    expect(objectIn(tree, `${folder}/password.generators.external-secrets.io-api-key.yaml`)).toEqual({
      apiVersion: 'generators.external-secrets.io/v1alpha1',
      kind: 'Password',
      metadata: { name: 'api-key', namespace: 'inference' },
      spec: { length: 48, symbols: 0, noUpper: false, allowRepeat: true },
    });
    expect(objectIn(tree, `${folder}/externalsecret.external-secrets.io-api-key.yaml`)).toEqual({
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { name: 'api-key', namespace: 'inference' },
      spec: {
        refreshPolicy: 'CreatedOnce',
        target: {
          name: 'api-key',
          creationPolicy: 'Owner',
          template: {
            type: 'Opaque',
            metadata: { labels: { app: 'chat' } },
            data: { key: '{{ .password }}', copy: '{{ .password }}' },
          },
        },
        dataFrom: [
          {
            sourceRef: {
              generatorRef: {
                apiVersion: 'generators.external-secrets.io/v1alpha1',
                kind: 'Password',
                name: 'api-key',
              },
            },
          },
        ],
      },
    });
  });

  test('is told nothing of the value, and the tree says where it must be', () => {
    expectNoSecret(tree);
    expect(tree.secrets.slice(0, 2)).toEqual([
      { site: 'till-1', namespace: 'inference', name: 'api-key', keys: ['key', 'copy'] },
      {
        ...{ site: 'till-1', namespace: 'inference', name: 'login', keys: ['password', 'user', 'tls.key'] },
        storeKey: 'fleet/till-1/inference/login',
      },
    ]);
  });

  test('takes a store of the namespace, and asks as often as is said', () => {
    const secrets = GitOpsSecrets.externalSecrets({ store: 'local', refreshInterval: Duration.minutes(5) });
    const own = treeOf((parts) => void secret(parts), { secrets });
    expect(objectIn(own, `${folder}/externalsecret.external-secrets.io-login.yaml`).spec).toMatchObject({
      refreshInterval: '5m',
      secretStoreRef: { kind: 'SecretStore', name: 'local' },
    });
    expect(own.secrets[0].storeKey).toBe('till-1/inference/login');
  });

  test('needs no store for what is made up', () => {
    const secrets = GitOpsSecrets.externalSecrets({});
    expect(treeOf((parts) => void generated(parts), { secrets }).secrets).toHaveLength(1);
  });
});

describe('SOPS', () => {
  const tree = new GitOpsTree({
    sites: [{ name: 'till-1', stack: withBoth() }],
    ...{ secrets: GitOpsSecrets.sops(), engine: FLUX },
  });
  const files = ['api-key', 'login'].map((name) => `sites/till-1/inference/secret-${name}.sops.yaml`);

  test('names the files that must be there, and has Flux decrypt them', () => {
    expect(tree.secrets.map(({ encryptedFile }) => encryptedFile)).toEqual(files);
    expect(resourcesIn(tree, 'sites/till-1')).toEqual([
      'namespace-inference.yaml',
      'inference/secret-api-key.sops.yaml',
      'inference/secret-login.sops.yaml',
    ]);
    expect(objectIn(tree, 'clusters/till-1/till-1.yaml').spec.decryption).toEqual({
      provider: 'sops',
      secretRef: { name: 'sops-age' },
    });
    expectNoSecret(tree);
  });

  test('writes none of them, says which are lacking, and refuses one in the clear', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tree-'));
    try {
      expect(tree.write(folder)).toEqual(files);
      mkdirSync(path.dirname(path.join(folder, files[1])), { recursive: true });
      writeFileSync(path.join(folder, files[1]), 'kind: Secret\ndata: ENC\nsops:\n  mac: x\n');
      expect(tree.write(folder)).toEqual([files[0]]);
      writeFileSync(path.join(folder, files[0]), `kind: Secret\nstringData:\n  key: ${VALUE}\n`);
      const faults = faultsThrown(() => tree.write(folder));
      expect(idsOf(faults)).toEqual(['SECRET_NOT_ENCRYPTED directory']);
      expect(reasonsOf(faults).join()).not.toContain(VALUE);
      expect(readFileSync(path.join(folder, files[1]), 'utf8')).toContain('sops:');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('takes another key; a site without secrets needs none', () => {
    const secrets = GitOpsSecrets.sops({ keySecret: 'key' });
    const spec = (fill: (parts: Parts) => void) =>
      objectIn(treeOf(fill, { secrets, engine: FLUX }), 'clusters/till-1/till-1.yaml').spec as object;
    expect(spec((parts) => void secret(parts))).toMatchObject({ decryption: { secretRef: { name: 'key' } } });
    expect(spec(() => undefined)).not.toHaveProperty('decryption');
  });

  test('is not for Argo CD, which does not decrypt', () => {
    const engine = GitOpsEngine.argoCd({ repository: REPOSITORY });
    const secrets = GitOpsSecrets.sops();
    expect(idsOf(faultsThrown(() => treeOf((parts) => void secret(parts), { engine, secrets })))).toEqual([
      'ENGINE_DOES_NOT_DECRYPT sites[0].secrets',
    ]);
    expect(treeOf(() => undefined, { engine, secrets }).secrets).toEqual([]);
  });
});

describe('refused', () => {
  const ids = (fill: (parts: Parts) => void, more?: Partial<GitOpsTreeProps>) => {
    const faults = faultsThrown(() => treeOf(fill, more));
    expect(reasonsOf(faults).join()).not.toContain(VALUE);
    return idsOf(faults);
  };

  test('is a secret without a store', () => {
    expect(ids((parts) => void secret(parts), {})).toEqual(['SECRET_WITHOUT_STORE sites[0].secrets']);
    expect(ids((parts) => void generated(parts), {})).toEqual(['SECRET_WITHOUT_STORE sites[0].secrets']);
    const secrets = GitOpsSecrets.externalSecrets({});
    expect(ids((parts) => void secret(parts), { secrets })).toEqual(['SECRET_WITHOUT_STORE sites[0].secrets']);
  });

  test.each(['plain', 'in Base64', 'within a text'])('is its value in another object, %s', (form) => {
    const text = { plain: VALUE, 'in Base64': Buffer.from(VALUE).toString('base64') }[form] ?? `password=${VALUE};`;
    expect(
      ids((parts) => {
        secret(parts);
        configMap(parts, 'settings', { login: text });
      }),
    ).toEqual(['SECRET_IN_MANIFEST sites[0].stack']);
  });

  test('is its value in what a chart is given', () => {
    expect(
      ids((parts) => {
        secret(parts);
        release(parts, 'Operator', { values: [JSON.stringify({ password: VALUE })] });
      }),
    ).toEqual(['SECRET_IN_MANIFEST sites[0].stack']);
  });

  test('is a secret among custom resources', () => {
    const resources = [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, stringData: { a: VALUE } }];
    expect(
      ids(
        ({ stack, cluster }) =>
          void new CustomResources(stack, 'Own', { cluster, releaseName: 'own', namespace: 'inference', resources }),
      ),
    ).toEqual(['SECRET_IN_MANIFEST sites[0].stack']);
  });

  test('is what Terraform knows to be secret, also with a value', () => {
    const fill = (parts: Parts) => {
      const variable = new TerraformVariable(parts.stack, 'password', { type: 'string', sensitive: true });
      configMap(parts, 'settings', { login: variable.stringValue, other: '${random_password.db.result}' });
    };
    const values = { 'var.password': VALUE, 'random_password.db.result': VALUE };
    const faults = faultsThrown(() => new GitOpsTree({ sites: [{ name: 'a', stack: siteStack(fill), values }] }));
    expect(idsOf(faults)).toEqual(
      ['login', 'other'].map((key) => `SECRET_IN_MANIFEST sites[0].kubernetes_config_map_v1.Map-settings.data.${key}`),
    );
  });

  test('is a secret of which only Terraform knows the keys', () => {
    expect(
      ids((parts) => secret(parts, { data: undefined }).addOverride('data', '${aws_secretsmanager_secret.a.map}')),
    ).toEqual(['SECRET_KEYS_UNKNOWN sites[0].kubernetes_secret_v1.Secret.data']);
  });

  test('are stores that exclude each other, and options that are none', () => {
    const bad = { clusterStore: 'a', store: 'b', keyPrefix: '/a/', refreshInterval: Duration.ZERO };
    expect(idsOf(faultsThrown(() => GitOpsSecrets.externalSecrets(bad)))).toEqual([
      'CONFLICTING_PROPERTIES store',
      'INVALID_FORMAT keyPrefix',
      'OUT_OF_RANGE refreshInterval',
    ]);
    expect(idsOf(faultsThrown(() => GitOpsSecrets.externalSecrets({ clusterStore: 'A' })))).toEqual([
      'INVALID_NAME clusterStore',
    ]);
    expect(idsOf(faultsThrown(() => GitOpsSecrets.sops({ keySecret: 'a/b' })))).toEqual(['INVALID_NAME keySecret']);
  });
});

test('a secret that something else fills is an object like others; write-only values are read by their keys', () => {
  const tree = treeOf((parts) => {
    secret(parts, { data: undefined, type: 'kubernetes.io/service-account-token' });
    new SecretV1(parts.stack, 'Written', {
      ...parts.meta,
      metadata: { name: 'written', namespace: 'inference' },
    }).addOverride('data_wo', { key: '${ephemeral.random_password.a.result}' });
  });
  expect(objectIn(tree, 'sites/till-1/inference/secret-login.yaml')).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'login', namespace: 'inference', labels: { app: 'chat' } },
    type: 'kubernetes.io/service-account-token',
  });
  expect(tree.secrets).toMatchObject([{ name: 'written', keys: ['key'] }]);
});
