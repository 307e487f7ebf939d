import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { coversInternet, ApiAccess } from '../../../lib/compute/cluster/api-access';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksGpuClusterProps } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { IEksCluster } from '../../../lib/compute/cluster/eks-cluster';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { RemovalPolicy } from '../../../lib/core/removal-policy';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { isAllowed } from '../../support/iam-policy';
import { faultsThrown, idsOf } from '../../support/faults';
import { Synthesized, synthesize, testStack } from '../../support/synth';

const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const KEY = 'arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555';
const VOLUMES = 'arn:aws:kms:us-west-2:123456789012:key/99999999-2222-3333-4444-555555555555';
const instanceType = GpuInstanceType.G6E_XLARGE;

const chat = (
  props: Partial<EksGpuClusterProps> = {},
  more: (stack: TerraformStack, cluster: IEksCluster) => void = () => {},
) => synthesize((stack) => more(stack, new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', ...props })));

const pools = (stack: TerraformStack, cluster: IEksCluster) => {
  KubernetesAccess.of(stack, cluster);
  new GpuNodePool(stack, 'Fixed', { cluster, instanceType, minNodes: 1, maxNodes: 1 });
  const elastic = new KarpenterGpuNodePool(stack, 'Elastic', { cluster, instanceType, minNodes: 1, maxNodes: 1 });
  expect(JSON.stringify(elastic.objects)).toContain(`"kmsKeyID":"${VOLUMES}"`);
  cluster.serviceAccountRole('inference', 'chat');
};

describe('what an organization demands of every resource', () => {
  const roleOptions = { permissionsBoundary: BOUNDARY, path: '/gpu/' };
  const kept = { encryptionKeyArn: KEY, volumeKeyArn: VOLUMES, logRemovalPolicy: RemovalPolicy.RETAIN };
  const result = chat({ roleOptions, ...kept }, pools);

  test('all roles have the boundary and the path: of the cluster, its network, its nodes, its pools and its pods', () => {
    const roles = result.resources('aws_iam_role');
    expect(roles.length).toBeGreaterThanOrEqual(7);
    for (const role of roles) expect(role).toMatchObject({ permissions_boundary: BOUNDARY, path: '/gpu/' });
  });

  test('secrets and logs are encrypted by the given key, and none is made', () => {
    expect(result.resources('aws_kms_key')).toEqual([]);
    expect(result.only('aws_eks_cluster').encryption_config.provider).toEqual({ key_arn: KEY });
    const logs = result.resources('aws_cloudwatch_log_group');
    expect(logs).toHaveLength(2);
    for (const group of logs) expect(group).toMatchObject({ kms_key_id: KEY, skip_destroy: true });
  });

  test('volumes of all nodes are encrypted by the given key', () => {
    const volumes = result.resources('aws_launch_template').flatMap((it) => it.block_device_mappings);
    expect(volumes).toHaveLength(2);
    for (const { ebs } of volumes) expect(ebs).toMatchObject({ kms_key_id: VOLUMES, encrypted: 'true' });
  });

  test('the same of an existing cluster', () => {
    const imported = synthesize((stack) => {
      const attributes = {
        clusterName: 'chat',
        subnetIds: ['subnet-1'],
        securityGroupIds: ['sg-1'],
        kubernetesVersion: '1.35',
      };
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
        ...attributes,
        podIdentity: true,
        volumeKeyArn: VOLUMES,
        roleOptions,
      });
      new GpuNodePool(stack, 'Fixed', { cluster, instanceType, minNodes: 1, maxNodes: 1 });
      cluster.serviceAccountRole('inference', 'chat');
    });
    expect(imported.only('aws_launch_template').block_device_mappings[0].ebs.kms_key_id).toBe(VOLUMES);
    for (const role of imported.resources('aws_iam_role')) expect(role.permissions_boundary).toBe(BOUNDARY);
  });

  test.each<[string, Partial<EksGpuClusterProps>, string[]]>([
    [
      'a boundary that is no ARN',
      { roleOptions: { permissionsBoundary: 'boundary' } },
      ['INVALID_FORMAT roleOptions.permissionsBoundary'],
    ],
    ['a path without slashes', { roleOptions: { path: 'gpu' } }, ['INVALID_FORMAT roleOptions.path']],
    ['kept logs whose key goes', { logRemovalPolicy: RemovalPolicy.RETAIN }, ['LOGS_WITHOUT_KEY logRemovalPolicy']],
  ])('refuses %s', (_, props, ids) => {
    const refused = () => new EksGpuCluster(testStack(), 'Cluster', { clusterName: 'chat', ...props });
    expect(idsOf(faultsThrown(refused))).toEqual(ids);
  });
});

