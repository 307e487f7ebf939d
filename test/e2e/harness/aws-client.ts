import { Value } from './exchange';
import { refuseOffLoopback } from './loopback';
import { Element, child, parseXml, textOf } from './xml';

/** Asks the AWS stand-in what it has, by the same way as the provider and with what the proxy writes back. */
export class AwsClient {
  public constructor(
    private readonly endpoint: string,
    private readonly region: string,
  ) {
    refuseOffLoopback(endpoint);
  }

  /** GET of a service with a JSON protocol, e.g. `eks` and `/clusters`. Undefined when it is not there. */
  public async get(service: string, path: string): Promise<Value> {
    const answer = await this.send(service, path, { method: 'GET' });
    return answer === undefined ? undefined : JSON.parse(answer);
  }

  /** POST of a service with a JSON protocol. */
  public async post(service: string, path: string, body: Value): Promise<Value> {
    const headers = { 'content-type': 'application/json' };
    const answer = await this.send(service, path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer === undefined) throw new Error(`${service} ${path}: there is no such thing`);
    return JSON.parse(answer);
  }

  /** An action of a service with the query protocol, e.g. `ec2` and `DescribeVpcs`. */
  public async query(
    service: string,
    action: string,
    parameters: { readonly [name: string]: string } = {},
  ): Promise<Element> {
    const version = service === 'ec2' ? '2016-11-15' : '2010-05-08';
    const body = new URLSearchParams({ Action: action, Version: version, ...parameters });
    const answer = await this.send(service, '/', { method: 'POST', body });
    return parseXml(answer ?? '');
  }

  /** An action of a service with the JSON protocol, e.g. `kms` and `TrentService.ListKeys`. */
  public async json(service: string, target: string, body: Value = {}): Promise<Value> {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    return JSON.parse((await this.send(service, '/', { method: 'POST', headers, body: JSON.stringify(body) })) ?? '{}');
  }

  /** GET of a service with an XML answer, e.g. `s3` and `/`. */
  public async xml(service: string, path: string): Promise<Element> {
    return parseXml((await this.send(service, path, { method: 'GET' })) ?? '');
  }

  private async send(service: string, path: string, init: RequestInit): Promise<string | undefined> {
    const scope = `test/20260101/${this.region}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const response = await fetch(`${this.endpoint}${path}`, { ...init, headers: { ...init.headers, authorization } });
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${service} ${path}: ${response.status} ${text.slice(0, 400)}`);
    return text;
  }
}

/** Everything there is in the stand-in that a stack of this library can have made, one line each. */
export async function inventory(aws: AwsClient): Promise<string[]> {
  const found: string[] = [];
  const ec2 = async (action: string, set: string, id: string, exists: (item: Element) => boolean = () => true) => {
    const answer = await aws.query('ec2', action);
    const items = (child(answer, set)?.children ?? []).filter(exists);
    found.push(...items.map((item) => `ec2 ${set.replace(/(Set|Info)$/, '')} ${textOf(item, id)}`));
  };
  const alive = (item: Element) => !/deleted|deleting|terminated/.test(textOf(item, 'state') ?? '');
  await ec2('DescribeVpcs', 'vpcSet', 'vpcId');
  await ec2('DescribeSubnets', 'subnetSet', 'subnetId');
  await ec2('DescribeInternetGateways', 'internetGatewaySet', 'internetGatewayId');
  await ec2('DescribeNatGateways', 'natGatewaySet', 'natGatewayId', alive);
  await ec2('DescribeAddresses', 'addressesSet', 'allocationId');
  await ec2('DescribeRouteTables', 'routeTableSet', 'routeTableId');
  await ec2('DescribeSecurityGroups', 'securityGroupInfo', 'groupId');
  await ec2('DescribeVpcEndpoints', 'vpcEndpointSet', 'vpcEndpointId', alive);
  await ec2('DescribeLaunchTemplates', 'launchTemplates', 'launchTemplateId');
  await ec2('DescribePlacementGroups', 'placementGroupSet', 'groupName', alive);
  await ec2('DescribeFlowLogs', 'flowLogSet', 'flowLogId');
  for (const cluster of (await aws.get('eks', '/clusters')).clusters as string[]) found.push(`eks cluster ${cluster}`);
  const scaling = async (action: string, set: string, describe: (item: Element) => (string | undefined)[]) => {
    const list = child(child(await aws.query('autoscaling', action), `${action}Result`), set)?.children ?? [];
    found.push(...list.map((item) => `autoscaling ${set} ${describe(item).join(' ')}`));
  };
  await scaling('DescribeScheduledActions', 'ScheduledUpdateGroupActions', (it) => [textOf(it, 'ScheduledActionARN')]);
  await scaling('DescribeTags', 'Tags', (it) => [textOf(it, 'ResourceId'), textOf(it, 'Key')]);
  for (const { Name } of (await aws.json('events', 'AWSEvents.ListRules')).Rules as { Name: string }[]) {
    found.push(`events rule ${Name}`);
  }
  const iam = async (action: string, set: string, id: string) => {
    const list = child(child(await aws.query('iam', action), `${action}Result`), set)?.children ?? [];
    found.push(...list.map((item) => `iam ${set} ${textOf(item, id)}`));
  };
  await iam('ListRoles', 'Roles', 'RoleName');
  await iam('ListOpenIDConnectProviders', 'OpenIDConnectProviderList', 'Arn');
  const buckets = child(await aws.xml('s3', '/'), 'Buckets')?.children ?? [];
  found.push(...buckets.map((bucket) => `s3 bucket ${textOf(bucket, 'Name')}`));
  const groups = (await aws.json('logs', 'Logs_20140328.DescribeLogGroups')).logGroups as { logGroupName: string }[];
  found.push(...groups.map(({ logGroupName }) => `logs group ${logGroupName}`));
  for (const { KeyId } of (await aws.json('kms', 'TrentService.ListKeys')).Keys as { KeyId: string }[]) {
    const { KeyMetadata } = await aws.json('kms', 'TrentService.DescribeKey', { KeyId });
    // A key is never gone at once: its deletion is scheduled.
    if (KeyMetadata.KeyManager !== 'AWS' && KeyMetadata.KeyState !== 'PendingDeletion') found.push(`kms key ${KeyId}`);
  }
  return found.sort();
}
