import { faultsThrown, idsOf } from '../../support/faults';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { EksRelease } from '../../../lib/catalog/eks-release';
import { ApiAccess } from '../../../lib/compute/cluster/api-access';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksGpuClusterProps } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { KubernetesAccess, kubernetesMeta } from '../../../lib/kubernetes/kubernetes-access';
import { Block, Synthesized, synthesize, synthesizePair, testStack } from '../../support/synth';

const chat = (props: Partial<EksGpuClusterProps> = {}) =>
  synthesize((stack) => void new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', ...props }));

const addOn = (result: Synthesized, name: string) => result.where('aws_eks_addon', { addon_name: name });

/** What a block waits for, directly or through others. */
function waitsFor(result: Synthesized, block: Block): string[] {
  const blocks = new Map<string, Block>(
    result.types.flatMap((type) =>
      Object.entries(result.json.resource[type] as { [id: string]: Block }).map(
        ([id, one]) => [`${type}.${id}`, one] as const,
      ),
    ),
  );
  const found = new Set<string>();
  const visit = (one: Block) => {
    for (const [name, other] of blocks) {
      if (!found.has(name) && JSON.stringify(one).includes(name)) {
        found.add(name);
        visit(other);
      }
    }
  };
  visit(block);
  return [...found]
    .map((name) => blocks.get(name))
    .flatMap((one) => String(one?.addon_name ?? one?.node_group_name_prefix ?? one?.policy_arn ?? ''));
}

describe('an EKS cluster with nothing but a name', () => {
  const result = chat();
  const cluster = result.only('aws_eks_cluster');

  test('has a private API and grants access only by access entries', () => {
    expect(cluster).toMatchObject({
      name: 'chat',
      vpc_config: { endpoint_private_access: true, endpoint_public_access: false },
      access_config: { authentication_mode: 'API', bootstrap_cluster_creator_admin_permissions: false },
      bootstrap_self_managed_addons: false,
    });
    expect(cluster.vpc_config).not.toHaveProperty('public_access_cidrs');
  });

  test('encrypts secrets and logs by a key of its own', () => {
    const key = `\${aws_kms_key.${Object.keys(result.json.resource.aws_kms_key)[0]}.arn}`;
    expect(cluster.encryption_config).toEqual({ provider: { key_arn: key }, resources: ['secrets'] });
    expect(result.only('aws_kms_key').enable_key_rotation).toBe(true);
    const groups = result.resources('aws_cloudwatch_log_group');
    expect(groups.map((group) => group.name).sort()).toEqual(['/aws/eks/chat/cluster', '/aws/vpc/chat/flow-logs']);
    for (const group of groups) expect(group).toMatchObject({ kms_key_id: key, retention_in_days: 365 });
  });

  test('writes every control-plane log, into a group that exists before', () => {
    expect([...cluster.enabled_cluster_log_types].sort()).toEqual([
      'api',
      'audit',
      'authenticator',
      'controllerManager',
      'scheduler',
    ]);
    expect(cluster.depends_on).toEqual(
      expect.arrayContaining([expect.stringMatching(/^aws_cloudwatch_log_group\..*ControlPlaneLogs/)]),
    );
  });

  test('is administered by the identity that applies', () => {
    expect(result.only('aws_eks_access_entry').principal_arn).toMatch(
      /^\$\{data\.aws_iam_session_context\.\w+\.issuer_arn\}$/,
    );
    expect(result.onlyData('aws_iam_session_context').arn).toMatch(/^\$\{data\.aws_caller_identity\.\w+\.arn\}$/);
    const association = result.only('aws_eks_access_policy_association');
    expect(association.principal_arn).toMatch(/^\$\{aws_eks_access_entry\.[\w-]+\.principal_arn\}$/);
    expect(association.policy_arn).toMatch(/:eks::aws:cluster-access-policy\/AmazonEKSClusterAdminPolicy$/);
    expect(association.access_scope).toEqual({ type: 'cluster' });
  });

  test('pins every version, of one release', () => {
    const release = EksRelease.DEFAULT;
    expect(cluster.version).toBe(release.kubernetesVersion);
    expect(
      Object.fromEntries(result.resources('aws_eks_addon').map((one) => [one.addon_name, one.addon_version])),
    ).toEqual({
      'vpc-cni': release.vpcCni,
      'kube-proxy': release.kubeProxy,
      'eks-pod-identity-agent': release.podIdentityAgent,
      coredns: release.coreDns,
      'aws-ebs-csi-driver': release.ebsCsiDriver,
    });
    expect(result.only('aws_eks_node_group')).toMatchObject({
      version: release.kubernetesVersion,
      release_version: release.nodeImageVersion,
    });
  });

  test('has network policies on', () => {
    expect(JSON.parse(addOn(result, 'vpc-cni').configuration_values)).toEqual({ enableNetworkPolicy: 'true' });
  });

  test('installs network and credentials, then nodes, then the rest', () => {
    const before = ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'];
    const nodes = waitsFor(result, result.only('aws_eks_node_group'));
    expect(nodes).toEqual(expect.arrayContaining(before));
    for (const name of ['coredns', 'aws-ebs-csi-driver']) {
      expect(nodes).not.toContain(name);
      expect(waitsFor(result, addOn(result, name))).toEqual(expect.arrayContaining([...before, 'system-']));
    }
    for (const name of before) expect(waitsFor(result, addOn(result, name))).not.toContain('system-');
  });

  test('gives the add-ons their roles before they start', () => {
    const policies = (name: string) => waitsFor(result, addOn(result, name)).join();
    expect(policies('vpc-cni')).toMatch(/:iam::aws:policy\/AmazonEKS_CNI_Policy/);
    expect(policies('aws-ebs-csi-driver')).toMatch(/:iam::aws:policy\/AmazonEBSCSIDriverPolicyV2/);
    const accounts = result
      .resources('aws_eks_pod_identity_association')
      .map((one) => `${one.namespace}/${one.service_account}`);
    expect(accounts.sort()).toEqual(['kube-system/aws-node', 'kube-system/ebs-csi-controller-sa']);
  });

  test('has small system nodes with IMDSv2 and encrypted gp3 volumes', () => {
    expect(result.only('aws_eks_node_group')).toMatchObject({
      node_group_name_prefix: 'system-',
      ami_type: 'AL2023_x86_64_STANDARD',
      scaling_config: { min_size: 2, max_size: 4, desired_size: 2 },
      lifecycle: { ignore_changes: ['scaling_config[0].desired_size'], create_before_destroy: true },
    });
    expect(result.only('aws_launch_template')).toMatchObject({
      instance_type: 'm7i.large',
      metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 1 },
      block_device_mappings: [{ ebs: { encrypted: 'true', volume_type: 'gp3', volume_size: 50 } }],
    });
  });

  test('is known to IAM as an issuer of identities', () => {
    expect(result.only('aws_iam_openid_connect_provider')).toMatchObject({
      client_id_list: ['sts.amazonaws.com'],
      url: expect.stringMatching(/^https:\/\/\$\{element\(split\("?.*identity\[0\]\.oidc\[0\]\.issuer/),
    });
  });

  test('warns of nothing, and is the same on a second synthesis', () => {
    expect(result.annotations()).toEqual([]);
    expect(chat().text).toBe(result.text);
  });
});

describe('options of an EKS cluster', () => {
  test('a public API, from the given ranges', () => {
    const { vpc_config } = chat({ apiAccess: ApiAccess.publicFrom(['203.0.113.0/24']) }).only('aws_eks_cluster');
    expect(vpc_config).toMatchObject({
      endpoint_private_access: true,
      endpoint_public_access: true,
      public_access_cidrs: ['203.0.113.0/24'],
    });
  });

  test('warns of an API that is open to the whole internet', () => {
    expect(chat({ apiAccess: ApiAccess.publicFrom(['0.0.0.0/0']) }).annotations()).toEqual([
      expect.stringContaining('[gpu-inference-constructs:PUBLIC_API]'),
    ]);
  });

  test('a private API, from connected networks', () => {
    const result = chat({ apiAccess: ApiAccess.privateFrom(['10.20.0.0/16']) });
    expect(result.only('aws_eks_cluster').vpc_config.endpoint_public_access).toBe(false);
    const rule = result.where('aws_vpc_security_group_ingress_rule', { cidr_ipv4: '10.20.0.0/16' });
    expect(rule).toMatchObject({ from_port: 443, to_port: 443, ip_protocol: 'tcp' });
    expect(rule.security_group_id).toMatch(/^\$\{aws_eks_cluster\.\w+\.vpc_config\[0\]\.cluster_security_group_id\}$/);
  });

  test('administrators by name, and one of the same stack', () => {
    const result = synthesize((stack) => {
      const cluster = new EksGpuCluster(stack, 'Cluster', {
        clusterName: 'chat',
        admins: ['arn:aws:iam::123456789012:role/team/Ops'],
      });
      cluster.grantAdmin('ci', 'arn:aws:iam::123456789012:role/Ci');
      expect(cluster.ready).toHaveLength(4);
    });
    expect(
      result
        .resources('aws_eks_access_entry')
        .map((entry) => entry.principal_arn)
        .sort(),
    ).toEqual(['arn:aws:iam::123456789012:role/Ci', 'arn:aws:iam::123456789012:role/team/Ops']);
    expect(result.json.data).not.toHaveProperty('aws_iam_session_context');
  });

  test('another version, or versions of one’s own', () => {
    expect(chat({ kubernetesVersion: '1.34' }).only('aws_eks_cluster').version).toBe('1.34');
    const release = EksRelease.custom({ ...EksRelease.V1_36, nodeImageVersion: '1.36.4-20260923' });
    expect(chat({ release }).only('aws_eks_node_group').release_version).toBe('1.36.4-20260923');
  });

  test('the provider and the tags reach every resource', () => {
    const result = synthesize((stack) => {
      const provider = new AwsProvider(stack, 'Other', { alias: 'other', region: 'eu-west-1' });
      const cluster = new EksGpuCluster(stack, 'Cluster', {
        clusterName: 'chat',
        provider,
        tags: { team: 'ml' },
        apiAccess: ApiAccess.privateFrom(['10.20.0.0/16']),
      });
      cluster.serviceAccountRole('inference', 'triton');
    });
    const resources = result.types.flatMap((type) => result.resources(type));
    const data = Object.keys(result.json.data).flatMap((type) => result.dataSources(type));
    expect([...resources, ...data].filter((block) => block.provider !== 'aws.other')).toEqual([]);
    const tagged = resources.filter((block) => block.tags);
    expect(tagged.length).toBeGreaterThan(40);
    expect(tagged.filter((block) => block.tags.team !== 'ml')).toEqual([]);
  });
});

describe('the way to its API', () => {
  test('is told', () => {
    const explain = (props: Partial<EksGpuClusterProps> = {}) =>
      new EksGpuCluster(testStack(), 'Cluster', { clusterName: 'chat', ...props }).explain();
    expect(explain()).toMatch(/API is private[\s\S]*Session Manager[\s\S]*describe-cluster --name chat/);
    expect(explain({ apiAccess: ApiAccess.privateFrom(['10.20.0.0/16']) })).toContain('and from 10.20.0.0/16');
    expect(explain({ apiAccess: ApiAccess.publicFrom(['203.0.113.0/24']) })).toContain(
      'from 203.0.113.0/24 over the internet',
    );
  });

  test('is taken by the providers, in the same stack and in another', () => {
    const { infra, workload } = synthesizePair((first, second) => {
      const cluster = new EksGpuCluster(first, 'Cluster', { clusterName: 'chat' });
      for (const stack of [first, second]) {
        KubernetesAccess.of(stack, cluster);
        new NamespaceV1(stack, 'Namespace', { ...kubernetesMeta(stack, cluster), metadata: { name: stack.node.id } });
      }
    });
    const [own] = infra.json.provider.kubernetes;
    expect(own.host).toMatch(/^\$\{aws_eks_cluster\.\w+\.endpoint\}$/);
    expect(own.exec[0].args.slice(0, 4)).toEqual(['eks', 'get-token', '--output', 'json']);
    expect(own.exec[0].args[7]).toMatch(/^\$\{element\(split\(":", aws_eks_cluster\.\w+\.arn\), 3\)\}$/);
    const [other] = workload.json.provider.kubernetes;
    expect(other.host).toMatch(/^\$\{data\.terraform_remote_state\./);
    expect(other.exec[0].args[7]).toMatch(/terraform_remote_state/);
    const waits = infra.only('kubernetes_namespace_v1').depends_on.join();
    for (const wanted of ['aws_eks_access_policy_association', 'coredns', 'aws-ebs-csi-driver'])
      expect(waits).toContain(wanted);
    expect(workload.only('kubernetes_namespace_v1')).not.toHaveProperty('depends_on');
    expect(workload.stack.dependsOn(infra.stack)).toBe(true);
  });
});

describe('bad input', () => {
  test.each<[string, Partial<EksGpuClusterProps>, string]>([
    ['an empty name', { clusterName: '' }, 'INVALID_NAME clusterName'],
    ['a dot in the name', { clusterName: 'a.b' }, 'INVALID_NAME clusterName'],
    ['a long name', { clusterName: 'a'.repeat(101) }, 'INVALID_NAME clusterName'],
    [
      'two versions',
      { kubernetesVersion: '1.34', release: EksRelease.V1_36 },
      'CONFLICTING_PROPERTIES kubernetesVersion',
    ],
    ['one zone', { availabilityZones: ['us-west-2a'] }, 'TOO_FEW_ZONES availabilityZones'],
    ['a zone twice', { availabilityZones: ['us-west-2a', 'us-west-2a'] }, 'DUPLICATE availabilityZones'],
    ['a region for a zone', { availabilityZones: ['us-west-2', 'us-west-2b'] }, 'INVALID_FORMAT availabilityZones'],
    ['a range too small', { vpcCidr: '10.0.0.0/24' }, 'OUT_OF_RANGE vpcCidr'],
    ['one subnet', { vpc: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1'] } }, 'TOO_FEW_ZONES vpc.privateSubnetIds'],
    [
      'one subnet of the control plane',
      { vpc: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1', 'subnet-2'], controlPlaneSubnetIds: ['subnet-1'] } },
      'TOO_FEW_ZONES vpc.controlPlaneSubnetIds',
    ],
    [
      'a given VPC with a range',
      { vpc: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1', 'subnet-2'] }, vpcCidr: '10.0.0.0/16' },
      'CONFLICTING_PROPERTIES vpcCidr',
    ],
    ['a public API from nowhere', { apiAccess: ApiAccess.publicFrom([]) }, 'EMPTY_LIST apiAccess'],
    ['a public API from no range', { apiAccess: ApiAccess.publicFrom(['home']) }, 'INVALID_FORMAT apiAccess'],
    ['no administrator', { admins: [] }, 'EMPTY_LIST admins'],
    [
      'a session for an administrator',
      { admins: ['arn:aws:sts::123456789012:assumed-role/x/y'] },
      'INVALID_FORMAT admins[0]',
    ],
    [
      'more nodes than most',
      { systemNodes: { minNodes: 3, maxNodes: 2 } },
      'CONFLICTING_PROPERTIES systemNodes.minNodes',
    ],
    ['half a node', { systemNodes: { minNodes: 1.5 } }, 'NOT_A_WHOLE_NUMBER systemNodes.minNodes'],
  ])('%s', (_, props, id) => {
    expect(() => chat(props)).toThrow(
      expect.objectContaining({ name: 'ValidationError', constructPath: 'test/Cluster' }),
    );
    expect(idsOf(faultsThrown(() => chat(props)))).toEqual([id]);
  });

  test('a version that EKS no longer offers', () => {
    const faults = faultsThrown(() => chat({ kubernetesVersion: '1.29' }));
    expect(idsOf(faults)).toEqual(['UNKNOWN_VALUE kubernetesVersion']);
  });

  test('all faults at once', () => {
    expect(idsOf(faultsThrown(() => chat({ clusterName: 'ä', vpcCidr: 'x', admins: [] })))).toEqual([
      'INVALID_NAME clusterName',
      'INVALID_FORMAT vpcCidr',
      'EMPTY_LIST admins',
    ]);
  });
});

test('two clusters of one name in one stack are refused, but not by another provider', () => {
  const build = (provider: boolean) => () =>
    synthesize((stack) => {
      new EksGpuCluster(stack, 'A', { clusterName: 'chat' });
      const other = provider ? new AwsProvider(stack, 'West', { alias: 'west', region: 'us-west-2' }) : undefined;
      new EksGpuCluster(stack, 'B', { clusterName: 'chat', provider: other });
    });
  expect(build(true)).not.toThrow();
  expect(idsOf(faultsThrown(build(false)))).toEqual(['DUPLICATE clusterName']);
});
