import { ClusterRoleBindingV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-binding-v1';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { ImageRegistry } from '../kubernetes/image-registry';
import { kubernetesMeta } from '../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { PodSecurityLevel } from '../core/pod-security-level';
import { MANAGED_BY } from '../kubernetes/managed-by';
import { podTemplate } from '../kubernetes/pod-template';
import { Toleration } from '../kubernetes/tolerations';

/** The project's own image of kubectl: one binary, no shell. `wait --for=create` came with 1.31. */
const KUBECTL_IMAGE = 'registry.k8s.io/kubectl:v1.34.1';

/** @internal */
export interface DefinitionWaitProps {
  readonly cluster: IKubernetesCluster;
  readonly namespace: string;
  readonly name: string;
  /** Name of the custom resource definition, e.g. `ippools.nv-ipam.nvidia.com`. */
  readonly definition: string;
  /** Image of kubectl. @default - the project's own */
  readonly image?: string;
  readonly imageRegistry: ImageRegistry;
  readonly waitFor: ITerraformDependable[];
  readonly tolerations: () => readonly Toleration[];
}

/**
 * A Job that completes once the API server knows a kind of resource that an operator defines some time after its start. Terraform waits for
 * it, because resources of the kind would be refused earlier.
 *
 * @internal
 */
export class DefinitionWait extends Construct {
  /** Dependency of resources of the kind. */
  public readonly ready: ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: DefinitionWaitProps) {
    super(scope, id);
    const { cluster, namespace, name } = props;
    const metadata = { name, labels: MANAGED_BY };
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, cluster, props.waitFor),
      metadata: { ...metadata, namespace },
      automountServiceAccountToken: false,
    });
    const role = new ClusterRoleV1(this, 'ClusterRole', {
      ...kubernetesMeta(this, cluster, props.waitFor),
      metadata,
      rule: [
        {
          apiGroups: ['apiextensions.k8s.io'],
          resources: ['customresourcedefinitions'],
          verbs: ['get', 'list', 'watch'],
        },
      ],
    });
    const binding = new ClusterRoleBindingV1(this, 'ClusterRoleBinding', {
      ...kubernetesMeta(this, cluster, [account, role]),
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subject: [{ kind: 'ServiceAccount', name, namespace, apiGroup: '' }],
    });
    const wait = (step: string, condition: string) => ({
      name: step,
      image: props.image ?? KUBECTL_IMAGE,
      args: ['wait', `--for=${condition}`, `crd/${props.definition}`, '--timeout=15m'],
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
    });
    const job = new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, [binding]),
      metadata: { ...metadata, namespace },
      waitForCompletion: true,
      timeouts: { create: '20m', update: '20m' },
      spec: {
        backoffLimit: 4,
        completions: 1,
        parallelism: 1,
        template: podTemplate({
          registry: props.imageRegistry,
          securityLevel: PodSecurityLevel.RESTRICTED,
          serviceAccount: { name, usesApiServer: true },
          tolerations: props.tolerations,
          initContainers: [wait('created', 'create')],
          containers: [wait('established', 'condition=Established')],
          spec: { restartPolicy: 'Never' },
        }),
      },
    });
    this.ready = [job];
  }
}
