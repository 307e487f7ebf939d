import { ServiceV1Spec } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { ClusterConnection } from '../../core/kubernetes-cluster';
import { everybody, peers } from '../../kubernetes/network-access';
import { Fault, fault } from '../../units/fault';
import { GatewayExposure } from './gateway-exposure';
import { InferenceGatewayProps } from './inference-gateway-props';
import { LoadBalancerController } from './load-balancer-controller';

/** What a Service with a load balancer has besides. @internal */
export interface BalancedService {
  readonly annotations?: { [key: string]: string };
  readonly spec: Pick<
    ServiceV1Spec,
    'type' | 'loadBalancerClass' | 'loadBalancerSourceRanges' | 'externalTrafficPolicy'
  >;
}

/**
 * The Service of a public gateway.
 *
 * @internal
 */
export function balancedService(
  { loadBalancer = {} }: GatewayExposure,
  connection: ClusterConnection,
): BalancedService {
  const { controller = LoadBalancerController._of(connection), annotations, sourceRanges } = loadBalancer;
  const ofController = controller._annotations;
  // Network policies see the addresses of callers only then. With AWS, no node but those of the gateway has its streams on the way.
  const isLocal = ofController !== undefined || (sourceRanges?.length ?? 0) > 0;
  return {
    annotations: ofController || annotations ? { ...ofController, ...annotations } : undefined,
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: controller.loadBalancerClass,
      loadBalancerSourceRanges: sourceRanges,
      externalTrafficPolicy: isLocal ? 'Local' : undefined,
    },
  };
}

/**
 * Whom the network policy lets in from outside: those that the load balancer does.
 *
 * @internal
 */
export function publicPeers({ loadBalancer }: GatewayExposure): object[] {
  const { sourceRanges = [] } = loadBalancer ?? {};
  return sourceRanges.length > 0 ? peers(sourceRanges) : everybody();
}

/**
 * Declares what must run on the cluster for a gateway, whoever installs it.
 *
 * @internal
 */
export function declareNeeds(gateway: Construct, { cluster, exposure, tls }: InferenceGatewayProps): void {
  const ledger = ClusterLedger.of(cluster);
  if (tls?.requested) ledger.addUser(ClusterSingleton.CERT_MANAGER, gateway);
  const { loadBalancerClass } = exposure?.loadBalancer?.controller ?? LoadBalancerController._of(cluster.connection);
  if (exposure?.isPublic && loadBalancerClass === LoadBalancerController.AWS.loadBalancerClass) {
    ledger.addUser(ClusterSingleton.LOAD_BALANCERS, gateway);
  }
  if (exposure?.isPublic && loadBalancerClass === LoadBalancerController.EKS_AUTO_MODE.loadBalancerClass) {
    ledger.addUser(ClusterSingleton.AUTO_MODE, gateway);
  }
}

/**
 * What callers within the cluster, who are all that an internal gateway has, find about its certificate.
 *
 * @param host host of the endpoint within the cluster
 *
 * @internal
 */
export function certificateWarnings({ exposure, tls }: InferenceGatewayProps, host: string): Fault[] {
  const names = tls?.requested?.dnsNames;
  if (names === undefined || exposure?.isPublic || names.some((name) => covers(name, host))) return [];
  const reason =
    `the certificate is of ${names.map((name) => `'${name}'`).join(', ')}, and the endpoint of the gateway is '${host}', so that clients within the ` +
    `cluster refuse it; add '${host}' to dnsNames where the issuer is one of your own, since public ones sign no such name, or let your DNS lead ` +
    `the names of the certificate to the Service, and accept this`;
  return [fault('ENDPOINT_NOT_IN_CERTIFICATE', 'tls.requested.dnsNames', reason)];
}

/** A wildcard stands for one label: RFC 6125, 6.4.3. */
function covers(name: string, host: string): boolean {
  return name === host || (name.startsWith('*.') && name.slice(1) === host.slice(host.indexOf('.')));
}
