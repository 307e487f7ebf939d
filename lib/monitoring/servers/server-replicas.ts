import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { podAffinity } from '../../kubernetes/pod-placement';
import { MonitoringServerPlace } from './server-place';

/** Pods of each server with high availability. @internal */
export const REPLICAS = 2;

/**
 * What a server has that runs more than once.
 *
 * @internal
 */
export interface ServerReplicas {
  /** Pods, each with a volume of its own. */
  readonly count: number;
  /** Port, TCP and UDP, by which the pods talk to each other. @default - they know nothing of each other */
  readonly peerPort?: number;
}

/** Name of the Service by which each pod of a server has a name of its own. @internal */
export function peersName(server: string): string {
  return `${server}-peers`;
}

/**
 * Names of the pods of a server within the cluster.
 *
 * @internal
 */
export function peerHosts(server: string, namespace: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${server}-${i}.${peersName(server)}.${namespace}.svc`);
}

/**
 * Name of the claim of a pod, as a StatefulSet makes it from its template `data`.
 *
 * @internal
 */
export function claimName(server: string, replica: number): string {
  return `data-${server}-${replica}`;
}

/**
 * Never two pods of a server on one node, and in two zones where there is room.
 *
 * @internal
 */
export function apart(labels: { readonly [label: string]: string }) {
  const terms = [
    { topologyKey: 'kubernetes.io/hostname' },
    { topologyKey: 'topology.kubernetes.io/zone', weight: 100 },
  ];
  return podAffinity([], terms, labels);
}

/**
 * What keeps one of the pods of a server running, and lets them find each other.
 *
 * @internal
 */
export function makeReplicaObjects(
  scope: Construct,
  place: MonitoringServerPlace,
  { peerPort }: ServerReplicas,
  port: number,
): void {
  const { cluster, waitFor, namespace, name, labels } = place;
  const meta = kubernetesMeta(scope, cluster, waitFor);
  new PodDisruptionBudgetV1(scope, 'DisruptionBudget', {
    ...meta,
    metadata: { name, namespace, labels: { ...labels } },
    spec: { maxUnavailable: '1', selector: { matchLabels: { ...labels } } },
  });
  if (peerPort === undefined) return;
  new ServiceV1(scope, 'Peers', {
    ...meta,
    metadata: { name: peersName(name), namespace, labels: { ...labels } },
    spec: {
      clusterIp: 'None',
      // They look for each other before they are ready.
      publishNotReadyAddresses: true,
      selector: { ...labels },
      port: [
        { name: 'http', port, targetPort: 'http', protocol: 'TCP' },
        ...['TCP', 'UDP'].map((protocol) => ({
          name: `cluster-${protocol.toLowerCase()}`,
          port: peerPort,
          targetPort: String(peerPort),
          protocol,
        })),
      ],
    },
  });
  new NetworkPolicyV1(scope, 'PeersPolicy', {
    ...meta,
    metadata: { name: peersName(name), namespace, labels: { ...labels } },
    spec: {
      podSelector: { matchLabels: { ...labels } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { ...labels } } }],
          ports: ['TCP', 'UDP'].map((protocol) => ({ port: String(peerPort), protocol })),
        },
      ],
    },
  });
}
