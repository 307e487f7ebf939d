import { GpuInstanceType } from '../../lib/catalog';
import { ServingImage } from '../../lib/images';
import { ModelSource } from '../../lib/jobs';
import { podFaults } from '../../lib/jobs/pod-faults';
import { ResponseCache } from '../../lib/serving';
import { literalSecret, literalSecretFaults } from '../../lib/units/literal-secrets';
import { faultsThrown, idsOf } from '../support/faults';
import { deploy } from '../serving/support/fixtures';
import { deployVllm } from '../serving/support/vllm-fixtures';

const HUB = `hf_${'aB3dE5gH'.repeat(4)}`;

test.each([
  ['HF_TOKEN', 'abcdef'],
  ['AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG'],
  ['MY_API_KEY', 'abcd-efgh'],
  ['DB_PASSWORD', 'hunter2'],
  ['CLIENT_SECRET', 'hunter2'],
  ['password', 'hunter2'],
  ['com.example.token', 'hunter2'],
  ['ANYTHING', HUB],
  ['ANYTHING', `x=${HUB}`],
  ['ANYTHING', `ghp_${'a1B2'.repeat(9)}`],
  ['AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE'],
  ['HTTPS_PROXY', 'http://me:hunter2@proxy:3128'],
  ['DATABASE_URL', 'postgres://u:hunter2$(PW)@db/x'],
  ['DATABASE_URL', 'postgres://u:$$(hunter2)@db/x'],
  ['HOOK', 'https://h.example/x?a=1&token=hunter2$(X)'],
  ['API_KEY', 'hunter2$(X)'],
  ['API_KEY', '$$(hunter2)'],
])('%s=%s is a secret, which is not repeated', (name, value) => {
  expect(literalSecret(name, value)).toBeDefined();
  const [{ id, property, reason }] = literalSecretFaults('environment', { [name]: value }, () => 'use another way');
  expect([id, property]).toEqual(['LITERAL_SECRET', `environment['${name}']`]);
  expect(reason).not.toContain(value);
  expect(reason).not.toMatch(/hunter2|hf_|ghp_|AKIA/);
});

test.each([
  ['HF_TOKEN', ''],
  ['OPENAI_API_KEY', 'EMPTY'],
  ['HF_HUB_DISABLE_IMPLICIT_TOKEN', '1'],
  ['MAX_TOKEN', '4096'],
  ['HF_TOKEN_PATH', '/etc/hub/token'],
  ['SSL_KEY', '/etc/tls/tls.key'],
  ['SSH_PUBLIC_KEY', 'ssh-ed25519 AAAAC3'],
  ['TOKENIZERS_PARALLELISM', 'false'],
  ['KEYBOARD', 'german'],
  ['API_KEY', '$(OTHER_VARIABLE)'],
  ['AUTH_TOKEN', 'Bearer $(TOKEN)'],
  ['API_KEY', '$(TENANT):$(KEY)'],
  ['DATABASE_URL', 'postgres://u:$(DB_PASSWORD)@db:5432/x'],
  ['DATABASE_URL', 'postgres://$(DB_USER):$(DB_PASSWORD)@db:5432/x?sslmode=require'],
  ['HTTPS_PROXY', 'http://$(TOKEN)@proxy:3128'],
  ['HOOK', 'https://h.example/x?token=$(TOKEN)&a=1'],
  ['API_KEY', '${TfToken[TOKEN.7]}'],
  ['EOS_TOKEN', '<|im_end|>'],
  ['VLLM_LOGGING_LEVEL', 'DEBUG'],
  ['org.opencontainers.image.source', 'https://git.example.com/team/serving'],
])('%s=%s is none', (name, value) => {
  expect(literalSecret(name, value)).toBeUndefined();
});

describe('is refused', () => {
  const environment = { HF_TOKEN: 'abcdef' };
  const sidecar = { name: 'proxy', image: 'example.test/proxy:1', environment };

  test.each<[string, () => unknown, string]>([
    ['of Triton', () => deploy({ environment }), "environment['HF_TOKEN']"],
    ['of vLLM', () => deployVllm({ environment }), "environment['HF_TOKEN']"],
    ['of a sidecar', () => deployVllm({ sidecars: [sidecar] }), "sidecars[0].environment['HF_TOKEN']"],
    ['before the server', () => deploy({ initContainers: [sidecar] }), "initContainers[0].environment['HF_TOKEN']"],
    [
      'of a cache',
      () =>
        deploy({
          instanceType: GpuInstanceType.G5_XLARGE,
          responseCache: ResponseCache.custom('redis', { host: 'redis', password: 'hunter2' }),
        }),
      "responseCache.settings['password']",
    ],
    ['in a label', () => ServingImage.vllm({ labels: { 'com.example.token': HUB } }), "labels['com.example.token']"],
  ])('%s', (_, make, property) => {
    expect(idsOf(faultsThrown(make))).toContain(`LITERAL_SECRET ${property}`);
  });

  test('of an import', () => {
    const props = { environment, model: 'm', source: ModelSource.volumeClaim('a') };
    expect(idsOf(podFaults(props as never))).toEqual(["LITERAL_SECRET environment['HF_TOKEN']"]);
  });
});