describe('what a change must not take away', () => {
  const zones = (...availabilityZones: string[]) => chat({ availabilityZones });
  const subnets = (result: Synthesized) =>
    Object.entries(result.json.resource.aws_subnet as { [id: string]: any }).map(([id, it]) => [
      id,
      it.availability_zone,
      it.cidr_block,
    ]);

  test('the order of zones decides nothing', () => {
    const one = zones('us-west-2a', 'us-west-2b');
    const other = zones('us-west-2b', 'us-west-2a');
    expect(subnets(other).sort()).toEqual(subnets(one).sort());
    const single = (...names: string[]) => {
      const result = synthesize((stack) => {
        new EksGpuCluster(stack, 'Cluster', {
          clusterName: 'chat',
          availabilityZones: names,
          natGateways: 'one' as never,
        });
      });
      return result.only('aws_nat_gateway').subnet_id;
    };
    expect(single('us-west-2b', 'us-west-2a')).toBe(single('us-west-2a', 'us-west-2b'));
  });

  test('system nodes that must be replaced, e.g. for a further zone, are made before the old ones go', () => {
    const group = zones('us-west-2a', 'us-west-2b', 'us-west-2c').only('aws_eks_node_group');
    expect(group.lifecycle.create_before_destroy).toBe(true);
    expect(group).not.toHaveProperty('node_group_name');
  });

  // EKS takes no subnet outside the zones of its first ones (https://github.com/aws/containers-roadmap/issues/2330).
  test('the control plane keeps the subnets that it was made with; a zone that comes later is for nodes', () => {
    const kept = ['vpc_config[0].subnet_ids'];
    const further = zones('us-west-2a', 'us-west-2b', 'us-west-2c');
    expect(further.only('aws_eks_cluster').lifecycle.ignore_changes).toEqual(kept);
    expect(further.only('aws_eks_node_group').subnet_ids).toHaveLength(3);
    const vpc = { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] };
    expect(chat({ vpc }).only('aws_eks_cluster').lifecycle.ignore_changes).toEqual(kept);
    const named = chat({ vpc: { ...vpc, controlPlaneSubnetIds: ['subnet-1', 'subnet-2'] } });
    expect(named.only('aws_eks_cluster').vpc_config.subnet_ids).toEqual(['subnet-1', 'subnet-2']);
    expect(named.only('aws_eks_cluster').lifecycle ?? {}).not.toHaveProperty('ignore_changes');
    expect(named.only('aws_eks_node_group').subnet_ids).toHaveLength(3);
  });

  test('a cluster whose VPC gets another range is replaced with it, as EKS demands, and by no other change of the VPC', () => {
    const result = chat();
    const [vpc] = Object.keys(result.json.resource.aws_vpc);
    expect(result.only('aws_eks_cluster').lifecycle.replace_triggered_by).toEqual([`aws_vpc.${vpc}.cidr_block`]);
    const given = chat({ vpc: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1', 'subnet-2'] } });
    expect(given.only('aws_eks_cluster').lifecycle ?? {}).not.toHaveProperty('replace_triggered_by');
  });

  test('deletion protection holds in EKS and in plans', () => {
    const cluster = chat({ deletionProtection: true }).only('aws_eks_cluster');
    expect(cluster).toMatchObject({ deletion_protection: true, lifecycle: { prevent_destroy: true } });
  });

  test('a tag changes no launch template that nodes were made by', () => {
    for (const template of chat({ tags: { team: 'ml' } }).resources('aws_launch_template')) {
      expect(template.lifecycle.ignore_changes).toContain('tag_specifications');
    }
  });
});

describe('system nodes', () => {
  test.each([
    ['m7g.large', 'AL2023_ARM_64_STANDARD'],
    ['c8gn.xlarge', 'AL2023_ARM_64_STANDARD'],
    ['t4g.large', 'AL2023_ARM_64_STANDARD'],
    ['m7i.large', 'AL2023_x86_64_STANDARD'],
    ['m6id.large', 'AL2023_x86_64_STANDARD'],
    ['i4i.large', 'AL2023_x86_64_STANDARD'],
    ['c7gd.large', 'AL2023_ARM_64_STANDARD'],
    ['m7a.large', 'AL2023_x86_64_STANDARD'],
  ])('%s have the image %s', (type, image) => {
    const group = chat({ systemNodes: { instanceType: type } }).only('aws_eks_node_group');
    expect(group.ami_type).toBe(image);
  });

  test('are out of reach of Session Manager when asked', () => {
    const policies = (sessionManager?: boolean) =>
      chat({ systemNodes: { sessionManager } })
        .resources('aws_iam_role_policy_attachment')
        .map((it) => it.policy_arn as string);
    expect(policies().join()).toMatch(/AmazonSSMManagedInstanceCore/);
    expect(policies(false).join()).not.toMatch(/SSM/);
    expect(policies(false)).toHaveLength(policies().length - 1);
  });
});

describe('the internet', () => {
  test.each<[boolean, string[]]>([
    [true, ['0.0.0.0/0']],
    [true, ['0.0.0.0/1', '128.0.0.0/1']],
    [true, ['0.0.0.0/1']],
    [true, ['0.0.0.0/2', '64.0.0.0/2', '0.0.0.0/3', '128.0.0.0/2']],
    [false, ['203.0.113.0/24', '198.51.100.0/24']],
    [false, ['0.0.0.0/2', '0.0.0.0/2', '0.0.0.0/3']],
    [false, ['11.0.0.0/8']],
  ])('is %s of %j', (covered, cidrs) => {
    expect(coversInternet(cidrs)).toBe(covered);
    const warnings = chat({ apiAccess: ApiAccess.publicFrom([...new Set(cidrs)]) }).annotations();
    expect(warnings.some((it) => it.includes('PUBLIC_API'))).toBe(covered);
  });
});

describe('roles that exist', () => {
  const [CONTROL, SYSTEM, NODES] = ['control', 'system', 'gpu/nodes'].map(
    (name) => `arn:aws:iam::123456789012:role/${name}`,
  );
  const given = { clusterRoleArn: CONTROL, systemNodes: { nodeRoleArn: SYSTEM } };
  const pool = (nodeRoleArn: string) => (stack: TerraformStack, cluster: IEksCluster) => {
    const made = ['One', 'Two'].map(
      (id) => new GpuNodePool(stack, id, { cluster, instanceType, minNodes: 1, maxNodes: 1, nodeRoleArn }),
    );
    for (const { nodeRoleArn: used } of made) expect(used).toBe(nodeRoleArn);
  };
  const result = chat(given, pool(NODES));

  test('are used for the control plane, the system nodes and pools, which may share one', () => {
    expect(result.only('aws_eks_cluster').role_arn).toBe(CONTROL);
    const groups = result.resources('aws_eks_node_group').map((it) => it.node_role_arn);
    expect(groups.sort()).toEqual([NODES, NODES, SYSTEM]);
  });

  test('are not made, and get no policies', () => {
    const attached = JSON.stringify(result.resources('aws_iam_role_policy_attachment'));
    expect(attached).not.toMatch(/AmazonEKSClusterPolicy|AmazonEKSWorkerNodePolicy/);
    expect(JSON.stringify(result.resources('aws_iam_role'))).not.toMatch(/"(ec2|eks)\.amazonaws\.com/);
    expect(JSON.stringify(chat().resources('aws_iam_role'))).toMatch(/"(ec2|eks)\.amazonaws\.com/);
  });

  test('may be made in the same program', () => {
    const later = chat({}, (stack, cluster) => {
      const { arn } = new IamRole(stack, 'Mine', { assumeRolePolicy: '{}' });
      new GpuNodePool(stack, 'Pool', { cluster, instanceType, minNodes: 1, maxNodes: 1, nodeRoleArn: arn });
    });
    const roles = later.resources('aws_eks_node_group').map((it) => it.node_role_arn);
    expect(roles).toContain('${aws_iam_role.Mine.arn}');
  });

  test.each<[string, Partial<EksGpuClusterProps>]>([
    ['INVALID_FORMAT clusterRoleArn', { clusterRoleArn: 'control' }],
    ['INVALID_FORMAT clusterRoleArn', { clusterRoleArn: 'arn:aws:iam::123456789012:instance-profile/control' }],
    ['INVALID_FORMAT clusterRoleArn', { clusterRoleArn: 'arn:aws:iam::123456789012:role/' }],
    ['INVALID_FORMAT systemNodes.nodeRoleArn', { systemNodes: { nodeRoleArn: 'arn:aws:iam::1:role/nodes' } }],
    ['CONFLICTING_PROPERTIES systemNodes.nodeRoleArn', { ...given, systemNodes: { nodeRoleArn: CONTROL } }],
  ])('%s of %j', (id, props) => expect(idsOf(faultsThrown(() => chat(props)))).toEqual([id]));

  test('a pool says so, too', () =>
    expect(idsOf(faultsThrown(() => chat({}, pool('nodes'))))).toEqual(['INVALID_FORMAT nodeRoleArn']));
});

describe('policies', () => {
  const result = chat();
  const [account] = ['123456789012'];
  const resolve = (policy: string) => policy.replace(/\$\{data\.aws_caller_identity\.\w+\.account_id\}/g, account);

  test('the S3 endpoint reads everything and writes to its own account only', () => {
    const [endpoint] = result.resources('aws_vpc_endpoint').filter((it) => it.vpc_endpoint_type === 'Gateway');
    const may = (action: string, owner: string) =>
      isAllowed([resolve(endpoint.policy)], {
        action,
        resource: 'arn:aws:s3:::a-bucket/key',
        context: { 'aws:ResourceAccount': owner },
      });
    for (const action of ['s3:GetObject', 's3:ListBucket']) {
      expect([may(action, account), may(action, '999999999999')]).toEqual([true, true]);
    }
    for (const action of [
      's3:PutObject',
      's3:DeleteObject',
      's3:CreateBucket',
      's3:PutBucketPolicy',
      's3:ReplicateObject',
    ]) {
      expect([may(action, account), may(action, '999999999999')]).toEqual([true, false]);
    }
    expect(
      chat({ endpointPolicies: false })
        .resources('aws_vpc_endpoint')
        .some((it) => 'policy' in it),
    ).toBe(false);
  });

  const endpointOf = (service: string) =>
    result.resources('aws_vpc_endpoint').find((it) => it.service_name.endsWith(`.${service}`))!;

  test.each(['ecr.api', 'ecr.dkr'])(
    'the %s endpoint pulls from everywhere and pushes to its own account only',
    (it) => {
      const may = (action: string, owner: string) =>
        isAllowed([resolve(endpointOf(it).policy)], {
          action,
          resource: 'arn:aws:ecr:us-west-2:1:repository/r',
          context: { 'aws:ResourceAccount': owner },
        });
      for (const action of ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetAuthorizationToken']) {
        expect([action, may(action, account), may(action, '602401143452')]).toEqual([action, true, true]);
      }
      for (const action of [
        'ecr:InitiateLayerUpload',
        'ecr:UploadLayerPart',
        'ecr:CompleteLayerUpload',
        'ecr:PutImage',
      ]) {
        expect([action, may(action, account), may(action, '999999999999')]).toEqual([action, true, false]);
      }
    },
  );

  test('the STS endpoint gives credentials to principals of its own account and to web identities', () => {
    const may = (action: string, context?: { [key: string]: string }) =>
      isAllowed([resolve(endpointOf('sts').policy)], { action, resource: 'arn:aws:iam::999999999999:role/r', context });
    const [own, other] = [account, '999999999999'].map((it) => ({ 'aws:PrincipalAccount': it }));
    for (const action of ['sts:AssumeRole', 'sts:GetFederationToken', 'sts:GetSessionToken']) {
      expect([action, may(action, own), may(action, other)]).toEqual([action, true, false]);
    }
    expect(['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'].map((it) => may(it))).toEqual([true, true]);
    expect(may('sts:GetCallerIdentity', other)).toBe(true);
  });

  test('the endpoint of eks-auth has AWS own policy', () =>
    expect(endpointOf('eks-auth')).not.toHaveProperty('policy'));

  test('flow logs of this account and region only take on their role', () => {
    const role = result.resources('aws_iam_role').find((it) => String(it.name_prefix).includes('flow-logs'));
    const [statement] = JSON.parse(role!.assume_role_policy).Statement;
    expect(statement.Condition.StringEquals['aws:SourceAccount']).toMatch(/account_id/);
    expect(statement.Condition.ArnLike['aws:SourceArn']).toMatch(
      /^arn:\$\{.*\}:ec2:\$\{.*\}:\$\{.*\}:vpc-flow-log\/\*$/,
    );
  });
});

describe('an existing cluster', () => {
  const attributes = {
    clusterName: 'chat',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    kubernetesVersion: '1.35',
  };
  const lookedUp = (more: object, use: (stack: TerraformStack, cluster: IEksCluster) => void) => {
    const result = synthesize((stack) =>
      use(stack, EksGpuCluster.fromAttributes(stack, 'Cluster', { ...attributes, ...more })),
    );
    return result.dataSources('aws_eks_cluster').length;
  };
  const pool = (stack: TerraformStack, cluster: IEksCluster) =>
    void new GpuNodePool(stack, 'Pool', { cluster, instanceType, minNodes: 1, maxNodes: 1 });

  // Its region is that of the provider, which looks it up there.
  test('is looked up in AWS only for what was not given and is used', () => {
    expect(lookedUp({}, () => {})).toBe(0);
    expect(lookedUp({}, pool)).toBe(0);
    const efa = (stack: TerraformStack, cluster: IEksCluster) =>
      void new GpuNodePool(stack, 'Pool', {
        cluster,
        instanceType: GpuInstanceType.P5_48XLARGE,
        minNodes: 1,
        maxNodes: 1,
        fabric: RdmaFabric.efa(),
      });
    expect(lookedUp({}, efa)).toBe(1);
    expect(lookedUp({ vpcId: 'vpc-1' }, efa)).toBe(0);
    expect(lookedUp({}, (_, cluster) => void cluster.connection.host)).toBe(1);
  });
});
