/**
 * An error as OpenAI's API has it.
 *
 * @see https://platform.openai.com/docs/guides/error-codes/api-errors
 */
function errorOf(message: string, type: string, code: string | null, param: string | null = null): object {
  return { error: { message, type, param, code } };
}

const INVALID = 'invalid_request_error';
const NO_KEY = 'the key or token is missing, has ended or is not known here; send it as Authorization: Bearer <key>';

/** Errors of requests that no server is asked about. @internal */
export const ERRORS = {
  key: errorOf(NO_KEY, INVALID, 'invalid_api_key'),
  path: errorOf('there is no such path or method here; see /v1/models for the models', INVALID, 'not_found'),
  noModel: errorOf(
    'the request must be JSON, with Content-Type: application/json, and name its model',
    INVALID,
    null,
    'model',
  ),
  // What Envoy puts in is escaped as JSON is.
  unknownModel: errorOf(
    `the model '%DYNAMIC_METADATA(gateway:model)%' does not exist; see /v1/models`,
    INVALID,
    'model_not_found',
    'model',
  ),
};

/** What Envoy says by itself, by status: the first that fits. */
const LOCAL: readonly (readonly [op: 'EQ' | 'GE', status: number, error: object])[] = [
  ['EQ', 401, errorOf(NO_KEY, INVALID, 'invalid_api_key')],
  ['EQ', 403, errorOf('the token is not for this service', INVALID, 'invalid_api_key')],
  ['EQ', 413, errorOf('the request is larger than this service takes', INVALID, 'request_too_large')],
  ['EQ', 504, errorOf('the server of the model has not answered in time', 'server_error', 'timeout')],
  ['GE', 500, errorOf('no server of the model answers; try again later', 'server_error', 'unavailable')],
];

/**
 * How what Envoy answers by itself is written: as OpenAI's clients read it. Answers of routes have been written already.
 *
 * @internal
 */
export function localReplies(): object {
  return {
    mappers: LOCAL.map(([op, status, error]) => ({
      filter: {
        status_code_filter: { comparison: { op, value: { default_value: status, runtime_key: `gateway.${status}` } } },
      },
      body_format_override: { json_format: error },
    })),
  };
}
