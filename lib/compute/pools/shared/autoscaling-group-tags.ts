import { AutoscalingGroupTagA } from '@cdktf/provider-aws/lib/autoscaling-group-tag';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { hashedName } from '../../../core/naming';
import { escapeTemplate } from '../../../core/template-escape';
import { DataSize } from '../../../units/data-size';
import { repeatedIndexes } from '../../../units/duplicate-faults';
import { Fault, fault } from '../../../units/fault';
import { GPU_TAINT } from './gpu-node-pool-labels';
import { allOf } from '../../../units/unreadable';

/** Share of a disk that pods can use: the file system, the image and the kubelet's reserve take the rest. */
const USABLE_DISK_SHARE = 0.9;

/** The resources of a node of a pool. */
interface NodeOffer {
  readonly instanceType: GpuInstanceType;
  readonly gpus: number;
  readonly efaInterfaces: number;
  /** Huge pages of a node with EFA, as a Kubernetes quantity. */
  readonly hugePages: string;
  readonly diskSize: DataSize;
  readonly labels: { [key: string]: string };
  readonly taints: readonly NodeTaint[];
}

/**
 * The resources of a node of a pool, as the cluster autoscaler reads them from the tags of an Auto Scaling group without nodes. It knows
 * processors and memory by itself, but neither EFA nor huge pages nor the instance store, and pods that request these would stay pending
 * forever. EKS itself sets the two tags by which the autoscaler finds the group.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
 * @see https://docs.aws.amazon.com/eks/latest/userguide/node-efa.html
 *
 * @internal
 */
export function nodeTemplateTags(offer: NodeOffer): { [key: string]: string } {
  const disk = (offer.instanceType.localStorage ?? offer.diskSize).gib;
  const resources = {
    'nvidia.com/gpu': String(offer.gpus),
    'ephemeral-storage': `${Math.floor(disk * USABLE_DISK_SHARE)}Gi`,
    ...(offer.efaInterfaces > 0
      ? { 'vpc.amazonaws.com/efa': String(offer.efaInterfaces), 'hugepages-2Mi': offer.hugePages }
      : {}),
  };
  return Object.fromEntries([
    ...Object.entries(resources).map(([name, value]) => [`${PREFIX}/resources/${name}`, value]),
    ...Object.entries(offer.labels).map(([name, value]) => [`${PREFIX}/label/${name}`, value]),
    ...offer.taints.map(({ key, value, effect }) => [`${PREFIX}/taint/${key}`, `${value ?? ''}:${effect}`]),
  ]);
}

const PREFIX = 'k8s.io/cluster-autoscaler/node-template';

/** An Auto Scaling group can have 50 tags; EKS needs some, and the pool those for its resources, its own labels and its taint. */
const MAX_USER_TAGS = 30;

/** What is left of the 50 without an autoscaler: EKS sets up to 6 tags itself. */
const MAX_INSTANCE_TAGS = 44;

/**
 * The fault of more tags than an Auto Scaling group takes.
 *
 * @param tags tags of the pool and its cluster together
 *
 * @internal
 */
export function instanceTagFaults(tags: { [key: string]: string }): Fault[] {
  const count = Object.keys(tags).length;
  return count > MAX_INSTANCE_TAGS
    ? [
        fault(
          'OUT_OF_RANGE',
          'tags',
          `the tags of a pool and its cluster must together be at most ${MAX_INSTANCE_TAGS}, because an Auto Scaling group takes 50 and EKS adds its ` +
            `own; got ${count}`,
        ),
      ]
    : [];
}

/**
 * The faults of labels and taints that tags cannot express.
 *
 * @internal
 */
export function nodeTemplateTagFaults(
  labels: { [key: string]: string },
  taints: readonly NodeTaint[],
  tags: { [key: string]: string },
): Fault[] {
  const keys = Object.keys(labels);
  const tagCount = Object.keys(tags).length;
  const count = keys.length + taints.length + tagCount;
  const taintKeys = [GPU_TAINT, ...taints].map(({ key }) => key);
  const repeated = new Set(repeatedIndexes(taintKeys).map((index) => taintKeys[index]));
  return allOf(
    () =>
      count > MAX_USER_TAGS
        ? [
            fault(
              'TOO_MANY_AUTOSCALER_TAGS',
              'labels',
              `the cluster autoscaler reads each label and taint from a tag of the Auto Scaling group, which leaves room for ${MAX_USER_TAGS}; got ` +
                `${count}${tagCount > 0 ? ` with the ${tagCount} tag(s) of pool and cluster` : ''}; remove some`,
            ),
          ]
        : [],
    () =>
      [...repeated].map((key) =>
        fault(
          'TAINT_WITH_TWO_EFFECTS',
          'taints',
          `taint '${key}' has two effects, but the cluster autoscaler reads one from the tag of a key; remove one of them`,
        ),
      ),
    () =>
      keys.flatMap((key, index) => {
        const other = keys.slice(0, index).find((before) => tagId(`label/${before}`) === tagId(`label/${key}`));
        return other === undefined
          ? []
          : [
              fault(
                'LABELS_SHARE_A_TAG',
                `labels['${key}']`,
                `labels '${other}' and '${key}' would get the same construct id for their autoscaler tags; rename one of them`,
              ),
            ];
      }),
  );
}

function tagId(name: string): string {
  return `Tag-${name.replace(/\//g, '-')}`;
}

/**
 * Tags the Auto Scaling group that EKS made for a node group. Each tag is a child named after its key, so that changing one label changes
 * one tag.
 *
 * @internal
 */
export function tagAutoscalingGroup(
  scope: Construct,
  group: { readonly name: string; readonly tags: { [key: string]: string }; readonly provider?: TerraformProvider },
): void {
  for (const [key, value] of Object.entries(group.tags)) {
    new AutoscalingGroupTagA(scope, tagId(key.slice(PREFIX.length + 1)), {
      provider: group.provider,
      autoscalingGroupName: group.name,
      tag: { key, value, propagateAtLaunch: false },
    });
  }
}

/**
 * Tags the Auto Scaling group of a pool with the tags of its instances, which it gives to the instances that it launches from then on; they
 * override those of the launch template. Each tag is a child named after its key.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
 *
 * @internal
 */
export function tagInstances(
  scope: Construct,
  group: { readonly name: string; readonly tags: { [key: string]: string }; readonly provider?: TerraformProvider },
): void {
  for (const [key, value] of Object.entries(group.tags)) {
    new AutoscalingGroupTagA(scope, `InstanceTag-${hashedName(key)}`, {
      provider: group.provider,
      autoscalingGroupName: group.name,
      tag: { key: escapeTemplate(key), value: escapeTemplate(value), propagateAtLaunch: true },
    });
  }
}
