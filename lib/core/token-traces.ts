/**
 * Makes many constructs without the traces by which cdktf says where a token was made: it writes one for every attribute of every resource, a fifth of the
 * time of a large fleet, and all of them name the same place. Errors that are thrown meanwhile keep theirs, unless they are read here.
 *
 * @param body what makes them, at once
 *
 * @internal
 */
export function withoutTokenTraces<T>(body: () => T): T {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error) => String(error);
  try {
    return body();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}
