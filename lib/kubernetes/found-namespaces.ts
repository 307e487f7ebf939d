import { TerraformDataSource, TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { KubernetesAccess, hasDefaultProvider } from './kubernetes-access';
import { objectIdentity } from './object-attributes';

/**
 * Label of a namespace with the Pod Security level that pods in it must meet.
 *
 * @internal
 */
export const ENFORCE = 'pod-security.kubernetes.io/enforce';

const TYPES: ReadonlySet<string> = new Set(['kubernetes_namespace', 'kubernetes_namespace_v1']);

/**
 * A namespace that the program creates or reads without this library.
 *
 * @internal
 */
export interface FoundNamespace {
  /** The resource that creates it. @default - the program only reads it */
  readonly resource?: TerraformResource;
  /** Its Pod Security level. @default - not known, or not set */
  readonly level?: string;
}

/**
 * The namespace of a name on a cluster that the program creates or reads without this library.
 *
 * @param own the namespace that this library would create
 * @param name its name
 * @param clusters the constructs that stand for the cluster
 * @param isOurs whether a resource was made by this library
 *
 * @internal
 */
export function foundNamespace(
  own: TerraformResource,
  name: string,
  clusters: readonly IKubernetesCluster[],
  isOurs: (construct: IConstruct) => boolean,
): FoundNamespace | undefined {
  const candidates = own.node.root.node.findAll().filter((each) => isNamespace(each) && !isOurs(each)) as (
    TerraformResource | TerraformDataSource
  )[];
  for (const candidate of candidates) {
    const isResource = TerraformResource.isTerraformResource(candidate);
    if (!isOnSameCluster(own, candidate, clusters)) continue;
    if (!isResource) {
      if (readName(candidate) === name) return {};
      continue;
    }
    const identity = objectIdentity(candidate);
    if (identity.name !== name || identity.isRepeated) continue;
    const labels = (identity.labels ?? {}) as { readonly [label: string]: unknown };
    const level = labels[ENFORCE];
    return { resource: candidate, level: typeof level === 'string' ? level : undefined };
  }
  return undefined;
}

function isNamespace(construct: IConstruct): boolean {
  if (TerraformResource.isTerraformResource(construct)) return TYPES.has(construct.terraformResourceType);
  return (
    TerraformDataSource.isTerraformDataSource(construct) &&
    TYPES.has((construct as TerraformDataSource).terraformResourceType)
  );
}

function readName(source: TerraformDataSource): unknown {
  const { terraformResourceType: type } = source;
  const [attributes] = Object.values(source.toTerraform()?.data?.[type] ?? {}) as { metadata?: { name?: unknown } }[];
  return attributes?.metadata?.name;
}

/** Whether two elements are on one cluster, judged by their providers. */
function isOnSameCluster(
  own: TerraformResource,
  other: TerraformResource | TerraformDataSource,
  clusters: readonly IKubernetesCluster[],
): boolean {
  const [ownStack, stack] = [TerraformStack.of(own), TerraformStack.of(other)];
  if (ownStack === stack && aliased(own.provider) === aliased(other.provider)) return true;
  const known = clusters.flatMap((cluster) => KubernetesAccess.find(other, cluster)?.kubernetesProvider ?? []);
  if (other.provider) return known.includes(other.provider);
  // Without a default provider it takes that of the environment: meant is the only cluster that the stack has a provider for.
  if (hasDefaultProvider('kubernetes', stack)) return ownStack !== stack && aliased(own.provider) === undefined;
  return known.length > 0 && kubernetesProviders(stack).every((provider) => known.includes(provider));
}

/** Undefined for a provider without an alias, which is what elements without a provider use. */
function aliased(provider: TerraformProvider | undefined): TerraformProvider | undefined {
  return provider?.alias === undefined ? undefined : provider;
}

function kubernetesProviders(stack: TerraformStack): TerraformProvider[] {
  return stack.node
    .findAll()
    .filter(
      (child): child is TerraformProvider =>
        TerraformProvider.isTerraformProvider(child) && child.terraformResourceType === 'kubernetes',
    );
}
