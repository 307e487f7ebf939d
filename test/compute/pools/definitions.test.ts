import * as path from 'path';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksRelease } from '../../../lib/catalog/eks-release';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { EfaLayout } from '../../../lib/compute/pools/options/efa-layout';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { NodeImage } from '../../../lib/compute/pools/options/node-image';
import { Placement } from '../../../lib/compute/pools/options/placement';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { definitionFaults, readDefinitions } from '../../support/schema';
import { Block, synthesize } from '../../support/synth';
import { testEksCluster } from '../test-eks-cluster';
import { Options, synthPool, userData } from '../test-pool';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

const KARPENTER = readDefinitions(path.join(__dirname, 'fixtures/karpenter-crds.json'));
const NODEADM = readDefinitions(path.join(__dirname, 'fixtures/node-config-crd.json'));
const ZONES = { availabilityZones: ['eu-1a', 'eu-1b'] };
const BLOCK = {
  reservationId: 'cr-1',
  availabilityZone: 'eu-1b',
  start: '2026-12-01T11:30Z',
  end: '2026-12-02T11:30Z',
};
const BOTTLEROCKET = NodeImage.bottlerocket({ releaseVersion: '1.62.0-1d7b2d2f' });

function objectsOf(options: Options): Block[] {
  let made: Block[] = [];
  synthesize((stack) => {
    const cluster = testEksCluster(stack, { ...ZONES, release: EksRelease.DEFAULT });
    const pool = new KarpenterGpuNodePool(stack, 'Train', {
      cluster,
      instanceType: GpuInstanceType.G5_XLARGE,
      minNodes: 0,
      maxNodes: 4,
      ...options,
    });
    made = pool.objects;
  });
  // As they reach the cluster: without members that have no value.
  return JSON.parse(JSON.stringify(made)) as Block[];
}

