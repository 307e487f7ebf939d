import { Fault, fault } from '../units/fault';
import { hasToken } from './tokens';
import { secretInUrl, withoutSecrets } from '../units/url-secrets';

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
  const secrets = urlSecretFaults(property, url, instead);
  if (secrets.length > 0) return secrets;
  if (hasToken(url) || isHttpUrl(url)) return [];
  return [
    fault(
      'INVALID_FORMAT',
      property,
      `${property} must be a URL that begins with https:// or http://; got ${quotedStart(url)}; for example 'https://alerts.example.com/hook'`,
    ),
  ];
}

/**
 * The fault of a URL of any scheme that holds a secret. The URL itself is not part of the sentence.
 *
 * @param property path of the property
 * @param url its value
 * @param instead how the secret is passed on without being written down
 *
 * @internal
 */
export function urlSecretFaults(property: string, url: string | undefined, instead: string): Fault[] {
  const secret = secretInUrl(url);
  if (url === undefined || secret === undefined) return [];
  const reason = `${property} must not hold a secret, because it becomes part of the state and of the cluster; got ${secret}${hostOf(url)}; ${instead}`;
  return [fault('SECRET_IN_URL', property, reason)];
}

function isHttpUrl(url: unknown): boolean {
  return typeof url === 'string' && !/\s/.test(url) && /^https?:\/\//i.test(url) && URL.canParse(url);
}

function hostOf(url: string): string {
  return hasToken(url) || secretInUrl(url) === undefined || !URL.canParse(url)
    ? ''
    : ` in a URL of '${new URL(url).host}'`;
}

/** Enough to recognize what was given, and no more: it may be a secret. */
function quotedStart(value: unknown): string {
  const text = withoutSecrets(String(value));
  return `'${text.length > 12 ? `${text.slice(0, 12)}...` : text}'`;
}
