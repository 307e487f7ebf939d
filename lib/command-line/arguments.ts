import { parseArgs } from 'node:util';
import { editDistance, nearNames } from '../catalog/near-names';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { Option } from './options';
import { ALIASES, otherOptionText, SHORT_NAMES } from './other-tools';
import { optionFault } from './option-text';

/**
 * The arguments of a command. Their faults are collected, so that one error reports all of them.
 *
 * @internal
 */
export class Arguments {
  /** All faults so far. */
  public readonly faults: Fault[] = [];
  private readonly values = new Map<string, string[]>();
  private readonly flags = new Set<string>();
  private readonly words: readonly CanonicalWord[];

  /**
   * @param options the options of the command
   * @param argv the words after the command
   */
  public constructor(options: { readonly [name: string]: Option }, argv: readonly string[]) {
    const types = Object.entries(options).map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }]);
    this.words = argv.map((word) => canonicalWord(word, options));
    const { tokens } = parseArgs({
      args: this.words.map(({ word }) => word),
      options: Object.fromEntries(types) as { [name: string]: { type: 'string' | 'boolean' } },
      strict: false,
      tokens: true,
    });
    let refused = false;
    let repeating: string | undefined;
    for (const token of tokens) {
      // The shell writes several files behind one option.
      if (token.kind === 'positional' && repeating !== undefined) {
        this.values.get(repeating)?.push(token.value);
        continue;
      }
      repeating = undefined;
      // A word behind an option that is not known is its value.
      if (token.kind === 'positional' && !refused) {
        const reason = `${givenValue(token.value)} is not an option; options start with --`;
        this.faults.push(fault('NOT_AN_OPTION', token.value, reason));
      }
      refused = false;
      if (token.kind !== 'option') continue;
      const rawName = this.words[token.index]?.given ?? token.rawName;
      if (token.rawName === `--${token.name}` && Object.hasOwn(options, token.name)) {
        this.take(options[token.name], token.name, token.rawName, token.value, token.inlineValue === true);
        repeating = options[token.name].repeats && this.values.has(token.name) ? token.name : undefined;
      } else {
        refused = token.value === undefined;
        if (!this.faults.some(({ property }) => property === rawName))
          this.faults.push(unknownOption(rawName, options));
      }
    }
  }

  /** Whether an option is given by a name of another tool. */
  public isNamed(alias: string): boolean {
    return this.words.some((word) => word.alias === alias);
  }

  private take(option: Option, name: string, rawName: string, value: string | undefined, inline: boolean): void {
    if (!option.value) {
      if (value !== undefined)
        this.faults.push(fault('OPTION_TAKES_NO_VALUE', rawName, `${rawName} takes no value; got '${value}'`));
      this.flags.add(name);
    } else if (value === undefined || (!inline && value.startsWith('--'))) {
      // A negative number is a value, another option is not.
      this.faults.push(fault('OPTION_NEEDS_VALUE', rawName, `${rawName} needs a value: ${option.help}`));
    } else if (this.values.has(name) && !option.repeats) {
      this.faults.push(fault('DUPLICATE', rawName, `${rawName} is given twice; give it once`));
    } else {
      this.values.set(name, [...this.all(name), value]);
    }
  }

  /** Whether an option without a value is given. */
  public has(flag: string): boolean {
    return this.flags.has(flag);
  }

  /** The value of an option. */
  public text(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  /** Every value of an option that may be given several times. */
  public all(name: string): string[] {
    return this.values.get(name) ?? [];
  }

  /** The parts of a value that is a list. */
  public list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((part) => part.trim());
  }

  /** The value of an option as a number. */
  public number(name: string, example = ''): number | undefined {
    return this.numberOf(`--${name}`, this.text(name), `--${name}`, example);
  }

  /** The value of an option as a number of tokens: `32k` are 32768, `1m` are 1048576; a part of a token is one. */
  public tokens(name: string): number | undefined {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)([km])$/i.exec(this.text(name)?.trim() ?? '') ?? [];
    if (digits === undefined) return this.number(name, ', e.g. 32768 or 32k');
    return Math.ceil(Number(digits) * (unit.toLowerCase() === 'k' ? 1024 : 1024 * 1024));
  }

  /** A text as a number, e.g. a part of an option's value; `32_768` is one too, as in Python. */
  public numberOf(option: string, text: string | undefined, what = option, example = ''): number | undefined {
    if (text === undefined) return undefined;
    const digits = text.trim().replace(/(?<=\d)_(?=\d)/g, '');
    if (digits !== '' && !Number.isNaN(Number(digits))) return Number(digits);
    this.faults.push(fault('INVALID_FORMAT', option, `${what} must be a number${example}; got ${givenValue(text)}`));
    return undefined;
  }

  /** The value that an option stands for; its faults are added to the others. */
  public valueOf<T>(name: string, read: (text: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : this.attempt(`--${name}`, () => read(text));
  }

  /**
   * The result of a function of options; its faults are added to the others.
   *
   * @param option the option at fault; `undefined` where properties have the names of options
   * @param body the function
   */
  public attempt<T>(option: string | undefined, body: () => T): T | undefined {
    try {
      return body();
    } catch (error) {
      if (!UnscopedValidationError.isValidationError(error)) throw error;
      const { faults } = error as UnscopedValidationError;
      this.faults.push(...faults.map((each) => optionFault(each, option)));
      return undefined;
    }
  }

  /** Throws one error with all faults so far, if there are any. */
  public throwIfFaulty(): void {
    if (this.faults.length > 0) throw new UnscopedValidationError(this.faults);
  }
}

