import { OpenAiTarget } from '../../core/openai-server';
import { BASE_PATH, ROUTED_PATHS } from './api-paths';
import { EndpointPicker } from './endpoint-picker';
import { GatewayBackend } from './gateway-backend';

/**
 * The pods, or the Service, behind some of the models.
 *
 * @internal
 */
export interface Upstream extends Omit<OpenAiTarget, 'podSelector'> {
  readonly podSelector?: { readonly [key: string]: string };
  /** Path before those of the API. */
  readonly basePath: string;
  readonly weight?: number;
  /** Whether the secret with its key is one of the gateway's namespace, whatever its own. */
  readonly hasOwnKey: boolean;
  /** What chooses the pod for each request. */
  readonly picker?: EndpointPicker;
  /** Path of its property in messages. */
  readonly at: string;
}

/**
 * What is behind a backend; nothing of models that are not offered.
 *
 * @param backend the backend
 * @param at path of its property in messages
 *
 * @internal
 */
export function upstreamsOf({ server, options, service, weight }: GatewayBackend, at: string): Upstream[] {
  if (service) {
    const {
      name,
      healthPath = '/health',
      basePath = BASE_PATH,
      apiKey,
      longestAnswer,
      endpointPicker,
      ...given
    } = service;
    return [
      {
        ...given,
        serviceName: name,
        healthPath,
        basePath: basePath.replace(/\/+$/, ''),
        paths: ROUTED_PATHS,
        apiKeySecret: apiKey,
        hasOwnKey: true,
        answerSeconds: longestAnswer?.toSeconds(),
        picker: endpointPicker,
        // Whoever says that a picker goes by what its pods say knows them.
        answersPickers: true,
        weight,
        at,
      },
    ];
  }
  const targets = server?.openAiTargets ?? [];
  const offered = (model: string) => options.models?.includes(model) ?? true;
  return targets
    .map((target) => ({
      ...target,
      models: target.models.filter(offered),
      apiKeySecret: options.apiKey ?? target.apiKeySecret,
      hasOwnKey: options.apiKey !== undefined,
      basePath: BASE_PATH,
      picker: options.endpointPicker,
      weight,
      at,
    }))
    .filter(({ models }) => models.length > 0);
}
