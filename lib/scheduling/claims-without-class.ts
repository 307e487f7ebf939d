import { TerraformResource } from 'cdktf';
import { ClusterLedger } from '../core/cluster-ledger';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { constructsOf } from '../core/reading';
import { Attributes, resolvedValue } from '../core/resolved-value';
import { singleBlock, synthesizedAttributes } from '../kubernetes/object-attributes';
import { Fault, fault } from '../units/fault';

const CLAIM = /^kubernetes_persistent_volume_claim(_v1)?$/;
const STATEFUL_SET = /^kubernetes_stateful_set(_v1)?$/;
const STORAGE_CLASS = /^kubernetes_storage_class(_v1)?$/;
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/**
 * Claims that name no storage class, on an EKS cluster of this program that has no default one: their volumes are never created, and their
 * pods wait for ever. EKS marks no class as default on clusters created with Kubernetes 1.30 or later.
 *
 * A class that the program creates counts, and the one that the add-on of the EBS driver creates on demand. Claims of Helm charts are not
 * known here.
 *
 * @param cluster the cluster
 * @param objects resources of the Kubernetes provider on it
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-standard.html
 *
 * @internal
 */
export function claimsWithoutClass(cluster: IKubernetesCluster, objects: readonly TerraformResource[]): Fault[] {
  const isEks = cluster.connection.eksClusterName !== undefined;
  if (!isEks || !ClusterLedger.of(cluster).isOwn) return [];
  const claims = objects.flatMap(classlessClaims);
  if (claims.length === 0 || objects.some(isDefaultClass) || addOnMakesDefaultClass(cluster)) return [];
  return [
    fault(
      'NO_STORAGE_CLASS',
      undefined,
      `${claims.join(', ')} on cluster '${cluster.clusterName}' name no storage class, and nothing in this program makes a default one, so ` +
        'they and their pods would wait for ever: EKS has no default class; create an EncryptedStorageClass in the workload stack, or name a ' +
        'class that exists, e.g. by MonitoringStorage.persistentVolume({ storageClassName }), or, if a default class is made by other means, ' +
        "accept this by Warnings.accept(cluster, 'NO_STORAGE_CLASS', '<reason>')",
    ),
  ];
}

/** What to call the claims of a resource that name no class. An empty class is a choice: a volume that is there already. */
function classlessClaims(resource: TerraformResource): string[] {
  const { terraformResourceType: type } = resource;
  if (!CLAIM.test(type) && !STATEFUL_SET.test(type)) return [];
  const { metadata, spec } = resolvedValue(resource, synthesizedAttributes(resource)) as Attributes;
  const { name, namespace = 'default' } = singleBlock(metadata);
  if (CLAIM.test(type)) return isClassless(spec) ? [`claim ${namespace}/${name ?? resource.node.id}`] : [];
  const templates: unknown = singleBlock(spec).volume_claim_template ?? [];
  const all: unknown[] = Array.isArray(templates) ? templates : [templates];
  return all.some((each) => isClassless(singleBlock(each).spec))
    ? [`claims of ${namespace}/${name ?? resource.node.id}`]
    : [];
}

function isClassless(spec: unknown): boolean {
  const { storage_class_name: storageClass, volume_name: volume } = singleBlock(spec);
  return (storageClass ?? undefined) === undefined && !volume;
}

function isDefaultClass(resource: TerraformResource): boolean {
  if (!STORAGE_CLASS.test(resource.terraformResourceType)) return false;
  const { metadata } = resolvedValue(resource, synthesizedAttributes(resource)) as Attributes;
  const { annotations } = singleBlock(metadata);
  // Annotations known only to Terraform may have it.
  return typeof annotations === 'string' || String((annotations as Attributes)?.[DEFAULT_CLASS]) === 'true';
}

function addOnMakesDefaultClass(cluster: IKubernetesCluster): boolean {
  return constructsOf(cluster).some((each) => {
    if (!TerraformResource.isTerraformResource(each) || each.terraformResourceType !== 'aws_eks_addon') return false;
    const { configuration_values: values } = synthesizedAttributes(each);
    const text = String(resolvedValue(each, values ?? ''));
    return /\bdefaultStorageClass\W+enabled\W+true\b/.test(text);
  });
}
