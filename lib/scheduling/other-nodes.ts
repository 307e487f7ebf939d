import { TerraformElement, TerraformModule, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { ClusterLedger } from '../core/cluster-ledger';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { isSynthesized } from '../core/omission';
import { constructsOf } from '../core/reading';
import { resolvedValue } from '../core/resolved-value';
import { systemNodesOf } from '../core/system-nodes';
import { synthesizedAttributes } from '../kubernetes/object-attributes';

/** Resources of AWS that bring nodes: node groups, Fargate profiles, groups of instances that join by themselves. */
const NODE_RESOURCE = /^aws_(eks_node_group|eks_fargate_profile|autoscaling_group|ec2_fleet|spot_fleet_request)$/;

/** Resources that may describe nodes to Karpenter. */
const MANIFEST = /^(kubernetes_manifest|kubectl_manifest|helm_release)$/;
const NODE_POOL = /\bkind\W{1,8}(NodePool|Provisioner)\b/;
/** Label of every pool of this library. */
const OWN_POOL = 'gpu-inference-constructs/pool';

/** Modules that may make nodes, by their source. */
const NODE_MODULE = /eks|karpenter|node|kubernetes/i;

/**
 * Whether this program makes nodes for a cluster beside its GPU pools and system nodes, e.g. a node group of the user's own: pods without
 * GPUs may run there, of which nothing is known.
 *
 * @internal
 */
export function hasOtherNodes(cluster: IKubernetesCluster): boolean {
  const elements = constructsOf(cluster);
  const known = new Set(elements.flatMap((each) => makersOf(each as IKubernetesCluster)));
  return elements.some((each) => {
    if (!TerraformElement.isTerraformElement(each) || !isSynthesized(each)) return false;
    if (each instanceof TerraformModule) return NODE_MODULE.test(each.source);
    if (!TerraformResource.isTerraformResource(each)) return false;
    const { terraformResourceType: type } = each;
    if (NODE_RESOURCE.test(type)) return !each.node.scopes.some((scope) => known.has(scope)) && mayBeOf(cluster, each);
    if (!MANIFEST.test(type)) return false;
    const text = JSON.stringify(resolvedValue(each, synthesizedAttributes(each)) ?? {});
    return NODE_POOL.test(text) && !text.includes(OWN_POOL);
  });
}

/** The constructs of this library that make nodes for a cluster. */
function makersOf(cluster: IKubernetesCluster): IConstruct[] {
  const system = systemNodesOf(cluster);
  return [...ClusterLedger.of(cluster).pools, ...(system ? [system.owner] : [])];
}

/** Whether a resource may be of a cluster: it names the cluster, or no other that is known here. */
function mayBeOf({ clusterName }: IKubernetesCluster, resource: TerraformResource): boolean {
  const { cluster_name: name } = synthesizedAttributes(resource) ?? {};
  const text = String(resolvedValue(resource, name ?? '${}'));
  return text.includes('${') || text === clusterName;
}
