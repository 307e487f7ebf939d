import { Exchange, Value } from './exchange';
import { Ec2Part, Gap, ec2Gap, eksGap } from './gap';
import { HYBRID_GAPS } from './hybrid-gaps';
import { nodeGroupUpdates } from './node-group-updates';
import { Element, child, descendants, element, parseXml, put, textOf, writeXml } from './xml';

/** Everything that the emulator does not keep. Each entry must be used, and asserted on what was sent, by the end-to-end tests. */
export const GAPS: readonly Gap[] = [
  eksGap({
    id: 'node group: launch template',
    resource: 'nodegroup',
    field: 'launchTemplate',
    answer: (sent: Value) => ({ id: sent.id, name: sent.name, version: sent.version }),
  }),
  eksGap({ id: 'node group: update configuration', resource: 'nodegroup', field: 'updateConfig' }),
  eksGap({ id: 'node group: node repair', resource: 'nodegroup', field: 'nodeRepairConfig' }),
  nodeGroupUpdates(),
  interfaceField('launch template: interface types', 'InterfaceType', 'interfaceType'),
  interfaceField('launch template: network cards', 'NetworkCardIndex', 'networkCardIndex'),
  interfaceField('launch template: interfaces deleted with the instance', 'DeleteOnTermination', 'deleteOnTermination'),
  interfaceGap({
    id: 'launch template: security groups of interfaces',
    pick: (sent) => sent.SecurityGroupId,
    write: (item, groups: string[]) =>
      put(
        item,
        element(
          'groupSet',
          groups.map((group) => element('groupId', group)),
        ),
      ),
  }),
  launchTemplateGap({
    id: 'launch template: placement',
    sent: (data) => data.Placement,
    write: (data, placement: { readonly [name: string]: string }) => {
      const fields = Object.entries(placement).map(([name, value]) => element(lowerFirst(name), value));
      put(data, element('placement', fields));
    },
  }),
  launchTemplateGap({
    id: 'launch template: market',
    sent: (data) => data.InstanceMarketOptions,
    write: (data, market: { readonly MarketType: string }) =>
      put(data, element('instanceMarketOptions', [element('marketType', market.MarketType)])),
  }),
  launchTemplateGap({
    id: 'launch template: capacity reservation',
    sent: (data) => data.CapacityReservationSpecification?.CapacityReservationTarget,
    write: (data, { CapacityReservationId }: { readonly CapacityReservationId: string }) => {
      const target = element('capacityReservationTarget', [element('capacityReservationId', CapacityReservationId)]);
      put(data, element('capacityReservationSpecification', [target]));
    },
  }),
  vpcEndpointGap({
    id: 'VPC endpoint: security groups',
    sent: (request) => request.SecurityGroupId,
    write: (endpoint, groups: string[]) => {
      const items = groups.map((group) => element('item', [element('groupId', group)]));
      put(endpoint, element('groupSet', items));
    },
  }),
  vpcEndpointGap({
    id: 'VPC endpoint: private DNS',
    sent: (request) => request.PrivateDnsEnabled,
    write: (endpoint, enabled: string) => put(endpoint, element('privateDnsEnabled', enabled)),
  }),
  vpcEndpointGap({
    id: 'VPC endpoint: policy',
    sent: (request) => request.PolicyDocument,
    write: (endpoint, policy: string) => put(endpoint, element('policyDocument', policy)),
  }),
  flowLogField('flow log: role', 'DeliverLogsPermissionArn', 'deliverLogsPermissionArn'),
  flowLogGap({
    id: 'flow log: tags',
    sent: (request) => request.TagSpecification?.[0].Tag,
    write: (flowLog, tags: { Key: string; Value: string }[]) => {
      const items = tags.map(({ Key, Value }) => element('item', [element('key', Key), element('value', Value)]));
      put(flowLog, element('tagSet', items));
    },
  }),
  flowLogField('flow log: aggregation interval', 'MaxAggregationInterval', 'maxAggregationInterval'),
  scheduledActionNames(),
  ...HYBRID_GAPS,
];

