import { Construct } from 'constructs';
import { IKubernetesCluster, IOpenAiServer, OpenAiTarget } from '../../lib/core';
import {
  CertificateAuthority,
  GatewayAuthentication,
  GatewayBackend,
  GatewayExposure,
  GatewayTls,
  InferenceGateway,
  LoadBalancerController,
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
  ) {
    super(cluster, 'Own');
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

const trusting = (keysAuthority: CertificateAuthority) =>
  door(() => ({ authentication: GatewayAuthentication.jwt({ ...JWT, keysAuthority }) }));

/** Programs that set what front doors are told. */
export const GATEWAY_STRUCTS: StructPrograms = {
  InferenceGatewayProps: (given) => door(() => given),
  OpenAiTarget: (given) => before(given),
  GatewayBackendOptions: (given) => before({}, given),
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
  'CertificateAuthority.configMap(name)': (name) => trusting(CertificateAuthority.configMap(name as string)),
  'CertificateAuthority.configMap(key)': (key) => trusting(CertificateAuthority.configMap('ca', key as string)),
  'LoadBalancerController.ofClass(loadBalancerClass)': (name) => {
    const exposure = GatewayExposure.public({ controller: LoadBalancerController.ofClass(name as string) });
    return door(() => ({ tls: GatewayTls.secret('door'), exposure }));
  },
  'GatewayTls.secret(secretName)': (name) => door(() => ({ tls: GatewayTls.secret(name as string) })),
};
