import { Token } from 'cdktf';
import { parse } from 'yaml';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { ModelSpec } from '../../../lib/catalog/model-spec';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { HybridCredentials } from '../../../lib/compute/pools/hybrid/hybrid-credentials';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { VllmDeployment } from '../../../lib/serving';
import { ModelStore } from '../../../lib/storage';
import { Duration } from '../../../lib/units';
import { synthesize, testStack } from '../../support/synth';
import { faultsThrown } from '../../support/faults';
import { ACTIVATION, AUTHORITY, CERTIFICATES, REMOTE, SERVER, hybrid, hybridPool } from './hybrid-programs';
import { testEksCluster } from '../test-eks-cluster';

const statements = (json: string) =>
  (JSON.parse(json) as { Statement: { Action: string | string[]; Condition?: object; Resource?: string }[] }).Statement;

describe('a pool of nodes outside AWS', () => {
  test('makes a role that only certificates of its authority take on, each under its own name', () => {
    const result = synthesize((stack) => void hybridPool(stack));
    expect(result.only('aws_rolesanywhere_trust_anchor')).toMatchObject({
      enabled: true,
      source: { source_type: 'CERTIFICATE_BUNDLE', source_data: { x509_certificate_data: AUTHORITY } },
    });
    const role = result.only('aws_iam_role');
    const [session, assume] = statements(role.assume_role_policy as string);
    expect(session.Action).toEqual(['sts:TagSession', 'sts:SetSourceIdentity']);
    expect(assume.Action).toBe('sts:AssumeRole');
    for (const { Condition } of [session, assume])
      expect(Condition).toMatchObject({ ArnEquals: { 'aws:SourceArn': expect.stringContaining('trust_anchor') } });
    expect(assume.Condition).toMatchObject({
      StringEquals: { 'sts:RoleSessionName': '$${aws:PrincipalTag/x509Subject/CN}' },
    });
    const [policy] = statements(result.only('aws_iam_role_policy').policy as string);
    expect(policy.Action).toEqual(['eks:DescribeCluster', 'eks-auth:AssumeRoleForPodIdentity']);
    expect(policy.Resource).toMatch(/:cluster\/test$/);
    expect(result.resources('aws_iam_role_policy_attachment').map(({ policy_arn }) => policy_arn)).toEqual([
      expect.stringMatching(/:iam::aws:policy\/AmazonEC2ContainerRegistryPullOnly$/),
    ]);
    expect(result.only('aws_eks_access_entry')).toMatchObject({ type: 'HYBRID_LINUX' });
    expect(result.annotations()).toEqual([]);
  });

  test.each([
    [0.5, 3600, 7200],
    [8, 28_800, 32_400],
    [12, 43_199, 43_200],
  ])('has credentials that last an outage of %d hours, below the sessions of the role', (outage, lifetime, session) => {
    const result = synthesize((stack) => void hybridPool(stack, { maxUplinkOutage: Duration.hours(outage) }));
    expect(result.only('aws_rolesanywhere_profile')).toMatchObject({
      accept_role_session_name: true,
      duration_seconds: lifetime,
      enabled: true,
    });
    expect(result.only('aws_iam_role').max_session_duration).toBe(session);
    expect(session).toBeGreaterThan(lifetime);
  });

  test('takes a trust anchor that exists, and certificates of one unit alone', () => {
    const trustAnchorArn = 'arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/0f0f';
    const credentials = HybridCredentials.rolesAnywhere({ trustAnchorArn, organizationalUnit: 'shop-1' });
    const result = synthesize((stack) => void hybridPool(stack, { credentials }));
    expect(result.resources('aws_rolesanywhere_trust_anchor')).toEqual([]);
    const [, assume] = statements(result.only('aws_iam_role').assume_role_policy as string);
    expect(assume.Condition).toMatchObject({
      ArnEquals: { 'aws:SourceArn': trustAnchorArn },
      StringEquals: { 'aws:PrincipalTag/x509Subject/OU': 'shop-1' },
    });
  });

  test('has an entry in a cluster that is made in the same stack once the cluster is there', () => {
    const result = synthesize((stack) => {
      const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', remoteNetworks: REMOTE });
      hybridPool(stack, { cluster });
    });
    const [entry] = result.resources('aws_eks_access_entry').filter(({ type }) => type === 'HYBRID_LINUX');
    expect(entry.depends_on).toContainEqual(expect.stringMatching(/^aws_eks_addon\./));
  });

  test('has an activation only when it is asked for, with a warning', () => {
    const props = { credentials: ACTIVATION, maxUplinkOutage: Duration.hours(1) };
    const result = synthesize((stack) => {
      const pool = hybridPool(stack, props);
      expect(pool.unreachableTolerationSeconds).toBe(3600 + 1800 + 120);
      expect(pool.platformLabels?.['eks.amazonaws.com/hybrid-credential-provider']).toBe('ssm');
      expect(pool.bootstrapScript).toContain("CREDENTIAL_PROVIDER='ssm'");
      expect(pool.nodeConfig).toContain('activationCode: "@ACTIVATION_CODE@"');
    });
    expect(result.only('aws_ssm_activation')).toMatchObject({
      registration_limit: 2,
      expiration_date: '2027-01-31T00:00:00Z',
      tags: { EKSClusterARN: expect.stringMatching(/:cluster\/test$/) },
    });
    expect(result.resources('aws_rolesanywhere_profile')).toEqual([]);
    const [describe, deregister] = statements(result.only('aws_iam_role_policy').policy as string).slice(1);
    expect(describe.Action).toBe('ssm:DescribeInstanceInformation');
    expect(deregister).toMatchObject({
      Action: 'ssm:DeregisterManagedInstance',
      Condition: { StringEquals: { 'ssm:resourceTag/EKSClusterARN': expect.stringMatching(/:cluster\/test$/) } },
    });
    expect(result.annotations()).toEqual([expect.stringContaining('ACTIVATION_CODE_IN_STATE')]);
    expect(JSON.stringify(result.json)).not.toContain('activation_code');
  });

  test('tells nodeadm who they are, where they are, and what they keep', () => {
    const stack = testStack();
    const pool = hybridPool(stack, {
      labels: { row: 'a' },
      taints: [{ key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE }],
      maxPods: 60,
    });
    const config = parse(pool.nodeConfig) as { [part: string]: any };
    expect(config).toMatchObject({
      apiVersion: 'node.eks.aws/v1alpha1',
      kind: 'NodeConfig',
      spec: {
        cluster: { name: 'test', region: 'us-west-2' },
        kubelet: { config: { imageMinimumGCAge: '28980s', maxPods: 60 } },
        hybrid: { enableCredentialsFile: true, iamRolesAnywhere: { nodeName: '@NODE_NAME@' } },
      },
    });
    const [labels, taints] = config.spec.kubelet.flags as string[];
    expect(labels.replace('--node-labels=', '').split(',')).toEqual([
      'gpu-inference-constructs/pool=shop',
      'k8s.amazonaws.com/accelerator=nvidia-l4',
      'nvidia.com/gpu.present=true',
      'row=a',
      'topology.kubernetes.io/zone=shop-1',
    ]);
    expect(taints).toBe('--register-with-taints=nvidia.com/gpu=present:NoSchedule,team=ml:NoSchedule');
    const { trustAnchorArn, profileArn, roleArn } = config.spec.hybrid.iamRolesAnywhere;
    for (const arn of [trustAnchorArn, profileArn, roleArn]) expect(Token.isUnresolved(arn)).toBe(true);
    expect(pool.explain()).toContain('outages of up to 8h');
  });

  test('is a pool like any other: agents run on it, and pods of workloads stay through the outage', () => {
    const result = synthesize((stack) => {
      const cluster = testEksCluster(stack, { remoteNetworks: REMOTE, kubernetesVersion: '1.35' });
      const pool = hybridPool(stack, { cluster, labels: { row: 'a' } });
      expect(pool.driverInImage).toBe(true);
      new NodeAgents(stack, 'Agents', { cluster });
      new VllmDeployment(stack, 'Chat', {
        cluster,
        nodePool: pool,
        modelStore: ModelStore.fromBucketName(stack, 'Store', 'weights'),
        models: [{ model: ModelSpec.LLAMA_3_1_8B, name: 'chat' }],
      });
    });
    const pod = result.only('kubernetes_deployment_v1').spec.template.spec;
    expect(pod.node_selector).toEqual({ 'gpu-inference-constructs/pool': 'shop' });
    const gone = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', toleration_seconds: '28980' });
    expect(pod.toleration).toEqual([
      { key: 'nvidia.com/gpu', operator: 'Equal', value: 'present', effect: 'NoSchedule' },
      gone('node.kubernetes.io/not-ready'),
      gone('node.kubernetes.io/unreachable'),
    ]);
    expect(JSON.stringify(result.resources('kubernetes_daemon_set_v1'))).toContain('nvidia.com/gpu');
  });
});

