import { secretInUrl, withoutSecrets } from '../units/url-secrets';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';

/**
 * The faults of a URL whose answer is trusted or checked: its form, secrets in it, and pages that show a file instead of being it.
 *
 * @param property path of the property
 * @param url the URL
 *
 * @internal
 */
export function sourceUrlFaults(property: string, url: string): Fault[] {
  const secret = secretInUrl(url);
  if (secret !== undefined) {
    // The value is not repeated: messages end up in logs.
    const reason =
      `${property} must not hold a secret, which would be in the state of Terraform and in the cluster; got ${secret}; name a ` +
      "Kubernetes secret instead: ModelSource.urls(files, { name: 'source', key: 'authorization' }), or ModelSource.huggingFace with token";
    return [fault('SECRET_IN_URL', property, reason)];
  }
  if (typeof url !== 'string' || !/^https?:\/\/[^\s'"\\]+$/.test(url) || !URL.canParse(url)) {
    return [fault('INVALID_FORMAT', property, `${property} must be an https URL; got ${givenUrl(url)}`)];
  }
  const cure = pageCure(url);
  return cure === undefined
    ? []
    : [fault('URL_OF_A_PAGE', property, `${property} '${url}' is a page about a file, not the file; ${cure}`)];
}

/**
 * What was given instead of a URL, for messages, without what may be secret in it.
 *
 * @internal
 */
export function givenUrl(value: unknown): string {
  return givenValue(typeof value === 'string' ? withoutSecrets(value) : value);
}

/** What to write instead of the address of a page, as browsers show it; nothing for others. */
function pageCure(url: string): string | undefined {
  const [, scheme, host, page] = /^(https?:\/\/)([^/?#]+)\/?([^?#]*)/.exec(url) ?? [];
  if (host === undefined) return undefined;
  if (/^(www\.)?(huggingface\.co|hf\.co)$/i.test(host)) {
    const file = /^((?:datasets\/|spaces\/)?[^/]+\/[^/]+)\/blob\/(.+)$/.exec(page);
    if (file) return `download '${scheme}${host}/${file[1]}/resolve/${file[2]}'`;
    const repository = /^([^/]+\/[^/]+?)(?:\/(?:tree\/([^/]+).*)?)?$/.exec(page);
    if (!repository) return undefined;
    const revision = repository[2] ?? '<commit>';
    return `give the whole repository as ModelSource.huggingFace({ repository: '${repository[1]}', revision: '${revision}' })`;
  }
  const git = /^([^/]+\/[^/]+)\/blob\/(.+)$/.exec(page);
  if (/^(www\.)?github\.com$/i.test(host) && git) return `download '${scheme}${host}/${git[1]}/raw/${git[2]}'`;
  if (page.includes('/-/blob/')) return `download '${url.replace('/-/blob/', '/-/raw/')}'`;
  return undefined;
}

/** A commit, which always names the same content. */
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Whether a revision of a repository is one commit; branches and tags can be moved.
 *
 * @internal
 */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}
