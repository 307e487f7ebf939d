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
  staysHere: errorOf(
    `the request must stay at this site, which does not serve the model '%DYNAMIC_METADATA(gateway:model)%'`,
    INVALID,
    'must_stay_local',
    'model',
  ),
  notReady: errorOf('the request could not be made ready for the cloud', 'server_error', 'unavailable'),
};

/** More requests at once than may be, by whom they are for. @internal */
export const BUSY = {
  site: errorOf('the site answers as many requests as it can; try again later', 'server_error', 'site_busy'),
  cloud: errorOf('the cloud takes no more requests of this site; try again later', 'server_error', 'cloud_busy'),
};

const CLOUD_SILENT = errorOf(
  'the cloud does not answer, and the site does not answer in its place; try again later',
  'server_error',
  'cloud_unavailable',
);

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
 * @param busy what is said where servers have a limit of requests @default - they have none
 *
 * @internal
 */
export function localReplies(busy?: object): object {
  return {
    mappers: [
      ...(busy ? [overflow(busy)] : []),
      ...LOCAL.map(([op, status, error]) => ({
        filter: statusFilter(op, status),
        body_format_override: { json_format: error },
      })),
    ],
  };
}

/** What the way to a cloud says by itself. @internal */
export function cloudReplies(): object {
  const silent = { filter: statusFilter('GE', 500), body_format_override: { json_format: CLOUD_SILENT } };
  return { mappers: [overflow(BUSY.cloud), silent] };
}

/** A limit of requests is reached: `UO` is Envoy's flag of an upstream that overflows. */
function overflow(error: object): object {
  return {
    filter: { response_flag_filter: { flags: ['UO'] } },
    status_code: 429,
    body_format_override: { json_format: error },
  };
}

function statusFilter(op: string, status: number): object {
  const value = { default_value: status, runtime_key: `gateway.${status}` };
  return { status_code_filter: { comparison: { op, value } } };
}
