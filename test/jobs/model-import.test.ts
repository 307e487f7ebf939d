import { faultsThrown, idsOf } from '../support/faults';
import { Fn } from 'cdktf';
import { ModelStoreCredentials } from '../../lib/core';
import { HuggingFaceSource, ModelImport, ModelImportProps, ModelSource } from '../../lib/jobs';
import { sourceWarnings } from '../../lib/jobs/source-faults';
import { DataSize, Duration } from '../../lib/units';
import { isDenied } from '../support/iam-policy';
import { TestStore, withSite } from '../serving/support/fixtures';
import { Block } from '../support/synth';

/** Secret with a token of the hub. */
const HUB_TOKEN = { name: 'hub', key: 'token' };

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

test('a restricted Job with a role that may write its own folder, which nothing waits for and nothing removes', () => {
  const { json, grants } = importModel();
  const job = json.only('kubernetes_job_v1');
  expect(job.wait_for_completion).toBe(false);
  expect(job.spec).toMatchObject({ backoff_limit: 10, completions: 1, parallelism: 1, active_deadline_seconds: 86400 });
  expect(job.spec.pod_failure_policy.rule).toEqual([
    { action: 'FailJob', on_exit_codes: { container_name: 'import', operator: 'In', values: [1, 2] } },
    { action: 'Ignore', on_pod_condition: [{ type: 'DisruptionTarget', status: 'True' }] },
  ]);
  expect(job.spec).not.toHaveProperty('ttl_seconds_after_finished');
  expect(grants).toEqual(['write test-inference-import chat/1']);
  const pod = job.spec.template.spec;
  expect(pod).toMatchObject({
    service_account_name: 'import',
    restart_policy: 'Never',
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

describe('the manifest of a complete version', () => {
  const [{ json }, manifest] = [importModel(), 'arn:aws:s3:::models/chat/1/SHA256SUMS'];
  const environment = (made: ReturnType<typeof importModel>) =>
    made.json.only('kubernetes_job_v1').spec.template.spec.container[0].env as { name: string }[];

  test.each([
    ['s3:PutObject', manifest, {}, true],
    ['s3:PutObject', manifest, { 's3:if-none-match': '*' }, false],
    ['s3:DeleteObject', manifest, {}, true],
    ['s3:GetObject', manifest, {}, false],
    ['s3:PutObject', 'arn:aws:s3:::models/chat/1/model.safetensors', {}, false],
    ['s3:DeleteObject', 'arn:aws:s3:::models/chat/1/model.safetensors', {}, false],
  ])('%s of %s in %j is refused to its role: %s', (action, resource, context, refused) => {
    expect(isDenied([json.only('aws_iam_role_policy').policy], { action, resource, context })).toBe(refused);
  });

  test('is written under that condition in S3 only', () => {
    expect(environment(importModel())).toContainEqual({ name: 'MANIFEST_ONCE', value: '1' });
    const other = importModel({}, { name: 'store' });
    expect(environment(other).map(({ name }) => name)).not.toContain('MANIFEST_ONCE');
    expect(other.json.types).not.toContain('aws_iam_role_policy');
  });
});

test('a secret instead of a role', () => {
  const { json, grants } = importModel({}, { name: 'store' });
  expect(grants).toEqual([]);
  const pod = json.only('kubernetes_job_v1').spec.template.spec;
  expect(pod.volume).toContainEqual(expect.objectContaining({ name: 'model-store-credentials' }));
});

describe('another source is another Job', () => {
  const podOf = (props: Partial<ModelImportProps>) =>
    importModel(props).json.only('kubernetes_job_v1').spec.template as { metadata: object; spec: object };
  test.each<[string, Partial<ModelImportProps>]>([
    ['a corrected URL', { source: ModelSource.urls([{ url: 'https://example.com/right.json' }]) }],
    ['a checksum', { source: ModelSource.urls([{ url: 'https://example.com/a.json', sha256: HASH }]) }],
    ['another folder', { source: ModelSource.volumeClaim('models', 'llama') }],
    ['other patterns', { source: ModelSource.volumeClaim('models', undefined, { ignore: ['*.gguf'] }) }],
    ['another revision', { source: ModelSource.huggingFace({ repository: 'a/b', revision: 'b'.repeat(40) }) }],
    ['another version', { version: '2' }],
  ])('%s', (_what, props) => {
    expect(podOf(props)).not.toEqual(podOf({}));
    expect(podOf(props)).toEqual(podOf(props));
  });
});

describe('a repository of the hub', () => {
  const repository = { repository: 'acme/Llama-3.1-8B-Instruct', revision: 'b'.repeat(40) };
  const containerOf = (made: ReturnType<typeof importModel>) =>
    made.json.only('kubernetes_job_v1').spec.template.spec.container[0];
  const environmentOf = (made: ReturnType<typeof importModel>) =>
    Object.fromEntries(containerOf(made).env.map(({ name, value }: { name: string; value: string }) => [name, value]));

  test('by its name, without what is there twice', () => {
    const made = importModel({ source: ModelSource.huggingFace(repository) });
    expect(environmentOf(made)).toMatchObject({
      HUB_REPOSITORY: 'acme/Llama-3.1-8B-Instruct',
      HUB_REVISION: 'b'.repeat(40),
      EXCLUDE: 'original/* metal/*',
      EXCLUDE_BESIDE_SAFETENSORS: expect.stringContaining('consolidated* *.bin'),
      SCRATCH_MIB: '11264',
    });
    for (const name of ['FILE_LIST', 'SOURCE_DIR', 'TOKEN_FILE', 'HUB_ENDPOINT', 'INCLUDE']) {
      expect(environmentOf(made)).not.toHaveProperty(name);
    }
    expect(Object.keys(made.json.only('kubernetes_config_map_v1').data)).toEqual(['import.sh']);
  });

  test('with a token that is nowhere but in its secret', () => {
    const token = { name: 'hub.token', key: 'token' };
    const made = importModel({ source: ModelSource.huggingFace({ ...repository, token }) });
    const { volume } = made.json.only('kubernetes_job_v1').spec.template.spec;
    const items = [{ key: 'token', path: 'token' }];
    const secret = { secret_name: 'hub.token', default_mode: '0440', items };
    expect(volume).toContainEqual({ name: 'token', secret });
    expect(environmentOf(made)).toMatchObject({ TOKEN_FILE: '/var/run/secrets/model-source/token' });
    expect(containerOf(made).volume_mount).toContainEqual({
      name: 'token',
      mount_path: '/var/run/secrets/model-source',
      read_only: true,
    });
  });

  test('of a mirror, with patterns', () => {
    const source = ModelSource.huggingFace({
      ...repository,
      endpoint: 'https://artifacts.example.com/api/hub/',
      allow: ['*.gguf', 'sub/'],
    });
    const environment = environmentOf(importModel({ source }));
    expect(environment).toMatchObject({
      HUB_ENDPOINT: 'https://artifacts.example.com/api/hub',
      INCLUDE: '*.gguf sub/*',
    });
    expect(environment).not.toHaveProperty('EXCLUDE');
    expect(environment).not.toHaveProperty('EXCLUDE_BESIDE_SAFETENSORS');
  });

  test('with nothing left out', () => {
    const environment = environmentOf(importModel({ source: ModelSource.huggingFace({ ...repository, ignore: [] }) }));
    expect(Object.keys(environment).filter((name) => /CLUDE/.test(name))).toEqual([]);
  });

  test('a commit is not warned of, a branch is', () => {
    const warnings = (revision: string) =>
      sourceWarnings(ModelSource.huggingFace({ ...repository, revision })).map(({ id }) => id);
    expect(warnings('b'.repeat(40))).toEqual([]);
    expect(warnings('main')).toEqual(['MOVING_REVISION']);
    const ofFile = (url: string) => sourceWarnings(ModelSource.urls([{ url }])).map(({ id }) => id);
    expect(ofFile('https://huggingface.co/a/b/resolve/main/c')).toEqual(['MOVING_REVISION']);
    expect(ofFile(`https://huggingface.co/a/b/resolve/${'b'.repeat(40)}/c`)).toEqual([]);
    expect(ofFile('https://example.com/resolve/main/c')).toEqual([]);
  });
});

test('stores other than AWS get no checksums that they may not know', () => {
  const json = withSite((site) => {
    Object.assign(site.store, { endpoint: 'https://minio.example', credentials: { name: 'store' } });
    new ModelImport(site.scope, 'Import', { cluster: site.cluster, modelStore: site.store, model: 'chat', source });
  });
  const { env } = json.only('kubernetes_job_v1').spec.template.spec.container[0];
  for (const name of ['AWS_REQUEST_CHECKSUM_CALCULATION', 'AWS_RESPONSE_CHECKSUM_VALIDATION']) {
    expect(env).toContainEqual({ name, value: 'when_required' });
    const ofAws = importModel().json.only('kubernetes_job_v1').spec.template.spec.container[0].env;
    expect(ofAws).not.toContainEqual(expect.objectContaining({ name }));
  }
});

test('another image, deadline and wait', () => {
  const digest = `registry.example.com/tools/aws@sha256:${'a'.repeat(64)}`;
  const props = { awsCliImage: digest, timeout: Duration.hours(1), waitTimeout: Duration.minutes(30) };
  const job = importModel(props).json.only('kubernetes_job_v1');
  expect(job.spec.template.spec.container[0].image).toBe(digest);
  expect(job.spec.active_deadline_seconds).toBe(3600);
  expect(job.timeouts).toEqual({ create: '1800s', update: '1800s' });
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
  ['no room for a file', { largestFile: DataSize.ZERO }, 'OUT_OF_RANGE largestFile'],
  ['a bad model', { model: 'a b' }, 'INVALID_NAME model'],
  ['a bad version', { version: 'a b' }, 'INVALID_NAME version'],
  ['a bad name', { name: 'A' }, 'INVALID_NAME name'],
  ['a bad namespace', { namespace: 'A' }, 'INVALID_NAME namespace'],
  ...[
    'https://user:hf_x@huggingface.co/a/b/resolve/main/c.json',
    'https://hf_x@huggingface.co/a/b/resolve/main/c.json',
    'https://b.s3.amazonaws.com/x?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc',
    'https://b.s3.amazonaws.com/x?AWSAccessKeyId=AKIA&Signature=abc&Expires=1',
    'https://storage.googleapis.com/b/x?X-Goog-Signature=abc',
    'https://a.blob.core.windows.net/c/x?sv=2024&sig=abc',
    'https://civitai.com/api/download/models/1?token=abc',
    'https://gitlab.com/api/v4/x?private_token=abc',
    'https://example.com/x?a=1;access_token=abc',
    'https://example.com/x?%74oken=abc',
  ].map((url): [string, Partial<ModelImportProps>, string] => [
    `a secret in ${url}`,
    urls({ url }),
    'SECRET_IN_URL source.files[0].url',
  ]),
  ...[
    'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct',
    'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct/',
    'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct/tree/main',
    'https://huggingface.co/meta-llama/Llama-3.1-8B-Instruct/blob/main/config.json',
    'https://hf.co/meta-llama/Llama-3.1-8B-Instruct/blob/main/config.json?download=true',
    'https://github.com/onnx/models/blob/main/model.onnx',
    'https://gitlab.com/a/b/-/blob/main/model.onnx',
  ].map((url): [string, Partial<ModelImportProps>, string] => [
    `the page ${url}`,
    urls({ url, path: 'x' }),
    'URL_OF_A_PAGE source.files[0].url',
  ]),
  [
    'a file that is a folder too',
    urls({ url: 'https://a/x/y', path: 'x/y' }, { url: 'https://a/x' }),
    'PATH_WITHIN_FILE source.files[0].path',
  ],
  [
    'a secret for two hosts',
    { source: ModelSource.urls([{ url: 'https://a/x' }, { url: 'https://b/y' }], { name: 'a', key: 'b' }) },
    'SECRET_FOR_SEVERAL_HOSTS source.authorization',
  ],
  ...(
    [
      [{ repository: 'a b' }, 'INVALID_FORMAT source.repository'],
      [{ repository: 'a/b/c' }, 'INVALID_FORMAT source.repository'],
      [{ repository: 'https://huggingface.co/a/b' }, 'INVALID_FORMAT source.repository'],
      [{ repository: 'a/b.git' }, 'INVALID_FORMAT source.repository'],
      [{ repository: 'a/b;rm' }, 'INVALID_FORMAT source.repository'],
      [{ revision: '' }, 'INVALID_FORMAT source.revision'],
      [{ acceptedLicense: 'my license' }, 'INVALID_FORMAT source.acceptedLicense'],
      [
        { repository: 'meta-llama/Llama-3.3-70B-Instruct', token: HUB_TOKEN },
        'LICENSE_NOT_ACCEPTED source.acceptedLicense',
      ],
      ...['Llama-4-Scout-17B-16E-Instruct', 'Llama-Guard-4-12B', 'Llama-Prompt-Guard-2-86M'].map((name) => [
        { repository: `meta-llama/${name}`, token: HUB_TOKEN, acceptedLicense: 'llama3.3' },
        'LICENSE_NOT_ACCEPTED source.acceptedLicense',
      ]),
      [
        { repository: 'meta-llama/Llama-4-Scout-17B-16E', acceptedLicense: 'llama4' },
        'GATED_WITHOUT_TOKEN source.token',
      ],
      [
        { repository: 'meta-llama/Llama-3.2-1B', token: HUB_TOKEN, acceptedLicense: 'llama3.1' },
        'LICENSE_NOT_ACCEPTED source.acceptedLicense',
      ],
      [{ repository: 'meta-llama/Llama-2-7b-hf', acceptedLicense: 'llama2' }, 'GATED_WITHOUT_TOKEN source.token'],
      [{ revision: '$(id)' }, 'INVALID_FORMAT source.revision'],
      [{ endpoint: 'http://hub.example.com' }, 'UNENCRYPTED_WITHOUT_CHECKSUM source.endpoint'],
      [{ endpoint: 'https://me:pw@hub.example.com' }, 'SECRET_IN_URL source.endpoint'],
      [{ endpoint: 'https://hub.example.com?x=1' }, 'INVALID_FORMAT source.endpoint'],
      [{ endpoint: 'hub.example.com' }, 'INVALID_FORMAT source.endpoint'],
      [{ allow: ['a b'] }, 'INVALID_FORMAT source.allow[0]'],
      [{ ignore: ['*.bin', '$(id)'] }, 'INVALID_FORMAT source.ignore[1]'],
      [{ token: { name: 'A', key: 'k' } }, 'INVALID_NAME source.token.name'],
      [{ token: { name: 'a', key: 'k/l' } }, 'INVALID_NAME source.token.key'],
      [{ allow: Fn.split(',', 'a,b') }, 'VALUE_NOT_CONCRETE allow'],
    ] as [Partial<HuggingFaceSource>, string][]
  ).map(([source, id], index): [string, Partial<ModelImportProps>, string] => [
    `the repository ${index}: ${id}`,
    { source: ModelSource.huggingFace({ repository: 'a/b', revision: 'b'.repeat(40), ...source }) },
    id,
  ]),
  [
    'a label of its own',
    { podLabels: { 'app.kubernetes.io/name': 'x' } },
    "RESERVED podLabels['app.kubernetes.io/name']",
  ],
  ['a bad label', { podLabels: { a: 'b c' } }, "INVALID_FORMAT podLabels['a']"],
  ['a bad annotation', { podAnnotations: { 'a b': '' } }, "INVALID_FORMAT podAnnotations['a b']"],
  ['a variable of its own', { environment: { MODEL_URI: 's3://x' } }, "RESERVED environment['MODEL_URI']"],
  ['credentials as a variable', { environment: { AWS_PROFILE: 'x' } }, "RESERVED environment['AWS_PROFILE']"],
  ['a variable of no name', { environment: { 'a b': '' } }, "INVALID_NAME environment['a b']"],
  ['no timeout', { timeout: Duration.ZERO }, 'NOT_A_WHOLE_NUMBER timeout'],
  ['half a second of waiting', { waitTimeout: Duration.milliseconds(1500) }, 'NOT_A_WHOLE_NUMBER waitTimeout'],
  ['retries beyond 32 bits', { retries: 2 ** 31 }, 'NOT_A_WHOLE_NUMBER retries'],
  ['a bad node selector', { nodeSelector: { 'bad key!': 'x' } }, "INVALID_FORMAT nodeSelector['bad key!']"],
  ['negative retries', { retries: -1 }, 'NOT_A_WHOLE_NUMBER retries'],
  ['a token in the list', urls({ url: Fn.lower('https://a/x') }), 'VALUE_NOT_CONCRETE files'],
])('refuses %s', (_what, props, id) => {
  expect(idsOf(faultsThrown(() => importModel(props)))).toEqual([id]);
  expect(() => importModel(props)).toThrow(/test\/Import/);
});

test.each<[string, Partial<HuggingFaceSource>]>([
  ['accepted, with a token', { acceptedLicense: 'llama3.1', token: HUB_TOKEN }],
  ['of a mirror, which may ask for nothing', { endpoint: 'https://hub.example.com' }],
])('a gated repository is imported where it is %s', (_what, given) => {
  const source = { repository: 'meta-llama/Llama-3.1-8B-Instruct', revision: 'b'.repeat(40), ...given };
  const { json } = importModel({ source: ModelSource.huggingFace(source) });
  const { env } = json.only('kubernetes_job_v1').spec.template.spec.container[0] as Block;
  const accepted = (env as Block[]).find(({ name }) => name === 'ACCEPTED_LICENSE');
  expect(accepted?.value).toBe(given.acceptedLicense);
});

test('the pod of an import has the labels, annotations and variables that are given, and its own', () => {
  const { json } = importModel({
    podLabels: { team: 'search' },
    podAnnotations: { 'example.com/owner': 'us' },
    environment: { HTTPS_PROXY: 'http://proxy.example.com:3128' },
  });
  const { metadata, spec } = json.only('kubernetes_job_v1').spec.template;
  expect(metadata.labels).toMatchObject({ team: 'search', 'app.kubernetes.io/name': 'model-import' });
  expect(metadata.annotations).toMatchObject({ 'example.com/owner': 'us' });
  expect(Object.keys(metadata.annotations)).toContain('gpu-inference-constructs/config-checksum');
  const env = spec.container[0].env as Block[];
  expect(env).toContainEqual({ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' });
  expect(env.map(({ name }) => name)).toContain('MODEL_URI');
});

test('a repository without a revision is refused where it is given', () => {
  const source = { repository: 'a/b' } as HuggingFaceSource;
  expect(idsOf(faultsThrown(() => ModelSource.huggingFace(source)))).toEqual(['MISSING_PROPERTY revision']);
});

test('no message repeats a secret', () => {
  const url = 'https://user:hf_secret@huggingface.co/a/b/resolve/main/c.json';
  for (const program of [
    () => importModel({ source: ModelSource.urls([{ url }]) }),
    () => ModelSource.urls([{ url: 'https://a/x' }], 'hf_secret' as never),
  ]) {
    const reasons = faultsThrown(program).map(({ reason }) => reason);
    expect(reasons).not.toEqual([]);
    expect(reasons.join()).not.toContain('hf_secret');
  }
});
