/**
 * A label that something other than a pool sets on nodes.
 *
 * @internal
 */
interface LabelRow {
  /** Its key. */
  readonly key: string;
  /** Whether all nodes of EKS have it, so that nobody has to set it. @default false */
  readonly isGiven?: boolean;
}

const given = (...keys: string[]): LabelRow[] => keys.map((key) => ({ key, isGiven: true }));
const possible = (...keys: string[]): LabelRow[] => keys.map((key) => ({ key }));

/** Labels by their whole keys. */
const LABELS: readonly LabelRow[] = [
  // Kubelets, and the part of the control plane that knows the cloud.
  // https://kubernetes.io/docs/reference/labels-annotations-taints/
  ...given('kubernetes.io/hostname', 'kubernetes.io/arch', 'kubernetes.io/os'),
  ...given('beta.kubernetes.io/arch', 'beta.kubernetes.io/os', 'beta.kubernetes.io/instance-type'),
  ...given('node.kubernetes.io/instance-type', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region'),
  ...given('failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region'),
  // AWS's cloud controller, which EKS runs; the layers of the network (below) on types that EC2 describes the topology of.
  // https://github.com/kubernetes/cloud-provider-aws/blob/master/pkg/providers/v1/well_known_labels.go
  ...possible('topology.k8s.aws/zone-id'),
  // Nodes of UltraServers and capacity blocks.
  // https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-eks-operate-console-ui-governance-tasks-scheduling.html
  // https://github.com/NVIDIA/NVSentinel (labels that its metadata takes from nodes)
  ...possible('topology.k8s.aws/ultraserver-id', 'topology.k8s.aws/capacity-block-id'),
  // The user data of EKS's images.
  // https://github.com/awslabs/amazon-eks-ami
  ...possible('k8s.io/cloud-provider-aws'),
  // Managed node groups.
  // https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
  ...possible('eks.amazonaws.com/nodegroup', 'eks.amazonaws.com/nodegroup-image', 'eks.amazonaws.com/capacityType'),
  ...possible('eks.amazonaws.com/sourceLaunchTemplateId', 'eks.amazonaws.com/sourceLaunchTemplateVersion'),
  // EKS Auto Mode; what an instance has is below.
  // https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
  ...possible('eks.amazonaws.com/compute-type', 'eks.amazonaws.com/nodeclass'),
  // The node plugin of the EBS CSI driver, until its release that uses the zone label of Kubernetes alone.
  // https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/pkg/driver/constants.go
  ...possible('topology.ebs.csi.aws.com/zone'),
  // The VPC CNI with interfaces for security groups of pods.
  // https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html
  ...possible('vpc.amazonaws.com/has-trunk-attached'),
  // Karpenter.
  // https://karpenter.sh/docs/concepts/scheduling/#labels
  ...possible('karpenter.sh/nodepool', 'karpenter.sh/capacity-type', 'karpenter.sh/initialized'),
  ...possible('karpenter.sh/registered', 'karpenter.sh/do-not-sync-taints'),
];

/** Labels by patterns of their keys: those that are numbered, that describe hardware, or that rules of users name. */
const LABEL_FAMILIES: readonly RegExp[] = [
  // AWS's cloud controller: layer 1 is farthest from the instance.
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ec2-instance-topology-works.html
  /^topology\.k8s\.aws\/network-node-layer-[1-9]$/,
  // EKS Auto Mode.
  // https://docs.aws.amazon.com/eks/latest/userguide/create-node-pool.html
  /^eks\.amazonaws\.com\/instance-/,
  // https://karpenter.sh/docs/concepts/scheduling/#labels
  /^karpenter\.k8s\.aws\//,
  // https://kubernetes-sigs.github.io/node-feature-discovery/stable/usage/features.html
  /^feature\.node\.kubernetes\.io\//,
  // https://github.com/NVIDIA/k8s-device-plugin/tree/main/docs/gpu-feature-discovery
  /^nvidia\.com\/(cuda\.|gfd\.|mig[.-]|mps\.|vgpu\.)/,
  /^nvidia\.com\/gpu\.(clique|compute|count|family|imex|machine|memory|mode|product|replicas|sharing)/,
];

/** Domains that Kubernetes and EKS keep for themselves: an administrator may have set a label of them that has no row. */
const KEPT_DOMAINS: readonly RegExp[] = [
  /(^|\.)(kubernetes|k8s)\.io\//,
  /^(eks|topology)\.amazonaws\.com\//,
  /^karpenter\./,
];

const BY_KEY: ReadonlyMap<string, LabelRow> = new Map(LABELS.map((row) => [row.key, row]));

/** The keys of the labels that have a row. @internal */
export const TABLED_LABELS: readonly string[] = [...BY_KEY.keys()];

/**
 * Whether it is known who sets a label.
 *
 * @internal
 */
export function isTabled(key: string): boolean {
  return BY_KEY.has(key) || LABEL_FAMILIES.some((pattern) => pattern.test(key));
}

/**
 * Whether a label may be set by something other than pools: by what is in the table, or by someone who administers nodes.
 *
 * @internal
 */
export function isWellKnown(key: string): boolean {
  return isTabled(key) || KEPT_DOMAINS.some((pattern) => pattern.test(key));
}

/**
 * Whether nodes get a label by themselves, from kubelets, EKS or Karpenter, so that nobody has to set it.
 *
 * @internal
 */
export function isGiven(key: string): boolean {
  return BY_KEY.get(key)?.isGiven === true || /^((eks|topology)\.amazonaws\.com|karpenter\.(sh|k8s\.aws))\//.test(key);
}
