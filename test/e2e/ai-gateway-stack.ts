import { App, TerraformStack } from 'cdktf';
import {
  Duration,
  EnvoyAiInferenceGateway,
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  ModelSpec,
  ModelStore,
  TritonDeployment,
  TritonModel,
  VllmDeployment,
} from '../../lib';
import { modelsRack } from './models-rack';

export const NAMESPACES = { doors: 'inference', servers: 'big-models', envoy: 'envoy-gateway-system' };
export const INSTALLED = { gatewayClassName: 'eg', rateLimits: true, inferencePools: true };

/**
 * Gateways for the controllers of a platform team: one with keys and limits before vLLM and Triton; one for the public, with tokens and a certificate, before a
 * service of KServe and a canary; one that an endpoint picker serves; and one whose server, with its key, is in another namespace.
 */
export function aiGateways(app: App): TerraformStack {
  const { stack, cluster, nodePool } = modelsRack(app, 'ai-gateways', 'hall-11');
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'weights',
    endpoint: 'http://minio.storage.svc:9000',
    credentials: { name: 'store' },
  });
  const shared = { cluster, nodePool, modelStore };
  const server = (id: string, namespace?: string) =>
    new VllmDeployment(stack, id, {
      ...shared,
      namespace,
      accessibleFrom: [],
      models: [
        {
          name: id.toLowerCase(),
          model: ModelSpec.LLAMA_3_1_8B,
          contextLength: 8192,
          loraAdapters: [{ name: `${id.toLowerCase()}-legal`, rank: 8 }],
        },
      ],
    });
  const chat = server('Chat');
  const triton = new TritonDeployment(stack, 'Triton', {
    ...shared,
    openAi: {},
    models: [TritonModel.vllm({ name: 'llama', model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192 })],
  });
  const common = { cluster, installed: INSTALLED, namespace: NAMESPACES.doors };
  new EnvoyAiInferenceGateway(stack, 'Door', {
    ...common,
    backends: [GatewayBackend.of(chat), GatewayBackend.of(triton)],
    authentication: GatewayAuthentication.apiKeys({
      red: { name: 'teams', key: 'red' },
      blue: { name: 'teams', key: 'blue' },
    }),
    limits: { requestsPerMinute: 600, tokensPerMinute: 200_000 },
    modelLimits: { llama: { tokensPerMinute: 50_000 } },
    retries: 2,
    // A week is written in hours.
    idleTimeout: Duration.hours(168),
    nodeSelector: { 'example.com/role': 'front' },
  });
  const kserve = (name: string, weight: number) =>
    GatewayBackend.ofService({
      ...{ name, weight, namespace: 'kserve-models', port: 80, models: ['deepseek/65b'], basePath: '/openai/v1' },
      apiKey: { name: 'kserve', key: 'apiKey' },
      longestAnswer: Duration.minutes(20),
    });
  new EnvoyAiInferenceGateway(stack, 'Public', {
    ...common,
    backends: [kserve('big-predictor', 95), kserve('next-predictor', 5)],
    tls: GatewayTls.secret('models-tls'),
    exposure: GatewayExposure.public({
      annotations: { 'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internet-facing' },
      sourceRanges: ['203.0.113.0/24'],
    }),
    authentication: GatewayAuthentication.jwt({
      issuer: 'https://id.example.com/realms/models',
      audiences: ['models'],
      keysUrl: 'https://id.example.com/realms/models/protocol/openid-connect/certs',
      clientClaim: 'azp',
    }),
    limits: { requestsPerMinute: 60 },
    retries: 0,
  });
  new EnvoyAiInferenceGateway(stack, 'Picked', {
    ...common,
    backends: [GatewayBackend.of(chat, { endpointPicker: { serviceName: 'chat-epp', failOpen: true } })],
  });
  new EnvoyAiInferenceGateway(stack, 'Far', {
    ...common,
    backends: [GatewayBackend.of(server('Far-Model', NAMESPACES.servers))],
  });
  return stack;
}
