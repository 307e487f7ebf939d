import { EksRelease } from '../../../lib/catalog/eks-release';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { GpuType } from '../../../lib/catalog/gpu-type';
import { Autoscaling } from '../../../lib/compute/pools/options/autoscaling';
import { EfaLayout } from '../../../lib/compute/pools/options/efa-layout';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import {
  addressesPerNode,
  efaInterfaceLayout,
  maxPodsBeside,
} from '../../../lib/compute/pools/shared/launch-template-interfaces';
import { NodeImage } from '../../../lib/compute/pools/options/node-image';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { DataSize } from '../../../lib/units/data-size';
import { Block, Synthesized } from '../../support/synth';
import { EFA, Options, synthPool, userData, refusal } from '../test-pool';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

const toml = (result: Synthesized) =>
  Buffer.from(result.only('aws_launch_template').user_data, 'base64').toString('utf8');

describe('layouts of EFA', () => {
  test('bandwidth-optimized: an ENA interface on every fourth card of p5 as well', () => {
    const interfaces: Block[] = synthPool({ ...EFA, efaLayout: EfaLayout.BANDWIDTH_OPTIMIZED }).only(
      'aws_launch_template',
    ).network_interfaces;
    const ena = interfaces.filter((each) => each.interface_type === 'interface');
    expect(ena.map((each) => [each.network_card_index, each.device_index])).toEqual([
      [0, 0],
      ...[4, 8, 12, 16, 20, 24, 28].map((card) => [card, 1]),
    ]);
    expect(interfaces.filter((each) => each.interface_type === 'efa-only')).toHaveLength(32);
    for (const each of ena) expect(each.security_groups[0]).toBe('sg-cluster');
  });

  test('bandwidth-optimized is refused on types without documented cards', () => {
    const instanceType = GpuInstanceType.P5EN_48XLARGE;
    expect(refusal(() => synthPool({ ...EFA, instanceType, efaLayout: EfaLayout.BANDWIDTH_OPTIMIZED }))).toBe(
      'EFA_LAYOUT_NOT_SUPPORTED efaLayout',
    );
  });

  // By hand: interfaces of card 0 that are not EFA-only, times addresses less one, plus two.
  test.each([
    ['p5.48xlarge', EfaLayout.EFA_ONLY, 51, 50],
    ['p5.48xlarge', EfaLayout.COMBINED, undefined, 50],
    ['p5.48xlarge', EfaLayout.BANDWIDTH_OPTIMIZED, 51, 57],
    ['p5en.48xlarge', EfaLayout.EFA_ONLY, 149, 50],
    ['p5en.48xlarge', EfaLayout.COMBINED, undefined, 50],
    ['p6-b300.48xlarge', EfaLayout.EFA_ONLY, undefined, 50],
  ])('%s with %s has at most %s pods and takes %d addresses', (name, layout, maxPods, addresses) => {
    const type = GpuInstanceType.of(name);
    const interfaces = efaInterfaceLayout(type, layout);
    expect(maxPodsBeside(type, interfaces)).toBe(maxPods);
    expect(addressesPerNode(type, interfaces)).toBe(addresses);
  });
});

describe('locked memory', () => {
  test('is not limited on nodes with EFA, nor are open files', () => {
    const { rlimits } = userData(synthPool(EFA)).spec.containerd.baseRuntimeSpec.process;
    const limits = Object.fromEntries(rlimits.map((each: Block) => [each.type, each]));
    expect(limits.RLIMIT_MEMLOCK.soft).toBe(limits.RLIMIT_MEMLOCK.hard);
    // A number that Go's JSON writes as it was read, and more than the memory of any node.
    expect(Number.isSafeInteger(limits.RLIMIT_MEMLOCK.soft)).toBe(true);
    for (const type of GpuInstanceType.ALL) expect(limits.RLIMIT_MEMLOCK.soft).toBeGreaterThan(type.memory.bytes);
    expect(limits.RLIMIT_NOFILE).toEqual({ type: 'RLIMIT_NOFILE', soft: 65536, hard: 1048576 });
  });

  test('stays as it is without EFA', () => {
    expect(userData(synthPool()).spec).not.toHaveProperty('containerd');
  });
});

