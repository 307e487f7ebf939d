/** What resources may have to say, by their addresses; the groups of an address are `<1>`, `<2>` in the text. */
export interface Row {
  readonly address: RegExp;
  readonly text: string[];
}

const managed = (address: RegExp, name: string): Row => ({
  address,
  text: [`arn:{partition}:iam::aws:policy/${name}`],
});
const trusts = (address: RegExp, service: string): Row => ({
  address,
  text: [`Allow sts:AssumeRole by Service ${service}`],
});

/** Nodes outside AWS, of two pools of the cluster. */
const CLUSTER_ARN = 'arn:{partition}:eks:{region}:{account_id}:cluster/<cluster>';
const OUTSIDE = `Allow eks-auth:AssumeRoleForPodIdentity, eks:DescribeCluster on ${CLUSTER_ARN}`;
const ANCHOR = 'by Service rolesanywhere.amazonaws.com if ArnEquals aws:SourceArn {aws_rolesanywhere_trust_anchor.arn}';
const HYBRID: readonly Row[] = [
  {
    address: /^aws_iam_role Plant_Role$/,
    text: [
      `Allow sts:SetSourceIdentity, sts:TagSession ${ANCHOR}`,
      `Allow sts:AssumeRole ${ANCHOR} and StringEquals sts:RoleSessionName \${aws:PrincipalTag/x509Subject/CN}`,
    ],
  },
  {
    address: /^aws_iam_role Shop_Role$/,
    text: ['Allow sts:AssumeRole by Service ssm.amazonaws.com if StringEquals aws:SourceAccount {account_id}'],
  },
  { address: /^aws_iam_role_policy Plant_Role_Policy$/, text: [OUTSIDE] },
  {
    address: /^aws_iam_role_policy Shop_Role_Policy$/,
    text: [
      OUTSIDE,
      'Allow ssm:DescribeInstanceInformation on *',
      `Allow ssm:DeregisterManagedInstance on arn:{partition}:ssm:*:{account_id}:managed-instance/* if StringEquals ssm:resourceTag/EKSClusterARN ${CLUSTER_ARN}`,
    ],
  },
  managed(/^aws_iam_role_policy_attachment (Plant|Shop)_Role_AmazonEC2\w+$/, 'AmazonEC2ContainerRegistryPullOnly'),
  managed(/^aws_iam_role_policy_attachment Shop_Role_AmazonSSM\w+$/, 'AmazonSSMManagedInstanceCore'),
  { address: /^aws_vpc_security_group_ingress_rule .*ApiFrom-108000-24$/, text: ['tcp 443-443: 10.80.0.0/24'] },
  { address: /^aws_vpc_security_group_ingress_rule .*ApiFrom-108100-16$/, text: ['tcp 443-443: 10.81.0.0/16'] },
];

