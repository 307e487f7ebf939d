import { Fault, fault } from '../../units/fault';
import { ownValue } from '../../units/own-value';
/**
 * NVIDIA device plugin: v0.19.3, the release that GPU operator 26.3.3 ships (deployments/gpu-operator/values.yaml) and that its own
 * manifests name.
 *
 * @see https://github.com/NVIDIA/k8s-device-plugin/blob/v0.19.3/deployments/static/nvidia-device-plugin.yml
 *
 * @internal
 */
export const NVIDIA_DEVICE_PLUGIN_IMAGE = 'nvcr.io/nvidia/k8s-device-plugin:v0.19.3';

/**
 * EFA device plugin: what chart 0.5.30 of aws/eks-charts (commit 5239609) installs. By its path alone, as a mirror has it; the registries of EKS are
 * AWS's own, one for each region.
 *
 * @see https://github.com/aws/eks-charts/blob/master/stable/aws-efa-k8s-device-plugin/values.yaml
 *
 * @internal
 */
export const EFA_DEVICE_PLUGIN = 'eks/aws-efa-k8s-device-plugin:v0.5.20';

/**
 * Exporter of GPU metrics, in the release of May 2026, which GPU operator 26.3.3 ships too.
 *
 * @see https://github.com/NVIDIA/dcgm-exporter/blob/4.5.3-4.8.2/dcgm-exporter.yaml
 *
 * @internal
 */
export const DCGM_EXPORTER_IMAGE = 'nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless';

/**
 * First release of the EFA plugin for types that earlier releases count wrongly, taking NVLink devices for EFA. These are releases of the
 * image, not of the chart: chart 0.5.10 (aws/eks-charts 2a91e36) introduced image v0.5.6. No source mentions p6-b300; its NVLink is the
 * same.
 */
const MIN_EFA_PLUGIN_VERSION: { readonly [type: string]: readonly number[] } = {
  'p6-b200.48xlarge': [0, 5, 6],
  'p6-b300.48xlarge': [0, 5, 6],
};

/**
 * What is wrong with an image of the EFA plugin for the nodes it must serve. A tag that is not a release is accepted.
 *
 * @see https://github.com/aws/sagemaker-hyperpod-cli/issues/282
 * @see https://github.com/aws-ia/terraform-aws-eks-data-addons/issues/53
 *
 * @internal
 */
export function efaPluginFaults(image: string, instanceTypes: readonly string[]): Fault[] {
  const release = /:v(\d+)\.(\d+)\.(\d+)[^/:]*$/.exec(image)?.slice(1).map(Number);
  if (!release) return [];
  return [...new Set(instanceTypes)].sort().flatMap((type) => {
    const lowest = ownValue(MIN_EFA_PLUGIN_VERSION, type);
    const different = lowest?.findIndex((part, index) => part !== release[index]) ?? -1;
    if (!lowest || different < 0 || release[different] > lowest[different]) return [];
    return [
      fault(
        'EFA_PLUGIN_TOO_OLD',
        'efaPluginImage',
        `EFA plugin '${image}' is too old for ${type}: it would count NVLink devices as EFA; use v${lowest.join('.')} or later`,
      ),
    ];
  });
}

/** Account that the registry of EKS belongs to in most regions. */
const COMMON_ACCOUNT = '602401143452';

/** Region whose registry the chart of the plugin names. */
const CHART_REGION = 'us-west-2';

/**
 * Accounts of the other regions: the user guide's table 'View Amazon container image registries for Amazon EKS add-ons'
 * (awsdocs/amazon-eks-user-guide 1cc6ebb), every row of which is here.
 */
const ACCOUNTS: { readonly [region: string]: string } = {
  'af-south-1': '877085696533',
  'ap-east-1': '800184023465',
  'ap-east-2': '533267051163',
  'ap-northeast-1': COMMON_ACCOUNT,
  'ap-northeast-2': COMMON_ACCOUNT,
  'ap-northeast-3': COMMON_ACCOUNT,
  'ap-south-1': COMMON_ACCOUNT,
  'ap-south-2': '900889452093',
  'ap-southeast-1': COMMON_ACCOUNT,
  'ap-southeast-2': COMMON_ACCOUNT,
  'ap-southeast-3': '296578399912',
  'ap-southeast-4': '491585149902',
  'ap-southeast-5': '151610086707',
  'ap-southeast-6': '333609536671',
  'ap-southeast-7': '121268973566',
  'ca-central-1': COMMON_ACCOUNT,
  'ca-west-1': '761377655185',
  'cn-north-1': '918309763551',
  'cn-northwest-1': '961992271922',
  'eu-central-1': COMMON_ACCOUNT,
  'eu-central-2': '900612956339',
  'eu-north-1': COMMON_ACCOUNT,
  'eu-south-1': '590381155156',
  'eu-south-2': '455263428931',
  'eu-west-1': COMMON_ACCOUNT,
  'eu-west-2': COMMON_ACCOUNT,
  'eu-west-3': COMMON_ACCOUNT,
  'eusc-de-east-1': '877088126301',
  'il-central-1': '066635153087',
  'me-central-1': '759879836304',
  'me-south-1': '558608220178',
  'mx-central-1': '730335286997',
  'sa-east-1': COMMON_ACCOUNT,
  'us-east-1': COMMON_ACCOUNT,
  'us-east-2': COMMON_ACCOUNT,
  'us-gov-east-1': '151742754352',
  'us-gov-west-1': '013241004608',
  'us-west-1': COMMON_ACCOUNT,
  'us-west-2': COMMON_ACCOUNT,
};

/**
 * Image of the EFA device plugin in the registry of a region, so that nodes behind an ECR endpoint, and those of other partitions,
 * can pull it.
 *
 * @param region region of the cluster; where it is not known, the registry that the plugin's own chart names
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html
 *
 * @internal
 */
export function efaDevicePluginImage(region = CHART_REGION): string {
  const account = ownValue(ACCOUNTS, region) ?? COMMON_ACCOUNT;
  return `${account}.dkr.ecr.${region}.${dnsSuffix(region)}/${EFA_DEVICE_PLUGIN}`;
}

/**
 * The fault of a region without a known EKS registry.
 *
 * @internal
 */
export function efaRegionFaults(region: string | undefined): Fault[] {
  if (region === undefined || Object.hasOwn(ACCOUNTS, region)) return [];
  return [
    fault(
      'UNKNOWN_VALUE',
      'region',
      `no registry of the EFA device plugin is known for region '${region}'; pass efaPluginImage, or one of the regions ` +
        Object.keys(ACCOUNTS).join(', '),
    ),
  ];
}

function dnsSuffix(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  return region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
}
