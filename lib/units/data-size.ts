import { throwIfFaulty } from './errors';
import { notNegativeFault } from './number-faults';
import { checkArguments } from './argument-faults';

const KIB = 1024;
const MIB = KIB * 1024;
const GIB = MIB * 1024;
const GB = 1e9;

/**
 * An amount of data, exact in bytes.
 *
 * Each factory has a short name for TypeScript (`DataSize.gib(80)`) and a long one for all languages (`DataSize.fromGibibytes(80)`). `gib`
 * counts powers of two (what GPUs and operating systems report), `gb` powers of ten (what model cards and disks state).
 */
export class DataSize {
  /** No data. */
  public static readonly ZERO = new DataSize(0);

  /**
   * A size in bytes.
   *
   * @param amount bytes, not negative
   * @throws UnscopedValidationError for a negative or non-finite amount
   *
   * @jsii ignore
   */
  public static bytes(amount: number): DataSize {
    return DataSize.of(amount, 1, 'bytes');
  }

  /**
   * A size in bytes.
   *
   * @param amount bytes, not negative
   * @throws UnscopedValidationError for a negative or non-finite amount
   */
  public static fromBytes(amount: number): DataSize {
    return DataSize.bytes(amount);
  }

  /**
   * A size in kibibytes (1024 bytes).
   *
   * @param amount kibibytes, not negative
   *
   * @jsii ignore
   */
  public static kib(amount: number): DataSize {
    return DataSize.of(amount, KIB, 'KiB');
  }

  /**
   * A size in kibibytes (1024 bytes).
   *
   * @param amount kibibytes, not negative
   */
  public static fromKibibytes(amount: number): DataSize {
    return DataSize.kib(amount);
  }

  /**
   * A size in mebibytes (1024² bytes).
   *
   * @param amount mebibytes, not negative
   *
   * @jsii ignore
   */
  public static mib(amount: number): DataSize {
    return DataSize.of(amount, MIB, 'MiB');
  }

  /**
   * A size in mebibytes (1024² bytes).
   *
   * @param amount mebibytes, not negative
   */
  public static fromMebibytes(amount: number): DataSize {
    return DataSize.mib(amount);
  }

  /**
   * A size in gibibytes (1024³ bytes).
   *
   * @param amount gibibytes, not negative
   *
   * @jsii ignore
   */
  public static gib(amount: number): DataSize {
    return DataSize.of(amount, GIB, 'GiB');
  }

  /**
   * A size in gibibytes (1024³ bytes).
   *
   * @param amount gibibytes, not negative
   */
  public static fromGibibytes(amount: number): DataSize {
    return DataSize.gib(amount);
  }

  /**
   * A size in gigabytes (10⁹ bytes).
   *
   * @param amount gigabytes, not negative
   *
   * @jsii ignore
   */
  public static gb(amount: number): DataSize {
    return DataSize.of(amount, GB, 'GB');
  }

  /**
   * A size in gigabytes (10⁹ bytes).
   *
   * @param amount gigabytes, not negative
   */
  public static fromGigabytes(amount: number): DataSize {
    return DataSize.gb(amount);
  }

  private static of(amount: number, unit: number, name: string): DataSize {
    throwIfFaulty(notNegativeFault(name, amount));
    return new DataSize(amount * unit);
  }

  /** The size in bytes. */
  public readonly bytes: number;

  private constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** The size in kibibytes (1024 bytes). */
  public get kib(): number {
    return this.bytes / KIB;
  }

  /** The size in mebibytes (1024² bytes). */
  public get mib(): number {
    return this.bytes / MIB;
  }

  /** The size in gibibytes (1024³ bytes). */
  public get gib(): number {
    return this.bytes / GIB;
  }

  /** The size in gigabytes (10⁹ bytes). */
  public get gb(): number {
    return this.bytes / GB;
  }

  /**
   * The sum of two sizes.
   *
   * @param other what to add
   */
  public plus(other: DataSize): DataSize {
    return DataSize.bytes(this.bytes + other.bytes);
  }

  /**
   * This size multiplied.
   *
   * @param factor zero or more
   */
  public times(factor: number): DataSize {
    return DataSize.bytes(this.bytes * factor);
  }

  /**
   * Whether this size is larger than another.
   *
   * @param other what to compare with
   */
  public exceeds(other: DataSize): boolean {
    return this.bytes > other.bytes;
  }

  /** Human-readable size, in the largest binary unit of which there is at least one: `14.96 GiB`. */
  public toString(): string {
    if (this.bytes >= GIB) return `${round(this.gib)} GiB`;
    if (this.bytes >= MIB) return `${round(this.mib)} MiB`;
    if (this.bytes >= KIB) return `${round(this.kib)} KiB`;
    return `${round(this.bytes)} bytes`;
  }
}

checkArguments('DataSize', DataSize);

function round(value: number): string {
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toFixed(2)));
}
