import { faultsThrown, idsOf } from '../support/faults';
import { Fn } from 'cdktf';
import { ModelStoreCredentials } from '../../lib/core';
import { ModelImport, ModelImportProps, ModelSource } from '../../lib/jobs';
import { DataSize } from '../../lib/units';
import { TestStore, withSite } from '../serving/support/fixtures';

const HASH = 'a'.repeat(64);
const source = ModelSource.urls([
  { url: 'https://example.com/llama/model-1.safetensors?download=true', sha256: HASH },
  { url: 'https://example.com/llama/config.json', path: 'conf/config.json' },
]);

function importModel(props: Partial<ModelImportProps> = {}, credentials?: ModelStoreCredentials) {
  let store: TestStore | undefined;
  const json = withSite((site) => {
    store = site.store;
    store.credentials = credentials;
    new ModelImport(site.scope, 'Import', {
      cluster: site.cluster,
      modelStore: site.store,
      model: 'chat',
      source,
      ...props,
    });
  });
  return { json, grants: store!.grants };
}

test('a restricted Job with a role that may write, which nothing waits for and nothing removes', () => {
  const { json, grants } = importModel();
  const job = json.only('kubernetes_job_v1');
  expect(job.wait_for_completion).toBe(false);
  expect(job.spec).toMatchObject({ backoff_limit: 10, completions: 1, parallelism: 1 });
  expect(job.spec).not.toHaveProperty('ttl_seconds_after_finished');
  expect(grants).toEqual(['write test-inference-import']);
  const pod = job.spec.template.spec;
  expect(pod).toMatchObject({
    service_account_name: 'import',
    restart_policy: 'OnFailure',
    automount_service_account_token: false,
  });
  expect(pod.security_context).toMatchObject({ run_as_non_root: true, seccomp_profile: { type: 'RuntimeDefault' } });
  expect(pod.container[0].security_context).toMatchObject({ run_as_non_root: true, read_only_root_filesystem: true });
  expect(json.only('kubernetes_namespace_v1').metadata.labels).toMatchObject({
    'pod-security.kubernetes.io/enforce': 'restricted',
  });
});

test('lists the files with their checksums and paths', () => {
  const { json } = importModel({ version: '65b' });
  expect(json.only('kubernetes_config_map_v1').data.files).toBe(
    `${HASH} model-1.safetensors https://example.com/llama/model-1.safetensors?download=true\n` +
      `- conf/config.json https://example.com/llama/config.json\n`,
  );
  const [container] = json.only('kubernetes_job_v1').spec.template.spec.container;
  expect(container.env).toContainEqual({ name: 'MODEL_URI', value: 's3://models/chat/65b' });
  expect(container.env).toContainEqual({ name: 'FILE_LIST', value: '/etc/model-import/files' });
});

test('has disk for the largest file', () => {
  const pod = importModel({ largestFile: DataSize.gib(40) }).json.only('kubernetes_job_v1').spec.template.spec;
  expect(pod.volume).toContainEqual({ name: 'scratch', empty_dir: { size_limit: '41984Mi' } });
  expect(pod.container[0].resources.requests['ephemeral-storage']).toBe('43008Mi');
});

test('reads a volume without writing to it', () => {
  const { json } = importModel({ source: ModelSource.volumeClaim('models', 'llama/8b') });
  const pod = json.only('kubernetes_job_v1').spec.template.spec;
  expect(pod.volume).toContainEqual({
    name: 'source',
    persistent_volume_claim: { claim_name: 'models', read_only: true },
  });
  expect(pod.container[0].volume_mount).toContainEqual({ name: 'source', mount_path: '/source', read_only: true });
  expect(pod.container[0].env).toContainEqual({ name: 'SOURCE_DIR', value: '/source/llama/8b' });
});

test('a secret instead of a role', () => {
  const { json, grants } = importModel({}, { secretName: 'store' });
  expect(grants).toEqual([]);
  const pod = json.only('kubernetes_job_v1').spec.template.spec;
  expect(pod.volume).toContainEqual(expect.objectContaining({ name: 'model-store-credentials' }));
});

const urls = (...files: Parameters<typeof ModelSource.urls>[0]) => ({ source: ModelSource.urls(files) });

test.each<[string, Partial<ModelImportProps>, string]>([
  ['no files', urls(), 'EMPTY_LIST source.files'],
  [
    'an unencrypted URL without a checksum',
    urls({ url: 'http://a/b' }),
    'UNENCRYPTED_WITHOUT_CHECKSUM source.files[0].url',
  ],
  ['something that is no URL', urls({ url: 'ftp://a/b' }), 'INVALID_FORMAT source.files[0].url'],
  ['a URL that ends in nothing', urls({ url: 'https://a/' }), 'INVALID_FORMAT source.files[0].path'],
  ['a path out of the folder', urls({ url: 'https://a/b', path: '../b' }), 'INVALID_FORMAT source.files[0].path'],
  ['the manifest as a file', urls({ url: 'https://a/SHA256SUMS' }), 'RESERVED source.files[0].path'],
  ['two files of one path', urls({ url: 'https://a/x' }, { url: 'https://b/x' }), 'DUPLICATE source.files[1].path'],
  ['a short checksum', urls({ url: 'https://a/x', sha256: 'abc' }), 'INVALID_FORMAT source.files[0].sha256'],
  ['a bad claim', { source: ModelSource.volumeClaim('No') }, 'INVALID_NAME source.claimName'],
  ['a folder out of the volume', { source: ModelSource.volumeClaim('a', '../b') }, 'INVALID_FORMAT source.folder'],
  ['a bad model', { model: 'a b' }, 'INVALID_NAME model'],
  ['a bad version', { version: 'a b' }, 'INVALID_NAME version'],
  ['a bad name', { name: 'A' }, 'INVALID_NAME name'],
  ['a bad namespace', { namespace: 'A' }, 'INVALID_NAME namespace'],
  ['negative retries', { retries: -1 }, 'NOT_A_WHOLE_NUMBER retries'],
  ['a token in the list', urls({ url: Fn.lower('https://a/x') }), 'VALUE_NOT_CONCRETE files'],
])('refuses %s', (_what, props, id) => {
  expect(idsOf(faultsThrown(() => importModel(props)))).toEqual([id]);
  expect(() => importModel(props)).toThrow(/test\/Import/);
});