describe('a pool of nodes outside AWS is refused', () => {
  const refused = (make: () => unknown) => faultsThrown(make).map(({ id, property }) => [id, property]);
  test.each([
    ['without remote networks', hybrid({}, { remoteNetworks: undefined }), [['NO_REMOTE_NETWORKS', 'cluster']]],
    ['without a version', hybrid({}, { kubernetesVersion: undefined }), [['KUBERNETES_VERSION_NEEDED', 'cluster']]],
    [
      'beyond what certificates bear',
      hybrid({ maxUplinkOutage: Duration.hours(13) }),
      [['OUTAGE_OUTLASTS_CREDENTIALS', 'maxUplinkOutage']],
    ],
    [
      'beyond what Systems Manager bears',
      hybrid({ maxUplinkOutage: Duration.hours(2), credentials: ACTIVATION }),
      [['OUTAGE_OUTLASTS_CREDENTIALS', 'maxUplinkOutage']],
    ],
    ['with no outage at all', hybrid({ maxUplinkOutage: Duration.ZERO }), [['OUT_OF_RANGE', 'maxUplinkOutage']]],
    ['on EC2', hybrid({ hardware: GpuInstanceType.G6_XLARGE }), [['HYBRID_NODES_ON_EC2', 'hardware']]],
    ['with a fabric that it lacks', hybrid({ fabric: RdmaFabric.efa() }), [['FABRIC_NOT_ON_HARDWARE', 'fabric']]],
    ['with more nodes than addresses', hybrid({ nodes: 257 }), [['REMOTE_RANGE_TOO_SMALL', 'nodes']]],
    [
      'at a zone of AWS',
      hybrid({ site: 'us-west-2a' }, { availabilityZones: ['us-west-2a', 'us-west-2b'] }),
      [['SITE_IS_A_ZONE', 'site']],
    ],
    ['at a site without a name', hybrid({ site: 'Shop 1' }), [['INVALID_NAME', 'site']]],
    [
      'with a label of its own',
      hybrid({ labels: { 'nvidia.com/gpu.present': 'false' } }),
      [['RESERVED', "labels['nvidia.com/gpu.present']"]],
    ],
    [
      'without an authority',
      hybrid({ credentials: HybridCredentials.rolesAnywhere({}) }),
      [['CONFLICTING_PROPERTIES', 'credentials.certificates']],
    ],
    [
      'with the key of an authority',
      hybrid({
        credentials: HybridCredentials.rolesAnywhere({
          certificateAuthority: `${AUTHORITY}-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n`,
        }),
      }),
      [['LITERAL_SECRET', 'credentials.certificates.certificateAuthority']],
    ],
    [
      'with what is no certificate',
      hybrid({ credentials: HybridCredentials.rolesAnywhere({ certificateAuthority: 'shop' }) }),
      [['INVALID_FORMAT', 'credentials.certificates.certificateAuthority']],
    ],
    [
      'with an activation without an end',
      hybrid({
        credentials: HybridCredentials.ssmActivation({ expiresAt: 'soon' }),
        maxUplinkOutage: Duration.hours(1),
      }),
      [['INVALID_FORMAT', 'credentials.activation.expiresAt']],
    ],
    [
      'with all faults at once',
      hybrid({ site: '', nodes: 0, maxUplinkOutage: Duration.hours(24), hardware: GpuInstanceType.G6_XLARGE }),
      [
        ['NOT_A_WHOLE_NUMBER', 'nodes'],
        ['INVALID_NAME', 'site'],
        ['OUTAGE_OUTLASTS_CREDENTIALS', 'maxUplinkOutage'],
        ['HYBRID_NODES_ON_EC2', 'hardware'],
      ],
    ],
  ])('%s', (_, make, expected) => {
    expect(refused(make)).toEqual(expected);
  });

  test('and what lives longer alone is offered a topology with a control plane of its own', () => {
    const [{ reason }] = faultsThrown(hybrid({ maxUplinkOutage: Duration.hours(72) }));
    expect(reason).toContain('at most 12h');
    expect(reason).toContain('EdgeTopology');
  });

  test('and a good one is not', () => {
    expect(hybrid({ hardware: SERVER, credentials: CERTIFICATES })().nodeLabels).toMatchObject({
      'nvidia.com/gpu.present': 'true',
    });
  });
});
