import { concreteFault } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { secretInUrl, withoutSecrets } from '../units/url-secrets';
import { GitOpsRepositoryOptions } from './git-ops-engine-options';

const EXAMPLES: { readonly [scheme: string]: string } = {
  https: "'https://git.example.com/fleet.git'",
  ssh: "'ssh://git@git.example.com/fleet.git'",
  oci: "'oci://registry.example.com/fleet'",
};
/** A relative path that leads nowhere else. */
const PATH = /^(?!\.\.?(\/|$))[\w.-]+(\/(?!\.\.?(\/|$))[\w.-]+)*$/;

/**
 * What is wrong with where the files lie.
 *
 * @param schemes those of URLs that the engine reads
 *
 * @internal
 */
export function repositoryFaults(options: GitOpsRepositoryOptions, schemes: readonly string[]): Fault[] {
  const { repository, revision, directory } = options;
  return allOf(
    () => known('repository', repository, () => urlFaults(repository, schemes)),
    () =>
      known('revision', revision, () => {
        if (revision === undefined || /^[A-Za-z0-9_][\w./:+@-]*$/.test(revision)) return [];
        const reason = `revision must be a branch, a commit or a tag, e.g. 'main' or 'refs/tags/v3'; got ${givenValue(revision)}`;
        return [fault('INVALID_FORMAT', 'revision', reason)];
      }),
    () =>
      known('directory', directory, () => {
        if (directory === undefined || PATH.test(directory)) return [];
        const reason = `directory must be a relative path within the repository, e.g. 'fleet' or 'teams/fleet'; got ${givenValue(directory)}; leave it out for the root`;
        return [fault('INVALID_FORMAT', 'directory', reason)];
      }),
  );
}

function known(property: string, value: unknown, faults: () => Fault[]): Fault[] {
  const unknown = concreteFault(property, value, 'it is written into a file');
  return unknown.length > 0 ? unknown : faults();
}

function urlFaults(repository: string, schemes: readonly string[]): Fault[] {
  // The user of SSH, by convention 'git', is no secret.
  const secret = secretInUrl(repository.replace(/^(ssh:\/\/)[\w-]+@/, '$1'));
  if (secret !== undefined) {
    const reason = `repository must not hold a secret, which would be in the files; got ${secret}; give the URL without it, and the engine a secret by which it reads the repository`;
    return [fault('SECRET_IN_URL', 'repository', reason)];
  }
  const [, scheme = ''] = /^([a-z]+):\/\/[^\s'"\\/]+\/[^\s'"\\]+$/.exec(repository) ?? [];
  if (schemes.includes(scheme) && URL.canParse(repository)) return [];
  const allowed = schemes.map((one) => EXAMPLES[one]).join(' or ');
  const reason = `repository must be a URL such as ${allowed}: what it says is applied with all rights, so the way there must be safe; got ${givenValue(withoutSecrets(repository))}`;
  return [fault('INVALID_FORMAT', 'repository', reason)];
}
