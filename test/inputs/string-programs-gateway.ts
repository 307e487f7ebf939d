import { Construct } from 'constructs';
import { IKubernetesCluster, IOpenAiServer, OpenAiTarget } from '../../lib/core';
import {
  CertificateAuthority,
  EdgeConfidence,
  EdgeFallback,
  EdgeRouting,
  EnvoyAiGatewayController,
  EnvoyAiInferenceGateway,
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  InferenceGateway,
  LoadBalancerController,
  OidcIssuer,
} from '../../lib/serving';
import { testCluster } from '../support/test-cluster';
import { ArgumentPrograms, Given, Program, StructPrograms } from './string-programs-compute';

const TARGET: OpenAiTarget = {
  models: ['chat'],
  serviceName: 'chat',
  namespace: 'inference',
  podSelector: { app: 'chat' },
  port: 8000,
  paths: ['completions'],
  healthPath: '/health',
};
const SERVICE = { name: 'chat', namespace: 'inference', port: 80, models: ['chat'] };
const JWT = { issuer: 'https://id.example.com', audiences: ['models'], keysUrl: 'https://id.example.com/keys' };
const CERTIFICATE = { dnsNames: ['models.example.com'], issuer: 'letsencrypt' };

/** A server that is none of this library. */
class OwnServer extends Construct implements IOpenAiServer {
  public readonly openAiTargets: OpenAiTarget[];

  public constructor(
    public readonly cluster: IKubernetesCluster,
    given: Given,
    id = 'Own',
  ) {
    super(cluster, id);
    this.openAiTargets = [{ ...TARGET, ...given }];
  }
}

function door(given: (cluster: IKubernetesCluster) => Given, id = 'Door'): Program {
  return (stack) => {
    const cluster = testCluster(stack);
    new InferenceGateway(stack, id, { cluster, backends: [GatewayBackend.ofService(SERVICE)], ...given(cluster) });
  };
}

/** A gateway for Envoy AI Gateway, on a cluster that has it. */
function aiDoor(given: Given, id = 'Door'): Program {
  return (stack) => {
    const installed = { gatewayClassName: 'eg', rateLimits: true, inferencePools: true };
    const backends = [GatewayBackend.ofService(SERVICE)];
    new EnvoyAiInferenceGateway(stack, id, { cluster: testCluster(stack), backends, installed, ...given });
  };
}

function controller(given: Given, id = 'Controller'): Program {
  return (stack) => void new EnvoyAiGatewayController(stack, id, { cluster: testCluster(stack), ...given });
}

const tokens = (issuer: OidcIssuer, ...more: [string[]?, string?]) =>
  door(() => ({ authentication: GatewayAuthentication.oidc(issuer, more[0] ?? ['models'], more[1]) }));

const before = (target: Given, options?: Given) =>
  door((cluster) => ({ backends: [GatewayBackend.of(new OwnServer(cluster, target), options)] }));

const trusting = (keysAuthority: CertificateAuthority) =>
  door(() => ({ authentication: GatewayAuthentication.jwt({ ...JWT, keysAuthority }) }));

const CLOUD = { url: 'https://models.example.com/v1', models: ['chat-65b'], apiKey: { name: 'cloud', key: 'site' } };
const TO_CLOUD = { cloudModel: 'chat-65b' };

/** A gateway of a site, before one model that its cloud has too. */
const edge = (given: Given) =>
  door(() => ({
    edgeRouting: EdgeRouting.edgeFirst({
      cloud: CLOUD,
      models: { chat: TO_CLOUD },
      fallback: EdgeFallback.SITE_ANSWERS,
      ...given,
    }),
  }));

