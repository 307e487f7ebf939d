import { EnvoyAiGatewayController, GatewayAuthentication, GatewayBackend } from '../../lib/serving';
import { withSite } from '../serving/support/fixtures';
import { AiDoor, chat, openAiDoor, openDoor, triton } from '../serving/support/gateway-fixtures';
import { FaultText } from './fault-text';

const aiRefused = (door: AiDoor) => () => openAiDoor(door);
const PICKED = { endpointPicker: { serviceName: 'chat-epp' } };

/** Front doors that Envoy AI Gateway runs. */
export const TEXTS: FaultText[] = [
  {
    id: 'AI_GATEWAY_EXISTS',
    property: 'cluster',
    text: "cluster 'test' already has an Envoy AI Gateway, at 'test/A', which serves all its namespaces; remove one of the two",
    refuse: () =>
      withSite(({ scope, cluster }) => {
        for (const id of ['A', 'B']) new EnvoyAiGatewayController(scope, id, { cluster });
      }),
  },
  {
    id: 'CALLER_IS_NOT_KEY',
    property: 'authentication.keys.red',
    text: "authentication.keys.red is the key 'r' of secret 'teams', but Envoy Gateway names callers by the keys of their secrets, and lets all of them in; call the caller 'r' here, or put its value under the key 'red'",
    refuse: aiRefused((site) => ({
      backends: [GatewayBackend.of(chat(site))],
      authentication: GatewayAuthentication.apiKeys({ red: { name: 'teams', key: 'r' } }),
    })),
  },
  {
    id: 'LIMITS_WITHOUT_REDIS',
    property: 'limits.tokensPerMinute',
    text: "limits.tokensPerMinute would limit nobody: Envoy Gateway counts in a Redis, which it has not been told of; give the EnvoyAiGatewayController rateLimitRedis: '<host>:<port>', or say installed.rateLimits: true where it has one; an InferenceGateway counts by itself",
    refuse: aiRefused((site) => ({
      backends: [GatewayBackend.of(chat(site))],
      limits: { tokensPerMinute: 1000 },
      installed: { gatewayClassName: 'eg' },
    })),
  },
  {
    id: 'NO_AI_GATEWAY',
    property: 'installed',
    text: "nothing says that Envoy AI Gateway runs on the cluster, so that no gateway would be made; create an EnvoyAiGatewayController before it, or say by installed: { gatewayClassName: '...' } what the cluster has; an InferenceGateway needs neither",
    refuse: aiRefused((site) => ({ backends: [GatewayBackend.of(chat(site))], installed: undefined })),
  },
  {
    id: 'PATHS_NOT_ROUTED',
    property: 'backends[0]',
    text: "'chat' answers 'rerank' alone, of which Envoy AI Gateway routes none; it routes 'chat/completions', 'completions', 'embeddings', 'responses'; use an InferenceGateway",
    refuse: aiRefused((site) => {
      const server = chat(site);
      const targets = server.openAiTargets.map((target) => ({ ...target, paths: ['rerank'] }));
      return { backends: [GatewayBackend.of(Object.assign(server, { openAiTargets: targets }))] };
    }),
  },
  {
    id: 'PICKER_IN_OTHER_NAMESPACE',
    property: 'backends[0]',
    text: "the endpoint picker 'chat-epp' of 'chat' picks pods of 'inference', but Envoy AI Gateway looks for InferencePools in the namespace of its routes, 'edge', alone; put the gateway into 'inference', or leave out endpointPicker",
    refuse: aiRefused((site) => ({ backends: [GatewayBackend.of(chat(site), PICKED)], namespace: 'edge' })),
  },
  {
    id: 'PICKER_NEEDS_AI_GATEWAY',
    property: 'backends[0]',
    text: "'chat' has the endpoint picker 'chat-epp', which an InferenceGateway does not ask; use an EnvoyAiInferenceGateway, or leave out endpointPicker, so that the pod with the fewest requests is chosen",
    refuse: () => openDoor((site) => ({ backends: [GatewayBackend.of(chat(site), PICKED)] })),
  },
  {
    id: 'PICKER_NEEDS_VLLM',
    property: 'backends[0]',
    text: "the endpoint picker 'chat-epp' of 'chat' would know nothing of its pods: only vLLM's own server says by its metrics what pickers go by; use a VllmDeployment, or leave out endpointPicker, so that the pod with the fewest requests is chosen",
    refuse: aiRefused((site) => ({ backends: [GatewayBackend.of(triton(site), PICKED)] })),
  },
  {
    id: 'PICKER_NOT_INSTALLED',
    property: 'backends[0]',
    text: "the endpoint picker 'chat-epp' of 'chat' needs InferencePools, which Envoy Gateway has not been told of; install their definition and the picker, and say so by inferencePools: true of the EnvoyAiGatewayController, or of installed",
    refuse: aiRefused((site) => ({
      backends: [GatewayBackend.of(chat(site), PICKED)],
      installed: { gatewayClassName: 'eg' },
    })),
  },
  {
    id: 'PICKER_WITH_WEIGHTS',
    property: 'backends[0]',
    text: "'chat' is in several backends, and a rule with an InferencePool has no other; leave out endpointPicker, or offer the model in one backend",
    refuse: aiRefused((site) => ({
      backends: [
        GatewayBackend.of(chat(site), { ...PICKED, weight: 90 }),
        GatewayBackend.of(triton(site), { weight: 10 }),
      ],
    })),
  },
  {
    id: 'SERVER_KEY_NAME',
    property: 'backends[0]',
    text: "the key of 'chat' is under 'key' in secret 'models', but Envoy AI Gateway reads the key 'apiKey' of a secret alone; put the value there too and name it as apiKey ({ name: 'models', key: 'apiKey' }), or leave out the apiKey of the deployment in 'inference': a key that is made has both",
    refuse: aiRefused((site) => ({
      backends: [GatewayBackend.of(chat(site, 'Chat', { apiKey: { name: 'models', key: 'key' } }))],
    })),
  },
];
