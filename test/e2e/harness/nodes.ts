import { AwsClient } from './aws-client';
import { Value } from './exchange';
import { KubeClient, KubeObject } from './kube-client';
import { NodeOptions, gpusOf, nodeShape } from './node-shape';
import { Element, child, descendants, element, textOf } from './xml';

const EFFECTS: { readonly [eks: string]: string } = {
  NO_SCHEDULE: 'NoSchedule',
  PREFER_NO_SCHEDULE: 'PreferNoSchedule',
  NO_EXECUTE: 'NoExecute',
};

const NOTHING = element('', []);

/** A node of a managed node group, as the launch template and the group describe it. */
export interface NodeDescription extends NodeOptions {
  readonly name: string;
  readonly instanceType: string;
  readonly labels: { readonly [key: string]: string };
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Whether the image brings NVIDIA's device plugin along. @default false */
  readonly hasDevicePlugin?: boolean;
}

/**
 * The nodes that the managed node groups of a cluster would start: as many as desired, with the instance type, interfaces and user
 * data of their launch template, in the zones of their subnets.
 */
export async function nodesOf(aws: AwsClient, cluster: string): Promise<NodeDescription[]> {
  const groups = (await aws.get('eks', `/clusters/${cluster}/node-groups`)).nodegroups as string[];
  const described: NodeDescription[] = [];
  for (const name of groups.sort()) {
    const { nodegroup } = await aws.get('eks', `/clusters/${cluster}/node-groups/${name}`);
    const template = nodegroup.launchTemplate && (await templateData(aws, nodegroup.launchTemplate));
    const zones = await zonesOf(aws, nodegroup.subnets as string[]);
    for (let index = 0; index < nodegroup.scalingConfig.desiredSize; index++) {
      described.push(describe(nodegroup, template, zones[index % zones.length], index));
    }
  }
  return described;
}

/** Name of a node without what Terraform adds to the name of its group to make it unique, e.g. `system-0`. */
export function plainName(node: string): string {
  return node.replace(/-\d{17,}[0-9a-f]*(?=-\d+$)/, '');
}

/** Makes nodes of descriptions, and removes those that are no longer described. */
export async function placeNodes(client: KubeClient, described: readonly NodeDescription[]): Promise<void> {
  const present = new Set((await client.list('v1', 'Node')).map(({ metadata }) => metadata.name));
  const wanted = new Set(described.map(({ name }) => name));
  for (const name of [...present].filter((it) => !wanted.has(it))) {
    await client.remove({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  }
  for (const node of described.filter(({ name }) => !present.has(name))) {
    await client.create(nodeObject(node));
  }
}

function describe(group: Value, template: Element | undefined, zone: string, index: number): NodeDescription {
  const instanceType = textOf(template, 'instanceType') ?? group.instanceTypes[0];
  const name = `${group.nodegroupName as string}-${index}`;
  const userData = Buffer.from(textOf(template, 'userData') ?? '', 'base64').toString('utf8');
  const maxPods = /max-pods ?= ?(\d+)/.exec(userData)?.[1];
  return {
    name,
    instanceType,
    labels: {
      ...group.labels,
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/os': 'linux',
      'kubernetes.io/hostname': name,
      'node.kubernetes.io/instance-type': instanceType,
      'topology.kubernetes.io/region': zone.slice(0, -1),
      'topology.kubernetes.io/zone': zone,
      'eks.amazonaws.com/nodegroup': group.nodegroupName,
      'eks.amazonaws.com/capacityType': group.capacityType,
    },
    taints: (group.taints as Value[]).map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] })),
    maxPods: maxPods === undefined ? undefined : Number(maxPods),
    localStorage: /"strategy":\s*"RAID0"/.test(userData),
    // Bottlerocket has a second volume, for what pods need.
    rootGib: Number(descendants(template ?? NOTHING, 'volumeSize').pop()?.text ?? group.diskSize),
    hasDevicePlugin: /^BOTTLEROCKET_.*_NVIDIA$/.test(group.amiType),
    efa: interfacesOf(template).filter((it) => textOf(it, 'interfaceType')?.startsWith('efa')).length,
  };
}

/** The Node object of a description, as it is before any device plugin runs: without GPUs, unless its image has the plugin. */
export function nodeObject(node: NodeDescription): KubeObject {
  const { capacity, allocatable } = nodeShape(node.instanceType, node);
  const devices = node.hasDevicePlugin ? { 'nvidia.com/gpu': String(gpusOf(node.instanceType)) } : {};
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: node.labels,
      annotations: { 'kwok.x-k8s.io/node': 'fake', 'e2e/efa': String(node.efa) },
    },
    spec: { taints: node.taints },
    status: { capacity: { ...capacity, ...devices }, allocatable: { ...allocatable, ...devices } },
  };
}

function interfacesOf(template: Element | undefined): Element[] {
  return template ? (child(template, 'networkInterfaceSet')?.children ?? []) : [];
}

async function templateData(aws: AwsClient, template: { id: string; version: string }): Promise<Element | undefined> {
  const answer = await aws.query('ec2', 'DescribeLaunchTemplateVersions', {
    LaunchTemplateId: template.id,
    'LaunchTemplateVersion.1': template.version,
  });
  return descendants(answer, 'launchTemplateData')[0];
}

async function zonesOf(aws: AwsClient, subnets: readonly string[]): Promise<string[]> {
  const ids = Object.fromEntries(subnets.map((id, index) => [`SubnetId.${index + 1}`, id]));
  const found = await aws.query('ec2', 'DescribeSubnets', ids);
  return descendants(found, 'availabilityZone').map(({ text }) => text);
}
