import { Fault, fault } from '../units/fault';
import { HuggingFaceSource } from './model-files';

/**
 * Repositories of the hub that give their files only to who has accepted their license there, with its name. Gated: all of `meta-llama`, as the API
 * of the hub says (`"gated": "manual"`). Names: the list of licenses of the hub, by the generation in the name of the repository.
 *
 * @see https://huggingface.co/docs/hub/repositories-licenses and https://huggingface.co/docs/hub/models-gated
 */
const GATED: readonly { readonly repository: RegExp; readonly license: string }[] = [
  { repository: /^meta-llama\/Llama-2-/i, license: 'llama2' },
  { repository: /^meta-llama\/Meta-Llama-3-/i, license: 'llama3' },
  { repository: /^meta-llama\/(Meta-)?Llama-3\.1-/i, license: 'llama3.1' },
  { repository: /^meta-llama\/Llama-3\.2-/i, license: 'llama3.2' },
  { repository: /^meta-llama\/Llama-3\.3-/i, license: 'llama3.3' },
  // Their cards say `license: other` and `license_name: llama4`, as those of the guards of that generation do.
  { repository: /^meta-llama\/Llama-(4|Guard-4|Prompt-Guard-2)-/i, license: 'llama4' },
];

/**
 * What certainly keeps a repository of the hub from being downloaded: those of other hubs, and others of which nothing is known here, the Job asks for.
 *
 * @internal
 */
export function gateFaults({ repository, endpoint, token, acceptedLicense: accepted }: HuggingFaceSource): Fault[] {
  const gate = endpoint === undefined ? GATED.find((each) => each.repository.test(repository)) : undefined;
  if (gate === undefined) return [];
  const { license } = gate;
  const page = `https://huggingface.co/${repository}`;
  const faults: Fault[] = [];
  if (token === undefined) {
    const reason =
      `${repository} gives its files only to who has accepted its license: accept it at ${page}, put a token of the account that did into a ` +
      "secret, and name that: token: { name: 'hugging-face', key: 'token' }";
    faults.push(fault('GATED_WITHOUT_TOKEN', 'source.token', reason));
  }
  if (accepted === undefined) {
    const reason = `${repository} is licensed by '${license}': read it at ${page}, and name it once it is accepted: acceptedLicense: '${license}'`;
    faults.push(fault('LICENSE_NOT_ACCEPTED', 'source.acceptedLicense', reason));
  } else if (accepted !== license) {
    const reason = `${repository} is licensed by '${license}', but acceptedLicense is '${accepted}'; read it, and name it once it is accepted: ${page}`;
    faults.push(fault('LICENSE_NOT_ACCEPTED', 'source.acceptedLicense', reason));
  }
  return faults;
}
