import { checkArguments, throwOfFactory } from '../../units/argument-faults';
import { throwIfFaulty } from '../../units/errors';
import { gateFaults } from './gate-faults';
import { QualityGateProps } from './quality-gate-props';
import { StoredText } from './stored-text';

/**
 * The gate that a model passes before it is published: what its source is compared with, and what is always checked: the same tokens of every text, the
 * license beside the weights, and no file that can run code when it is loaded. A check that fails publishes nothing.
 */
export class QualityGate {
  /**
   * A gate.
   *
   * @param props what must hold
   * @throws UnscopedValidationError with all faults: a limit of 0 or above 100 %, or beyond the floor
   */
  public static of(props: QualityGateProps): QualityGate {
    throwIfFaulty(gateFaults(props));
    return new QualityGate(props);
  }

  /** Most that may be lost, percent. */
  public readonly accuracyLossPercent: number;
  /** Text on which it is measured. */
  public readonly text: StoredText;

  /** @internal */
  public readonly _props: QualityGateProps;

  private constructor(props: QualityGateProps) {
    this._props = { ...props };
    this.accuracyLossPercent = props.accuracyLossPercent ?? 2;
    this.text = props.text;
  }

  /** The gate in words. */
  public toString(): string {
    return `at most ${this.accuracyLossPercent} % lost on ${this.text.name}/${this.text.version ?? '1'}/${this.text.file}`;
  }
}

checkArguments(
  'QualityGate',
  QualityGate,
  throwOfFactory((made: QualityGate) => gateFaults(made._props)),
);
