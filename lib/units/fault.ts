/**
 * One fault of an input, or a warning of something that may not be intended.
 */
export interface Fault {
  /** Stable id in capitals, e.g. `REPLICAS_EXCEED_POOL`; `docs/faults` describes its cure. */
  readonly id: string;
  /** Path of the property at fault, e.g. `models[0].contextLength`. @default - no single property is at fault */
  readonly property?: string;
  /** One sentence: what, the value given, what is allowed, how to fix it. */
  readonly reason: string;
}

/**
 * A fault.
 *
 * @param id stable id, in capitals
 * @param property path of the property at fault; `undefined` where it is not one property
 * @param reason one sentence: what, the value given, what is allowed, how to fix it
 *
 * @internal
 */
export function fault(id: string, property: string | undefined, reason: string): Fault {
  return property === undefined ? { id, reason } : { id, property, reason };
}

/**
 * The same faults as faults of a part: its property path and name are put in front of theirs.
 *
 * @param faults the faults of the part
 * @param path property path of the part, e.g. `models[0]`; empty to leave properties as they are
 * @param who what messages call the part, e.g. `model 'chat'`; not repeated if a message already begins with it @default - messages are
 * unchanged
 *
 * @internal
 */
export function faultsUnder(faults: readonly Fault[], path: string, who = ''): Fault[] {
  return faults.map(({ id, property, reason }) => {
    const dot = path === '' || property === undefined || property.startsWith('[') ? '' : '.';
    const whole = `${path}${dot}${property ?? ''}`;
    return fault(
      id,
      whole === '' ? undefined : whole,
      who === '' || reason.startsWith(who) ? reason : `${who}: ${reason}`,
    );
  });
}