describe('Bottlerocket', () => {
  const rocket = (options: Options = {}) => synthPool({ ...EFA, image: NodeImage.BOTTLEROCKET_NVIDIA, ...options });

  test('has the same settings in its own words', () => {
    const result = rocket();
    expect(result.only('aws_eks_node_group').ami_type).toBe('BOTTLEROCKET_x86_64_NVIDIA');
    expect(toml(result)).toBe(
      [
        '[settings.kubernetes]',
        'max-pods = 51',
        '',
        '[settings.bootstrap-commands.000-mount-instance-storage]',
        'commands = [["apiclient", "ephemeral-storage", "init"], ["apiclient", "ephemeral-storage", "bind", "--dirs", ' +
          '"/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"]]',
        'essential = true',
        'mode = "always"',
        '',
      ].join('\n'),
    );
  });

  test('keeps images on its second volume, and encrypts both', () => {
    const volumes: Block[] = rocket({ diskSize: DataSize.gib(300) }).only('aws_launch_template').block_device_mappings;
    expect(volumes.map((each) => [each.device_name, each.ebs.volume_size, each.ebs.encrypted])).toEqual([
      ['/dev/xvda', 4, 'true'],
      ['/dev/xvdb', 300, 'true'],
    ]);
  });

  test('has a device plugin of its own, which it tells the cluster’s agents', () => {
    expect(rocket().only('aws_eks_node_group').labels['nvidia.com/gpu.deploy.device-plugin']).toBe('false');
    expect(synthPool().only('aws_eks_node_group').labels).not.toHaveProperty(['nvidia.com/gpu.deploy.device-plugin']);
  });

  test('runs the release that is pinned, and never one of AL2023', () => {
    const release = { release: EksRelease.DEFAULT };
    const group = (image: NodeImage) => synthPool({ image }, release).only('aws_eks_node_group');
    expect(group(NodeImage.BOTTLEROCKET_NVIDIA)).not.toHaveProperty('release_version');
    const pinned = NodeImage.bottlerocket({ releaseVersion: '1.62.0-1d7b2d2f' });
    expect(group(pinned).release_version).toBe('1.62.0-1d7b2d2f');
    expect(() => NodeImage.bottlerocket({ releaseVersion: '1.35.6-20260714' })).not.toThrow();
    expect(refusal(() => NodeImage.bottlerocket({ releaseVersion: 'v1.62' }))).toBe('INVALID_FORMAT releaseVersion');
  });

  test('shares GPUs by time, and divides those it can', () => {
    const instanceType = GpuInstanceType.P4DE_24XLARGE;
    const none = { fabric: RdmaFabric.none(), instanceType };
    expect(toml(rocket({ ...none, gpuSharing: GpuSharing.timeSlicing(4) }))).toContain(
      '[settings.kubelet-device-plugins.nvidia.time-slicing]\nreplicas = 4\n',
    );
    expect(toml(rocket({ ...none, gpuSharing: GpuSharing.mig('1g.10gb') }))).toContain('"a100.80gb" = "1g.10gb"');
    const b200 = { ...none, instanceType: GpuInstanceType.P6_B200_48XLARGE, gpuSharing: GpuSharing.mig('1g.23gb') };
    expect(refusal(() => rocket(b200))).toBe('MIG_NOT_SUPPORTED_BY_BOTTLEROCKET gpuSharing');
  });
});