/** What the CEL rules of the definitions refuse that our objects could come close to, by the rule's own message. */
function ruleFaults({ kind, metadata, spec }: Block): string[] {
  const faults: string[] = [];
  const hold = (message: string, holds: boolean) =>
    void (holds ? undefined : faults.push(`${metadata.name}: ${message}`));
  if (kind === 'NodePool') {
    const limits = Object.keys(spec.limits ?? {});
    hold(
      "only 'limits.nodes' is supported on static NodePools",
      !('replicas' in spec) || limits.every((k) => k === 'nodes'),
    );
    const keys = [
      ...Object.keys(spec.template.metadata.labels),
      ...spec.template.spec.requirements.map((r: Block) => r.key),
    ];
    const allowed = /^karpenter\.sh\/capacity-type$|^karpenter\.k8s\.aws\/(instance-|capacity-reservation-)/;
    hold(
      'label domain is restricted',
      keys.every((key) => !/^([^/]*\.)?karpenter\.(sh|k8s\.aws)\//.test(key) || allowed.test(key)),
    );
    hold('label "kubernetes.io/hostname" is restricted', !keys.includes('kubernetes.io/hostname'));
  }
  if (kind === 'EC2NodeClass') {
    const interfaces = (spec.networkInterfaces ?? []) as Block[];
    const at = ({ networkCardIndex, deviceIndex }: Block) => `${networkCardIndex}.${deviceIndex}`;
    const efaCards = interfaces
      .filter((each) => each.interfaceType === 'efa-only')
      .map((each) => each.networkCardIndex);
    hold(
      'must include a primary interface',
      interfaces.length === 0 || interfaces.some((each) => at(each) === '0.0' && each.interfaceType === 'interface'),
    );
    hold('must not have duplicates', new Set(interfaces.map(at)).size === interfaces.length);
    hold('at most one efa device per network card', new Set(efaCards).size === efaCards.length);
    hold(
      'alias must match the format family@version',
      (spec.amiSelectorTerms as Block[]).every(({ alias }) =>
        /^(al2023|bottlerocket)@(latest|v.+)$/.test(alias as string),
      ),
    );
    hold('one of role and instanceProfile', 'role' in spec !== 'instanceProfile' in spec);
    const tags = Object.keys(spec.tags);
    hold(
      'tag is restricted',
      tags.every((tag) => !/^(kubernetes\.io\/cluster|eks:eks-cluster-name|karpenter\.(sh|k8s\.aws))/.test(tag)),
    );
  }
  if (kind === 'NodeOverlay') {
    const restricted = ['cpu', 'memory', 'ephemeral-storage', 'pods'];
    hold(
      'invalid resource restricted',
      Object.keys(spec.capacity).every((name) => !restricted.includes(name)),
    );
  }
  return faults;
}

const faultsOf = (object: Block) => [...definitionFaults(KARPENTER, object), ...ruleFaults(object)];

describe('objects of Karpenter', () => {
  const efa: Options = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
  test.each<[string, Options]>([
    ['a plain pool', {}],
    [
      'a pool with everything',
      {
        labels: { team: 'risk' },
        taints: [{ key: 'team', value: 'x', effect: TaintEffect.NO_EXECUTE }],
        tags: { a: 'b' },
      },
    ],
    ['EFA', efa],
    ['EFA for bandwidth', { ...efa, efaLayout: EfaLayout.BANDWIDTH_OPTIMIZED }],
    ['EFA in an existing group', { ...efa, placement: Placement.existing('pg') }],
    ['a fixed number', { ...efa, minNodes: 4 }],
    ['spot', { capacity: Capacity.spot() }],
    ['a reservation', { ...efa, capacity: Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'eu-1b' }) }],
    ['a capacity block', { ...efa, capacity: Capacity.capacityBlock(BLOCK) }],
    ['Bottlerocket', { ...efa, image: BOTTLEROCKET }],
  ])('%s is what the definitions take', (_, options) => {
    const objects = objectsOf(options);
    expect(objects.map(({ kind }) => kind).slice(0, 2)).toEqual(['EC2NodeClass', 'NodePool']);
    expect(objects.flatMap(faultsOf)).toEqual([]);
  });

  test.each(
    // G7 needs a newer driver than the images of the release, and P6e-GB200 is not sold on demand.
    GpuInstanceType.ALL.filter((type) => type.efaInterfaces > 0 && !/^(g7|p6e-gb200)\./.test(type.name)).map(
      (type): [string, GpuInstanceType] => [type.name, type.offeredIn('us-west-2')],
    ),
  )('so are those of %s with EFA', (_, instanceType) =>
    expect(objectsOf({ ...efa, instanceType }).flatMap(faultsOf)).toEqual([]),
  );

  const broken = (kind: string, change: (spec: Block) => void): string[] => {
    const object = objectsOf({ ...efa, minNodes: 4 }).find((each) => each.kind === kind) as Block;
    change(object.spec as Block);
    return faultsOf(object);
  };

  test.each<[string, string, (spec: Block) => void, RegExp]>([
    ['a member that there is not', 'EC2NodeClass', (spec) => (spec.placement = {}), /spec|placement is unknown/],
    ['a value that there is not', 'EC2NodeClass', (spec) => (spec.instanceStorePolicy = 'RAID1'), /none of RAID0/],
    [
      'an interface of EFA and ENA',
      'EC2NodeClass',
      (spec) => (spec.networkInterfaces[1].interfaceType = 'efa'),
      /none of interface, efa-only/,
    ],
    ['no primary interface', 'EC2NodeClass', (spec) => spec.networkInterfaces.shift(), /primary interface/],
    ['two EFA on a card', 'EC2NodeClass', (spec) => (spec.networkInterfaces[2].networkCardIndex = 0), /one efa device/],
    ['an alias that is none', 'EC2NodeClass', (spec) => (spec.amiSelectorTerms[0].alias = 'al2023'), /family@version/],
    ['a missing member', 'NodePool', (spec) => delete spec.template.spec.nodeClassRef, /nodeClassRef is missing/],
    ['a number for a text', 'NodePool', (spec) => (spec.template.spec.expireAfter = 0), /expireAfter is no string/],
    [
      'GPUs as the limit of a fixed number',
      'NodePool',
      (spec) => (spec.limits = { 'nvidia.com/gpu': '8' }),
      /only 'limits.nodes'/,
    ],
    [
      'a label of Karpenter’s own',
      'NodePool',
      (spec) => (spec.template.metadata.labels['karpenter.sh/x'] = 'y'),
      /restricted/,
    ],
    ['memory of its own', 'NodeOverlay', (spec) => (spec.capacity.memory = '1Gi'), /restricted/],
    [
      'a quantity that is none',
      'NodeOverlay',
      (spec) => (spec.capacity['hugepages-2Mi'] = 'many'),
      /is not written as/,
    ],
  ])('%s is seen', (_, kind, change, message) => expect(broken(kind, change).join('\n')).toMatch(message));
});

describe('the configuration of nodes', () => {
  const configOf = (options: Options) => userData(synthPool(options));
  const faults = (config: Block) => definitionFaults(NODEADM, config);

  test.each([GpuInstanceType.P5_48XLARGE, GpuInstanceType.G6E_48XLARGE, GpuInstanceType.P3DN_24XLARGE])(
    'is what nodeadm takes: %s',
    (instanceType) => {
      const config = configOf({ instanceType, fabric: RdmaFabric.efa() });
      expect(Object.keys(config.spec as Block).sort()).toEqual(['containerd', 'instance', 'kubelet']);
      expect(faults(config)).toEqual([]);
    },
  );

  test('of Karpenter is, too', () => {
    const [nodeClass] = objectsOf({ instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() });
    expect(faults(JSON.parse(nodeClass.spec.userData as string) as Block)).toEqual([]);
  });

  test('an unknown member is detected', () => {
    const config = configOf({ instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() });
    config.spec.instance.localStorage.strategy = 'RAID5';
    config.spec.kubelet.maxPods = 51;
    expect(faults(config)).toEqual([
      expect.stringMatching(/localStorage.strategy is none of RAID0/),
      'NodeConfig.kubelet.maxPods is unknown',
    ]);
  });
});
