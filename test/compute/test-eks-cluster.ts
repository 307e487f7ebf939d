import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformProvider, TerraformStack, Token } from 'cdktf';
import { EksRelease } from '../../lib/catalog/eks-release';
import { IEksCluster } from '../../lib/compute/cluster/eks-cluster';
import { RemoteNetworks } from '../../lib/compute/cluster/remote-networks';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { TestCluster, TestClusterProps } from '../support/test-cluster';

/** What a test may say of its EKS cluster. */
export interface TestEksClusterProps extends TestClusterProps {
  readonly subnetIds?: string[];
  readonly subnetCidrs?: string[];
  readonly availabilityZones?: string[];
  readonly nodeMonitoring?: boolean;
  readonly remoteNetworks?: RemoteNetworks;
  readonly securityGroupIds?: string[];
  readonly kubernetesVersion?: string;
  readonly release?: EksRelease;
  readonly provider?: TerraformProvider;
  readonly tags?: { [key: string]: string };
}

/** An EKS cluster for tests of pools: no resources of its own. */
export class TestEksCluster extends TestCluster implements IEksCluster {
  public readonly vpcId = 'vpc-1';
  public readonly subnetIds: string[];
  public readonly subnetCidrs?: string[];
  public readonly availabilityZones?: string[];
  public readonly nodeMonitoring?: boolean;
  public readonly remoteNetworks?: RemoteNetworks;
  public readonly clusterSecurityGroupId: string;
  public readonly securityGroupIds: string[];
  public readonly kubernetesVersion?: string;
  public readonly release?: EksRelease;
  public readonly nodeReady = [];
  public readonly provider?: TerraformProvider;
  public readonly tags: { [key: string]: string };

  public constructor(stack: TerraformStack, props: TestEksClusterProps = {}) {
    super(stack, 'Cluster', props);
    this.subnetIds = props.subnetIds ?? ['subnet-a', 'subnet-b'];
    this.subnetCidrs = props.subnetCidrs;
    this.remoteNetworks = props.remoteNetworks;
    this.availabilityZones = props.availabilityZones;
    this.nodeMonitoring = props.nodeMonitoring;
    this.securityGroupIds = props.securityGroupIds ?? ['sg-cluster'];
    this.clusterSecurityGroupId = this.securityGroupIds[0];
    this.kubernetesVersion = props.kubernetesVersion;
    this.release = props.release;
    this.provider = props.provider;
    this.tags = props.tags ?? {};
  }

  public explain(): string {
    return ClusterChecks.of(this).explain();
  }
}

/** An EKS cluster whose Kubernetes provider is in the stack. */
export function testEksCluster(stack: TerraformStack, props: TestEksClusterProps = {}): TestEksCluster {
  const cluster = new TestEksCluster(stack, {
    connection: { eksClusterName: 'test', region: 'us-west-2' },
    ...props,
  });
  KubernetesAccess.of(stack, cluster);
  // The stack is for the region of the cluster.
  const { region } = cluster.connection;
  const aws = stack.node.tryFindChild('Aws') as AwsProvider | undefined;
  if (aws && region !== undefined && !Token.isUnresolved(region)) aws.region = region;
  return cluster;
}
