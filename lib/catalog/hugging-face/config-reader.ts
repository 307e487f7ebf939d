import { Fault, fault } from '../../units/fault';
import { givenValue, wholeNumberFault } from '../../units/number-faults';
import { Config, isConfig } from './parse';

/**
 * Reads numbers, flags and lists of one `config.json`, and keeps what is wrong or missing.
 *
 * @internal
 */
export class ConfigReader {
  /**
   * @param name what the model is called
   * @param type its `model_type`
   * @param config the part that describes the language model, defaults of its class included
   * @param outer the whole file
   * @param faults what is wrong so far
   */
  public constructor(
    public readonly name: string,
    public readonly type: string,
    public readonly config: Config,
    public readonly outer: Config,
    public readonly faults: Fault[] = [],
  ) {}

  /** The same file with other defaults. */
  public withDefaults(defaults: Config): ConfigReader {
    return new ConfigReader(this.name, this.type, { ...defaults, ...this.config }, this.outer, this.faults);
  }

  /** The same file with another value. */
  public withValue(key: string, value: number | undefined): ConfigReader {
    return new ConfigReader(this.name, this.type, { ...this.config, [key]: value }, this.outer, this.faults);
  }

  /** The same file without a key. */
  public without(key: string): ConfigReader {
    return this.withValue(key, undefined);
  }

  /** The same file with lists of one number for each layer as that number, where it is the same for all. */
  public withUniform(...keys: string[]): ConfigReader {
    const single = keys.flatMap((key) => {
      const value: unknown = this.config[key];
      if (!Array.isArray(value)) return [];
      if (value.length > 0 && value.every((each) => each === value[0])) return [[key, value[0] as unknown]];
      this.refuse('UNSUPPORTED_MODEL_PART', key, `${key} differs between layers, which is not supported`);
      return [[key, undefined]];
    });
    const config = { ...this.config, ...(Object.fromEntries(single) as Config) };
    return new ConfigReader(this.name, this.type, config, this.outer, this.faults);
  }

  /** Notes a fault. */
  public refuse(id: string, property: string, reason: string): void {
    this.note(fault(id, property, reason));
  }

  /** Notes a fault of a part of the file. */
  public note({ id, property, reason }: Fault): void {
    this.faults.push(fault(id, property, `model '${this.name}': ${reason}`));
  }

  /** Whether a key is stated. */
  public has(key: string): boolean {
    return this.config[key] !== undefined && this.config[key] !== null;
  }

  /** The first of several keys that is stated, a whole number; undefined if none is. */
  public whole(...keys: string[]): number | undefined {
    for (const key of keys) {
      const value = this.config[key];
      if (value === undefined || value === null) continue;
      const [wrong] = wholeNumberFault(key, value, 0);
      if (!wrong) return value as number;
      this.refuse(wrong.id, key, wrong.reason);
      return undefined;
    }
    return undefined;
  }

  /** The same, where the shape cannot be known without it; its absence is noted, and 1 returned. */
  public required(...keys: string[]): number {
    const before = this.faults.length;
    const value = this.whole(...keys);
    if (value === undefined && this.faults.length === before) this.missing(keys[0]);
    return value ?? 1;
  }

  /** Notes that a key is missing. */
  public missing(key: string): void {
    this.refuse('CONFIG_LACKS_VALUE', key, `config.json has no '${key}'`);
  }

  /** A value that is true or false, of the language model's part or else of the whole file. */
  public flag(key: string): boolean | undefined {
    const own = this.config[key];
    return typeof own === 'boolean' ? own : undefined;
  }

  /** A text. */
  public text(key: string): string | undefined {
    const value = this.config[key];
    return typeof value === 'string' ? value : undefined;
  }

  /** A section. */
  public section(key: string): Config | undefined {
    const value = this.config[key];
    return isConfig(value) ? value : undefined;
  }

  /** The reader of a section, whose faults are noted here. */
  public inside(key: string): ConfigReader | undefined {
    const section = this.section(key);
    return section && new ConfigReader(this.name, this.type, section, this.outer, this.faults);
  }

  /**
   * A list with an entry for each layer; entries beyond the layers are those of multi-token prediction.
   *
   * @param layers how many layers there are
   */
  public perLayer(key: string, layers: number): readonly unknown[] | undefined {
    const value = this.config[key];
    if (!Array.isArray(value)) return undefined;
    if (value.length >= layers && value.length <= layers + MOST_PREDICTION_LAYERS) return value.slice(0, layers);
    const reason = `${key} has ${value.length} entries, but the model has ${layers} layers; each layer needs one`;
    this.refuse('CONFLICTING_PROPERTIES', key, reason);
    return undefined;
  }

  /** The same, where every entry must be one of several texts or numbers. */
  public perLayerOf(key: string, layers: number, allowed: readonly unknown[]): readonly unknown[] | undefined {
    const list = this.perLayer(key, layers);
    const other = list?.find((entry) => !allowed.includes(entry));
    if (list === undefined || other === undefined) return list;
    const known = allowed.map((each) => (typeof each === 'string' ? `'${each}'` : String(each))).join(', ');
    const reason = `${key} has the entry ${givenValue(other)}, which model_type '${this.type}' is not known to have; known: ${known}`;
    this.note(fault('UNKNOWN_LAYER_KIND', key, reason));
    return undefined;
  }
}

/** Most multi-token prediction layers of a model. */
const MOST_PREDICTION_LAYERS = 8;
