import { ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../lib/core/aws-role';
import { IGpuNodePool } from '../../lib/core/gpu-node-pool';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { ClusterNodePools } from '../../lib/scheduling/cluster-node-pools';
import { ClusterConnection, IKubernetesCluster } from '../../lib/core/kubernetes-cluster';

/** What a test may say of its cluster. */
export interface TestClusterProps {
  readonly clusterName?: string;
  readonly connection?: ClusterConnection;
  readonly ready?: ITerraformDependable[];
}

/** A cluster for tests of what runs on one: no resources of its own, service account roles that are plain names. */
export class TestCluster extends Construct implements IKubernetesCluster {
  public readonly clusterName: string;
  public readonly connection: ClusterConnection;
  public readonly ready: ITerraformDependable[];
  /** The roles that were asked for, as `<namespace>/<service account>`. */
  public readonly askedRoles: string[] = [];

  public constructor(scope: Construct, id: string, props: TestClusterProps = {}) {
    super(scope, id);
    this.clusterName = props.clusterName ?? 'test';
    this.connection = props.connection ?? { configPath: 'kubeconfig.yaml' };
    this.ready = props.ready ?? [];
  }

  public get nodePools(): IGpuNodePool[] {
    return ClusterNodePools.of(this);
  }

  public serviceAccountRole(namespace: string, serviceAccountName: string): IServiceAccountRole {
    const id = `${namespace}/${serviceAccountName}`;
    if (!this.askedRoles.includes(id)) this.askedRoles.push(id);
    const child = `Role-${namespace}-${serviceAccountName}`;
    const known = this.node.tryFindChild(child) as TestRole | undefined;
    return known ?? new TestRole(this, child, `${this.clusterName}-${namespace}-${serviceAccountName}`);
  }
}

class TestRole extends Construct implements IServiceAccountRole {
  public readonly roleArn: string;
  public readonly ready: ITerraformDependable[] = [];
  public readonly serviceAccountAnnotations: { [key: string]: string };

  public constructor(
    scope: Construct,
    id: string,
    public readonly roleName: string,
  ) {
    super(scope, id);
    this.roleArn = `arn:aws:iam::123456789012:role/${roleName}`;
    this.serviceAccountAnnotations = { 'eks.amazonaws.com/role-arn': this.roleArn };
  }
}

/** A cluster with its Kubernetes provider in the stack. */
export function testCluster(stack: TerraformStack, props: TestClusterProps = {}): TestCluster {
  const cluster = new TestCluster(stack, `Cluster-${props.clusterName ?? 'test'}`, props);
  KubernetesAccess.of(stack, cluster);
  return cluster;
}
