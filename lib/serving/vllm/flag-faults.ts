import { VllmNameKind, VllmNameState, vllmName, vllmNames } from '../../catalog/vllm-names';
import { vllmValues } from '../../catalog/vllm-values';
import { knownListFaults } from '../../core/text-list';
import { hasToken } from '../../core/tokens';
import { nameFaults, nameWarnings, namedChoice, namedFlag } from '../../planning/vllm-name-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { flagValueFaults } from './engine-argument-values';
import { OFFLOADS, REFUSED_ARGUMENTS, RESERVED_ARGUMENTS, offloadsCache } from './engine-arguments';
import { flagOf, reservedFlag } from './serve-arguments';
import { VllmVersion } from './vllm-version';

/** One of `extraArguments` that begins as a flag does. */
interface Flag {
  readonly property: string;
  /** As it is given, without hyphens at the beginning and its value. */
  readonly given: string;
  /** The whole of it, and the word after it. */
  readonly text: string;
  /** Its value, where it has one. */
  readonly value?: string;
  /** Whether that is known, and the value is the whole of it: not that of a setting within, as `--compilation-config.mode=0`. */
  readonly isWhole: boolean;
  /** Flags of the version that it may stand for: Python's parser takes every unambiguous beginning of a flag for the flag. */
  readonly meant: readonly string[];
}

/**
 * Flags that the version of vLLM does not take, and those that would undo what the rest of the pod relies on.
 *
 * @internal
 */
export function flagFaults(extraArguments: readonly string[], vllm: VllmVersion): Fault[] {
  const why = 'each flag is compared with those that the rest of the pod relies on';
  const unknown = knownListFaults('extraArguments', extraArguments, why);
  if (unknown.length > 0) return unknown;
  return [
    ...extraArguments.flatMap(formFaults),
    ...strayFaults(extraArguments),
    ...flagsIn(extraArguments, vllm).flatMap((flag) => {
      const reserved = reservedFaults(flag);
      if (reserved.length > 0) return reserved;
      const named = [...missingFaults(flag, vllm), ...choiceFaults(flag, vllm)];
      return named.length > 0 ? named : valueFaults(flag, vllm);
    }),
  ];
}

/**
 * Flags of which is not known whether the version has them.
 *
 * @internal
 */
export function flagWarnings(extraArguments: readonly string[], vllm: VllmVersion): Fault[] {
  return flagsIn(extraArguments, vllm).flatMap(({ property, given, meant }) =>
    meant.length > 0 ? [] : nameWarnings(undefined, namedFlag(given, property), vllm),
  );
}

function formFaults(argument: unknown, i: number): Fault[] {
  const at = `extraArguments[${i}]`;
  if (typeof argument !== 'string') {
    return [fault('INVALID_FORMAT', at, `${at} must be a text, e.g. '--max-logprobs=5'; got ${givenValue(argument)}`)];
  }
  if (hasToken(argument) || !/^-[A-Za-z]/.test(argument)) return [];
  const reason = `${at} must be the long form of a flag, which can be compared with what the plan sets, e.g. '--tensor-parallel-size'; got ${givenValue(argument)}`;
  return [fault('INVALID_FORMAT', at, reason)];
}

/** Words that no flag before them takes: the name of the model is given already, and vLLM refuses a second. */
function strayFaults(extraArguments: readonly unknown[]): Fault[] {
  const faults: Fault[] = [];
  // Whether the flag before may take another word. What stands before these arguments takes none.
  let isOpen = false;
  extraArguments.forEach((argument, i) => {
    if (typeof argument !== 'string' || hasToken(argument) || /^-[A-Za-z]/.test(argument)) isOpen = true;
    else if (argument.startsWith('--')) isOpen = !/=|^--no-/.test(argument);
    else if (!isOpen) {
      const at = `extraArguments[${i}]`;
      const reason = `${at} must be a flag or the value of the flag before it, e.g. '--max-logprobs=5'; got ${givenValue(argument)}, which vLLM would not recognize`;
      faults.push(fault('INVALID_FORMAT', at, reason));
    }
  });
  return faults;
}

