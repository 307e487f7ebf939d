import { Exchange, Value } from './exchange';

/** A request, before it has an answer. */
export type Request = Omit<Exchange, 'status' | 'answer'>;

/** A call that the emulator does not have, answered from here as AWS documents it. */
export interface LackingCall {
  readonly id: string;
  readonly matches: (request: Request) => boolean;
  readonly answer: (request: Request) => { readonly status: number; readonly type: string; readonly answer: string };
}

/** Calls that the emulator lacks. */
export const LACKING: readonly LackingCall[] = [];

/** A JSON answer. */
export function json(body: Value, status = 200) {
  return { status, type: 'application/json', answer: JSON.stringify(body) };
}
