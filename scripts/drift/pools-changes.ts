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

/** Changes of the program of pools, each with all that it may do. */
export const POOLS_CHANGES: readonly Change<Pools>[] = [
  change('nothing', {}, []),
  change('zones swapped', cluster({ availabilityZones: ['us-east-1b', 'us-east-1a'] }), []),
  change('a zone added', cluster({ availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] }), []),
  change('another vpcCidr', cluster({ vpcCidr: '10.8.0.0/16' }), []),
  change('a tag', cluster({ tags: { team: 'research' } }), []),
  change('the next Kubernetes', cluster({ kubernetesVersion: '1.36' }), []),
  change('pools reordered', { managed: [...BASE.managed].reverse() }, []),
  change('a pool added at the head', { managed: [['spare', SPARE], ...BASE.managed] }, []),
  change('a pool removed', { managed: BASE.managed.filter(([name]) => name !== 'burst') }, []),
  change('image family', withPool('efa', { image: NodeImage.BOTTLEROCKET_NVIDIA }), []),
  change('image release', withPool('efa', { image: NodeImage.al2023(LATER) }), []),
  change('capacity', withPool('burst', { capacity: Capacity.spot() }), []),
  change('placement off', withPool('efa', { placement: Placement.none() }), []),
  change('EFA off', withPool('efa', { fabric: RdmaFabric.none() }), []),
  change('layout of the interfaces', withPool('reserved', { efaLayout: EfaLayout.COMBINED }), []),
  change('disk', withPool('efa', { diskSize: DataSize.gib(200) }), []),
  change('labels', withPool('efa', { labels: { team: 'research' } }), []),
  change(
    'taints',
    withPool('burst', { taints: [{ key: 'team', value: 'chat', effect: TaintEffect.NO_SCHEDULE }] }),
    [],
  ),
  change('sizes', withPool('burst', { maxNodes: 5 }), []),
  change('another instance type', withPool('burst', { instanceType: GpuInstanceType.G6E_12XLARGE }), []),
  change('a Karpenter pool of another size', { karpenter: { maxNodes: 6 } }, []),
  change('a Karpenter pool with a label', { karpenter: { labels: { team: 'research' } } }, []),
];
