import { Construct } from 'constructs';
import { IKubernetesCluster, IOpenAiServer, OpenAiTarget } from '../../lib/core';
import {
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  InferenceGateway,
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

const before = (target: Given, options?: Given) =>
  door((cluster) => ({ backends: [GatewayBackend.of(new OwnServer(cluster, target), options)] }));

/** Programs that set what front doors are told. */
export const GATEWAY_STRUCTS: StructPrograms = {
  InferenceGatewayProps: (given) => door(() => given),
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
  GatewayLimits: (given) => door(() => ({ limits: given })),
  GatewayLoadBalancer: (given) =>
    door(() => ({ tls: GatewayTls.secret('door'), exposure: GatewayExposure.public(given) })),
  GatewayCertificate: (given) => door(() => ({ tls: GatewayTls.certificate({ ...CERTIFICATE, ...given }) })),
  JwtOptions: (given) => door(() => ({ authentication: GatewayAuthentication.jwt({ ...JWT, ...given }) })),
};

/** The same for arguments. */
export const GATEWAY_ARGUMENTS: ArgumentPrograms = {
  'InferenceGateway.new(id)': (id) => door(() => ({ name: 'door' }), id),
  'GatewayTls.secret(secretName)': (name) => door(() => ({ tls: GatewayTls.secret(name as string) })),
};
