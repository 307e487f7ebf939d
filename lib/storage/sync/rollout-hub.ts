import { SecretReference, secretFaults } from '../../core/secret-reference';
import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';

/**
 * The Prometheus to which all sites write, as a rollout asks it.
 */
export interface RolloutHub {
  /** Its URL, before `/api/v1/query`, e.g. `http://prometheus.monitoring.svc:9090`; without secrets. */
  readonly url: string;
  /** Label by which sites are told apart there, see `ExpectedSite`. @default 'cluster' */
  readonly siteLabel?: string;
  /** User who may ask, with `password`. @default - none is named */
  readonly username?: string;
  /** Secret of the namespace with the password of `username`; it is read again when it changes. @default - none */
  readonly password?: SecretReference;
  /** Secret of the namespace with a bearer token, in place of user and password; it is read again when it changes. @default - none */
  readonly token?: SecretReference;
  /** Secret of the namespace with the authority that signed the certificate of the hub, in PEM. @default - the public authorities of the image */
  readonly certificateAuthority?: SecretReference;
}

/** Secrets by which it is asked, and the files that they become in the pod. @internal */
export function hubSecrets({ password, token, certificateAuthority }: RolloutHub) {
  const all = { password, token, authority: certificateAuthority };
  return Object.entries(all).flatMap(([file, secret]) => (secret === undefined ? [] : [{ file, secret }]));
}

/** @internal */
export function hubFaults(hub: RolloutHub): Fault[] {
  const { url, siteLabel = 'cluster', username, password, token, certificateAuthority } = hub;
  const unknown = Object.entries({ url, siteLabel, username }).flatMap(([property, value]) =>
    concreteFault(`hub.${property}`, value, 'queries and the network policy are made of it'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => plainUrlFaults('hub.url', url, 'name the secret as hub.password or hub.token'),
    () => {
      const [path] = /\/api\/v1\/(write|query|push)\/?$/.exec(url) ?? [];
      if (path === undefined) return [];
      const reason = `hub.url is asked at <url>/api/v1/query, and ends with '${path}'; leave that out, e.g. 'https://hub.example.com', which is not the URL that sites write to`;
      return [fault('INVALID_FORMAT', 'hub.url', reason)];
    },
    () => (/[?#]/.test(url) ? [fault('INVALID_FORMAT', 'hub.url', QUERY)] : []),
    () => labelFaults(siteLabel),
    () => userFaults(username),
    () => secretFaults('hub.password', password),
    () => secretFaults('hub.token', token),
    () => secretFaults('hub.certificateAuthority', certificateAuthority),
    () => togetherFaults(hub),
  );
}

const QUERY =
  'hub.url must be without a query and a fragment, because the path of the API is put after it; remove them';

/** Reserved labels begin with two underscores: https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
function labelFaults(label: string): Fault[] {
  if (/^(?!__)[A-Za-z_][A-Za-z0-9_]*$/.test(label)) return [];
  const reason = `hub.siteLabel must be the name of a label of Prometheus, letters, digits and '_', e.g. 'cluster'; got ${givenValue(label)}`;
  return [fault('INVALID_NAME', 'hub.siteLabel', reason)];
}

/** A colon would end the name: RFC 7617. */
function userFaults(username: string | undefined): Fault[] {
  if (username === undefined || /^[^\s:]{1,128}$/.test(username)) return [];
  const reason = `hub.username must be 1 to 128 characters without ':' and white space; got ${givenValue(username)}`;
  return [fault('INVALID_NAME', 'hub.username', reason)];
}

function togetherFaults({ url, username, password, token }: RolloutHub): Fault[] {
  const missing = (property: string, other: string) =>
    fault('MISSING_PROPERTY', `hub.${property}`, `hub.${other} is given without hub.${property}; give both`);
  const open = password ? 'password' : 'token';
  return [
    ...(password !== undefined && username === undefined ? [missing('username', 'password')] : []),
    ...(username !== undefined && password === undefined ? [missing('password', 'username')] : []),
    ...(password !== undefined && token !== undefined
      ? [
          fault(
            'CONFLICTING_PROPERTIES',
            'hub.token',
            'hub.token takes the place of hub.password; leave one of them out',
          ),
        ]
      : []),
    ...((password !== undefined || token !== undefined) && /^http:/i.test(url)
      ? [
          fault(
            'CONFLICTING_PROPERTIES',
            'hub.url',
            `hub.url begins with http://, so that everybody on the way can read the ${open}; use https://, or leave hub.${open} out`,
          ),
        ]
      : []),
  ];
}
