/** Why AWS refuses a request, or why what it makes is of no use. */
export interface Refusal {
  /** Code of the error, e.g. `InvalidSubnetID.NotFound`. */
  readonly code: string;
  /** One sentence, with the value given. */
  readonly reason: string;
  /** Page that says so. @default - the service's API reference */
  readonly source?: string;
}

/** Makes a refusal. */
export function refusal(code: string, reason: string, source?: string): Refusal {
  return { code, reason, ...(source ? { source } : {}) };
}

/** A refusal where a condition does not hold, else none. */
export function unless(holds: boolean, code: string, reason: string, source?: string): Refusal[] {
  return holds ? [] : [refusal(code, reason, source)];
}
