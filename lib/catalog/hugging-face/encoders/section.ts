import { givenValue } from '../../../units/number-faults';
import { isConfig } from '../parse';
import { ConfigReader } from '../config-reader';

/**
 * Numbers of a section of a file that describes an encoder, with the defaults of its configuration class.
 *
 * @internal
 */
export class Section {
  /**
   * @param reader of the section
   * @param text width of the language model's hidden state
   * @param file reader of what the section is within
   */
  public constructor(
    private readonly reader: ConfigReader,
    public readonly text: number,
    public readonly file: ConfigReader,
  ) {}

  /** The first of several keys that is stated, else the default. */
  public number(otherwise: number, ...keys: string[]): number {
    return this.reader.whole(...keys) ?? otherwise;
  }

  /** The same of the section that this one is within. */
  public outer(otherwise: number, ...keys: string[]): number {
    return this.file.whole(...keys) ?? otherwise;
  }

  /** A side in pixels or patches, which may be stated as one number or as height and width. */
  public side(otherwise: number, key: string): number {
    const given: unknown = this.reader.config[key];
    const first: unknown = Array.isArray(given) ? given[0] : isConfig(given) ? given.height : given;
    return Math.floor(this.numeric(otherwise, key, first, 1, 1e5));
  }

  /** How many entries a list has. */
  public length(otherwise: number, key: string): number {
    const given = this.listed(key);
    given?.forEach((each) => this.numeric(0, key, each, 0, 1e6));
    return given?.length ?? otherwise;
  }

  /** The numbers of a list. */
  public list(otherwise: readonly number[], key: string): readonly number[] {
    const given = this.listed(key);
    if (given === undefined) return otherwise;
    const numbers = given.map((each) => this.numeric(0, key, each, 1, 1e6));
    if (given.length === otherwise.length) return numbers;
    this.reader.refuse('INVALID_FORMAT', key, `${key} must have ${otherwise.length} numbers; got ${given.length}`);
    return otherwise;
  }

  /** A number that need not be whole. */
  public ratio(otherwise: number, key: string): number {
    return this.numeric(otherwise, key, this.reader.config[key], 1e-3, 1e6);
  }

  /** The numbers of a list of any length, which may be below zero. */
  public counts(otherwise: readonly number[], key: string): readonly number[] {
    return this.listed(key)?.map((each) => this.numeric(0, key, each, -1, 1e5)) ?? otherwise;
  }

  /** A section within this one. */
  public within(key: string): Section | undefined {
    const reader = this.reader.inside(key);
    return reader && new Section(reader, this.text, this.file);
  }

  private numeric(otherwise: number, key: string, given: unknown, least: number, most: number): number {
    if (given === undefined || given === null) return otherwise;
    if (typeof given === 'number' && given >= least && given <= most) return given;
    const reason = `${key} must be a number from ${least} to ${most}; got ${givenValue(given)}`;
    this.reader.refuse('OUT_OF_RANGE', key, reason);
    return otherwise;
  }

  private listed(key: string): readonly unknown[] | undefined {
    const given: unknown = this.reader.config[key];
    if (given === undefined || given === null) return undefined;
    if (Array.isArray(given) && given.length <= 1000) return given as unknown[];
    this.reader.refuse(
      'INVALID_FORMAT',
      key,
      `${key} must be a list of at most 1000 entries; got ${givenValue(given)}`,
    );
    return undefined;
  }

  /** The same section with another default. */
  public withDefault(key: string, value: number): Section {
    return new Section(this.reader.withDefaults({ [key]: value }), this.text, this.file);
  }

  /** The same section with another value. */
  public withValue(key: string, value: number): Section {
    return new Section(this.reader.withValue(key, value), this.text, this.file);
  }

  public flag(otherwise: boolean, key: string): boolean {
    const given: unknown = this.reader.config[key];
    if (given === undefined || given === null || typeof given === 'boolean') return given ?? otherwise;
    this.reader.refuse('INVALID_FORMAT', key, `${key} must be true or false; got ${givenValue(given)}`);
    return otherwise;
  }

  /** Whether a text is stated, and is this one. */
  public is(key: string, value: string): boolean {
    return this.name(key) === value;
  }

  /** A text, undefined where none is stated. */
  public name(key: string): string | undefined {
    const given: unknown = this.reader.config[key];
    if (given === undefined || given === null || typeof given === 'string') return given ?? undefined;
    this.reader.refuse('INVALID_FORMAT', key, `${key} must be a text; got ${givenValue(given)}`);
    return undefined;
  }

  /** The section that this one is within. */
  public get whole(): Section {
    return new Section(this.file, this.text, this.file);
  }

  /** Whether a section within this one is stated. */
  public has(key: string): boolean {
    return isConfig(this.reader.config[key]);
  }
}

/** Parameters of a matrix, with a bias of each output. */
export const linear = (from: number, to: number, bias = true) => from * to + (bias ? to : 0);
/** Two matrices of a feed-forward block, with biases. */
export const feedForward = (width: number, inner: number) => linear(width, inner) + linear(inner, width);
/** Three matrices of a gated one. */
export const gated = (width: number, inner: number, bias = false) =>
  2 * linear(width, inner, bias) + linear(inner, width, bias);
/** Four projections of attention. */
export const attention = (width: number, bias = true) => 4 * linear(width, width, bias);
/** A layer norm has a weight and a bias for each value, a root mean square norm a weight. */
export const layerNorm = (width: number) => 2 * width;
/** A layer of a vision transformer: two layer norms, attention and a feed-forward block, all with biases. */
export const plainLayer = (width: number, inner: number) =>
  2 * layerNorm(width) + attention(width) + feedForward(width, inner);
