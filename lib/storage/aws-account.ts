import { TerraformProvider, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { Attributes, resolvedValue } from '../kubernetes/object-attributes';

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

function defaultProvider(scope: IConstruct): TerraformProvider | undefined {
  return TerraformStack.of(scope)
    .node.findAll()
    .filter((child) => TerraformProvider.isTerraformProvider(child))
    .find(({ terraformResourceType, alias }) => terraformResourceType === 'aws' && alias === undefined);
}
