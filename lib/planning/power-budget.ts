import { throwIfFaulty } from '../units/errors';
import { notNegativeFault, positiveFault } from '../units/number-faults';
import { Fault, fault } from '../units/fault';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

/**
 * Watts that a node may take. The planner limits its GPUs to what is left for them, and its times are of GPUs so limited.
 */
export class PowerBudget {
  /**
   * What all GPUs of a node take together; of a Jetson, its module, which holds processors and memory too.
   *
   * @param watts for example 140 of two T4
   * @throws UnscopedValidationError for what is not above zero
   */
  public static ofGpus(watts: number): PowerBudget {
    throwIfFaulty(positiveFault('watts', watts));
    return new PowerBudget(watts, 0);
  }

  /**
   * What a whole node takes, and what of it goes elsewhere than into GPUs.
   *
   * @param watts of the node
   * @param otherWatts of processors, memory, disks, fans and power supply at full load; of a Jetson the carrier board. Measure it: it is not known here
   * @throws UnscopedValidationError where nothing is left for the GPUs
   */
  public static ofNode(watts: number, otherWatts: number): PowerBudget {
    throwIfFaulty(
      allOf(
        () => positiveFault('watts', watts),
        () => notNegativeFault('otherWatts', otherWatts),
        () => leftFaults(watts, otherWatts),
      ),
    );
    return new PowerBudget(watts, otherWatts);
  }

  /** Watts of the node, or of its GPUs alone. */
  public readonly watts: number;
  /** Watts of them that do not go into GPUs; 0 where the budget is that of the GPUs alone. */
  public readonly otherWatts: number;

  private constructor(watts: number, otherWatts: number) {
    this.watts = watts;
    this.otherWatts = otherWatts;
  }

  /** Watts that all GPUs of the node may take together. */
  public get gpuWatts(): number {
    return this.watts - this.otherWatts;
  }

  /** The watts. */
  public toString(): string {
    return this.otherWatts === 0
      ? `${this.watts} W of GPUs`
      : `${this.watts} W, of which ${this.otherWatts} W go elsewhere`;
  }
}

checkArguments('PowerBudget', PowerBudget);

function leftFaults(watts: number, otherWatts: number): Fault[] {
  if (!(watts <= otherWatts)) return [];
  const reason = `of ${watts} W, ${otherWatts} W go elsewhere than into GPUs, which leaves none for them; give more watts, or check otherWatts`;
  return [fault('OUT_OF_RANGE', 'otherWatts', reason)];
}
