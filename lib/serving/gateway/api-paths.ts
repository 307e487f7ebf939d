/**
 * Paths of OpenAI's API below its base URL whose requests name their model in a JSON body.
 *
 * @internal
 */
export const ROUTED_PATHS = ['chat/completions', 'completions', 'embeddings', 'responses', 'rerank', 'score'];

/** Base of the paths that servers of this library answer. @internal */
export const BASE_PATH = '/v1';
