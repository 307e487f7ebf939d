import { Fault, fault } from '../units/fault';
import { hasToken } from './tokens';

/** Parameters of queries that carry secrets, such as those of presigned URLs. */
const SECRET_PARAMETER = /token|secret|passw|signature|credential|api[-_]?key|^(sig|key|auth|code)$/i;

/**
 * The faults of a URL that is written into configuration: something else than a URL, or one that holds a secret, which everybody who can
 * read the state or the configuration could read too. The URL itself is not part of the sentence.
 *
 * @param property path of the property
 * @param url its value
 * @param instead how the secret is passed on without being written down
 *
 * @internal
 */
export function plainUrlFaults(property: string, url: string, instead: string): Fault[] {
  if (hasToken(url)) return [];
  const parsed = parsedUrl(url);
  if (!parsed)
    return [
      fault(
        'INVALID_FORMAT',
        property,
        `${property} must be a URL that begins with https:// or http://; got ${quotedStart(url)}; for example 'https://alerts.example.com/hook'`,
      ),
    ];
  const secret = secretPart(parsed);
  if (secret === undefined) return [];
  return [
    fault(
      'SECRET_IN_URL',
      property,
      `${property} must not hold a secret, because it becomes part of the state and of a ConfigMap; got ${secret} in a URL of ` +
        `'${parsed.host}'; ${instead}`,
    ),
  ];
}

function parsedUrl(url: unknown): URL | undefined {
  if (typeof url !== 'string' || /\s/.test(url)) return undefined;
  try {
    const parsed = new URL(url);
    return /^https?:$/.test(parsed.protocol) && /^https?:\/\//i.test(url) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What of a URL is a secret, for messages; nothing where none is, or where it is no URL.
 *
 * @internal
 */
export function secretInUrl(url: string): string | undefined {
  const parsed = parsedUrl(url);
  return parsed && secretPart(parsed);
}

function secretPart({ username, password, search, hostname, pathname }: URL): string | undefined {
  if (username !== '' || password !== '') return 'a user name or password';
  // Some servers take a semicolon between parameters, too.
  const parameters = new URLSearchParams(search.replace(/;/g, '&'));
  const parameter = [...parameters.keys()].find((name) => SECRET_PARAMETER.test(name));
  if (parameter !== undefined) return `the parameter '${parameter}'`;
  // Whoever knows the path of an incoming webhook can post to its channel.
  return hostname === 'hooks.slack.com' && pathname.startsWith('/services/') ? 'an incoming webhook' : undefined;
}

/** Enough to recognize what was given, and no more: it may be a secret. */
function quotedStart(value: unknown): string {
  const text = String(value);
  return `'${text.length > 12 ? `${text.slice(0, 12)}...` : text}'`;
}
