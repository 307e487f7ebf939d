import { fault } from '../units/fault';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { ITerraformDependable, TerraformProvider, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { enter, entered, isInTree } from '../core/cluster-ledger';
import { throwIfInvalid } from '../core/errors';
import { KubernetesAccess, kubernetesMeta } from './kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { kubernetesNameFault } from '../core/naming';
import { synthesizeWhile } from '../core/omission';
import { PodSecurityLevel } from '../core/pod-security-level';

/**
 * Creates a namespace once per stack and cluster, however many constructs use it, so that removing one of them keeps the namespace for the
 * others. Throws a `ValidationError` when two of them ask for different Pod Security levels.
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
  const stack = TerraformStack.of(scope);
  const id = namespaceId(stack, cluster, name);
  const known = stack.node.tryFindChild(id) as NamespaceV1 | undefined;
  if (known) {
    enterNamespace(stack, id, known, cluster);
    const other = known.metadata.labelsInput?.['pod-security.kubernetes.io/enforce'];
    throwIfInvalid(
      scope,
      other === level
        ? []
        : [
            fault(
              'NAMESPACE_LEVEL_CONFLICT',
              'namespace',
              `namespace '${name}' already has the Pod Security level '${other}', but '${level}' is needed here; use another namespace`,
            ),
          ],
    );
    return [known];
  }
  const made = new NamespaceV1(stack, id, {
    ...kubernetesMeta(scope, cluster),
    metadata: {
      name,
      labels: {
        'app.kubernetes.io/managed-by': 'gpu-inference-constructs',
        'pod-security.kubernetes.io/enforce': level,
        'pod-security.kubernetes.io/warn': level,
      },
    },
  });
  enterNamespace(stack, id, made, cluster);
  synthesizeWhile(made, () => ownersOf(stack, id).length > 0);
  return [made];
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
