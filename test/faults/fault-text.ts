import { Fault } from '../../lib/units';

/**
 * One fault or warning with its whole sentence. Each `test/faults/<layer>.ts` exports its rows as `TEXTS`; `texts.test.ts` runs
 * them all, so that prose stands in one place and other tests assert ids and properties only.
 */
export interface FaultText {
  /** Id of the fault or warning. */
  readonly id: string;
  /** Path of the property at fault. @default - no single property is at fault */
  readonly property?: string;
  /** The sentence, from the first to the last letter. */
  readonly text: string;
  /** A program that is refused for it, perhaps among other faults. @default - `faults` */
  readonly refuse?: () => unknown;
  /** What finds it, where nothing is thrown: validations, warnings, pure functions. @default - `refuse` */
  readonly faults?: () => readonly Fault[];
}
