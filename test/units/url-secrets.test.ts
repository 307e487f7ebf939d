import { plainUrlFaults } from '../../lib/core/url-faults';
import { secretInUrl, withoutSecrets } from '../../lib/units/url-secrets';
import { sourceUrlFaults } from '../../lib/jobs/source-url';
import { ImageRegistry } from '../../lib/kubernetes/image-registry';

const HUB = `hf_${'aB3dE5gH'.repeat(4)}`;

describe('a secret in a URL is seen', () => {
  test.each([
    'https://user:hunter2@host.example/a',
    'https://hunter2@host.example/a',
    'https://user%3Ahunter2@host.example/a',
    'https://%75ser:hunter%32@host.example/a',
    'https://user:hun@ter2@host.example/a',
    'HTTPS://user:hunter2@host.example/a',
    'https:/user:hunter2@host.example/a',
    'https:\\\\user:hunter2@host.example\\a',
    ' https://user:hunter2@host.example/a',
    'https://user:hunter2@host.example/a b',
    'ftp://user:hunter2@host.example/a',
    's3://user:hunter2@host.example/a',
    'socks5://user:hunter2@host.example:1080',
    'https://user:hunter2@${TfToken[TOKEN.7]}/a',
    'https://${TfToken[TOKEN.7]}@host.example/a',
    // Passwords that a '/', '?' or '#' ends for parsers, with and without what may be a port before it.
    'https://user:12/34@host',
    'https://user:12/34@host/path',
    'https://user:12\\34@10.0.0.1:8443/x',
    'https://user:12?34@host.example/a',
    'https://user:12#34@host.example:8443/a',
    'https://user:12/3@4@host.example/a',
    'https://user:/hunter2@host.example/a',
    'https://user:hun/ter2@host.example/a',
    'https://user:hun#ter2@host.example/a',
    'https://:12/34@host',
    'oci://user:12/34@[::1]/models',
    'https://user:1234/x@host.example',
    'https://user:1234/x@host:8443/a',
  ])('as a user name or password: %s', (url) => expect(secretInUrl(url)).toBe('a user name or password'));

  test.each([
    'https://host:8443/@scope/package',
    'https://registry:5000/image@sha256:12ab',
    'https://registry.example:5000/image:v1@sha256:12ab',
    'https://hub:8443/a@name',
    'https://hub:443/models/a@name/config.json',
    'http://minio:9000/a@b?x=1',
    'https://cdn:8080/package@latest',
    'https://cdn:8080/package@3.2.1/index.js',
    'https://hub:443/models/llama@v1.2/config.json',
    'https://hub.example:8443/users/bob@host.example',
    'http://localhost:8080/bob@host',
    'http://[::1]:80/a@b',
    'http://alerts:9093/api',
  ])('and no password where an @ is part of the path: %s', (url) => expect(secretInUrl(url)).toBeUndefined());

  test('is refused where the URL cannot be read as one, without a word of it', () => {
    const [{ id, reason }] = plainUrlFaults('url', 'https://user:hun/ter2@host.example/a', 'use a secret');
    expect(id).toBe('SECRET_IN_URL');
    expect(reason).not.toMatch(/hun|ter2/);
  });

  test.each([
    ...[
      'token',
      '%74oken',
      '%2574oken',
      'x=1;token',
      'x=1&amp;sig',
      'x=1%26token',
      'x[token]',
      'access_token',
      'private-token',
    ],
    ...[
      'X-Amz-Signature',
      'X-Goog-Credential',
      'X-Amz-Security-Token',
      'AWSAccessKeyId',
      'OSSAccessKeyId',
      'sig',
      'Signature',
    ],
    ...[
      'jwt',
      'pwd',
      'pass',
      'PASSWORD',
      'passphrase',
      'bearer',
      'Authorization',
      'auth',
      'auth_key',
      'sessionid',
      'hdnea',
      'hmac',
    ],
    ...[
      'apikey',
      'api-key',
      'access_key',
      'accessKey',
      'private_key',
      'subscription-key',
      'client_secret',
      'code',
      'key',
    ],
  ])('as the parameter %s, wherever it is', (name) => {
    for (const before of ['?', '#', '#?', ';', '/', '%3F']) {
      expect(secretInUrl(`https://host.example/a${before}${name}=hunter2`)).toMatch(/^the parameter '/);
    }
  });

  test.each([
    HUB,
    `ghp_${'a1'.repeat(18)}`,
    `glpat-${'a1'.repeat(10)}`,
    'AKIAIOSFODNN7EXAMPLE',
    `eyJ${'a'.repeat(9)}.eyJ${'b'.repeat(9)}.${'c'.repeat(9)}`,
  ])('by its own form: %s', (token) => {
    for (const url of [
      `https://h.example/${token}/a`,
      `https://h.example/a?x=${token}`,
      `https://h.example/a#${token}`,
    ]) {
      expect(secretInUrl(url)).toBe('a token');
    }
  });

  test.each([
    'https://hooks.slack.com/services/T0/B0/0a1b2c3d',
    'https://hooks.slack.com/workflows/T0/A0/1/0a1b2c3d',
    'https://discord.com/api/webhooks/1/0a1b2c3d',
    'https://ptb.discordapp.com/api/v10/webhooks/1/0a1b2c3d',
    'https://example.webhook.office.com/webhookb2/0a1b2c3d/IncomingWebhook/1/2',
    'https://events.pagerduty.com/integration/0a1b2c3d/enqueue',
    'https://api.telegram.org/bot1:XXX/sendMessage',
    'https://hc-ping.com/0a11ce00-0000-4000-8000-000000000001',
    'https://hc-ping.com/0a1b2c3d/slug/fail',
    'https://uptime.betterstack.com/api/v1/heartbeat/0a1b2c3d',
    'https://uptime.betterstack.com/api/v1/prometheus/webhook/0a1b2c3d',
    'https://api.squadcast.com/v2/incidents/prometheus/0a1b2c3d',
    'https://events.eu.squadcast.com/v2/incidents/api/0a1b2c3d',
  ])('as an incoming webhook: %s', (url) => expect(secretInUrl(url)).toBe('an incoming webhook'));
});

test.each([
  'https://huggingface.co/a/b/resolve/main/tokenizer.json?download=true',
  'https://host.example/a?tokenizer=fast&file=special_tokens_map.json&author=me&monkey=1&passage=2',
  'https://host.example/@scope/name@1.2.3/secrets.md',
  'https://host.example:8443/a%20b?version=1#part',
  'https://discord.com/blog',
  'http://s3.example.com:9000',
  'models/llama',
  '',
])('no secret is seen in %s', (url) => {
  expect(secretInUrl(url)).toBeUndefined();
  expect(withoutSecrets(url).replace(/^.*@/, '')).toBe(url.replace(/^.*@/, ''));
});

test.each([
  'user:hunter2@host.example/a',
  '//user:hunter2@host.example/a',
  'https://user:hunter2@host.example:99999/a',
  'https://user:hun/ter2@host.example/a',
  'https://user:hunter2 @host.example/a',
  'https://us er:x@host.example/a?token=hunter2',
  'host.example/a?token=hunter2',
  'host.example/a?sig=hunter2',
  'host.example/a%3Ftoken=hunter2',
  'host.example/a#access_token=hunter2',
  `host.example/${HUB}`,
])('what is no URL is told without its secret: %s', (value) => {
  for (const faults of [sourceUrlFaults('url', value), plainUrlFaults('url', value, 'pass it otherwise')]) {
    expect(faults).toHaveLength(1);
    expect(faults[0].reason).not.toMatch(new RegExp(`hunter2|hun/ter2|${HUB}`));
    if (secretInUrl(value) === undefined) expect(faults[0].reason).toContain('...');
  }
});

test.each(['user:hunter2@registry.example', 'hunter2@registry.example/mirror'])('a mirror without %s', (host) => {
  expect(() => ImageRegistry.mirror(host)).toThrow('host must not hold a secret');
  expect(() => ImageRegistry.mirror(host)).not.toThrow('hunter2');
});