const ACCOUNT = 'Allow kms:* by AWS arn:{partition}:iam::{account_id}:root on *';
const BUCKET = '{aws_s3_bucket.arn}';
const TLS_ONLY = [
  `Deny s3:* by * on ${BUCKET}, ${BUCKET}/* if Bool aws:SecureTransport false`,
  `Deny s3:* by * on ${BUCKET}, ${BUCKET}/* if NumericLessThan s3:TlsVersion 1.2`,
];
const reads = (...folders: string[]) => [
  `Allow s3:GetBucketLocation on ${BUCKET}`,
  `Allow s3:ListBucket on ${BUCKET} if StringLike s3:prefix ${folders.map((folder) => `${folder}/*`).join(', ')}`,
  `Allow s3:GetObject on ${folders.map((folder) => `${BUCKET}/${folder}/*`).join(', ')}`,
  'Allow kms:Decrypt on {aws_kms_key.arn}',
];
const writes = (folder: string) => [
  `Allow s3:GetBucketLocation, s3:ListBucketMultipartUploads on ${BUCKET}`,
  `Allow s3:ListBucket on ${BUCKET} if StringLike s3:prefix ${folder}/*`,
  'Allow s3:AbortMultipartUpload, s3:DeleteObject, s3:GetObject, s3:ListMultipartUploadParts, s3:PutObject on ' +
    `${BUCKET}/${folder}/*`,
  'Allow kms:Decrypt, kms:GenerateDataKey on {aws_kms_key.arn}',
];
/** A manifest is written where there is none, and stays. */
const guards = (folder: string) => [
  `Deny s3:PutObject on ${BUCKET}/${folder}/SHA256SUMS if Null s3:if-none-match true`,
  `Deny s3:DeleteObject on ${BUCKET}/${folder}/SHA256SUMS`,
];
/** Sites outside AWS, one of which is revoked. */
const SITES: readonly Row[] = [
  {
    address: /^aws_iam_role Sites_(munich|oslo)$/,
    text: [
      `Allow sts:AssumeRole, sts:SetSourceIdentity, sts:TagSession ${ANCHOR} and StringEquals aws:PrincipalTag/x509Subject/CN <1> and StringEquals aws:PrincipalTag/x509Subject/OU sites`,
    ],
  },
  { address: /^aws_iam_role_policy Sites_(?:munich|oslo)_Read-\S+$/, text: reads('chat') },
  { address: /^aws_iam_role_policy Sites_oslo_Revoked$/, text: ['Deny * on *'] },
];
const READERS = 'AWS arn:{partition}:iam::444455556666:root';
const WRITERS = 'AWS arn:{partition}:iam::777788889999:root';

const PROFILES = 'arn:{partition}:iam::{account_id}:instance-profile/*';
const ec2 = (...kinds: string[]) => kinds.map((kind) => `arn:{partition}:ec2:{region}:${kind}/*`).join(', ');
const LAUNCHED = ec2(
  ...['fleet', 'instance', 'launch-template', 'network-interface', 'spot-instances-request', 'volume'].map(
    (kind) => `*:${kind}`,
  ),
);
const REQUESTED =
  'StringEquals aws:RequestTag/kubernetes.io/cluster/<cluster> owned and StringEquals aws:RequestTag/eks:eks-cluster-name <cluster>';
const OWN =
  'StringEquals aws:ResourceTag/kubernetes.io/cluster/<cluster> owned and StringLike aws:ResourceTag/karpenter.sh/nodepool *';
const profileTags = (of: string) =>
  `StringEquals aws:${of}Tag/kubernetes.io/cluster/<cluster> owned and StringEquals aws:${of}Tag/topology.kubernetes.io/region {region}`;
const CLASSED = 'Tag/karpenter.k8s.aws/ec2nodeclass *';

const VOLUME_KEY = 'arn:aws:kms:us-west-2:111122223333:key/99999999-2222-3333-4444-555555555555';
const VOLUMES = [
  `Allow kms:Decrypt, kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncrypt* on ${VOLUME_KEY}`,
  `Allow kms:CreateGrant on ${VOLUME_KEY} if Bool kms:GrantIsForAWSResource true`,
];

const KARPENTER = [
  `Allow ec2:CreateFleet, ec2:RunInstances on ${ec2('*:capacity-reservation', '*:placement-group', '*:security-group', '*:subnet', ':image', ':snapshot')}`,
  `Allow ec2:CreateFleet, ec2:RunInstances on ${ec2('*:launch-template')} if ${OWN}`,
  `Allow ec2:CreateFleet, ec2:CreateLaunchTemplate, ec2:RunInstances on ${LAUNCHED} if ${REQUESTED} and StringLike aws:RequestTag/karpenter.sh/nodepool *`,
  `Allow ec2:CreateTags on ${LAUNCHED} if ${REQUESTED} and StringEquals ec2:CreateAction CreateFleet, CreateLaunchTemplate, RunInstances and StringLike aws:RequestTag/karpenter.sh/nodepool *`,
  `Allow ec2:CreateTags on ${ec2('*:instance')} if ${OWN} and StringEqualsIfExists aws:RequestTag/eks:eks-cluster-name <cluster> and ForAllValues:StringEquals aws:TagKeys Name, eks:eks-cluster-name, karpenter.sh/nodeclaim`,
  `Allow ec2:DeleteLaunchTemplate, ec2:TerminateInstances on ${ec2('*:instance', '*:launch-template')} if ${OWN}`,
  ...VOLUMES,
  'Allow iam:PassRole on {aws_iam_role.arn} if StringEquals iam:PassedToService ec2.amazonaws.com, ec2.amazonaws.com.cn',
  `Allow iam:CreateInstanceProfile on ${PROFILES} if ${profileTags('Request')} and StringEquals aws:RequestTag/eks:eks-cluster-name <cluster> and StringLike aws:Request${CLASSED}`,
  `Allow iam:TagInstanceProfile on ${PROFILES} if ${profileTags('Resource')} and ${profileTags('Request')} and StringEquals aws:RequestTag/eks:eks-cluster-name <cluster> and StringLike aws:Resource${CLASSED} and StringLike aws:Request${CLASSED}`,
  `Allow iam:AddRoleToInstanceProfile, iam:DeleteInstanceProfile, iam:RemoveRoleFromInstanceProfile on ${PROFILES} if ${profileTags('Resource')} and StringLike aws:Resource${CLASSED}`,
  `Allow iam:GetInstanceProfile on ${PROFILES}`,
  'Allow iam:ListInstanceProfiles on *',
  'Allow eks:DescribeCluster on arn:{partition}:eks:{region}:{account_id}:cluster/<cluster>',
  'Allow sqs:DeleteMessage, sqs:GetQueueUrl, sqs:ReceiveMessage on {aws_sqs_queue.arn}',
  'Allow ec2:DescribeCapacityReservations, ec2:DescribeImages, ec2:DescribeInstanceStatus, ec2:DescribeInstanceTypeOfferings, ec2:DescribeInstanceTypes, ec2:DescribeInstances, ec2:DescribeLaunchTemplates, ec2:DescribePlacementGroups, ec2:DescribeSecurityGroups, ec2:DescribeSpotPriceHistory, ec2:DescribeSubnets on * if StringEquals aws:RequestedRegion {region}',
  'Allow ssm:GetParameter on arn:{partition}:ssm:{region}::parameter/aws/service/*',
  'Allow pricing:GetProducts on *',
];

const DNS = 'UDP 53, TCP 53 to namespace kubernetes.io/metadata.name=kube-system; ip_block cidr=169.254.20.10/32';
const HTTPS = 'TCP 443 to ip_block cidr=0.0.0.0/0; ip_block cidr=::/0';
const POD_IDENTITY = 'TCP 80 to ip_block cidr=169.254.170.23/32; ip_block cidr=fd00:ec2::23/128';
const server = (instance: string, callers = 'inference') => [
  `Ingress and Egress of app.kubernetes.io/instance=${instance}, app.kubernetes.io/name=triton`,
  `TCP 8000, TCP 8001 from namespace kubernetes.io/metadata.name=${callers}`,
  DNS,
  HTTPS,
];

/** One row for everything that gives rights. */
export const ROWS: Row[] = [
  ...SITES,
  ...HYBRID,
  {
    address: /^aws_eks_access_policy_association .*Access_Admin-applying-identity$/,
    text: ['arn:{partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'],
  },
  trusts(/^aws_iam_role .*Cluster_Role$/, 'eks.amazonaws.com'),
  trusts(/^aws_iam_role .*NodeRole$/, 'ec2.amazonaws.com'),
  {
    address: /^aws_iam_role .*Cluster_Role-(.+)--(.+)$/,
    text: [
      'Allow sts:AssumeRole, sts:TagSession by Service pods.eks.amazonaws.com if StringEquals aws:SourceAccount {account_id} and ' +
        'StringEquals aws:RequestTag/eks-cluster-arn arn:{partition}:eks:{region}:{account_id}:cluster/<cluster> and ' +
        'StringEquals aws:RequestTag/kubernetes-namespace <1> and StringEquals aws:RequestTag/kubernetes-service-account <2>',
    ],
  },
  {
    address: /^aws_iam_role Imported_Role-(.+)--(.+)$/,
    text: [
      'Allow sts:AssumeRoleWithWebIdentity by Federated arn:aws:iam::111122223333:oidc-provider/oidc.test/id/ABC if StringEquals ' +
        'oidc.test/id/ABC:aud sts.amazonaws.com and StringEquals oidc.test/id/ABC:sub system:serviceaccount:<1>:<2>',
    ],
  },
  {
    address: /^aws_iam_role .*FlowLogRole$/,
    text: [
      'Allow sts:AssumeRole by Service vpc-flow-logs.amazonaws.com if StringEquals aws:SourceAccount {account_id} and ArnLike ' +
        'aws:SourceArn arn:{partition}:ec2:{region}:{account_id}:vpc-flow-log/*',
    ],
  },
  {
    address: /^aws_vpc_endpoint .*Endpoint-s3$/,
    text: [
      'Allow s3:* by * on *',
      'Deny s3:AbortMultipartUpload, s3:Create*, s3:Delete*, s3:Put*, s3:Replicate*, s3:Restore* by * on * if StringNotEquals ' +
        'aws:ResourceAccount {account_id}',
    ],
  },
  {
    address: /^aws_vpc_endpoint .*Endpoint-ecr(?:api|dkr)$/,
    text: [
      'Allow ecr:* by * on *',
      'Deny ecr:CompleteLayerUpload, ecr:InitiateLayerUpload, ecr:PutImage, ecr:UploadLayerPart by * on * if StringNotEquals ' +
        'aws:ResourceAccount {account_id}',
    ],
  },
  {
    address: /^aws_vpc_endpoint .*Endpoint-sts$/,
    text: [
      'Allow sts:* by * on *',
      'Deny sts:AssumeRole, sts:GetFederationToken, sts:GetSessionToken by * on * if StringNotEquals ' +
        'aws:PrincipalAccount {account_id}',
    ],
  },
  managed(/^aws_iam_role_policy_attachment .*Policy-aws-node$/, 'AmazonEKS_CNI_Policy'),
  { address: /^aws_iam_role_policy .*ebs-csi-controller-sa_VolumeKey-\w+$/, text: VOLUMES },
  managed(/^aws_iam_role_policy_attachment .*Policy-ebs-csi-controller-sa$/, 'AmazonEBSCSIDriverPolicyV2'),
  managed(/^aws_iam_role_policy_attachment .*Cluster_Role_AmazonEKSClusterPolicy$/, 'AmazonEKSClusterPolicy'),
  managed(/^aws_iam_role_policy_attachment .*SystemNodes_NodeRole_AmazonSSM\w+$/, 'AmazonSSMManagedInstanceCore'),
  managed(/^aws_iam_role_policy_attachment .*NodeRole_AmazonEKSWorkerNodePolicy$/, 'AmazonEKSWorkerNodePolicy'),
  managed(/^aws_iam_role_policy_attachment .*NodeRole_AmazonEC2\w+$/, 'AmazonEC2ContainerRegistryPullOnly'),
  {
    address: /^aws_kms_key .*Cluster_Key$/,
    text: [
      ACCOUNT,
      'Allow kms:Decrypt*, kms:Describe*, kms:Encrypt*, kms:GenerateDataKey*, kms:ReEncrypt* by Service logs.{region}.{dns_suffix} on * ' +
        'if ArnEquals kms:EncryptionContext:aws:logs:arn arn:{partition}:logs:{region}:{account_id}:log-group:/aws/eks/<cluster>/cluster, ' +
        'arn:{partition}:logs:{region}:{account_id}:log-group:/aws/vpc/<cluster>/flow-logs',
    ],
  },
  { address: /^aws_kms_key \w+_ModelStore_Key$/, text: [ACCOUNT] },
  {
    address: /^aws_kms_key Models_Key$/,
    text: [
      ACCOUNT,
      `Allow kms:Decrypt, kms:DescribeKey by ${READERS} on *`,
      `Allow kms:Decrypt, kms:DescribeKey, kms:GenerateDataKey by ${WRITERS} on *`,
    ],
  },
  { address: /^aws_s3_bucket_policy \w+_ModelStore_Policy$/, text: TLS_ONLY },
  {
    address: /^aws_s3_bucket_policy Models_Policy$/,
    text: [
      ...TLS_ONLY,
      `Allow s3:GetBucketLocation, s3:ListBucket by ${READERS} on ${BUCKET}`,
      `Allow s3:GetObject by ${READERS} on ${BUCKET}/*`,
      `Allow s3:GetBucketLocation, s3:ListBucket, s3:ListBucketMultipartUploads by ${WRITERS} on ${BUCKET}`,
      `Allow s3:AbortMultipartUpload, s3:DeleteObject, s3:GetObject, s3:ListMultipartUploadParts, s3:PutObject by ${WRITERS} on ${BUCKET}/*`,
    ],
  },
  {
    address: /^aws_iam_role_policy .*FlowLogPolicy$/,
    text: [
      'Allow logs:CreateLogStream, logs:DescribeLogStreams, logs:PutLogEvents on {aws_cloudwatch_log_group.arn}:*',
      'Allow logs:DescribeLogGroups on *',
    ],
  },
  {
    address: /^aws_iam_role_policy (Chat|OpenAi)_Cluster_Role-inference--.*_Read-ModelStore-[0-9a-f]{8}$/,
    text: reads('llama-3.1-8b/1'),
  },
  {
    address: /^aws_iam_role_policy Cloud_Cluster_Role-inference--.*_Read-ModelStore-[0-9a-f]{8}$/,
    text: reads('deepseek/65b'),
  },
  {
    address: /^aws_iam_role_policy Cluster_Role-inference--import_ReadWrite-Models-[0-9a-f]{8}$/,
    text: writes('chat/1'),
  },
  { address: /^aws_iam_role_policy Cluster_Role-inference--import_Manifest$/, text: guards('chat/1') },
  {
    address: /^aws_iam_role_policy Cluster_Role-inference--quantize_Read-Models-[0-9a-f]{8}$/,
    text: reads('base/1', 'talks/1'),
  },
  {
    address: /^aws_iam_role_policy Cluster_Role-inference--quantize_ReadWrite-Models-[0-9a-f]{8}$/,
    text: writes('base/1-edge'),
  },
  { address: /^aws_iam_role_policy Cluster_Role-inference--quantize_Manifest$/, text: guards('base/1-edge') },
  {
    address: /^aws_iam_role_policy .*_ClusterAutoscaler$/,
    text: [
      'Allow autoscaling:DescribeAutoScalingGroups, autoscaling:DescribeAutoScalingInstances, autoscaling:DescribeLaunchConfigurations, ' +
        'autoscaling:DescribeScalingActivities, ec2:DescribeImages, ec2:DescribeInstanceTypes, ec2:DescribeLaunchTemplateVersions, ' +
        'ec2:GetInstanceTypesFromInstanceRequirements, eks:DescribeNodegroup on *',
      'Allow autoscaling:SetDesiredCapacity, autoscaling:TerminateInstanceInAutoScalingGroup on * if StringEquals ' +
        'aws:ResourceTag/k8s.io/cluster-autoscaler/<cluster> owned',
    ],
  },
  { address: /^aws_iam_role_policy .*_Karpenter$/, text: KARPENTER },
  {
    address: /^aws_iam_role_policy .*_RemoteWrite$/,
    text: [
      'Allow aps:RemoteWrite on arn:aws:aps:us-west-2:111122223333:workspace/ws-0a11ce00-0000-4000-8000-000000000001',
    ],
  },
  {
    address: /^aws_sqs_queue_policy /,
    text: [
      'Allow sqs:SendMessage by Service events.amazonaws.com, sqs.amazonaws.com on {aws_sqs_queue.arn}',
      'Deny sqs:* by * on {aws_sqs_queue.arn} if Bool aws:SecureTransport false',
    ],
  },
  { address: /^aws_vpc_security_group_\w+_rule .*Efa(To|From)Self$/, text: ['-1 all ports: the same group'] },
  { address: /^aws_vpc_security_group_ingress_rule .*EndpointIngress$/, text: ['tcp 443-443: 10.0.0.0/16'] },
  { address: /^aws_vpc_security_group_ingress_rule .*ApiFrom-102000-16$/, text: ['tcp 443-443: 10.20.0.0/16'] },
  { address: /^kubernetes_network_policy_v1 Chat_Model-.*$/, text: [...server('llama-3-1-8b'), POD_IDENTITY] },
  { address: /^kubernetes_network_policy_v1 Cloud_Model-.*$/, text: [...server('deepseek'), POD_IDENTITY] },
  { address: /^kubernetes_network_policy_v1 Chat_NetworkPolicy$/, text: server('chat') },
  { address: /^kubernetes_network_policy_v1 Fraud_NetworkPolicy$/, text: server('fraud', 'payments') },
  {
    address: /^kubernetes_network_policy_v1 OpenAi_Model-.*$/,
    text: [
      'Ingress and Egress of app.kubernetes.io/instance=llama-3-1-8b, app.kubernetes.io/name=vllm, gpu-inference-constructs/model=llama-3-1-8b',
      'TCP 8000 from namespace kubernetes.io/metadata.name=chat',
      DNS,
      HTTPS,
      POD_IDENTITY,
    ],
  },
  {
    address: /^kubernetes_network_policy_v1 Import_NetworkPolicy$/,
    text: [
      'Ingress and Egress of app.kubernetes.io/instance=import, app.kubernetes.io/name=model-import',
      DNS,
      HTTPS,
      POD_IDENTITY,
      HTTPS,
    ],
  },
  {
    address: /^kubernetes_network_policy_v1 Quantize_NetworkPolicy$/,
    text: [
      'Ingress and Egress of app.kubernetes.io/instance=quantize, app.kubernetes.io/name=model-pipeline',
      DNS,
      HTTPS,
      POD_IDENTITY,
    ],
  },
  {
    address: /^kubernetes_network_policy_v1 (.*_)?Monitoring_NetworkPolicy$/,
    text: [
      'Ingress of app.kubernetes.io/part-of=monitoring',
      'TCP 9090, TCP 9093 from namespace kubernetes.io/metadata.name=monitoring',
    ],
  },
  {
    address: /^kubernetes_network_policy_v1 Cloud_Monitoring_Grafana_NetworkPolicy$/,
    text: [
      'Ingress of app.kubernetes.io/name=grafana, app.kubernetes.io/part-of=monitoring',
      'TCP 3000 from namespace kubernetes.io/metadata.name=monitoring',
    ],
  },
  {
    address: /^kubernetes_network_policy_v1 .*Monitoring_Scrape-vllm-(.*)$/,
    text: [
      'Ingress of app.kubernetes.io/instance=<1>, app.kubernetes.io/name=vllm',
      'TCP 8000 from namespace kubernetes.io/metadata.name=monitoring, pod app.kubernetes.io/name=prometheus, pod app.kubernetes.io/part-of=monitoring',
    ],
  },
  {
    address: /^kubernetes_network_policy_v1 .*Monitoring_Scrape-kube-state-metrics$/,
    text: [
      'Ingress of app.kubernetes.io/name=kube-state-metrics, app.kubernetes.io/part-of=monitoring',
      'TCP 8080 from namespace kubernetes.io/metadata.name=monitoring, pod app.kubernetes.io/name=prometheus, pod app.kubernetes.io/part-of=monitoring',
    ],
  },
  {
    address: /^kubernetes_network_policy_v1 .*Monitoring_Scrape-triton-(.*)$/,
    text: [
      'Ingress of app.kubernetes.io/instance=<1>, app.kubernetes.io/name=triton',
      'TCP 8002 from namespace kubernetes.io/metadata.name=monitoring, pod app.kubernetes.io/name=prometheus, pod app.kubernetes.io/part-of=monitoring',
    ],
  },
];
