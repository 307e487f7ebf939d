import { Fault, fault } from '../units/fault';
import { IConstruct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from './cluster-ledger';
import { IKubernetesCluster } from './kubernetes-cluster';

/**
 * The fault of a second node feature discovery on one cluster: each removes the labels that the other has set, and agents that select nodes
 * by them are never scheduled.
 *
 * @see https://github.com/Mellanox/network-operator#deployment-example
 *
 * @internal
 */
export function featureDiscoveryFaults(cluster: IKubernetesCluster): Fault[] {
  const owner = ClusterLedger.of(cluster).singleton(ClusterSingleton.NODE_FEATURE_DISCOVERY)?.owner;
  return owner
    ? [
        fault(
          'FEATURE_DISCOVERY_EXISTS',
          'nodeFeatureDiscovery',
          `cluster '${cluster.clusterName}' already has node feature discovery, installed by '${owner.node.path}', and a second one would ` +
            'remove the labels of the first; pass nodeFeatureDiscovery: false to one of them',
        ),
      ]
    : [];
}

/**
 * Registers the construct that installs node feature discovery on a cluster.
 *
 * @internal
 */
export function claimFeatureDiscovery(cluster: IKubernetesCluster, owner: IConstruct): void {
  ClusterLedger.of(cluster).addSingleton(ClusterSingleton.NODE_FEATURE_DISCOVERY, owner);
}