function flagsIn(extraArguments: readonly string[], vllm: VllmVersion): Flag[] {
  const known = vllmNames(VllmNameKind.FLAG, `${vllm}`);
  return extraArguments.flatMap((argument, i) => {
    if (typeof argument !== 'string' || hasToken(argument)) return [];
    const given = flagOf(argument);
    if (given === undefined) return [];
    const meant = known.includes(given) ? [given] : known.filter((each) => each.startsWith(given));
    const next = extraArguments[i + 1];
    const [, own] = /^[^=]*=(.*)$/s.exec(argument) ?? [];
    const value = own ?? (typeof next === 'string' && !hasToken(next) && !next.startsWith('--') ? next : undefined);
    const isWhole = !argument.split('=')[0].includes('.') && (own !== undefined || !hasToken(next));
    return [{ property: `extraArguments[${i}]`, given, meant, text: `${argument} ${next ?? ''}`, value, isWhole }];
  });
}

function reservedFaults({ property, given, meant, text }: Flag): Fault[] {
  const name = meant.length === 1 ? meant[0] : given;
  const argument = name.replace(/-/g, '_');
  const what = (flag: string) => (flag === given ? `--${given}` : `--${given} (vLLM reads it as --${flag})`);
  if (Object.hasOwn(REFUSED_ARGUMENTS, argument)) {
    const reason = `extraArguments must not contain ${what(name)}, which ${REFUSED_ARGUMENTS[argument]}`;
    return [fault('RESERVED', property, reason)];
  }
  if (argument === 'kv_transfer_config' && offloadsCache(text))
    return [fault('RESERVED', property, `${what(name)} ${OFFLOADS} of the model`)];
  const taken = Object.hasOwn(RESERVED_ARGUMENTS, argument)
    ? { name, property: RESERVED_ARGUMENTS[argument] }
    : reservedFlag(name);
  if (taken === undefined) return [];
  const cure = taken.property === undefined ? 'remove it' : `use ${taken.property}`;
  const reason = `extraArguments must not contain ${what(taken.name)}, which the rest of the pod relies on; ${cure}`;
  return [fault('RESERVED', property, reason)];
}

/** A value that is no choice of a flag, which the parser refuses. */
function choiceFaults({ property, meant: [name, ...others], value }: Flag, vllm: VllmVersion): Fault[] {
  if (name === undefined || others.length > 0 || value === undefined) return [];
  const argument = name.replace(/-/g, '_');
  if ((vllmValues(argument, `${vllm}`)?.choices ?? []).length === 0) return [];
  return nameFaults({ ...namedChoice(argument, value), property, text: `--${name} '${value}'` }, vllm);
}

/** A value of another kind or out of bounds, none where one is needed, and one where none is taken. */
function valueFaults({ property, meant: [name, ...others], value, isWhole }: Flag, vllm: VllmVersion): Fault[] {
  if (name === undefined || others.length > 0 || !isWhole) return [];
  return flagValueFaults(name.replace(/-/g, '_'), property, value, vllm);
}

function missingFaults({ property, given, meant }: Flag, vllm: VllmVersion): Fault[] {
  if (meant.length === 1) return [];
  if (meant.length > 1) {
    const reason = `--${given} is the beginning of several flags of vLLM ${vllm}, which would not start: --${meant.join(', --')}; write one of them out`;
    return [fault('AMBIGUOUS_FLAG', property, reason)];
  }
  // A beginning of what an unread version may have is as unknown as a whole name.
  const { state } = vllmName(VllmNameKind.FLAG, given, `${vllm}`);
  return state === VllmNameState.MISSING ? nameFaults(namedFlag(given, property), vllm) : [];
}
