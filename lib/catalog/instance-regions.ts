import { ownValue } from '../units/own-value';

/** Where g4dn is sold whole, metal included. */
const EVERY_G4DN =
  'af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 cn-north-1 ' +
  'cn-northwest-1 eu-central-1 eu-north-1 eu-south-1 eu-west-1 eu-west-2 eu-west-3 me-south-1 sa-east-1 us-east-1 us-east-2 us-gov-west-1 ' +
  'us-west-1 us-west-2';

/** Where parts of GPUs are sold. */
const EVERY_G6F =
  'ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-2 ca-central-1 eu-central-1 eu-north-1 eu-south-2 eu-west-2 sa-e' +
  'ast-1 us-east-1 us-east-2 us-west-2';

/**
 * Regions in which AWS sells an instance type on demand, by type, else by family.
 *
 * Source: the list of instance types of each region that cfn-lint generates from the price lists of AWS, in release 1.58.0 of 2026-10-20
 * (src/cfnlint/data/schemas/extensions/aws_ec2_instance/instancetype_enum.json, https://github.com/aws-cloudformation/cfn-lint). AWS only ever
 * adds regions; a later one is said by `GpuInstanceType.offeredIn`. Capacity Blocks are sold in other regions as well.
 */
const REGIONS: { readonly [typeOrFamily: string]: string } = {
  p3:
    'ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 ca-central-1 cn-north-1 cn-northwest-1 eu-central-1 eu-west-1 eu-west-2 ' +
    'us-east-1 us-east-2 us-gov-west-1 us-west-2',
  p3dn: 'ap-northeast-1 eu-west-1 us-east-1 us-gov-east-1 us-gov-west-1 us-west-2',
  p4d:
    'ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 cn-northwest-1 eu-central-1 eu-north-1 eu-west-1 ' +
    'eu-west-2 sa-east-1 us-east-1 us-east-2 us-gov-west-1 us-west-2',
  p4de: 'ap-northeast-1 ap-southeast-1 eu-central-1 il-central-1 us-east-1 us-west-2',
  'p5.4xlarge':
    'ap-northeast-1 ap-south-1 ap-southeast-2 ap-southeast-3 eu-north-1 eu-west-2 sa-east-1 us-east-1 us-east-2 us-gov-west-1 us-west-2',
  'p5.48xlarge':
    'ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-2 ap-southeast-3 ca-central-1 eu-north-1 eu-west-2 sa-east-1 us-east-1 us-east-2 ' +
    'us-gov-west-1 us-west-1 us-west-2',
  p5e: 'us-east-2',
  p5en:
    'ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-3 eu-north-1 eu-south-2 me-central-1 us-east-1 us-east-2 us-gov-west-1 us-west-1 ' +
    'us-west-2',
  'p6-b200': 'ap-south-1 ap-south-2 eu-north-1 eu-west-3 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-2',
  'p6-b300': 'ap-northeast-2 ap-south-2 ap-southeast-3 eu-west-2 sa-east-1 us-east-1 us-gov-east-1 us-west-2',
  g4dn: `${EVERY_G4DN} us-gov-east-1`,
  'g4dn.metal': EVERY_G4DN,
  g5:
    'ap-east-1 ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-2 ap-southeast-3 ca-central-1 cn-north-1 cn-northwest-1 eu-central-1 ' +
    'eu-north-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 sa-east-1 us-east-1 us-east-2 us-west-2',
  g6:
    'ap-northeast-1 ap-northeast-2 ap-south-1 ap-south-2 ap-southeast-2 ap-southeast-5 ca-central-1 eu-central-1 eu-central-2 eu-north-1 ' +
    'eu-south-2 eu-west-2 eu-west-3 me-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-2',
  g6f: EVERY_G6F,
  gr6f: EVERY_G6F,
  gr6:
    'ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-2 ap-southeast-5 ca-central-1 eu-central-1 eu-central-2 eu-north-1' +
    ' eu-south-2 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-2',
  g7: 'eu-central-1 eu-north-1 eu-south-2 us-east-1 us-east-2 us-west-2',
  g7e:
    'ap-northeast-1 ap-northeast-2 ap-south-1 ap-southeast-3 ap-southeast-5 eu-central-1 eu-north-1 eu-south-2 eu-west-2 us-east-1 ' +
    'us-east-2 us-west-2',
  g6e:
    'ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 eu-central-1 eu-north-1 eu-south-2 me-central-1 us-east-1 us-east-2 ' +
    'us-west-2',
};

/**
 * Families that are sold as Capacity Blocks for ML.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html
 */
const CAPACITY_BLOCK_FAMILIES = ['p4d', 'p4de', 'p5', 'p5e', 'p5en', 'p6-b200', 'p6-b300', 'p6e-gb200'];

/**
 * The regions in which AWS sells an instance type on demand; undefined if that is not known.
 *
 * @internal
 */
export function regionsOf(typeName: string): string[] | undefined {
  return (ownValue(REGIONS, typeName) ?? ownValue(REGIONS, familyOf(typeName)))?.split(' ').sort();
}

/**
 * Whether an instance type is sold as a Capacity Block; undefined if that is not known.
 *
 * @internal
 */
export function hasCapacityBlocks(typeName: string): boolean | undefined {
  const sold = CAPACITY_BLOCK_FAMILIES.includes(familyOf(typeName));
  return !sold && regionsOf(typeName) === undefined ? undefined : sold;
}

/** Regions without any type of this table. */
const WITHOUT_GPUS = ['ap-east-2', 'ap-southeast-4', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'mx-central-1'];

/**
 * The regions of which the table knows what AWS sells there, sorted.
 *
 * @internal
 */
export const KNOWN_REGIONS: readonly string[] = [
  ...new Set([...WITHOUT_GPUS, ...Object.values(REGIONS).flatMap((regions) => regions.split(' '))]),
].sort();

/**
 * Whether the table knows what AWS sells in a region.
 *
 * @internal
 */
export function isKnownRegion(region: string): boolean {
  return KNOWN_REGIONS.includes(region);
}

function familyOf(typeName: string): string {
  return typeName.split('.')[0];
}
