import { Fault, fault } from '../units/fault';
import { NamespaceV1, NamespaceV1Config } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { ITerraformDependable, TerraformProvider, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { enter, entered, isInTree } from '../core/cluster-ledger';
import { throwIfInvalid } from '../core/errors';
import { isDeclaredExisting, isOfEveryCluster } from './existing-namespaces';
import { ENFORCE, ElementOfNamespace, FoundNamespace, describedNamespaces, foundNamespace } from './found-namespaces';
import { KubernetesAccess, kubernetesMeta } from './kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { kubernetesNameFault } from '../core/naming';
import { synthesizeWhile } from '../core/omission';
import { PodSecurityLevel } from '../core/pod-security-level';
import { foundOnce, watchReading } from '../core/reading';
import { addValidation } from '../core/validation';

/**
 * The namespace that a construct puts its objects into. It is created once per stack and cluster, however many constructs use it, so that
 * removing one of them keeps the namespace for the others; and only if nobody else has it: see `ExistingNamespaces`. Throws a
 * `ValidationError` when two constructs need different Pod Security levels of a namespace that this library creates; the level of a namespace
 * that the program creates itself is checked at synthesis.
 *
 * @returns what objects in the namespace must wait for
 *
 * @internal
 */
export function ensureNamespace(
  scope: Construct,
  cluster: IKubernetesCluster,
  name: string,
  level: PodSecurityLevel,
): ITerraformDependable[] {
  throwIfInvalid(scope, kubernetesNameFault('namespace', name));
  if (isOfEveryCluster(name)) return [];
  const stack = TerraformStack.of(scope);
  watchReading(stack);
  const id = namespaceId(stack, cluster, name);
  const known = stack.node.tryFindChild(id) as NamespaceV1 | undefined;
  if (known) {
    enterNamespace(stack, id, known, cluster);
    const other = known.metadata.labelsInput?.[ENFORCE];
    const isConflict = other !== level && isCreated(stack, id, known, name);
    throwIfInvalid(scope, isConflict ? [ownLevelFault(name, other, level)] : []);
    enter(stack, LEVEL, id, scope, level);
    return [known];
  }
  const made: NamespaceV1 = new OwnNamespace(
    stack,
    id,
    {
      ...kubernetesMeta(scope, cluster),
      metadata: {
        name,
        labels: {
          'app.kubernetes.io/managed-by': 'gpu-inference-constructs',
          [ENFORCE]: level,
          'pod-security.kubernetes.io/warn': level,
        },
      },
    },
    () => standIn(stack, id, made, name),
  );
  Object.defineProperty(made, OWN, { value: true });
  enterNamespace(stack, id, made, cluster);
  enter(stack, LEVEL, id, scope, level);
  synthesizeWhile(made, () => ownersOf(stack, id).length > 0 && isCreated(stack, id, made, name));
  addValidation(made, () => {
    const levels = neededLevels(stack, id);
    const found = foundFor(stack, id, made, name);
    if (found) return levelFaults(levels, name, found);
    return levels.length > 1 && !isDeclared(stack, id, name) ? [ownLevelFault(name, levels[0], levels[1])] : [];
  });
  return [made];
}

/** Key on a namespace that this library creates, shared by all loaded copies of the package. */
const OWN = Symbol.for('gpu-inference-constructs/own-namespace');

interface Marked extends IConstruct {
  readonly [OWN]?: boolean;
}

/** A namespace of this library. What waits for it waits for the namespace that takes its place, if one does. */
class OwnNamespace extends NamespaceV1 {
  public constructor(
    scope: Construct,
    id: string,
    config: NamespaceV1Config,
    private readonly inPlaceOfIt?: () => { readonly fqn?: string } | undefined,
  ) {
    super(scope, id, config);
  }

  public override get fqn(): string {
    const other = this.inPlaceOfIt?.();
    // A dependency that resolves to nothing is left out.
    return other ? (other.fqn as string) : super.fqn;
  }
}

/** What takes the place of a namespace of this library; without `fqn` if nothing of the stack needs to be waited for. */
function standIn(
  stack: TerraformStack,
  id: string,
  own: NamespaceV1,
  name: string,
): { readonly fqn?: string } | undefined {
  const found = foundFor(stack, id, own, name);
  if (!found) return isDeclared(stack, id, name) ? {} : undefined;
  const { resource } = found;
  if (!resource) return {};
  const theirs = TerraformStack.of(resource);
  if (theirs === stack) return { fqn: resource.fqn };
  if (!stack.dependsOn(theirs)) stack.addDependency(theirs);
  return {};
}

/** Whether this library creates a namespace, because nobody else has it. */
function isCreated(stack: TerraformStack, id: string, own: NamespaceV1, name: string): boolean {
  return !isDeclared(stack, id, name) && foundFor(stack, id, own, name) === undefined;
}

function isDeclared(stack: TerraformStack, id: string, name: string): boolean {
  return ownersOf(stack, id).some(({ cluster }) => isDeclaredExisting(cluster, name));
}

function foundFor(stack: TerraformStack, id: string, own: NamespaceV1, name: string): FoundNamespace | undefined {
  return foundOnce(stack, own, () => {
    const clusters = ownersOf(stack, id).map(({ cluster }) => cluster);
    return foundNamespace(own, name, clusters, describedIn(stack));
  });
}

/** Stands for what `describedIn` finds. */
const DESCRIBED = {};

function describedIn(stack: TerraformStack): ElementOfNamespace[] {
  return foundOnce(stack, DESCRIBED, () => describedNamespaces(stack, (each: Marked) => each[OWN] === true));
}

function neededLevels(stack: TerraformStack, id: string): PodSecurityLevel[] {
  return [...new Set(entered<PodSecurityLevel>(stack, LEVEL, id).map(({ value }) => value))];
}

function ownLevelFault(name: string, other: string | undefined, level: PodSecurityLevel): Fault {
  return fault(
    'NAMESPACE_LEVEL_CONFLICT',
    'namespace',
    `namespace '${name}' already has the Pod Security level '${other}', but '${level}' is needed here; use another namespace`,
  );
}

/** From the most permissive to the strictest. */
const STRICTNESS: readonly string[] = [
  PodSecurityLevel.PRIVILEGED,
  PodSecurityLevel.BASELINE,
  PodSecurityLevel.RESTRICTED,
];

/** Pods that meet a level are admitted by every level that is not stricter. */
function levelFaults(levels: readonly PodSecurityLevel[], name: string, found: FoundNamespace): Fault[] {
  const { level: theirs, resource } = found;
  if (theirs === undefined || resource === undefined) return [];
  return levels
    .filter((level) => STRICTNESS.indexOf(level) < STRICTNESS.indexOf(theirs))
    .map((level) =>
      fault(
        'NAMESPACE_LEVEL_CONFLICT',
        'namespace',
        `namespace '${name}' is created by '${resource.node.path}' with the Pod Security level '${theirs}', but pods in it need ` +
          `'${level}'; label it pod-security.kubernetes.io/enforce: ${level}, or use another namespace`,
      ),
    );
}

function enterNamespace(stack: TerraformStack, id: string, made: NamespaceV1, cluster: IKubernetesCluster): void {
  const owner: NamespaceOwner = { cluster, provider: providerOf(stack, cluster) };
  if (!ownersOf(stack, id).some((known) => known.cluster === cluster)) enter(stack, NAMESPACE, id, made, owner);
}

/** Clusters in the tree that a namespace is made on: several constructs may stand for one cluster. */
function ownersOf(stack: TerraformStack, id: string): NamespaceOwner[] {
  return entered<NamespaceOwner>(stack, NAMESPACE, id)
    .map(({ value }) => value)
    .filter(({ cluster }) => isInTree(cluster));
}

/**
 * The namespace that `ensureNamespace` made in the stack of a scope, as a dependency; empty if the namespace is managed elsewhere.
 *
 * @internal
 */
export function knownNamespace(scope: Construct, cluster: IKubernetesCluster, name: string): ITerraformDependable[] {
  const stack = TerraformStack.of(scope);
  const known = stack.node.tryFindChild(namespaceId(stack, cluster, name)) as NamespaceV1 | undefined;
  return known ? [known] : [];
}

/** Kind of entry in a stack's ledger: namespaces, by construct id. */
const NAMESPACE = 'namespace';
/** Kind of entry in a stack's ledger: the Pod Security levels that constructs need of a namespace, by its construct id. */
const LEVEL = 'namespace level';

/** The cluster and the provider of a namespace. */
interface NamespaceOwner {
  readonly cluster: IKubernetesCluster;
  readonly provider?: TerraformProvider;
}

/**
 * Namespace 'c' of cluster 'a-b' differs from namespace 'b-c' of cluster 'a', and clusters of the same name with different providers are
 * two clusters: the later one gets an id that no other can have.
 */
function namespaceId(stack: TerraformStack, cluster: IKubernetesCluster, name: string): string {
  const { clusterName } = cluster;
  const id = `Namespace-${clusterName}-${name}`;
  const isOfRemoved = entered(stack, NAMESPACE, id).length > 0 && ownersOf(stack, id).length === 0;
  if (isOfRemoved) stack.node.tryRemoveChild(id);
  const known = stack.node.tryFindChild(id);
  const owner = ownersOf(stack, id)[0];
  const provider = providerOf(stack, cluster);
  const isOthers =
    known !== undefined &&
    owner?.cluster !== cluster &&
    !(owner?.cluster.clusterName === clusterName && owner.provider === provider);
  return isOthers ? `Namespace-${clusterName}:${name}:${provider?.fqn ?? 'kubernetes'}` : id;
}

function providerOf(stack: TerraformStack, cluster: IKubernetesCluster): TerraformProvider | undefined {
  return KubernetesAccess.find(stack, cluster)?.kubernetesProvider;
}