describe('the driver', () => {
  const V100 = { instanceType: GpuInstanceType.P3_16XLARGE };
  const at = (driverMajor?: number) => ({
    image: NodeImage.al2023({ releaseVersion: '1.35.6-20260714', driverMajor }),
  });

  test('of the pinned images runs V100', () => {
    expect(EksRelease.ALL.map((release) => release.nvidiaDriverMajor)).toEqual([580, 580, 580]);
    expect(() => synthPool(V100, { release: EksRelease.DEFAULT })).not.toThrow();
  });

  test('595 is refused for V100, and for nothing newer', () => {
    expect(refusal(() => synthPool({ ...V100, ...at(595) }))).toBe('DRIVER_TOO_NEW image');
    expect(() => synthPool({ ...V100, ...at(580) })).not.toThrow();
    expect(() => synthPool(at(595))).not.toThrow();
    expect(GpuType.ALL.filter((gpu) => gpu.lastDriverMajor).map((gpu) => gpu.name)).toEqual(['V100-16GB', 'V100-32GB']);
  });

  test('comes in an image of the cluster’s Kubernetes', () => {
    expect(refusal(() => synthPool(at(), { kubernetesVersion: '1.34' }))).toBe('IMAGE_FOR_OTHER_KUBERNETES image');
  });
});

test('a driver that is not known is said where the GPUs need an old one', () => {
  const warnings = (options: Options, cluster = {}) => synthPool(options, cluster).annotations().join();
  const v100 = { instanceType: GpuInstanceType.P3DN_24XLARGE };
  expect(warnings(v100)).toMatch(/DRIVER_NOT_KNOWN.*V100-32GB.*580 or earlier.*NodeImage.al2023/);
  expect(warnings(v100, { release: EksRelease.DEFAULT })).not.toMatch(/DRIVER_NOT_KNOWN/);
  expect(warnings({ ...v100, image: NodeImage.al2023({ driverMajor: 580 }) })).not.toMatch(/DRIVER_NOT_KNOWN/);
  expect(warnings({})).not.toMatch(/DRIVER_NOT_KNOWN/);
});

describe('scaling from zero nodes', () => {
  const scaled = (options: Options = {}) =>
    synthPool({ ...EFA, minNodes: 0, autoscaling: Autoscaling.clusterAutoscaler(), ...options });
  const tags = (result: Synthesized): { [key: string]: string } =>
    Object.fromEntries(result.resources('aws_autoscaling_group_tag').map(({ tag }) => [tag.key, tag.value]));
  const prefix = 'k8s.io/cluster-autoscaler/node-template';

  test('is refused without an autoscaler', () => {
    expect(refusal(() => synthPool({ minNodes: 0 }))).toBe('POOL_NEVER_HAS_NODES minNodes');
    expect(refusal(() => synthPool({ minNodes: 0, autoscaling: Autoscaling.none() }))).toBe(
      'POOL_NEVER_HAS_NODES minNodes',
    );
  });

  test('tells the autoscaler what a node would offer', () => {
    const result = scaled({ labels: { team: 'risk' }, taints: [{ key: 'team', effect: TaintEffect.NO_EXECUTE }] });
    expect(tags(result)).toEqual({
      [`${prefix}/resources/nvidia.com/gpu`]: '8',
      [`${prefix}/resources/vpc.amazonaws.com/efa`]: '32',
      [`${prefix}/resources/hugepages-2Mi`]: '10256Mi',
      [`${prefix}/resources/ephemeral-storage`]: expect.stringMatching(/^25\d{3}Gi$/),
      [`${prefix}/label/team`]: 'risk',
      [`${prefix}/label/gpu-inference-constructs/pool`]: 'chat',
      [`${prefix}/label/gpu-inference-constructs/efa`]: 'true',
      [`${prefix}/label/nvidia.com/gpu.present`]: 'true',
      [`${prefix}/label/k8s.amazonaws.com/accelerator`]: 'nvidia-h100',
      [`${prefix}/taint/nvidia.com/gpu`]: 'present:NoSchedule',
      [`${prefix}/taint/team`]: ':NoExecute',
    });
    for (const each of result.resources('aws_autoscaling_group_tag')) {
      expect(each.autoscaling_group_name).toMatch(/autoscaling_groups\[0\]\.name/);
      expect(each.tag.propagate_at_launch).toBe(false);
    }
  });

  test('tells it of the huge pages that Bottlerocket sets aside by its processors', () => {
    const pages = (options: Options) =>
      tags(scaled({ image: NodeImage.BOTTLEROCKET_NVIDIA, ...options }))[`${prefix}/resources/hugepages-2Mi`];
    expect(pages({})).toBe(`${192 * 110 * 2}Mi`);
    expect(pages({ instanceType: GpuInstanceType.P5_4XLARGE })).toBe('3520Mi');
  });

  test('counts shares of a GPU, and the disk where there is no instance store', () => {
    const options = { fabric: RdmaFabric.none(), instanceType: GpuInstanceType.P3_16XLARGE };
    const all = tags(scaled({ ...options, gpuSharing: GpuSharing.timeSlicing(4) }));
    expect(all[`${prefix}/resources/nvidia.com/gpu`]).toBe('32');
    expect(all[`${prefix}/resources/ephemeral-storage`]).toBe('180Gi');
    expect(all).not.toHaveProperty([`${prefix}/resources/hugepages-2Mi`]);
  });

  test('adds no tags without an autoscaler', () => {
    expect(synthPool(EFA).types).not.toContain('aws_autoscaling_group_tag');
  });

  test('a further label is one further tag', () => {
    const [before, after] = [scaled(), scaled({ labels: { team: 'risk' } })].map((each) => each.json.resource);
    const { aws_autoscaling_group_tag: tagsBefore, aws_eks_node_group: _, ...rest } = before;
    const { aws_autoscaling_group_tag: tagsAfter, aws_eks_node_group: __, ...restAfter } = after;
    expect(restAfter).toEqual(rest);
    expect(tagsAfter).toMatchObject(tagsBefore);
    expect(Object.keys(tagsAfter)).toHaveLength(Object.keys(tagsBefore).length + 1);
  });
});

