import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { Construct } from 'constructs';
import { isInTree } from '../../core/cluster-ledger';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { hashedName } from '../../core/naming';
import { synthesizeWhile } from '../../core/omission';
import { IWatchable } from '../../core/watchable';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { knownNamespace } from '../../kubernetes/namespaces';

/** Who scrapes. */
interface Scraper {
  readonly cluster: IKubernetesCluster;
  /** Namespace of the pods that scrape. */
  readonly from: string;
  /** Their labels. */
  readonly pods: { [label: string]: string };
}

/**
 * Lets pods read the metrics of a workload that a network policy keeps others from. Policies add up, so that this one opens nothing else; a
 * workload without one stays open, because the first policy on its pods would close all else.
 *
 * @internal
 */
export function allowScrape(scope: Construct, workload: IWatchable, { cluster, from, pods }: Scraper): void {
  const { isolated, jobName, namespace, podSelector, port } = workload.metricsTarget;
  if (!isolated) return;
  const id = `Scrape-${jobName}`;
  // Of a workload that was removed: no other one can have its job name.
  scope.node.tryRemoveChild(id);
  const policy = new NetworkPolicyV1(scope, id, {
    ...kubernetesMeta(scope, cluster, knownNamespace(workload, cluster, namespace)),
    metadata: { name: hashedName(`scrape-${jobName}-from-${from}`), namespace, labels: { ...pods, ...MANAGED_BY } },
    spec: {
      podSelector: { matchLabels: podSelector },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': from } },
              podSelector: { matchLabels: pods },
            },
          ],
          ports: [{ port: String(port), protocol: 'TCP' }],
        },
      ],
    },
  });
  synthesizeWhile(policy, () => isInTree(workload));
}
