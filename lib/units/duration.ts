import { throwIfFaulty } from './errors';
import { notNegativeFault } from './number-faults';
import { checkArguments } from './argument-faults';

/**
 * A length of time.
 */
export class Duration {
  /** No time at all. */
  public static readonly ZERO = new Duration(0);

  /**
   * Millionths of a second.
   *
   * @param amount how many
   * @throws UnscopedValidationError for a negative number, or one that is not known at synthesis
   */
  public static microseconds(amount: number): Duration {
    return Duration.of('microseconds', amount, 1);
  }

  /**
   * Thousandths of a second.
   *
   * @param amount how many
   * @throws UnscopedValidationError for a negative number, or one that is not known at synthesis
   */
  public static milliseconds(amount: number): Duration {
    return Duration.of('milliseconds', amount, 1e3);
  }

  /**
   * Seconds.
   *
   * @param amount how many
   * @throws UnscopedValidationError for a negative number, or one that is not known at synthesis
   */
  public static seconds(amount: number): Duration {
    return Duration.of('seconds', amount, 1e6);
  }

  /**
   * Minutes.
   *
   * @param amount how many
   * @throws UnscopedValidationError for a negative number, or one that is not known at synthesis
   */
  public static minutes(amount: number): Duration {
    return Duration.of('minutes', amount, 60e6);
  }

  /**
   * Hours.
   *
   * @param amount how many
   * @throws UnscopedValidationError for a negative number, or one that is not known at synthesis
   */
  public static hours(amount: number): Duration {
    return Duration.of('hours', amount, 3600e6);
  }

  private static of(unit: string, amount: number, microseconds: number): Duration {
    throwIfFaulty(notNegativeFault(unit, amount));
    return new Duration(amount * microseconds);
  }

  private constructor(private readonly inMicroseconds: number) {}

  /** The time in microseconds. */
  public toMicroseconds(): number {
    return this.inMicroseconds;
  }

  /** The time in milliseconds. */
  public toMilliseconds(): number {
    return this.inMicroseconds / 1e3;
  }

  /** The time in seconds. */
  public toSeconds(): number {
    return this.inMicroseconds / 1e6;
  }

  /** The time in the largest unit that it is a whole number of, as Prometheus and Kubernetes write it, e.g. `5m` or `250ms`. */
  public toString(): string {
    const units: [string, number][] = [
      ['h', 3600e6],
      ['m', 60e6],
      ['s', 1e6],
      ['ms', 1e3],
    ];
    const unit = units.find(([, size]) => this.inMicroseconds > 0 && this.inMicroseconds % size === 0);
    if (this.inMicroseconds === 0) return '0s';
    return unit ? `${this.inMicroseconds / unit[1]}${unit[0]}` : `${this.inMicroseconds}us`;
  }
}

checkArguments('Duration', Duration);
