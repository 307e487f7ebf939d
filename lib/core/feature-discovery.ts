import { Fault, untitled } from '../units/fault';
import { IConstruct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from './cluster-ledger';
import { IKubernetesCluster } from './kubernetes-cluster';

/**
 * The fault of a second node feature discovery on one cluster: each takes away the labels that the other has set, and agents that
 * are keyed on them never land.
 *
 * @see https://github.com/Mellanox/network-operator#deployment-example
 *
 * @internal
 */
export function featureDiscoveryFaults(cluster: IKubernetesCluster): Fault[] {
  const owner = ClusterLedger.of(cluster).singleton(ClusterSingleton.NODE_FEATURE_DISCOVERY)?.owner;
  return owner
    ? [
        untitled(
          `cluster '${cluster.clusterName}' already has a node feature discovery, by '${owner.node.path}'; two take each other's labels ` +
            'away; pass nodeFeatureDiscovery: false to one of them',
        ),
      ]
    : [];
}

/**
 * Makes known what brings node feature discovery to a cluster.
 *
 * @internal
 */
export function takeFeatureDiscovery(cluster: IKubernetesCluster, owner: IConstruct): void {
  ClusterLedger.of(cluster).addSingleton(ClusterSingleton.NODE_FEATURE_DISCOVERY, owner);
}