describe('addresses for the whole of a pool', () => {
  const subnets = { subnetIds: ['subnet-a', 'subnet-b'], subnetCidrs: ['10.0.0.0/26', '10.0.0.64/26'] };

  test('must be in its subnets, where their ranges are known', () => {
    expect(refusal(() => synthPool({ ...EFA, maxNodes: 2 }, subnets))).toBe('SUBNET_TOO_SMALL maxNodes');
    expect(() => synthPool({ ...EFA, maxNodes: 1 }, subnets)).not.toThrow();
    expect(() => synthPool({ ...EFA, maxNodes: 2, subnetIds: ['subnet-x'] }, subnets)).not.toThrow();
    expect(() => synthPool({ ...EFA, maxNodes: 2 })).not.toThrow();
  });

  test('are those of all its subnets together', () => {
    const instanceType = GpuInstanceType.P4DE_24XLARGE;
    expect(() => synthPool({ instanceType, maxNodes: 2 }, subnets)).not.toThrow();
    expect(refusal(() => synthPool({ instanceType, maxNodes: 3 }, subnets))).toBe('SUBNET_TOO_SMALL maxNodes');
  });
});

describe('GPU sharing is refused', () => {
  test.each<[string, Options, string]>([
    ['MIG of a GPU without it', { gpuSharing: GpuSharing.mig('1g.10gb') }, 'MIG_NOT_SUPPORTED gpuSharing'],
    [
      'a profile of another GPU',
      { instanceType: GpuInstanceType.P5_48XLARGE, gpuSharing: GpuSharing.mig('1g.5gb') },
      'UNKNOWN_MIG_PROFILE gpuSharing',
    ],
    ['a resource name of its own', { gpuSharing: GpuSharing.timeSlicing(2).renamed() }, 'RENAMED_SHARES gpuSharing'],
    ['with EFA', { ...EFA, gpuSharing: GpuSharing.timeSlicing(2) }, 'SHARED_GPUS_WITH_FABRIC gpuSharing'],
  ])('for %s', (_, options, message) => expect(refusal(() => synthPool(options))).toBe(message));

  test('for one pod on a GPU', () => {
    expect(refusal(() => GpuSharing.timeSlicing(1))).toBe('NOT_A_WHOLE_NUMBER replicas');
  });
});
