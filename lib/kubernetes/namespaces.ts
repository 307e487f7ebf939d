import { fault } from '../units/fault';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { ITerraformDependable, TerraformProvider, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { enter, entered } from '../core/cluster-ledger';
import { throwIfInvalid } from '../core/errors';
import { KubernetesAccess, kubernetesMeta } from './kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { kubernetesNameFault } from '../core/naming';
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
  const owner: NamespaceOwner = { cluster, provider: providerOf(stack, cluster) };
  enter(stack, NAMESPACE, id, made, owner);
  return [made];
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
  const known = stack.node.tryFindChild(id);
  const owner = entered<NamespaceOwner>(stack, NAMESPACE, id)[0]?.value;
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
