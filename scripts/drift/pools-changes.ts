import {
  Capacity,
  DataSize,
  EfaLayout,
  GpuInstanceType,
  NodeImage,
  Placement,
  RdmaFabric,
  TaintEffect,
} from '../../lib';
import { Expectations } from './judgement';
import { BASE, Pools, withPool } from './pools-program';
import { Change } from './serving-changes';

const change = (name: string, program: Partial<Pools>, expected: Expectations): Change<Pools> => ({
  name,
  program: { ...BASE, ...program },
  expected,
});
const cluster = (changed: Pools['cluster']) => ({ cluster: { ...BASE.cluster, ...changed } });
const SPARE = { instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 };
const LATER = { releaseVersion: '1.35.7-20260801', driverMajor: 580 };

/** Nodes that are rolled, within the group that they have. */
const rolled = (pool: string) => [
  `update aws_eks_node_group x1 /^${pool}$/`,
  `update aws_launch_template x1 /^${pool}_/`,
];
/** A group that AWS cannot change so is made anew before the old one goes; the tags of its Auto Scaling group go with it. */
const replaced = (pool: string) => [
  `supersede aws_eks_node_group x1 /^${pool}$/`,
  `?replace|supersede aws_autoscaling_group_tag /^${pool}_/`,
];
const KARPENTER = ['update helm_release|NodePool|EC2NodeClass|NodeOverlay /lastic/'];

/** The network of a further zone. */
const A_ZONE = [
  'create aws_(eip|nat_gateway|route_table|route_table_association|subnet) x7 /Zone-c_/',
  'update aws_vpc_endpoint',
  // The group of system nodes is made anew before the old one goes.
  '?create|supersede aws_eks_node_group /SystemNodes/',
  '?supersede aws_launch_template /SystemNodes/',
  '?update helm_release|EC2NodeClass /lastic/',
];

/** Changes of the program of pools, each with all that it may do. */
export const POOLS_CHANGES: readonly Change<Pools>[] = [
  change('zones swapped', cluster({ availabilityZones: ['us-east-1b', 'us-east-1a'] }), []),
  change('a zone added', cluster({ availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] }), A_ZONE),
  change(
    'a zone added before the others',
    cluster({ availabilityZones: ['us-east-1c', 'us-east-1a', 'us-east-1b'] }),
    A_ZONE,
  ),
  // Nothing can move a living cluster to another network: the plan says so by replacing it, which `deletionProtection` refuses.
  change('another vpcCidr', cluster({ vpcCidr: '10.8.0.0/16' }), [
    'replace|supersede aws_vpc x1',
    'replace|supersede aws_eks_cluster x1',
    '?replace|supersede aws_.*',
    '?update aws_.*',
    '?update helm_release|EC2NodeClass|NodePool',
    '?create aws_.*',
    '?delete aws_.*',
  ]),
  change('a tag', cluster({ tags: { team: 'research' } }), [
    // No GPU node is rolled: instances get their tags from the Auto Scaling group.
    '?update aws_launch_template only tags,tags_all,default_version,latest_version /SystemNodes/',
    '?create aws_autoscaling_group_tag',
    'update aws_(?!launch_template).*',
    '?update helm_release|EC2NodeClass /lastic/',
  ]),
  change('the next Kubernetes', cluster({ kubernetesVersion: '1.36' }), [
    'update aws_eks_cluster x1',
    'update aws_eks_addon /coredns|kube-proxy/',
    'update aws_eks_node_group x3 /^(efa|reserved|burst)$/',
    'update aws_eks_node_group /SystemNodes/',
    '?update helm_release|EC2NodeClass|NodePool /lastic|Autoscaler/',
  ]),
  change('pools reordered', { managed: [...BASE.managed].reverse() }, []),
  change('a pool added at the head', { managed: [['spare', SPARE], ...BASE.managed] }, [
    'create aws_(eks_node_group|launch_template|iam_.*) x5 /^spare/',
  ]),
  change('a pool removed', { managed: BASE.managed.filter(([name]) => name !== 'burst') }, [
    'delete aws_(eks_node_group|launch_template|iam_.*) x5 /^burst/',
    'delete aws_autoscaling_group_tag /^burst/',
  ]),
  // What makes a pool be replaced is said in the docstring of the property; AWS has no update for it.
  change('image family', withPool('efa', { image: NodeImage.BOTTLEROCKET_NVIDIA }), [
    ...replaced('efa'),
    'update aws_launch_template x1 /^efa_/',
    'update DaemonSet',
  ]),
  change('capacity', withPool('burst', { capacity: Capacity.spot() }), replaced('burst')),
  change('another instance type', withPool('burst', { instanceType: GpuInstanceType.G6E_12XLARGE }), [
    ...replaced('burst'),
    '?update aws_launch_template /^burst_/',
  ]),
  change('image release', withPool('efa', { image: NodeImage.al2023(LATER) }), [
    'update aws_eks_node_group x1 /^efa$/',
  ]),
  change('placement off', withPool('efa', { placement: Placement.none() }), [
    ...rolled('efa'),
    'delete aws_placement_group x1 /^efa_/',
  ]),
  change('EFA off', withPool('efa', { fabric: RdmaFabric.none() }), [
    ...rolled('efa'),
    'delete aws_(security_group|vpc_security_group_(e|in)gress_rule) x3 /^efa_/',
    '?update DaemonSet',
    '?delete DaemonSet /efa/',
  ]),
  change('layout of the interfaces', withPool('reserved', { efaLayout: EfaLayout.COMBINED }), rolled('reserved')),
  change('disk', withPool('efa', { diskSize: DataSize.gib(200) }), rolled('efa')),
  change('sizes', withPool('burst', { maxNodes: 5 }), ['update aws_eks_node_group x1 /^burst$/']),
  change('taints', withPool('burst', { taints: [{ key: 'team', value: 'chat', effect: TaintEffect.NO_SCHEDULE }] }), [
    'update aws_eks_node_group x1 /^burst$/',
    'create aws_autoscaling_group_tag x1 /^burst_/',
    'update DaemonSet',
  ]),
  change('a Karpenter pool of another size', { karpenter: { maxNodes: 6 } }, KARPENTER),
  change('a Karpenter pool with a label', { karpenter: { labels: { team: 'research' } } }, KARPENTER),
];