/** Programs that set what front doors are told. */
export const GATEWAY_STRUCTS: StructPrograms = {
  InferenceGatewayProps: (given) => door(() => given),
  InferenceGatewayOptions: (given) => door(() => given),
  EnvoyAiInferenceGatewayProps: (given) => aiDoor(given),
  EnvoyAiGatewayControllerProps: (given) => controller(given),
  InstalledAiGateway: (given) => aiDoor({ installed: { gatewayClassName: 'eg', ...given } }),
  EndpointPicker: (given) =>
    aiDoor({
      backends: [
        GatewayBackend.ofService({
          ...SERVICE,
          podSelector: { app: 'chat' },
          endpointPicker: { serviceName: 'epp', ...given },
        }),
      ],
    }),
  OpenAiTarget: (given) => before(given),
  GatewayBackendOptions: (given) => before({}, given),
  GatewayCanary: (given) =>
    door((cluster) => {
      const [server, canary] = ['Own', 'Other'].map(
        (id) => new OwnServer(cluster, { serviceName: id.toLowerCase() }, id),
      );
      return { backends: [GatewayBackend.of(server, { canary: { server: canary, percent: 5, ...given } })] };
    }),
  GatewayServiceProps: (given) => door(() => ({ backends: [GatewayBackend.ofService({ ...SERVICE, ...given })] })),
  EdgeFirstProps: (given) => edge(given),
  EdgeFirstOptions: (given) => edge(given),
  CloudCallOptions: (given) => edge({ cloud: { ...CLOUD, ...given } }),
  EdgeModel: (given) => edge({ models: { report: { ...TO_CLOUD, ...given } } }),
  EdgeRequestSize: (given) => edge({ atMost: given }),
  CloudUpstream: (given) => edge({ cloud: { ...CLOUD, ...given } }),
  CloudBreaker: (given) => edge({ cloud: { ...CLOUD, breaker: given } }),
  MustStayLocal: (given) => edge({ mustStayLocal: given }),
  GatewayLimits: (given) => door(() => ({ limits: given })),
  GatewayLoadBalancer: (given) =>
    door(() => ({ tls: GatewayTls.secret('door'), exposure: GatewayExposure.public(given) })),
  GatewayCertificate: (given) => door(() => ({ tls: GatewayTls.certificate({ ...CERTIFICATE, ...given }) })),
  JwtOptions: (given) => door(() => ({ authentication: GatewayAuthentication.jwt({ ...JWT, ...given }) })),
};

/** The same for arguments. */
export const GATEWAY_ARGUMENTS: ArgumentPrograms = {
  'InferenceGateway.new(id)': (id) => door(() => ({ name: 'door' }), id),
  'CertificateAuthority.configMap(name)': (name) => trusting(CertificateAuthority.configMap(name as string)),
  'CertificateAuthority.configMap(key)': (key) => trusting(CertificateAuthority.configMap('ca', key as string)),
  'LoadBalancerController.ofClass(loadBalancerClass)': (name) => {
    const exposure = GatewayExposure.public({ controller: LoadBalancerController.ofClass(name as string) });
    return door(() => ({ tls: GatewayTls.secret('door'), exposure }));
  },
  'EdgeConfidence.header(name)': (name) => edge({ confidence: EdgeConfidence.header(name as string, 0.5) }),
  'EdgeConfidence.member(path)': (path) => edge({ confidence: EdgeConfidence.member(path as string[], 0.5) }),
  'EnvoyAiInferenceGateway.new(id)': (id) => aiDoor({ name: 'door' }, id),
  'EnvoyAiGatewayController.new(id)': (id) => controller({}, id),
  'GatewayAuthentication.oidc(audiences)': (list) => tokens(OidcIssuer.eks('https://id.example.com'), list as string[]),
  'GatewayAuthentication.oidc(clientClaim)': (claim) =>
    tokens(OidcIssuer.eks('https://id.example.com'), undefined, claim as string),
  'OidcIssuer.of(issuer)': (issuer) => tokens(OidcIssuer.of(issuer as string, JWT.keysUrl)),
  'OidcIssuer.of(keysUrl)': (url) => tokens(OidcIssuer.of(JWT.issuer, url as string)),
  'OidcIssuer.keycloak(realmUrl)': (url) => tokens(OidcIssuer.keycloak(url as string)),
  'OidcIssuer.entraId(tenantId)': (tenant) => tokens(OidcIssuer.entraId(tenant as string)),
  'OidcIssuer.cognito(region)': (region) => tokens(OidcIssuer.cognito(region as string, 'eu-central-1_A')),
  'OidcIssuer.cognito(userPoolId)': (pool) => tokens(OidcIssuer.cognito('eu-central-1', pool as string)),
  'OidcIssuer.eks(issuer)': (issuer) => tokens(OidcIssuer.eks(issuer as string)),
  'GatewayTls.secret(secretName)': (name) => door(() => ({ tls: GatewayTls.secret(name as string) })),
};
