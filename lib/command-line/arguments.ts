import { parseArgs } from 'node:util';
import { unknownNameFault } from '../catalog/near-names';
import { UnscopedValidationError } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { ALIASES, Option } from './options';
import { optionFault } from './option-text';

/**
 * The arguments of a command. Their faults are collected, so that one error reports all of them.
 *
 * @internal
 */
export class Arguments {
  /** All faults so far. */
  public readonly faults: Fault[] = [];
  private readonly values = new Map<string, string>();
  private readonly flags = new Set<string>();

  /**
   * @param options the options of the command
   * @param argv the words after the command
   */
  public constructor(options: { readonly [name: string]: Option }, argv: readonly string[]) {
    const types = Object.entries(options).map(([name, { value }]) => [name, { type: value ? 'string' : 'boolean' }]);
    const { tokens } = parseArgs({
      args: [...argv].map((word) => canonicalWord(word, options)),
      options: Object.fromEntries(types) as { [name: string]: { type: 'string' | 'boolean' } },
      strict: false,
      tokens: true,
    });
    for (const token of tokens) {
      if (token.kind === 'positional') {
        this.faults.push(
          fault('NOT_AN_OPTION', token.value, `'${token.value}' is not an option; options start with --`),
        );
      }
      if (token.kind === 'option')
        this.take(options, token.name, token.rawName, token.value, token.inlineValue === true);
    }
  }

  private take(
    options: { readonly [name: string]: Option },
    name: string,
    rawName: string,
    value: string | undefined,
    inline: boolean,
  ): void {
    const option = rawName === `--${name}` && Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) {
      const known = Object.keys(options).map((each) => `--${each}`);
      this.faults.push(unknownNameFault('option', rawName, known, 'see --help', rawName));
    } else if (!option.value) {
      if (value !== undefined)
        this.faults.push(fault('OPTION_TAKES_NO_VALUE', rawName, `${rawName} takes no value; got '${value}'`));
      this.flags.add(name);
    } else if (value === undefined || (!inline && value.startsWith('--'))) {
      // A negative number is a value, another option is not.
      this.faults.push(fault('OPTION_NEEDS_VALUE', rawName, `${rawName} needs a value: ${option.help}`));
    } else if (this.values.has(name)) {
      this.faults.push(fault('DUPLICATE', rawName, `${rawName} is given twice; give it once`));
    } else {
      this.values.set(name, value);
    }
  }

  /** Whether an option without a value is given. */
  public has(flag: string): boolean {
    return this.flags.has(flag);
  }

  /** The value of an option. */
  public text(name: string): string | undefined {
    return this.values.get(name);
  }

  /** The parts of a value that is a list. */
  public list(name: string): string[] | undefined {
    return this.text(name)
      ?.split(',')
      .map((part) => part.trim());
  }

  /** The value of an option as a number. */
  public number(name: string): number | undefined {
    return this.numberOf(`--${name}`, this.text(name));
  }

  /** The value of an option as a number of tokens: `32k` are 32768, `1m` are 1048576. */
  public tokens(name: string): number | undefined {
    const [, digits, unit] = /^(\d+(?:\.\d+)?)([km])$/i.exec(this.text(name)?.trim() ?? '') ?? [];
    if (digits === undefined) return this.number(name);
    return Number(digits) * (unit.toLowerCase() === 'k' ? 1024 : 1024 * 1024);
  }

  /** A text as a number, e.g. a part of an option's value. */
  public numberOf(option: string, text: string | undefined, what = option): number | undefined {
    if (text === undefined) return undefined;
    if (text.trim() !== '' && !Number.isNaN(Number(text))) return Number(text);
    this.faults.push(fault('INVALID_FORMAT', option, `${what} must be a number; got '${text}'`));
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

/** An option as it is named here: `--max_model_len=8192` and `-tp` are names that vLLM has; case does not matter. */
function canonicalWord(word: string, options: { readonly [name: string]: Option }): string {
  const [, given, rest] = /^(?:--|-(?=(?:tp|pp|dp)$))([A-Za-z][\w-]*)(=.*)?$/s.exec(word) ?? [];
  if (given === undefined || Object.hasOwn(options, given)) return word;
  const name = given.toLowerCase().replace(/_/g, '-');
  const known = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  return Object.hasOwn(options, known) ? `--${known}${rest ?? ''}` : word;
}
