import { ApiAccess } from '../../lib/compute/cluster/api-access';
import { EksGpuCluster } from '../../lib/compute/cluster/eks-gpu-cluster';
import { EksClusterAttributes, EksGpuClusterProps } from '../../lib/compute/cluster/eks-gpu-cluster-props';
import { KubernetesCluster } from '../../lib/compute/cluster/kubernetes-cluster';
import { RemovalPolicy } from '../../lib/core/removal-policy';
import { warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { FaultText } from './fault-text';

const make = (props: Partial<EksGpuClusterProps>) => () =>
  new EksGpuCluster(testStack(), 'Cluster', { clusterName: 'chat', ...props });
const imported = (attributes: Partial<EksClusterAttributes>) =>
  EksGpuCluster.fromAttributes(testStack(), 'Cluster', {
    clusterName: 'shared',
    subnetIds: ['subnet-a'],
    securityGroupIds: ['sg-1'],
    ...attributes,
  });

export const TEXTS: FaultText[] = [
  {
    id: 'RESERVED_RANGE',
    property: 'vpcCidr',
    text: "vpcCidr must be a range that can be routed to; got '169.254.0.0/16', which is link-local; use a private one, e.g. '10.0.0.0/16'",
    refuse: make({ vpcCidr: '169.254.0.0/16' }),
  },
  {
    id: 'RESERVED_RANGE',
    property: 'apiAccess',
    text:
      "ApiAccess.publicFrom must name ranges of the internet; got '10.0.0.0/8', which is private and which EKS refuses; name the addresses that " +
      'requests arrive from, or let a connected network in by ApiAccess.privateFrom',
    refuse: make({ apiAccess: ApiAccess.publicFrom(['10.0.0.0/8']) }),
  },
  {
    id: 'DUPLICATE',
    property: 'principalArn',
    text:
      "principalArn 'arn:aws:iam::123456789012:role/Ops' administers the cluster already, and AWS refuses a second access entry of a principal; remove " +
      'one of the two',
    refuse: () => {
      const arn = 'arn:aws:iam::123456789012:role/Ops';
      make({ admins: [arn] })().grantAdmin('ops', arn);
    },
  },
  {
    id: 'SYSTEM_TYPE_NOT_SUITABLE',
    property: 'systemNodes.instanceType',
    text:
      "systemNodes.instanceType 't3.nano' is so small that the agents of each node leave no room for DNS and monitoring; use one such as " +
      "'m7i.large'",
    refuse: make({ systemNodes: { instanceType: 't3.nano' } }),
  },
  {
    id: 'TOO_FEW_ZONES',
    property: 'vpc.privateSubnetIds',
    text: 'vpc.privateSubnetIds must name subnets of at least 2 zones, which EKS requires; got 2 subnets in us-west-2a',
    refuse: make({
      vpc: {
        vpcId: 'vpc-1',
        privateSubnetIds: ['subnet-1', 'subnet-2'],
        availabilityZones: ['us-west-2a', 'us-west-2a'],
      },
    }),
  },
  {
    id: 'LOGS_WITHOUT_KEY',
    property: 'logRemovalPolicy',
    text:
      'logRemovalPolicy RETAIN needs encryptionKeyArn, because the key that is made for the cluster is deleted with it, and nobody could read ' +
      'the logs that stay',
    refuse: make({ logRemovalPolicy: RemovalPolicy.RETAIN }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'roleOptions.path',
    text: "roleOptions.path must begin and end with a slash and have at most 512 characters, e.g. '/gpu/'; got 'gpu'",
    refuse: make({ roleOptions: { path: 'gpu' } }),
  },
  {
    id: 'LENGTHS_DIFFER',
    property: 'availabilityZones',
    text: 'availabilityZones must name the zone of each subnet in subnetIds; got 2 for 1',
    refuse: () => imported({ availabilityZones: ['a', 'b'] }),
  },
  {
    id: 'LENGTHS_DIFFER',
    property: 'subnetCidrs',
    text: 'subnetCidrs must have one range for each subnet; got 2 for 1',
    refuse: () => imported({ subnetCidrs: ['10.0.0.0/24', '10.0.1.0/24'] }),
  },
  {
    id: 'POD_IAM_UNAVAILABLE',
    text:
      "service account 'inference/triton' cannot act with an IAM role, because cluster 'shared' has neither the EKS Pod Identity agent nor " +
      'a known OpenID Connect provider; set podIdentity or oidcProviderArn on the cluster',
    refuse: () => imported({}).serviceAccountRole('inference', 'triton'),
  },
  {
    id: 'POD_IAM_UNAVAILABLE',
    text:
      "service account 'inference/triton' cannot act with an IAM role, because only the kubeconfig of cluster 'Rack' is known; import an " +
      'EKS cluster by EksGpuCluster.fromAttributes, and elsewhere give credentials in a secret, to a store or to a receiver of alerts',
    refuse: () =>
      KubernetesCluster.fromKubeconfig(testStack(), 'Rack', { configPath: 'x' }).serviceAccountRole(
        'inference',
        'triton',
      ),
  },
  {
    id: 'PUBLIC_API',
    text: 'the Kubernetes API is open to the whole internet; name the ranges that need it',
    faults: () => warningsOf(make({ apiAccess: ApiAccess.publicFrom(['0.0.0.0/0']) })()),
  },
  {
    id: 'RANGES_OVERLAP',
    property: 'apiAccess',
    text:
      "apiAccess names the connected network '10.20.128.0/17', which overlaps the cluster's own range '10.20.0.0/16', so no route can " +
      'lead there; give the cluster another vpcCidr',
    refuse: make({ vpcCidr: '10.20.0.0/16', apiAccess: ApiAccess.privateFrom(['10.20.128.0/17']) }),
  },
  {
    id: 'TOO_FEW_ZONES',
    property: 'availabilityZones',
    text: 'availabilityZones must name at least 2 zones, which EKS requires; got 1',
    refuse: make({ availabilityZones: ['us-west-2a'] }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'vpcCidr',
    text: 'vpcCidr describes a VPC that is made for the cluster, but vpc names an existing one; leave out one of the two',
    refuse: make({ vpc: { vpcId: 'vpc-1', privateSubnetIds: ['a', 'b'] }, vpcCidr: '10.0.0.0/16' }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'admins',
    text: 'admins must name at least one principal, or no one could reach the cluster; leave it out for the identity that applies',
    refuse: make({ admins: [] }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'admins[0]',
    text: "admins[0] must be the ARN of an IAM role or user, e.g. 'arn:aws:iam::123456789012:role/Platform'; got 'me'",
    refuse: make({ admins: ['me'] }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'configPath',
    text: "configPath must be the path of a kubeconfig, e.g. '~/.kube/config'; got ''",
    refuse: () => KubernetesCluster.fromKubeconfig(testStack(), 'Rack', { configPath: '' }),
  },
];
