import { TerraformProvider, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Attributes, resolvedValue } from './resolved-value';
import { hasToken } from './tokens';
import { isUnreadable } from '../units/unreadable';

/** As whom an AWS provider acts, as far as its attributes tell at synthesis. */
interface ProviderIdentity {
  /** 12 digits of the account. @default - only Terraform knows it */
  readonly account?: string;
  /** The credentials that were given, comparable to those of another provider; empty for those of the environment. */
  readonly credentials: string;
}

const CREDENTIALS = ['profile', 'access_key', 'assume_role', 'assume_role_with_web_identity'];

/**
 * As whom the resources of a construct are made.
 *
 * @param scope the construct
 * @param provider its provider @default - the default AWS provider of its stack
 *
 * @internal
 */
export function providerIdentity(scope: IConstruct, provider?: TerraformProvider): ProviderIdentity {
  const acting = provider ?? defaultProvider(scope);
  if (!acting) return { credentials: '' };
  const json = acting.toTerraform() as { readonly provider?: { readonly [type: string]: Attributes[] } } | undefined;
  const [synthesized] = json?.provider?.[acting.terraformResourceType] ?? [];
  const attributes = resolvedValue(acting, synthesized ?? {}) as Attributes;
  const given = CREDENTIALS.filter((name) => attributes[name] !== undefined).map((name) => [name, attributes[name]]);
  return { account: accountOf(attributes), credentials: given.length > 0 ? JSON.stringify(given) : '' };
}

function accountOf({ assume_role: roles, allowed_account_ids: allowed }: Attributes): string | undefined {
  if (Array.isArray(allowed) && allowed.length === 1 && /^\d{12}$/.test(String(allowed[0]))) return String(allowed[0]);
  const last = (Array.isArray(roles) ? roles.at(-1) : roles) as Attributes | undefined;
  return typeof last?.role_arn === 'string' ? accountOfArn(last.role_arn) : undefined;
}

/**
 * The account in an ARN of IAM; undefined if it is not such an ARN, or only Terraform knows it.
 *
 * @internal
 */
export function accountOfArn(arn: string): string | undefined {
  return /^arn:[a-z-]+:iam::(\d{12}):/.exec(arn)?.[1];
}

/**
 * Where something is made or used, as far as it is known at synthesis.
 *
 * @internal
 */
export interface AwsPlace {
  readonly region?: string;
  /** 12 digits. */
  readonly account?: string;
}

/**
 * Where what belongs to a construct is made.
 *
 * @param scope the construct
 * @param provider its provider @default - the default AWS provider of its stack
 *
 * @internal
 */
export function placeAt(scope: IConstruct, provider?: TerraformProvider): AwsPlace {
  // A provider that will be mended.
  if (isUnreadable(provider)) return {};
  return { region: regionAt(scope, provider), account: providerIdentity(scope, provider).account };
}

/** Beginnings of the names of regions that are in another partition than `aws`. */
const PARTITIONS: readonly (readonly [region: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
];

/**
 * The partition of a region.
 *
 * @see https://github.com/boto/botocore/blob/develop/botocore/data/partitions.json
 *
 * @internal
 */
export function partitionOf(region: string | undefined): string | undefined {
  if (region === undefined) return undefined;
  return PARTITIONS.find(([beginning]) => region.startsWith(beginning))?.[1] ?? 'aws';
}

/**
 * The partitions of AWS that are known.
 *
 * @internal
 */
export const KNOWN_PARTITIONS: readonly string[] = ['aws', ...PARTITIONS.map(([, partition]) => partition)];

/**
 * The partition that the AWS providers of a stack act in, as far as it is known; all of them act in the same one, or in none that is sure.
 *
 * @internal
 */
export function partitionAt(scope: IConstruct): string | undefined {
  const partitions = awsProviders(scope).map((each) =>
    partitionOf(concrete((each as { readonly region?: string }).region)),
  );
  return new Set(partitions).size === 1 ? partitions[0] : undefined;
}

/**
 * The AWS provider without an alias of the stack of a construct.
 *
 * @internal
 */
export function defaultProvider(scope: IConstruct): TerraformProvider | undefined {
  return awsProviders(scope).find(({ alias }) => alias === undefined);
}

function awsProviders(scope: IConstruct): TerraformProvider[] {
  return TerraformStack.of(scope)
    .node.findAll()
    .filter((child) => TerraformProvider.isTerraformProvider(child))
    .filter(({ terraformResourceType }) => terraformResourceType === 'aws');
}

/**
 * Region in which what belongs to a construct is made, where it is known: that of the AWS provider that is passed, or of the one without an
 * alias of the stack.
 *
 * @internal
 */
export function regionAt(scope: IConstruct, provider?: TerraformProvider): string | undefined {
  return provider
    ? concrete((provider as { readonly region?: string }).region)
    : defaultRegion(TerraformStack.of(scope));
}

/**
 * Region of the AWS provider without an alias, where it is known.
 *
 * @internal
 */
export function defaultRegion(stack: TerraformStack): string | undefined {
  const regions = stack.node.findAll().flatMap((child) => {
    const isDefault =
      TerraformProvider.isTerraformProvider(child) &&
      child.terraformResourceType === 'aws' &&
      child.alias === undefined;
    return isDefault ? ((child as { readonly region?: string }).region ?? []) : [];
  });
  return regions.length === 1 ? concrete(regions[0]) : undefined;
}

function concrete(region: string | undefined): string | undefined {
  return hasToken(region) ? undefined : region;
}
