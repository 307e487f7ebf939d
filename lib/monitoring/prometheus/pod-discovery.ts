import { ClusterRoleBindingV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-binding-v1';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { Construct } from 'constructs';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { synthesizeWhile } from '../../core/omission';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { knownNamespace } from '../../kubernetes/namespaces';

/** @internal */
export interface PodDiscoveryProps {
  readonly cluster: IKubernetesCluster;
  /** Namespace of Prometheus. */
  readonly namespace: string;
  readonly labels: { [label: string]: string };
  /** What is scraped, evaluated when the stack is synthesized. */
  readonly targets: () => readonly MetricsTarget[];
}

/**
 * What Prometheus may ask the API server for: pods in the namespaces that it scrapes, and no others, since a pod's environment may be confidential;
 * and the metrics of controllers that answer those alone who may read `/metrics`, if it scrapes any.
 *
 * @internal
 */
export class PodDiscovery extends Construct {
  readonly #role: ClusterRoleV1;

  public constructor(
    private readonly owner: Construct,
    private readonly props: PodDiscoveryProps,
  ) {
    super(owner, 'Discovery');
    const { cluster, labels } = props;
    this.#role = new ClusterRoleV1(owner, 'PodDiscovery', {
      ...kubernetesMeta(owner, cluster),
      metadata: { name: this.roleName, labels },
      rule: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
    });
  }

  /** Lets Prometheus find the pods of a workload, as long as something in their namespace is watched. */
  public allow(workload: IWatchable): void {
    const { namespace, secured } = workload.metricsTarget;
    if (secured) this.allowMetrics();
    const id = `PodDiscovery-${namespace}`;
    if (this.owner.node.tryFindChild(id)) return;
    const { cluster, labels, targets } = this.props;
    const waitFor = [this.#role, ...knownNamespace(workload, cluster, namespace)];
    const binding = new RoleBindingV1(this.owner, id, {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: { name: this.roleName, namespace, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: this.roleName },
      subject: [this.account],
    });
    synthesizeWhile(binding, () => targets().some((target) => target.namespace === namespace));
  }

  private allowMetrics(): void {
    if (this.node.tryFindChild('MetricsReader')) return;
    const { cluster, labels, namespace, targets } = this.props;
    const name = `${namespace}-metrics-reader`;
    const role = new ClusterRoleV1(this, 'MetricsReader', {
      ...kubernetesMeta(this, cluster),
      metadata: { name, labels },
      rule: [{ nonResourceUrls: ['/metrics'], verbs: ['get'] }],
    });
    const binding = new ClusterRoleBindingV1(this, 'MetricsReaderBinding', {
      ...kubernetesMeta(this, cluster, [role]),
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subject: [this.account],
    });
    for (const each of [role, binding]) synthesizeWhile(each, () => targets().some(({ secured }) => secured));
  }

  private get roleName(): string {
    return `${this.props.namespace}-pod-discovery`;
  }

  private get account() {
    return { kind: 'ServiceAccount', name: 'prometheus', namespace: this.props.namespace, apiGroup: '' };
  }
}
