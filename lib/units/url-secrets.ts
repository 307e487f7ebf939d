/**
 * Parameters that carry secrets, such as those of presigned URLs. Their names are those of RFC 6750, AWS, Azure, Google, Akamai and GitLab, and what
 * people call theirs.
 */
const PARAMETER = new RegExp(
  [
    'token(?!iz)',
    'secret',
    'passw|passphrase|passcode',
    'signature',
    'credential',
    'api[-_]?key',
    'bearer',
    'authori[sz]ation',
    'session[-_]?(id|key)',
    '(access|private|auth|subscription|account|client|license|shared|master|storage|signing|encryption|service|function|user|app)[-_]?key(id)?$',
    '^(sig|key|auth|code|pass|pwd|pw|jwt|sas|hmac|session|hdnea|hdnts|hdntl)$',
  ].join('|'),
  'i',
);

/** Forms of tokens that say by themselves what they are: of Hugging Face, GitHub, GitLab, Slack, OpenAI and AWS, and JSON web tokens. */
const TOKEN =
  /(?<![A-Za-z0-9])(hf_[A-Za-z0-9]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}|sk-[\w-]{20,}|(AKIA|ASIA)[A-Z0-9]{16}|eyJ[\w-]+\.eyJ[\w-]+\.)/;

/**
 * Whoever knows the path of an incoming webhook can post to its channel, and say of a heartbeat that all is well.
 *
 * @see https://healthchecks.io/docs/slug_urls and https://betterstack.com/docs/uptime/prometheus; those of Squadcast are from memory
 */
const WEBHOOKS: readonly [host: RegExp, path: RegExp][] = [
  [/^hooks\.slack(-gov)?\.com$/, /^\/(services|workflows|triggers)\//],
  [/^((canary|ptb)\.)?discord(app)?\.com$/, /^\/api\/(v\d+\/)?webhooks\//],
  [/(^|\.)(webhook\.office|outlook\.office|outlook\.office365)\.com$/, /^\/webhook/],
  [/^events(\.eu)?\.pagerduty\.com$/, /^\/integration\//],
  [/^chat\.googleapis\.com$/, /^\/v1\/spaces\/.*\/messages/],
  [/^api\.telegram\.org$/, /^\/bot\d+:/],
  [/^hc-ping\.com$/, /^\/./],
  [/^uptime\.betterstack\.com$/, /^\/api\/v\d+\/(.+\/)?(webhook|heartbeat)\/./],
  [/^(api|events)(\.eu)?\.squadcast\.com$/, /^\/v\d+\/incidents\/./],
];

/**
 * What of a URL is a secret, for messages; nothing where none is seen, or where it is no URL. It may be encoded, more than once too, in the part
 * after a `#`, and known to Terraform only: it is in the state all the same.
 *
 * @param url a URL of any scheme
 *
 * @internal
 */
export function secretInUrl(url: unknown): string | undefined {
  if (typeof url !== 'string') return undefined;
  const known = url.trim().replace(/\$\{TfToken\[[^\]]*\]\}/g, 'x');
  if (!/^[a-z][a-z0-9+.-]*:[\\/]/i.test(known)) return undefined;
  if (hasCutPassword(known)) return USER;
  return URL.canParse(known) ? secretPart(new URL(known)) : undefined;
}

/**
 * Whether a text has a token in it, by its form, for messages.
 *
 * @internal
 */
export function tokenForm(text: string): string | undefined {
  return TOKEN.test(text) ? 'a token' : undefined;
}

const USER = 'a user name or password';

/** A user name and a colon, what follows up to the last '@', and the rest. */
const CUT_PASSWORD = /^[a-z][a-z0-9+.-]*:[\\/]+([^\\/?#@:]*):(.*[^\\/])@([^@]*)$/is;
/** A port, and an end of the host for parsers. */
const PORT_AND_MORE = /^\d*[\\/?#]/;
/** What may be a host, rather than the revision, version or digest of something. */
const HOST =
  /^(?!(v?\d+(\.\d+){0,2}(-[\w.]+)?|latest|main|master|head|sha\d+)([:\\/?#]|$))(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d+)?([\\/?#]|$)/i;

/** A port that servers of names without a domain listen on, and an end of the host. */
const LIKELY_PORT = /^(80|443|[1-9]\d{3,4})[\\/?#]/;
/** One label, without a port: a host within a network, or a name in a path. */
const NAME = /^[a-z0-9-]+([\\/?#]|$)/i;

/**
 * Whether a URL has a password that was not encoded, as in `https://user:12/34@host`, where parsers see a host 'user' with a port. A host with
 * a domain, and what follows it, is taken for what it is, and so is a path such as `/image@sha256:...` or `/@scope/package`; a path with an '@' of
 * another meaning has it as `%40`. Behind a likely port, as in `https://hub:8443/a@name`, a name without a domain is part of the path.
 */
function hasCutPassword(url: string): boolean {
  const [, user = '', password, rest = ''] = CUT_PASSWORD.exec(url) ?? [];
  if (password === undefined) return false;
  if (!PORT_AND_MORE.test(password)) return !URL.canParse(url);
  if (user === '') return true;
  return !/[.[]|^localhost$/.test(user) && HOST.test(rest) && !(LIKELY_PORT.test(password) && NAME.test(rest));
}

function secretPart({ username, password, hostname, pathname, search, hash }: URL): string | undefined {
  if (username !== '' || password !== '') return USER;
  if (WEBHOOKS.some(([host, path]) => host.test(hostname) && path.test(pathname))) return 'an incoming webhook';
  const text = decoded(`${pathname}${search}${hash}`);
  const parameter = secretParameter(text);
  if (parameter !== undefined) return `the parameter '${parameter}'`;
  return tokenForm(text);
}

function secretParameter(text: string): string | undefined {
  return [...text.matchAll(/[?&#;,/]([^=?&#;,/]+)=/g)].map(([, name]) => name).find((name) => PARAMETER.test(name));
}

/** What servers may decode once more is a secret, too. */
function decoded(text: string): string {
  let now = text;
  for (let times = 0; times < 3; times++) {
    try {
      now = decodeURIComponent(now.replace(/\+/g, ' '));
    } catch {
      return now;
    }
  }
  return now;
}

/**
 * A value that should be a URL, for messages: without what may be a user name, a password or a parameter, since messages end up in logs.
 *
 * @param value the value
 *
 * @internal
 */
export function withoutSecrets(value: string): string {
  const anonymous = value.replace(/^([a-z][a-z0-9+.-]*:(?=[\\/]))?([\\/]*).*@/is, '$1$2...@');
  const shown =
    secretParameter(decoded(anonymous)) === undefined
      ? anonymous
      : anonymous.replace(/([?#;=]|%3f|%23|%3d).*$/is, '$1...');
  return shown.replace(new RegExp(TOKEN.source, 'g'), '...');
}
