import { TerraformStack } from 'cdktf';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { synthesizedJson, TerraformJson } from '../core/synthesized-json';
import { KubernetesAccess } from '../kubernetes/kubernetes-access';
import { ApiObject } from '../kubernetes/rendering/attribute-rules';
import { Fault, fault } from '../units/fault';
import { isClusterScoped } from './cluster-scoped-kinds';
import { KINDS } from './kinds';
import { ReferenceResolver } from './reference-resolver';

/** One resource of a synthesized stack for a cluster. @internal */
export interface StackEntry {
  readonly type: string;
  readonly id: string;
  /** Its arguments as Terraform JSON has them, references included. */
  readonly block: TerraformJson;
}

/**
 * The resources of a stack for one cluster: those of the Kubernetes provider, and releases of Helm.
 *
 * @param faults where it is reported that the cluster is not the stack's, that there are several, and types without rules
 *
 * @internal
 */
export function selectedEntries(
  stack: TerraformStack,
  json: TerraformJson,
  cluster: IKubernetesCluster | undefined,
  faults: Fault[],
): StackEntry[] {
  const access = cluster && KubernetesAccess.find(stack, cluster);
  if (cluster && !access) {
    faults.push(
      fault(
        'CLUSTER_NOT_IN_STACK',
        'cluster',
        `this stack has no providers for cluster '${cluster.clusterName}', and so no objects for it; pass the workload stack`,
      ),
    );
    return [];
  }
  const alias = access?.kubernetesProvider.alias;
  const all = Object.entries((json.resource ?? {}) as { [type: string]: { [id: string]: TerraformJson } })
    .filter(([type]) => type.startsWith('kubernetes_') || type === 'helm_release')
    .flatMap(([type, blocks]) => Object.entries(blocks).map(([id, block]) => ({ type, id, block })))
    .filter(({ block }) => !access || aliasOf(block) === alias);
  const aliases = new Set(all.map(({ block }) => aliasOf(block)));
  if (aliases.size > 1) {
    const names = [...aliases].map((name) => name ?? 'the default provider').sort();
    faults.push(
      fault(
        'CLUSTER_AMBIGUOUS',
        'cluster',
        `this stack has objects for several clusters (${names.join(', ')}); pass cluster to choose one`,
      ),
    );
  }
  return all.filter(({ type, id }) => {
    if (type === 'helm_release' || Object.hasOwn(KINDS, type)) return true;
    faults.push(
      fault(
        'RESOURCE_TYPE_NOT_RENDERED',
        `${type}.${id}`,
        `${type}.${id}: resources of this type cannot be rendered; these can: ${Object.keys(KINDS).join(', ')}`,
      ),
    );
    return false;
  });
}

function aliasOf(block: TerraformJson): string | undefined {
  return (block.provider as string | undefined)?.split('.')[1];
}

/**
 * What replaces the references of a stack: the values given, and literals of it and of the stacks its cross-stack references lead to.
 *
 * @param refusesSecrets whether a reference to what Terraform knows to be secret is a fault, even where it has a value
 * @param jsonOf what another stack is synthesized to
 *
 * @internal
 */
export function resolverOf(
  stack: TerraformStack,
  json: TerraformJson,
  values: { [expression: string]: unknown },
  refusesSecrets = false,
  jsonOf: (stack: TerraformStack) => TerraformJson = synthesizedJson,
): ReferenceResolver {
  const resolvers = new Map<string, ReferenceResolver>();
  const remote = (dataSource: string): ReferenceResolver | undefined => {
    // The name that cdktf gives to the data source of a cross-stack reference.
    const producer = stack.node.root.node
      .findAll()
      .filter(TerraformStack.isStack)
      .find((candidate) => dataSource === `cross-stack-reference-input-${candidate.node.id}`);
    if (!producer) return undefined;
    const id = producer.node.path;
    const known = resolvers.get(id) ?? new ReferenceResolver(jsonOf(producer), values, remote, refusesSecrets);
    resolvers.set(id, known);
    return known;
  };
  return new ReferenceResolver(json, values, remote, refusesSecrets);
}

/**
 * The resources in a release of the chart of `CustomResources`. Helm puts namespaced resources without a namespace into that of the release.
 *
 * @internal
 */
export function customResources(release: ApiObject): ApiObject[] {
  const { resources } = JSON.parse(release.values[0] as string) as { resources: ApiObject[] };
  return resources.map((resource) => {
    const { apiVersion, kind, metadata } = resource as { apiVersion: string; kind: string; metadata: object };
    if (isClusterScoped(apiVersion, kind)) return resource;
    return { ...resource, metadata: { namespace: release.namespace as string, ...metadata } };
  });
}

const ORDER = Object.values(KINDS).map(({ kind }) => kind);

/** Namespaces first, then in the order in which objects are needed. @internal */
export function byKindAndName(a: ApiObject, b: ApiObject): number {
  return ORDER.indexOf(a.kind as string) - ORDER.indexOf(b.kind as string) || byName(a, b);
}

/** @internal */
export function byName(a: ApiObject, b: ApiObject): number {
  const [first, second] = [a, b].map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`);
  return first < second ? -1 : 1;
}
