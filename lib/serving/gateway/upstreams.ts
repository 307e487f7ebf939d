import { IOpenAiServer, OpenAiTarget } from '../../core/openai-server';
import { SecretReference } from '../../core/secret-reference';
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
  /** Whether it is a deployment of this library. */
  readonly made: boolean;
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
        made: false,
        answerSeconds: longestAnswer?.toSeconds(),
        picker: endpointPicker,
        // Whoever says that a picker goes by what its pods say knows them.
        answersPickers: true,
        weight,
        at,
      },
    ];
  }
  const { models, canary, apiKey, endpointPicker: picker } = options;
  const own = ofServer(server, { models, apiKey, picker, weight: canary ? 100 - canary.percent : weight, at });
  if (canary === undefined || own.length === 0) return own;
  // What only the canary has is not offered.
  const offered = own.flatMap((each) => each.models);
  const { percent, apiKey: key } = canary;
  return [
    ...own,
    ...ofServer(canary.server, { models: offered, apiKey: key, weight: percent, at: `${at}.options.canary` }),
  ];
}

/** How a deployment is used. */
interface Use {
  readonly models?: readonly string[];
  readonly apiKey?: SecretReference;
  readonly picker?: EndpointPicker;
  readonly weight?: number;
  readonly at: string;
}

function ofServer(server: IOpenAiServer | undefined, { models: offered, apiKey, picker, weight, at }: Use): Upstream[] {
  const targets = server?.openAiTargets ?? [];
  return targets
    .map((target) => ({
      ...target,
      models: target.models.filter((model) => offered?.includes(model) ?? true),
      apiKeySecret: apiKey ?? target.apiKeySecret,
      hasOwnKey: apiKey !== undefined,
      made: true,
      basePath: BASE_PATH,
      picker,
      weight,
      at,
    }))
    .filter(({ models }) => models.length > 0);
}
