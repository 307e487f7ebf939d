import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../lib/compute/cluster/eks-gpu-cluster';
import { Duration } from '../../lib/units';
import { warnings } from '../compute/pool-programs';
import { ACTIVATION, REMOTE, hybrid, hybridPool, stackIn } from '../compute/pools/hybrid-programs';
import { FaultText } from './fault-text';

export const TEXTS: FaultText[] = [
  {
    id: 'ACTIVATION_CODE_IN_STATE',
    property: 'credentials',
    text: 'the code of the activation, by which any machine becomes a node until it expires, is in the state of Terraform; protect the state, or use HybridCredentials.rolesAnywhere',
    faults: warnings(
      'ACTIVATION_CODE_IN_STATE',
      'credentials',
      (stack) => void hybridPool(stack, { credentials: ACTIVATION, maxUplinkOutage: Duration.hours(1) }),
    ),
  },
  {
    id: 'HYBRID_NODES_ON_EC2',
    property: 'hardware',
    text: "hardware must be outside EC2, where EKS Hybrid Nodes do not run; got 'g6.xlarge'; use GpuNodePool, or GpuNodeType.custom({...})",
    refuse: hybrid({ hardware: GpuInstanceType.G6_XLARGE }),
  },
  {
    id: 'HYBRID_NODES_UNAVAILABLE',
    property: 'remoteNetworks',
    text: 'remoteNetworks must be left out in cn-north-1: EKS takes nodes outside AWS in all regions but those of China and GovCloud',
    refuse: () => new EksGpuCluster(stackIn('cn-north-1'), 'Cluster', { clusterName: 'chat', remoteNetworks: REMOTE }),
  },
  {
    id: 'KUBERNETES_VERSION_NEEDED',
    property: 'cluster',
    text: 'cluster must have kubernetesVersion, because nodeadm installs the kubelet of that version; give it to fromAttributes',
    refuse: hybrid({}, { kubernetesVersion: undefined }),
  },
  {
    id: 'NO_REMOTE_NETWORKS',
    property: 'cluster',
    text: 'cluster must have remoteNetworks, or its control plane reaches no node outside AWS; give it the ranges of nodes and pods, which a cluster that exists takes too',
    refuse: hybrid({}, { remoteNetworks: undefined }),
  },
  {
    id: 'OUTAGE_OUTLASTS_CREDENTIALS',
    property: 'maxUplinkOutage',
    text: 'maxUplinkOutage must be at most 12h, as long as credentials of IAM Roles Anywhere can last; got 72h; a site that lives longer alone needs a control plane of its own: use EdgeTopology',
    refuse: hybrid({ maxUplinkOutage: Duration.hours(72) }),
  },
  {
    id: 'REMOTE_RANGE_TOO_SMALL',
    property: 'nodes',
    text: 'nodes must be at most 256, the addresses of remoteNetworks.nodeCidrs of the cluster; got 300',
    refuse: hybrid({ nodes: 300 }),
  },
  {
    id: 'SITE_IS_A_ZONE',
    property: 'site',
    text: "site must not be a zone of AWS, whose nodes would count as nodes of the site when the link is cut; got 'us-west-2a'; use the name of the place",
    refuse: hybrid({ site: 'us-west-2a' }, { availabilityZones: ['us-west-2a', 'us-west-2b'] }),
  },
];
