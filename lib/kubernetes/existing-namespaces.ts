import { throwIfInvalid } from '../core/errors';
import { enter, entered } from '../core/cluster-ledger';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { kubernetesNameFault } from '../core/naming';
import { concreteFault } from '../core/tokens';
import { knownListFaults } from '../core/text-list';
import { checkArguments } from '../units/argument-faults';

/** Kind of entry in a cluster's ledger: namespaces that exist outside this program, by name. */
const EXISTING = 'existing namespace';

/**
 * Namespaces that exist on a cluster outside this program.
 *
 * Constructs of this library create the namespaces that they are told to use, and a namespace that they created is destroyed with its stack,
 * together with everything that is in it, claims and secrets of yours among them. They use, wait for and never create
 *
 * - a namespace that the program creates itself (`NamespaceV1`, a `Manifest` of it, a Helm release with `createNamespace`) or reads
 *   (`DataKubernetesNamespaceV1`), on the same cluster;
 * - a namespace that is declared here;
 * - `default`, `kube-system`, `kube-public` and `kube-node-lease`, which every cluster has.
 *
 * A namespace of your own is kept by `lifecycle: { preventDestroy: true }`: Terraform then refuses, while it plans, to destroy it with what is in it.
 * A namespace that this library has already created becomes yours without being destroyed if its address in the state is changed first:
 * `terraform state mv` to that of your `NamespaceV1`, or `terraform state rm` for one that is declared here.
 *
 * Its Pod Security level must admit the pods: where the program knows the label `pod-security.kubernetes.io/enforce`, it is checked.
 */
export class ExistingNamespaces {
  /**
   * Declares namespaces that exist. It makes no difference whether that is before or after the constructs that use them.
   *
   * @param cluster the cluster, the same object that the constructs are given
   * @param names names of the namespaces
   * @throws ValidationError for a name that Kubernetes refuses
   */
  public static declare(cluster: IKubernetesCluster, names: string[]): void {
    throwIfInvalid(cluster, knownListFaults('names', names, 'constructs ask for them by name'));
    const unknown = concreteFault('names', names, 'it decides what is created');
    throwIfInvalid(
      cluster,
      unknown.length > 0 ? unknown : names.flatMap((name, index) => kubernetesNameFault(`names[${index}]`, name)),
    );
    for (const name of names) enter(cluster, EXISTING, name, cluster);
  }

  private constructor() {}
}

checkArguments('ExistingNamespaces', ExistingNamespaces);

/** Namespaces that every cluster has. */
const OF_EVERY_CLUSTER: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

/**
 * Whether every cluster has a namespace of this name.
 *
 * @internal
 */
export function isOfEveryCluster(name: string): boolean {
  return OF_EVERY_CLUSTER.has(name);
}

/**
 * Whether a namespace was declared to exist.
 *
 * @internal
 */
export function isDeclaredExisting(cluster: IKubernetesCluster, name: string): boolean {
  return entered(cluster, EXISTING, name).length > 0;
}
