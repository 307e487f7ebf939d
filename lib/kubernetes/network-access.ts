import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { IModelStore } from '../core/model-store';
import { kubernetesNameFault } from '../core/naming';
import { escapeTemplates } from '../core/template-escape';
import { knownListFaults } from '../core/text-list';
import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { ipv4Range } from '../units/ipv4-range';
import { isIpv6Range } from '../units/reserved-ranges';
import { kubernetesMeta } from './kubernetes-access';
import { MANAGED_BY } from './managed-by';
import { allOf } from '../units/unreadable';

/**
 * Addresses that pods may connect to.
 */
export interface EgressTarget {
  /** Range of addresses, e.g. `10.20.0.0/16`. */
  readonly cidr: string;
  /** TCP port. */
  readonly port: number;
}

/** A rule as the Kubernetes provider takes it. */
interface EgressRule {
  readonly to: object[];
  readonly ports: object[];
}

/** Label that Kubernetes puts on every namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';
/** The agent of EKS Pod Identity on every node: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const POD_IDENTITY = ['169.254.170.23/32', 'fd00:ec2::23/128'];
/** NodeLocal DNSCache: https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
const NODE_LOCAL_DNS = '169.254.20.10/32';
const ANYWHERE = ['0.0.0.0/0', '::/0'];

/**
 * What pods must reach to read from or write to a model store: names, credentials and the store itself. The addresses of S3 and STS are not
 * known, so that these are a port on all of them.
 *
 * @param store the store
 * @param namespace namespace of the pods
 *
 * @internal
 */
export function modelStoreEgress(store: IModelStore, namespace: string): EgressRule[] {
  const { endpoint, credentials } = store;
  return [
    nameEgress(),
    ...storeEgress(store, namespace),
    ...(credentials ? [] : [egress(POD_IDENTITY, 80)]),
    // Roles of service accounts come from STS, those of sites from Roles Anywhere.
    ...((credentials && !credentials.rolesAnywhere) || endpoint === undefined ? [] : [egress(ANYWHERE, 443)]),
  ];
}

/**
 * What pods must reach to know addresses by names.
 *
 * @internal
 */
export function nameEgress(): EgressRule {
  return {
    to: [
      { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: 'kube-system' } } },
      { ipBlock: { cidr: NODE_LOCAL_DNS } },
    ],
    ports: ['UDP', 'TCP'].map((protocol) => ({ port: '53', protocol })),
  };
}

/**
 * A port of the pods of a namespace with some labels, or of all of them.
 *
 * @internal
 */
export function podEgress(namespace: string, labels: { readonly [key: string]: string } | undefined, port: number) {
  const [{ namespaceSelector }] = peers([namespace]) as [{ namespaceSelector: object }];
  const podSelector = labels && { podSelector: { matchLabels: labels } };
  return { to: [{ namespaceSelector, ...podSelector }], ports: [{ port: String(port), protocol: 'TCP' }] };
}

/**
 * What pods must reach to read a URL, by its host and port.
 *
 * Rules are applied to the address and port of the pods behind a Service, so that a host in the cluster is its namespace, and one behind any other
 * name is its port. A host of one label is a Service in the namespace of the pods, one of two may be a Service and its namespace: either may be
 * outside the cluster as well.
 *
 * @param url the URL, known at synthesis
 * @param namespace namespace of the pods
 * @param served namespace of the Service, where the user says it
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 *
 * @internal
 */
export function hostEgress(url: string, namespace: string, served?: string): EgressRule[] {
  const { hostname } = new URL(url);
  const labels = labelsOf(hostname);
  const found = served ?? serviceNamespace(hostname, namespace) ?? (labels.length === 2 ? labels[1] : undefined);
  // Behind a Service the port is another one.
  const inCluster = found === undefined ? [] : [{ to: peers([found]), ports: [] }];
  return isServiceHost(hostname) ? inCluster : [...inCluster, urlEgress(url)];
}

/** Whether a host is a Service for certain: `<service>.<namespace>.svc`, with or without the usual domain of a cluster. @internal */
export function isServiceHost(hostname: string): boolean {
  return /^[^.]+(\.[^.]+)+\.svc(\.cluster\.local)?\.?$/.test(hostname);
}

/** Everybody, as who may connect. @internal */
export function everybody(): object[] {
  return peers(ANYWHERE);
}

/**
 * What pods must reach to act with a role of their service account.
 *
 * @internal
 */
export function roleEgress(): EgressRule[] {
  return [egress(POD_IDENTITY, 80), egress(ANYWHERE, 443)];
}

/**
 * What a download must reach: the hosts of URLs may redirect to others, so that it is their ports on all addresses, and those of https. Hosts in the
 * cluster are their namespaces.
 *
 * @param files the files
 * @param namespace namespace of the pods
 *
 * @internal
 */
export function sourceEgress(files: readonly { readonly url: string }[], namespace: string): EgressRule[] {
  const urls = files.map(({ url }) => url).filter((url) => !hasToken(url) && URL.canParse(url));
  const ports = urls.flatMap((url) => {
    const { protocol, port } = new URL(url);
    return port === '' ? (protocol === 'http:' ? [80] : []) : [Number(port)];
  });
  const served = urls.flatMap((url) => serviceNamespace(new URL(url).hostname, namespace) ?? []);
  return [
    ...[...new Set([443, ...ports])].sort((a, b) => a - b).map((port) => egress(ANYWHERE, port)),
    // Behind a Service the port is another one.
    ...[...new Set(served)].sort().map((each) => ({ to: peers([each]), ports: [] })),
  ];
}

/**
 * A rule for each of some targets.
 *
 * @internal
 */
