import { Element, child, descendants, parseXml, textOf } from '../harness/xml';
import { PolicyDocument, parsePolicy } from './policies';
import { Call, Request } from './shapes';

export interface Subnet {
  readonly vpc: string;
  readonly cidr: string;
  readonly zone: string;
}

export interface Cluster {
  readonly version: string;
  readonly vpc?: string;
  /** Zones of the subnets that it was created with. */
  readonly zones: readonly string[];
}

export interface NodeGroup {
  readonly templateId?: string;
}

/** A request with what it was answered. */
export interface Answered extends Request {
  readonly answer: string;
}

/**
 * What exists, learned from answers: what was made, and what was found by its own description. What a request merely names does not
 * exist by that.
 */
export class World {
  public readonly vpcs = new Map<string, string>();
  public readonly subnets = new Map<string, Subnet>();
  public readonly securityGroups = new Set<string>();
  /** Network and name of each group that was made, by its id. */
  public readonly groupNames = new Map<string, string>();
  /** Names of launch templates, by their ids. */
  public readonly templateNames = new Map<string, string>();
  public readonly routeTables = new Set<string>();
  public readonly gateways = new Set<string>();
  public readonly addresses = new Set<string>();
  public readonly placementGroups = new Set<string>();
  /** Data of each version, by template and version; undefined where only the version is known. */
  public readonly templates = new Map<string, Map<string, any>>();
  public readonly roles = new Map<string, PolicyDocument | undefined>();
  public readonly policies = new Set<string>();
  public readonly identityProviders = new Set<string>();
  /** Key policies, by id of the key. */
  public readonly keys = new Map<string, PolicyDocument | undefined>();
  public readonly logGroups = new Set<string>();
  public readonly clusters = new Map<string, Cluster>();
  public readonly nodeGroups = new Map<string, NodeGroup>();
  public readonly autoScalingGroups = new Set<string>();
  public readonly podIdentities = new Map<string, string>();
  public readonly accessEntries = new Set<string>();
  public readonly addOns = new Set<string>();
  public readonly rules = new Set<string>();

  /** Takes in a request that succeeded. */
  public learn(request: Answered, call: Call | undefined): void {
    const { answer } = request;
    if (answer.startsWith('{')) this.learnJson(request, JSON.parse(answer), call);
    else if (answer.trimStart().startsWith('<')) this.learnXml(request, parseXml(answer), call);
    else if (call) this.learnCall(call);
  }

  /** The ARN of a role of this name. */
  public roleNamed(name: string): string | undefined {
    return [...this.roles.keys()].find((arn) => arn.endsWith(`/${name}`));
  }

