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
    const first: unknown = Array.isArray(given) ? given[0] : given;
    return typeof first === 'number' && first >= 1 && first <= 1e5 ? Math.floor(first) : otherwise;
  }

  /** How many entries a list has. */
  public length(otherwise: number, key: string): number {
    const given: unknown = this.reader.config[key];
    return Array.isArray(given) ? given.length : otherwise;
  }

  /** The numbers of a list. */
  public list(otherwise: readonly number[], key: string): readonly number[] {
    const given: unknown = this.reader.config[key];
    return Array.isArray(given) && given.every((each) => typeof each === 'number') ? given : otherwise;
  }

  /** A number that need not be whole. */
  public ratio(otherwise: number, key: string): number {
    const given: unknown = this.reader.config[key];
    return typeof given === 'number' && given > 0 && given < 1e6 ? given : otherwise;
  }

  /** The same section with another default. */
  public withDefault(key: string, value: number): Section {
    return new Section(this.reader.withDefaults({ [key]: value }), this.text, this.file);
  }

  public flag(otherwise: boolean, key: string): boolean {
    return this.reader.flag(key) ?? otherwise;
  }

  public is(key: string, value: string): boolean {
    return this.reader.text(key) === value;
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
