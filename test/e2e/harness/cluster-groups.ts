import { AwsClient } from './aws-client';
import { Exchange } from './exchange';
import { child, textOf } from './xml';

/**
 * The security groups that EKS makes for its clusters. The emulator makes an id of one up, to which EC2 then takes no rule: one is made in its EC2, stands in
 * all that is said of the cluster, and goes with it.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
export class ClusterGroups {
  public constructor(private readonly emulatorPort: number) {}

  /** Called with every request to EKS that succeeded, before its answer is given. */
  public async follow(exchange: Exchange): Promise<void> {
    if (!exchange.answer.startsWith('{')) return;
    const body = JSON.parse(exchange.answer);
    const network = body.cluster?.resourcesVpcConfig;
    if (!network) return;
    const ec2 = new AwsClient(`http://127.0.0.1:${this.emulatorPort}`, exchange.region);
    const name = `eks-cluster-sg-${body.cluster.name as string}`;
    const known = await groupNamed(ec2, name);
    if (exchange.method === 'DELETE') {
      if (known) await ec2.query('ec2', 'DeleteSecurityGroup', { GroupId: known });
      return;
    }
    const group = known ?? (await makeGroup(ec2, name, network.subnetIds as string[]));
    if (group === undefined) return;
    network.clusterSecurityGroupId = group;
    exchange.answer = JSON.stringify(body);
  }
}

async function groupNamed(ec2: AwsClient, name: string): Promise<string | undefined> {
  const filter = { 'Filter.1.Name': 'group-name', 'Filter.1.Value.1': name };
  const found = child(await ec2.query('ec2', 'DescribeSecurityGroups', filter), 'securityGroupInfo')?.children ?? [];
  return found.length === 0 ? undefined : textOf(found[0], 'groupId');
}

async function makeGroup(ec2: AwsClient, name: string, subnetIds: readonly string[]): Promise<string | undefined> {
  if (subnetIds.length === 0) return undefined;
  const subnets = await ec2.query('ec2', 'DescribeSubnets', { 'SubnetId.1': subnetIds[0] });
  const vpc = textOf(child(subnets, 'subnetSet')?.children[0], 'vpcId');
  if (vpc === undefined) return undefined;
  const asked = { GroupName: name, GroupDescription: 'EKS created security group', VpcId: vpc };
  return textOf(await ec2.query('ec2', 'CreateSecurityGroup', asked), 'groupId');
}