  /** The id of a key that a request names by id or ARN, or undefined where there is none. */
  public keyOf(name: string): string | undefined {
    const id = name.replace(/^arn:.*:key\//, '');
    return this.keys.has(id) ? id : undefined;
  }

  private learnJson(request: Request, body: any, call: Call | undefined): void {
    const { service, action } = request;
    if (service === 'kms' && body.KeyMetadata && action !== 'ScheduleKeyDeletion') {
      const id = body.KeyMetadata.KeyId as string;
      if (call?.operation === 'CreateKey') this.keys.set(id, parsePolicy(call.input.Policy ?? ''));
      else if (!this.keys.has(id)) this.keys.set(id, undefined);
    }
    if (service === 'events' && body.RuleArn) this.rules.add(call?.input.Name as string);
    if (service === 'eks') this.learnEks(body, call);
    if (call) this.learnCall(call);
  }

  private learnEks({ cluster, nodegroup, association, accessEntry, addon }: any, call: Call | undefined): void {
    if (cluster) {
      const { subnetIds = [], clusterSecurityGroupId } = cluster.resourcesVpcConfig ?? {};
      // The emulator makes the id of the VPC up: the subnets say which it is.
      const subnets = (subnetIds as string[]).flatMap((id) => this.subnets.get(id) ?? []);
      const zones = this.clusters.get(cluster.name as string)?.zones ?? subnets.map(({ zone }) => zone);
      this.clusters.set(cluster.name, { version: cluster.version, vpc: subnets[0]?.vpc, zones });
      if (clusterSecurityGroupId) this.securityGroups.add(clusterSecurityGroupId);
      if (call?.operation === 'DeleteCluster') this.clusters.delete(cluster.name);
    }
    if (nodegroup) {
      const key = `${nodegroup.clusterName}/${nodegroup.nodegroupName}`;
      this.nodeGroups.set(key, { templateId: nodegroup.launchTemplate?.id ?? this.nodeGroups.get(key)?.templateId });
      for (const { name } of nodegroup.resources?.autoScalingGroups ?? []) this.autoScalingGroups.add(name);
      if (call?.operation === 'DeleteNodegroup') this.nodeGroups.delete(key);
    }
    if (association) {
      const { clusterName, namespace, serviceAccount, associationId } = association;
      this.podIdentities.set(`${clusterName}/${namespace}/${serviceAccount}`, associationId);
    }
    if (accessEntry) this.accessEntries.add(`${accessEntry.clusterName} ${accessEntry.principalArn}`);
    if (addon && call?.operation !== 'DeleteAddon') this.addOns.add(`${addon.clusterName}/${addon.addonName}`);
  }

  /** What follows from the request alone. */
  private learnCall({ operation, input }: Call): void {
    switch (operation) {
      case 'CreateNodegroup':
        this.nodeGroups.set(`${input.clusterName}/${input.nodegroupName}`, { templateId: input.launchTemplate?.id });
        break;
      case 'DeleteAddon':
        this.addOns.delete(`${input.clusterName}/${input.addonName}`);
        break;
      case 'DeletePodIdentityAssociation':
        for (const [key, id] of this.podIdentities) if (id === input.associationId) this.podIdentities.delete(key);
        break;
      case 'DeleteAccessEntry':
        this.accessEntries.delete(`${input.clusterName} ${input.principalArn}`);
        break;
      case 'CreateLogGroup':
        this.logGroups.add(input.logGroupName as string);
        break;
      case 'DeleteLogGroup':
        this.logGroups.delete(input.logGroupName as string);
        break;
      case 'PutKeyPolicy':
        this.keys.set(this.keyOf(input.KeyId) ?? input.KeyId, parsePolicy(input.Policy as string));
        break;
    }
  }

  private learnXml(request: Request, root: Element, call: Call | undefined): void {
    if (request.service === 'ec2') this.learnEc2(request, root, call);
    if (request.service === 'iam') this.learnIam(request, root, call);
    if (call) this.learnCall(call);
  }

  private learnEc2({ action }: Request, root: Element, call: Call | undefined): void {
    const each = (set: string, one: string) => [
      ...(child(root, set)?.children ?? []),
      ...(child(root, one) ? [child(root, one)!] : []),
    ];
    const text = (item: Element, name: string) => textOf(item, name) ?? '';
    if (/^(Create|Describe)Vpcs?$/.test(action)) {
      for (const item of each('vpcSet', 'vpc')) this.vpcs.set(text(item, 'vpcId'), text(item, 'cidrBlock'));
    }
    if (/^(Create|Describe)Subnets?$/.test(action)) {
      for (const item of each('subnetSet', 'subnet')) {
        const subnet = {
          vpc: text(item, 'vpcId'),
          cidr: text(item, 'cidrBlock'),
          zone: text(item, 'availabilityZone'),
        };
        this.subnets.set(text(item, 'subnetId'), subnet);
      }
    }
    if (action === 'CreateSecurityGroup') {
      const id = text(root, 'groupId');
      this.securityGroups.add(id);
      this.groupNames.set(id, `${call?.input.VpcId}/${call?.input.GroupName}`);
    }
    if (action === 'DescribeSecurityGroups') {
      for (const item of each('securityGroupInfo', '')) this.securityGroups.add(text(item, 'groupId'));
    }
    if (/^(Create|Describe)RouteTables?$/.test(action)) {
      for (const item of each('routeTableSet', 'routeTable')) this.routeTables.add(text(item, 'routeTableId'));
    }
    if (/^(Create|Describe)(InternetGateway|NatGateway)s?$/.test(action)) {
      for (const name of ['internetGatewayId', 'natGatewayId']) {
        for (const { text: id } of descendants(root, name)) this.gateways.add(id);
      }
    }
    if (/Address(es)?$/.test(action))
      for (const { text: id } of descendants(root, 'allocationId')) this.addresses.add(id);
    if (action === 'CreatePlacementGroup') this.placementGroups.add(call?.input.GroupName as string);
    if (action === 'DescribePlacementGroups') {
      for (const item of each('placementGroupSet', '')) this.placementGroups.add(text(item, 'groupName'));
    }
    this.learnTemplates(action, root, call);
    this.forget(call);
  }

  private learnTemplates(action: string, root: Element, call: Call | undefined): void {
    const put = (id: string, version: string, data?: any) => {
      const versions = this.templates.get(id) ?? new Map<string, any>();
      if (data !== undefined || !versions.has(version)) versions.set(version, data);
      this.templates.set(id, versions);
    };
    const created = child(root, 'launchTemplate');
    if (action === 'CreateLaunchTemplate' && created) {
      const id = textOf(created, 'launchTemplateId') ?? '';
      put(id, '1', call?.input.LaunchTemplateData);
      this.templateNames.set(id, call?.input.LaunchTemplateName as string);
    }
    const version = child(root, 'launchTemplateVersion');
    if (action === 'CreateLaunchTemplateVersion' && version) {
      put(
        textOf(version, 'launchTemplateId') ?? '',
        textOf(version, 'versionNumber') ?? '',
        call?.input.LaunchTemplateData,
      );
    }
    if (action === 'DescribeLaunchTemplateVersions') {
      for (const item of child(root, 'launchTemplateVersionSet')?.children ?? []) {
        put(textOf(item, 'launchTemplateId') ?? '', textOf(item, 'versionNumber') ?? '');
      }
    }
  }

  private forget(call: Call | undefined): void {
    const { operation, input } = call ?? { operation: '', input: {} };
    if (operation === 'DeleteSubnet') this.subnets.delete(input.SubnetId as string);
    if (operation === 'DeleteVpc') this.vpcs.delete(input.VpcId as string);
    if (operation === 'DeleteSecurityGroup') {
      this.securityGroups.delete(input.GroupId as string);
      this.groupNames.delete(input.GroupId as string);
    }
    if (operation === 'DeleteLaunchTemplate') {
      this.templates.delete(input.LaunchTemplateId as string);
      this.templateNames.delete(input.LaunchTemplateId as string);
    }
    if (operation === 'DeletePlacementGroup') this.placementGroups.delete(input.GroupName as string);
  }

  private learnIam({ sent }: Request, root: Element, call: Call | undefined): void {
    if (sent?.OpenIDConnectProviderArn) this.identityProviders.add(sent.OpenIDConnectProviderArn as string);
    for (const role of descendants(root, 'Role')) {
      const arn = textOf(role, 'Arn');
      if (!arn) continue;
      if (call?.operation === 'CreateRole')
        this.roles.set(arn, parsePolicy(call.input.AssumeRolePolicyDocument as string));
      else if (!this.roles.has(arn)) this.roles.set(arn, undefined);
    }
    for (const { text: arn } of descendants(root, 'OpenIDConnectProviderArn')) this.identityProviders.add(arn);
    for (const policy of descendants(root, 'Policy')) this.policies.add(textOf(policy, 'Arn') ?? '');
    if (call?.operation === 'DeleteOpenIDConnectProvider') {
      this.identityProviders.delete(call.input.OpenIDConnectProviderArn as string);
    }
    if (call?.operation === 'DeleteRole') this.roles.delete(this.roleNamed(call.input.RoleName as string) ?? '');
    if (call?.operation === 'UpdateAssumeRolePolicy') {
      const arn = this.roleNamed(call.input.RoleName as string);
      if (arn) this.roles.set(arn, parsePolicy(call.input.PolicyDocument as string));
    }
  }
}
