import { areTritonFlagsKnown, tritonFlagSince, tritonFlags } from '../../catalog/triton-flags';
import { TritonRelease } from '../../catalog/serving-engine';
import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { nearNames } from '../../units/near-names';
import { givenValue } from '../../units/number-faults';

/**
 * What Triton's parser does not take, so that the server would not start: flags that the release lacks, beginnings of several, and words that
 * are the value of no flag. Every flag that may be given has a value, behind '=' or as the next of the list (src/command_line_parser.cc).
 *
 * @param argument one of `extraArguments`, which is a text and nothing that the pod relies on
 *
 * @internal
 */
export function flagFaults(extraArguments: readonly string[], index: number, release: TritonRelease): Fault[] {
  const argument = extraArguments[index];
  if (hasToken(argument)) return [];
  const at = `extraArguments[${index}]`;
  if (!argument.startsWith('--')) return isValue(extraArguments, index) ? [] : [strayFault(at, argument)];
  const name = argument.slice(2).split('=')[0];
  const flags = tritonFlags(release.release);
  const meant = flags.includes(name) ? [name] : flags.filter((flag) => flag.startsWith(name));
  if (meant.length > 1) {
    const reason =
      `--${name} is the beginning of several flags of Triton ${release}, which would not start: --${meant.join(', --')}; write one of them ` +
      'out';
    return [fault('AMBIGUOUS_FLAG', at, reason)];
  }
  if (meant.length === 0) return missingFaults(at, name, release, flags);
  if (argument.includes('=') || isValue(extraArguments, index + 1)) return [];
  const reason = `--${name} must have a value, without which Triton does not start; write --${name}=<value>`;
  return [fault('INVALID_FORMAT', at, reason)];
}

function missingFaults(at: string, name: string, release: TritonRelease, flags: readonly string[]): Fault[] {
  const effect = `--${name} does not exist in Triton ${release}, which would not start`;
  const since = tritonFlagSince(name);
  if (since !== undefined) {
    const reason = `${effect}: it came with ${since}; use tritonRelease ${since} or later, or remove it`;
    return [fault('FLAG_NOT_IN_TRITON', at, reason)];
  }
  if (!areTritonFlagsKnown(release.release)) return [];
  const near = nearNames(name, flags).map((flag) => `'${flag}'`);
  const cure = near.length > 0 ? `nearest: ${near.join(', ')}` : 'remove it';
  return [fault('FLAG_NOT_IN_TRITON', at, `${effect}; ${cure}`)];
}

/** Whether the word at a place is the value of the flag before it. */
function isValue(extraArguments: readonly string[], index: number): boolean {
  const [before, argument] = [extraArguments[index - 1], extraArguments[index]];
  if (typeof before !== 'string' || typeof argument !== 'string' || argument.startsWith('--')) return false;
  return hasToken(before) || (before.startsWith('--') && !before.includes('='));
}

function strayFault(at: string, argument: string): Fault {
  const reason =
    `extraArguments must be flags of tritonserver, which begin with '--', or the value after a flag without '='; got ${givenValue(argument)}, ` +
    'with which Triton does not start';
  return fault('INVALID_FORMAT', at, reason);
}
