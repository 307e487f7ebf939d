/**
 * Makes many constructs without the traces by which cdktf says where a token was made: it writes one for every attribute of every resource, a fifth of the
 * time of a large fleet, and all of them name the same place. Errors that are made meanwhile have their stacks as ever, but for classes that ask for one by
 * `Error.captureStackTrace`.
 *
 * @param body what makes them, at once
 *
 * @internal
 */
export function withoutTokenTraces<T>(body: () => T): T {
  const { captureStackTrace } = Error;
  Error.captureStackTrace = () => undefined;
  try {
    return body();
  } finally {
    Error.captureStackTrace = captureStackTrace;
  }
}