export function egressTo(targets: readonly EgressTarget[]): EgressRule[] {
  return targets.map(({ cidr, port }) => egress([cidr], port));
}

/**
 * Who may connect to pods: namespaces, by their names, and ranges of addresses.
 *
 * @internal
 */
export function peers(from: readonly string[]): object[] {
  return from.map((each) =>
    each.includes('/')
      ? { ipBlock: { cidr: each } }
      : { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: each } } },
  );
}

/**
 * The faults of who may connect, and of where to.
 *
 * @internal
 */
export function accessFaults(
  from: { readonly [property: string]: readonly string[] | undefined },
  to: readonly EgressTarget[] = [],
): Fault[] {
  const unknown = Object.entries(from).flatMap(([property, list]) =>
    knownListFaults(property, list, 'each element is a namespace or a range of addresses'),
  );
  if (unknown.length > 0) return unknown;
  const callers = Object.entries(from).flatMap(([property, list = []]) =>
    list.map((each, i) => ({ at: `${property}[${i}]`, each })),
  );
  return allOf(
    () =>
      callers.flatMap(({ at, each }) => {
        if (typeof each === 'string' && each.includes('/')) return rangeFault(at, each);
        return addressFault(at, each) ?? kubernetesNameFault(at, each);
      }),
    () =>
      to.flatMap(({ cidr, port }, i) =>
        allOf(
          () => rangeFault(`egressTo[${i}].cidr`, cidr),
          () =>
            hasToken(port) || (Number.isInteger(port) && port >= 1 && port <= 65535)
              ? []
              : [
                  fault(
                    'OUT_OF_RANGE',
                    `egressTo[${i}].port`,
                    `egressTo[${i}].port must be from 1 to 65535; got ${givenValue(port)}`,
                  ),
                ],
        ),
      ),
  );
}

/**
 * Lets pods be reached, and reach others, only as stated. It has no effect on a cluster that does not enforce network policies.
 *
 * @internal
 */
export function isolate(
  scope: Construct,
  id: string,
  props: {
    readonly cluster: IKubernetesCluster;
    readonly waitFor: ITerraformDependable[];
    readonly name: string;
    readonly namespace: string;
    readonly pods: { [label: string]: string };
    readonly ingress: { readonly from: object[]; readonly ports: number[] }[];
    readonly egress: EgressRule[];
  },
): NetworkPolicyV1 {
  const { cluster, waitFor, name, namespace, pods } = props;
  return new NetworkPolicyV1(scope, id, {
    ...kubernetesMeta(scope, cluster, waitFor),
    metadata: { name, namespace, labels: { ...pods, ...MANAGED_BY } },
    spec: escapeTemplates({
      podSelector: { matchLabels: pods },
      policyTypes: ['Ingress', 'Egress'],
      // A rule without sources would let everybody in.
      ingress: props.ingress
        .filter(({ from }) => from.length > 0)
        .map(({ from, ports }) => ({
          from,
          ports: ports.map((port) => ({ port: String(port), protocol: 'TCP' })),
        })),
      egress: props.egress,
    }),
  });
}

function egress(cidrs: readonly string[], port: number): EgressRule {
  return { to: cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ port: String(port), protocol: 'TCP' }] };
}

/** Nothing is known of a URL that is a token. */
function storeEgress({ endpoint, endpointNamespace }: IModelStore, namespace: string): EgressRule[] {
  if (endpoint === undefined) return [egress(ANYWHERE, 443)];
  if (!hasToken(endpoint)) return hostEgress(endpoint, namespace, endpointNamespace);
  const anything = [...ANYWHERE.map((cidr) => ({ ipBlock: { cidr } })), { namespaceSelector: {} }];
  return [{ to: anything, ports: [] }];
}

/** The address and port of a URL, on all addresses where the host is a name. */
function urlEgress(url: string): EgressRule {
  const { protocol, hostname, port } = new URL(url);
  const address = hostname.replace(/^\[|\]$/g, '');
  const own = address.includes(':') ? [`${address}/128`] : /^[\d.]+$/.test(address) ? [`${address}/32`] : ANYWHERE;
  const implied = protocol === 'http:' ? 80 : 443;
  return egress(own, port === '' ? implied : Number(port));
}

function labelsOf(hostname: string): string[] {
  return /^[[\d.]+$|^\[/.test(hostname) ? [] : hostname.replace(/\.$/, '').split('.');
}

/** The namespace in the name of a Service, or of a pod behind one: `<service>.<namespace>.svc...`, or that of the pods for a single label. */
function serviceNamespace(hostname: string, own: string): string | undefined {
  const labels = labelsOf(hostname);
  const svc = labels.indexOf('svc', 2);
  if (svc >= 0) return labels[svc - 1];
  return labels.length === 1 ? own : undefined;
}

function rangeFault(at: string, cidr: unknown): Fault[] {
  if (hasToken(cidr) || isRange(cidr)) return [];
  const reason = `${at} must be a range of addresses, e.g. '10.0.0.0/16'; got ${givenValue(cidr)}`;
  return [fault('INVALID_FORMAT', at, reason)];
}

function isRange(cidr: unknown): boolean {
  return typeof cidr === 'string' && (ipv4Range(cidr) !== undefined || isIpv6Range(cidr));
}

/** An address alone, which is a range of one. */
function addressFault(at: string, text: string): Fault[] | undefined {
  if (typeof text !== 'string') return undefined;
  const range = [`${text}/32`, `${text}/128`].find((each) => ipv4Range(each) !== undefined || isIpv6Range(each));
  if (range === undefined) return undefined;
  const reason = `${at} must be a namespace or a range of addresses; got the address '${text}'; write '${range}'`;
  return [fault('INVALID_FORMAT', at, reason)];
}