/** A word of a command line as options are named here. */
interface CanonicalWord {
  readonly word: string;
  /** The option as it was given, without its value. */
  readonly given?: string;
  /** The name of another tool, in small letters, with hyphens. */
  readonly alias?: string;
}

type Options = { readonly [name: string]: Option };

/**
 * An option as it is named here: `--max_model_len=8192`, `-tp 8` and `-tp8` are names that vLLM has, and what it writes with a point behind an
 * option is of that option; case does not matter.
 */
function canonicalWord(word: string, options: Options): CanonicalWord {
  const [, dashes, name, rest] = /^(--?)([A-Za-z][\w.-]*)(=.*)?$/s.exec(word) ?? [];
  if (name === undefined) return { word };
  if (dashes === '-') return shortWord(word, name, rest, options);
  const given = `--${name}`;
  if (Object.hasOwn(options, name)) return { word, given };
  const alias = name.toLowerCase().replace(/_/g, '-');
  const known = optionNamed(alias, options);
  return known === undefined ? { word, given } : { word: `--${known}${rest ?? ''}`, given, alias };
}

function shortWord(word: string, name: string, rest: string | undefined, options: Options): CanonicalWord {
  const [, letters, digits] = /^([A-Za-z]+)(\d*)$/.exec(name) ?? [];
  const short = letters !== undefined && Object.hasOwn(SHORT_NAMES, letters) ? SHORT_NAMES[letters] : undefined;
  const known = short === undefined ? undefined : optionNamed(short, options);
  // With one more hyphen it is one option, not one for each letter.
  if (known === undefined) return { word: `-${word}`, given: `-${name}` };
  return { word: `--${known}${rest ?? (digits === '' ? '' : `=${digits}`)}`, given: `-${letters}` };
}

/** The option that a name stands for in this command: a search takes several formats. */
function optionNamed(alias: string, options: Options): string | undefined {
  const known = Object.hasOwn(ALIASES, alias) ? ALIASES[alias] : alias;
  const found = known === 'precision' && !Object.hasOwn(options, known) ? 'precisions' : known;
  return Object.hasOwn(options, found.split('=')[0]) ? found : undefined;
}

/** An option that is not known, with those that are written or named alike. */
function unknownOption(given: string, options: Options): Fault {
  const name = given.replace(/^-+/, '').toLowerCase().replace(/_/g, '-');
  const known = otherOptionText(name.replace(/\..*$/, ''), given);
  if (known !== undefined) return fault('UNKNOWN_VALUE', given, known);
  const names = [...Object.keys(options), ...Object.keys(ALIASES).filter((alias) => optionNamed(alias, options))];
  const near = nearNames(name, names, names.length).filter((each) => isNear(name, each));
  const places = new Map(near.map((each) => [optionNamed(each, options)?.split('=')[0], each]));
  const nearest = [...places.keys()].slice(0, 3).map((each) => `'--${each}'`);
  const text = nearest.length === 0 ? '' : `; nearest: ${nearest.join(', ')}`;
  return fault('UNKNOWN_VALUE', given, `unknown option ${givenValue(given)}${text}; see --help`);
}

/** Whether names differ by a few letters, or one has the words of the other. */
function isNear(name: string, known: string): boolean {
  const most = Math.min(Math.max(2, Math.floor(known.length / 4)), Math.floor((name.length - 1) / 2));
  if (editDistance(name.slice(0, 64), known) <= most) return true;
  const words = name.split('-').filter((word) => word.length > 2);
  return words.length > 0 && words.filter((word) => known.split('-').includes(word)).length >= words.length / 2;
}
