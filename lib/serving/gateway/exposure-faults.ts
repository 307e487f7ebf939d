import { secretNameFaults } from '../../core/secret-reference';
import { knownListFaults } from '../../core/text-list';
import { concreteFault, hasToken } from '../../core/tokens';
import { annotationSyntaxFaults, keyFaults } from '../../kubernetes/label-syntax';
import { accessFaults } from '../../kubernetes/network-access';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { InferenceGatewayProps } from './inference-gateway-props';
import { LoadBalancerController } from './load-balancer-controller';
import { knownTexts } from './text-faults';

/** Annotation of the AWS Load Balancer Controller. */
const IP_ADDRESS_TYPE = 'service.beta.kubernetes.io/aws-load-balancer-ip-address-type';

/** Annotation by which a Service without a class says what it is to get. */
const LOAD_BALANCER_TYPE = 'service.beta.kubernetes.io/aws-load-balancer-type';

/** The faults of a certificate. @internal */
export function tlsFaults({ tls }: InferenceGatewayProps): Fault[] {
  if (tls === undefined) return [];
  const { secretName, requested } = tls;
  if (requested === undefined) return secretName === undefined ? [] : secretNameFaults('tls.secretName', secretName);
  const { dnsNames, issuer } = requested;
  return allOf(
    () => secretNameFaults('tls.requested.issuer', issuer),
    () => knownTexts('tls.requested.dnsNames', dnsNames, 'what callers call the gateway'),
    () =>
      hasToken(dnsNames)
        ? []
        : dnsNames.flatMap((name, i) => {
            if (hasToken(name) || /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))
              return [];
            const at = `tls.requested.dnsNames[${i}]`;
            return [fault('INVALID_NAME', at, `${at} must be a DNS name in lower case; got ${givenValue(name)}`)];
          }),
  );
}

/** The faults of who can reach a gateway. @internal */
export function exposureFaults({ cluster, exposure, tls }: InferenceGatewayProps): Fault[] {
  if (!exposure?.isPublic) return [];
  const at = 'exposure.loadBalancer.sourceRanges';
  const {
    sourceRanges = [],
    annotations,
    controller = LoadBalancerController._of(cluster.connection),
  } = exposure.loadBalancer ?? {};
  const isIpv4 = controller._annotations !== undefined && annotations?.[IP_ADDRESS_TYPE] === undefined;
  return allOf(
    () => (tls ? [] : [PUBLIC_WITHOUT_TLS]),
    () => {
      const unknown = knownListFaults(at, sourceRanges, 'each of them is checked');
      if (unknown.length > 0) return unknown;
      if (sourceRanges.length === 0 && exposure.loadBalancer?.sourceRanges !== undefined) return [NO_SOURCE_RANGES];
      const faults = accessFaults({ [at]: sourceRanges });
      return faults.length > 0 ? faults : sourceRanges.flatMap((each, i) => rangeFaults(`${at}[${i}]`, each, isIpv4));
    },
    () => annotationSyntaxFaults('exposure.loadBalancer.annotations', annotations),
    () => classFaults('exposure.loadBalancer.controller.loadBalancerClass', controller),
  );
}

function rangeFaults(at: string, range: string, isIpv4: boolean): Fault[] {
  if (!range.includes('/')) {
    const reason = `${at} must be a range of addresses, e.g. '203.0.113.0/24'; got ${givenValue(range)}`;
    return [fault('INVALID_FORMAT', at, reason)];
  }
  if (!isIpv4 || !range.includes(':')) return [];
  const reason =
    `${at} must be a range of IPv4 addresses: the controller makes no load balancer with others unless it has both kinds; ` +
    `got ${givenValue(range)}; leave it out, or add the annotation '${IP_ADDRESS_TYPE}': 'dualstack'`;
  return [fault('INVALID_FORMAT', at, reason)];
}

/** The warnings of who can reach a gateway. @internal */
export function exposureWarnings({ cluster, exposure }: InferenceGatewayProps): Fault[] {
  const { controller, annotations = {} } = exposure?.loadBalancer ?? {};
  const isClassic = controller !== undefined && controller.loadBalancerClass === undefined;
  // By this annotation either controller of AWS takes the Service for a Network Load Balancer.
  if (!exposure?.isPublic || !isClassic || annotations[LOAD_BALANCER_TYPE] !== undefined) return [];
  if (cluster.connection.eksClusterName === undefined) return [];
  const reason =
    'a Service without a class gets a Classic Load Balancer on EKS, which breaks off streams that are silent for a minute; pass ' +
    `LoadBalancerController.AWS or EKS_AUTO_MODE, or the annotation ${LOAD_BALANCER_TYPE}`;
  return [fault('CLASSIC_LOAD_BALANCER', 'exposure.loadBalancer.controller', reason)];
}

function classFaults(at: string, { loadBalancerClass }: LoadBalancerController): Fault[] {
  if (loadBalancerClass === undefined) return [];
  const unknown = concreteFault(at, loadBalancerClass, 'Kubernetes lets nobody change it');
  return unknown.length > 0 ? unknown : keyFaults(at, 'load balancer class', loadBalancerClass);
}

const NO_SOURCE_RANGES = fault(
  'EMPTY_LIST',
  'exposure.loadBalancer.sourceRanges',
  'sourceRanges must not be empty: a load balancer takes an empty list as all addresses; name those that may connect, leave it out for all, or keep ' +
    'exposure internal',
);

const PUBLIC_WITHOUT_TLS = fault(
  'PUBLIC_WITHOUT_TLS',
  'tls',
  'a public gateway needs a certificate: keys and prompts would cross networks of others in the clear; give tls: GatewayTls.secret or ' +
    'GatewayTls.certificate, or keep exposure internal',
);
