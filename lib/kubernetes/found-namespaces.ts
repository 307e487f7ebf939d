import { TerraformDataSource, TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { KubernetesAccess, hasDefaultProvider } from './kubernetes-access';
import { constructsOf } from '../core/reading';
import { Attributes, resolvedValue } from '../core/resolved-value';
import { objectIdentity, singleBlock, synthesizedAttributes } from './object-attributes';

/**
 * Label of a namespace with the Pod Security level that pods in it must meet.
 *
 * @internal
 */
export const ENFORCE = 'pod-security.kubernetes.io/enforce';

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
 * A namespace that the program describes somewhere in its tree.
 *
 * @internal
 */
export interface ElementOfNamespace {
  readonly element: TerraformResource | TerraformDataSource;
  readonly name: unknown;
  readonly labels?: unknown;
}

/**
 * All namespaces in a tree that the program creates or reads without this library.
 *
 * @param tree a construct of the tree
 * @param isOurs whether a resource was made by this library
 *
 * @internal
 */
export function describedNamespaces(
  tree: IConstruct,
  isOurs: (construct: IConstruct) => boolean,
): ElementOfNamespace[] {
  return constructsOf(tree).flatMap((candidate) => {
    const described = isOurs(candidate) ? undefined : describedNamespace(candidate);
    return described?.name === undefined ? [] : [{ ...described, name: described.name, element: candidate as Element }];
  });
}

/**
 * The namespace of a name on a cluster that the program creates or reads without this library.
 *
 * @param own the namespace that this library would create
 * @param name its name
 * @param clusters the constructs that stand for the cluster
 * @param described all that the program describes
 *
 * @internal
 */
export function foundNamespace(
  own: TerraformResource,
  name: string,
  clusters: readonly IKubernetesCluster[],
  described: readonly ElementOfNamespace[],
): FoundNamespace | undefined {
  const found = described.find((each) => each.name === name && isOnSameCluster(own, each.element, clusters));
  if (!found) return undefined;
  const { element, labels } = found;
  if (!TerraformResource.isTerraformResource(element)) return {};
  const level = (labels as Attributes | undefined)?.[ENFORCE];
  return { resource: element, level: typeof level === 'string' ? level : undefined };
}

type Element = TerraformResource | TerraformDataSource;

interface DescribedNamespace {
  readonly name?: unknown;
  readonly labels?: unknown;
}

const NAMESPACE = /^kubernetes_namespace(_v1)?$/;

/** The namespace that an element creates or reads; undefined for anything else, and for a number of them. */
function describedNamespace(element: IConstruct): DescribedNamespace | undefined {
  if (TerraformDataSource.isTerraformDataSource(element)) return readNamespace(element as TerraformDataSource);
  if (!TerraformResource.isTerraformResource(element)) return undefined;
  const { terraformResourceType: type } = element;
  if (NAMESPACE.test(type)) {
    const { isRepeated, ...identity } = objectIdentity(element);
    return isRepeated ? undefined : identity;
  }
  if (type !== 'kubernetes_manifest' && type !== 'helm_release') return undefined;
  const {
    manifest,
    create_namespace: creates,
    namespace,
    count,
    for_each: each,
  } = synthesizedAttributes(element) ?? {};
  if ((count ?? each) !== undefined) return undefined;
  if (type === 'helm_release') return creates === true ? { name: resolvedValue(element, namespace) } : undefined;
  const { kind, metadata } = singleBlock(resolvedValue(element, manifest));
  return kind === 'Namespace' ? singleBlock(metadata) : undefined;
}

function readNamespace(source: TerraformDataSource): DescribedNamespace | undefined {
  const { terraformResourceType: type } = source;
  if (!NAMESPACE.test(type)) return undefined;
  const [attributes] = Object.values(source.toTerraform()?.data?.[type] ?? {}) as Attributes[];
  return { name: singleBlock(attributes?.metadata).name };
}

/** Whether two elements are on one cluster, judged by their providers. */
function isOnSameCluster(own: TerraformResource, other: Element, clusters: readonly IKubernetesCluster[]): boolean {
  const [ownStack, stack] = [TerraformStack.of(own), TerraformStack.of(other)];
  // The Helm provider of a cluster has the alias of its Kubernetes provider.
  if (other.terraformResourceType === 'helm_release')
    return ownStack === stack && other.provider?.alias === own.provider?.alias;
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
