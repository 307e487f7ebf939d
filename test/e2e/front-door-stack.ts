import { App, TerraformStack } from 'cdktf';
import {
  CertificateAuthority,
  Duration,
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  InferenceGateway,
  ModelSpec,
  ModelStore,
  MonitoringStack,
  MonitoringStorage,
  TritonDeployment,
  TritonModel,
  VllmDeployment,
  VllmRelease,
} from '../../lib';
import { modelsRack } from './models-rack';

export const NAMES = { model: 'tiny', metered: 'tiny-metered', triton: 'llama', canary: 'canary', bucket: 'weights' };
export const STORE = 'http://minio.storage.svc:9000';
export const SECRETS = {
  store: { name: 'store', key: 'credentials' },
  server: { name: 'servers', key: 'key' },
  teams: { name: 'teams', certificate: 'door-tls' },
  authority: 'identity-authority',
};
export const ISSUER = {
  issuer: 'https://issuer.example.com/',
  audiences: ['models'],
  keysUrl: 'https://issuer.example.com/keys',
};
/** Limits of each caller, which one pod of the gateway has alone. */
export const LIMITS = { requests: 3, tokens: 60 };

/**
 * Three front doors: one within the cluster for two teams with keys, one for the public with a certificate, and one for callers with tokens.
 *
 * @param config the `config.json` of the model
 * @param version of vLLM
 */
export function frontDoor(app: App, config: string, version: string): TerraformStack {
  const { stack, cluster, nodePool } = modelsRack(app, 'front-door', 'hall-9');
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: NAMES.bucket,
    endpoint: STORE,
    region: 'us-east-1',
    credentials: SECRETS.store,
  });
  const shared = { cluster, nodePool, modelStore };
  const chat = new VllmDeployment(stack, 'Chat', {
    ...shared,
    vllmRelease: VllmRelease.of(version),
    apiKey: SECRETS.server,
    replicas: 2,
    // Nobody but the front doors.
    accessibleFrom: [],
    models: [
      {
        name: NAMES.model,
        model: ModelSpec.fromHuggingFaceConfig(NAMES.model, config),
        servedModelNames: [NAMES.model, NAMES.metered],
        contextLength: 2048,
      },
    ],
  });
  const triton = new TritonDeployment(stack, 'Triton', {
    ...shared,
    openAi: { apiKey: SECRETS.server },
    models: [TritonModel.vllm({ name: NAMES.triton, model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192 })],
  });
  const key = (team: string) => ({ name: SECRETS.teams.name, key: team });
  const door = new InferenceGateway(stack, 'Door', {
    cluster,
    replicas: 1,
    // Machines differ tenfold in how long the longest answer takes.
    exitTimeout: Duration.minutes(4),
    backends: [GatewayBackend.of(chat), GatewayBackend.of(triton)],
    authentication: GatewayAuthentication.apiKeys({ red: key('red'), blue: key('blue') }),
    modelLimits: {
      [NAMES.metered]: { tokensPerMinute: LIMITS.tokens },
      [NAMES.triton]: { requestsPerMinute: LIMITS.requests },
    },
  });
  new InferenceGateway(stack, 'Public', {
    cluster,
    backends: [GatewayBackend.of(chat, { models: [NAMES.model] })],
    tls: GatewayTls.secret(SECRETS.teams.certificate),
    exposure: GatewayExposure.public(),
    authentication: GatewayAuthentication.apiKeys({ red: key('red') }),
  });
  new InferenceGateway(stack, 'Tokens', {
    cluster,
    backends: [
      GatewayBackend.of(triton, { weight: 90 }),
      GatewayBackend.ofService({
        name: 'canary',
        namespace: 'kserve-models',
        port: 80,
        models: [NAMES.triton],
        weight: 10,
      }),
    ],
    authentication: GatewayAuthentication.jwt({
      ...ISSUER,
      keysAuthority: CertificateAuthority.configMap(SECRETS.authority),
    }),
    limits: { requestsPerMinute: 3000 },
  });
  new MonitoringStack(stack, 'Monitoring', {
    cluster,
    alertReceivers: [],
    clusterMetrics: false,
    storage: MonitoringStorage.emptyDir(),
  }).watch(door);
  return stack;
}