/** The emulator answers with every scheduled action of a group, whichever was asked for. */
function scheduledActionNames(): Gap {
  const namesOf = ({ action, sent }: Exchange): string[] | undefined =>
    action === 'DescribeScheduledActions' ? sent.ScheduledActionNames?.member : undefined;
  return {
    id: 'scheduled actions: asked by name',
    remember(exchange, memory) {
      for (const name of namesOf(exchange) ?? []) memory.set(name, name);
    },
    restore(exchange) {
      const names = namesOf(exchange);
      if (!names) return 0;
      const root = parseXml(exchange.answer);
      const [actions] = descendants(root, 'ScheduledUpdateGroupActions');
      const others = actions.children.filter((it) => !names.includes(textOf(it, 'ScheduledActionName') ?? ''));
      if (others.length === 0) return 0;
      actions.children.splice(0, actions.children.length, ...actions.children.filter((it) => !others.includes(it)));
      exchange.answer = writeXml(root);
      return others.length;
    },
  };
}

interface Part {
  readonly id: string;
  readonly sent: (request: Value) => Value;
  readonly write: (resource: Element, sent: Value) => void;
}

function launchTemplateGap(part: Part): Gap {
  const versionKey = (version: Element) => `${textOf(version, 'launchTemplateId')}/${textOf(version, 'versionNumber')}`;
  const template: Ec2Part = {
    id: part.id,
    creates: ['CreateLaunchTemplate', 'CreateLaunchTemplateVersion'],
    describes: ['DescribeLaunchTemplateVersions'],
    sent: (request) => part.sent(request.LaunchTemplateData ?? {}),
    createdKey: (answer) => {
      const version = child(answer, 'launchTemplateVersion');
      if (version) return versionKey(version);
      const created = child(answer, 'launchTemplate');
      return `${textOf(created, 'launchTemplateId')}/${textOf(created, 'latestVersionNumber')}`;
    },
    resources: (answer) =>
      (child(answer, 'launchTemplateVersionSet')?.children ?? []).map((version) => [
        versionKey(version),
        child(version, 'launchTemplateData') as Element,
      ]),
    write: part.write,
  };
  return ec2Gap(template);
}

/** Something of each network interface of a launch template. */
function interfaceGap(part: {
  id: string;
  pick: (sent: Value) => Value;
  write: (item: Element, value: Value) => void;
}): Gap {
  return launchTemplateGap({
    id: part.id,
    sent: (data) => {
      const values = (data.NetworkInterface as Value[] | undefined)?.map(part.pick);
      return values?.some((value) => value !== undefined) ? values : undefined;
    },
    write: (data, values: Value[]) => {
      const items = child(data, 'networkInterfaceSet')?.children ?? [];
      values.forEach((value, position) => value !== undefined && items[position] && part.write(items[position], value));
    },
  });
}

function interfaceField(id: string, sentName: string, answerName: string): Gap {
  return interfaceGap({
    id,
    pick: (sent) => sent[sentName],
    write: (item, value: string) => put(item, element(answerName, value)),
  });
}

function vpcEndpointGap(part: Part): Gap {
  return ec2Gap({
    ...part,
    creates: ['CreateVpcEndpoint', 'ModifyVpcEndpoint'],
    describes: ['CreateVpcEndpoint', 'DescribeVpcEndpoints'],
    createdKey: (answer, { VpcEndpointId }) =>
      (VpcEndpointId as string | undefined) ?? textOf(child(answer, 'vpcEndpoint'), 'vpcEndpointId') ?? '',
    resources: (answer) =>
      [...descendants(answer, 'vpcEndpoint'), ...(child(answer, 'vpcEndpointSet')?.children ?? [])].map((endpoint) => [
        textOf(endpoint, 'vpcEndpointId') ?? '',
        endpoint,
      ]),
  });
}

function flowLogField(id: string, sentName: string, answerName: string): Gap {
  const write = (flowLog: Element, value: string) => put(flowLog, element(answerName, value));
  return flowLogGap({ id, sent: (request) => request[sentName], write });
}

function flowLogGap(part: Part): Gap {
  return ec2Gap({
    ...part,
    creates: ['CreateFlowLogs'],
    describes: ['DescribeFlowLogs'],
    createdKey: (answer) => child(answer, 'flowLogIdSet')?.children[0].text ?? '',
    resources: (answer) =>
      (child(answer, 'flowLogSet')?.children ?? []).map((flowLog) => [textOf(flowLog, 'flowLogId') ?? '', flowLog]),
  });
}

function lowerFirst(name: string): string {
  return name[0].toLowerCase() + name.slice(1);
}
