import { Fault, untitled } from '../units/fault';
import { IConstruct } from 'constructs';
import { IKubernetesCluster } from './kubernetes-cluster';

const owners = new WeakMap<IKubernetesCluster, IConstruct>();

/**
 * The fault of a second node feature discovery on one cluster: each takes away the labels that the other has set, and agents that
 * are keyed on them never land.
 *
 * @see https://github.com/Mellanox/network-operator#deployment-example
 *
 * @internal
 */
export function featureDiscoveryFaults(cluster: IKubernetesCluster): Fault[] {
  const owner = owners.get(cluster);
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
  owners.set(cluster, owner);
}
