import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { AwsPlace, partitionOf } from './aws-provider';
import { hasToken } from './tokens';

/**
 * The parts of an Amazon Resource Name.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 *
 * @internal
 */
export interface AwsArn {
  readonly partition: string;
  readonly service: string;
  /** Empty for what is in no region, such as a role. */
  readonly region: string;
  /** 12 digits, `aws` for what AWS owns, or empty. */
  readonly account: string;
  readonly resource: string;
}

const ARN = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws|):([\x21-\x7e]+)$/;

/**
 * The parts of an ARN; undefined for any other text.
 *
 * @internal
 */
export function awsArn(text: string): AwsArn | undefined {
  const [, partition, service, region, account, resource] = (typeof text === 'string' && ARN.exec(text)) || [];
  return partition === undefined ? undefined : { partition, service, region, account, resource };
}

/** What an ARN must be. */
interface ArnKind {
  /** What it is the ARN of, e.g. `a KMS key`. */
  readonly of: string;
  readonly example: string;
  readonly service: string;
  readonly resource: RegExp;
  /** What a text is instead, where that can be told. */
  readonly mistaken?: (text: string) => string | undefined;
  /** Whether what it names must be in the account of what uses it. */
  readonly isOfSameAccount: boolean;
}

const KEY: ArnKind = {
  of: 'a KMS key',
  example: 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  service: 'kms',
  resource: /^key\/[A-Za-z0-9-]+$/,
  mistaken: (text) => {
    if (/(^|:)alias\//.test(text)) return 'that is an alias, which no policy of IAM matches; give the ARN of its key';
    return /^(mrk-)?[0-9a-f-]{32,36}$/.test(text) ? 'that is the id of a key alone; give its ARN' : undefined;
  },
  isOfSameAccount: false,
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
const ROLE: ArnKind = {
  of: 'an IAM role',
  example: 'arn:aws:iam::123456789012:role/nodes',
  service: 'iam',
  resource: /^role\/([\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}$/,
  mistaken: (text) => {
    if (/:instance-profile\//.test(text)) return 'that is an instance profile; give the ARN of its role';
    return /:assumed-role\//.test(text) ? 'that is a session; give the ARN of its role' : undefined;
  },
  isOfSameAccount: true,
};

/**
 * Whoever signs in to a cluster may be of another account; service-linked roles are not taken.
 *
 * @see https://github.com/aws/containers-roadmap/issues/185
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/36447
 */
const PRINCIPAL: ArnKind = {
  of: 'an IAM role or user',
  example: 'arn:aws:iam::123456789012:role/Platform',
  service: 'iam',
  resource: /^((role|user)\/(?!aws-service-role\/)([\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64}|root)$/,
  mistaken: (text) => {
    if (/:role\/aws-service-role\//.test(text)) return 'that is a service-linked role, which EKS lets nobody in by';
    return /:assumed-role\//.test(text) ? 'that is a session; give the ARN of its role' : undefined;
  },
  isOfSameAccount: false,
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html */
const POLICY: ArnKind = {
  of: 'an IAM policy',
  example: 'arn:aws:iam::123456789012:policy/boundary',
  service: 'iam',
  resource: /^policy\/[\x21-\x7e]+$/,
  isOfSameAccount: true,
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html */
const OIDC_PROVIDER: ArnKind = {
  of: "the cluster's OpenID Connect provider in IAM",
  example:
    'arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
  service: 'iam',
  resource: /^oidc-provider\/[A-Za-z0-9.:-]+\/id\/[A-Za-z0-9]+$/,
  mistaken: (text) =>
    /^(https?:\/\/)?oidc[.-]eks\./.test(text)
      ? 'that is the URL of the issuer; give the ARN of the provider that IAM has for it'
      : undefined,
  isOfSameAccount: true,
};

/**
 * Events are sent to topics of their own region only, and to a FIFO topic only with a group.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
 */
const TOPIC: ArnKind = {
  of: 'an SNS topic',
  example: 'arn:aws:sns:eu-central-1:123456789012:gpu',
  service: 'sns',
  resource: /^[A-Za-z0-9_-]{1,256}$/,
  mistaken: (text) => {
    if (/\.fifo$/.test(text)) return 'that is a FIFO topic, which takes no such events; give a standard topic';
    return /^arn:aws[a-z-]*:sns:[^:]*:[^:]*:[^:]+:/.test(text)
      ? 'that is a subscription; give the ARN of its topic'
      : undefined;
  },
  isOfSameAccount: false,
};

/**
 * The faults of the ARN of a KMS key: another text, such as an alias, or a key of another region than what it encrypts.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 *
 * @internal
 */
export function keyArnFaults(property: string, arn: string | undefined, place?: AwsPlace): Fault[] {
  return arnFaults(property, arn, KEY, place);
}

/**
 * The faults of the ARN of a role that exists.
 *
 * @param place where it is used
 *
 * @internal
 */
export function roleArnFaults(property: string, arn: string | undefined, place?: AwsPlace): Fault[] {
  return arnFaults(property, arn, ROLE, place);
}

/**
 * The faults of the ARN of a role that is taken on, or let in, and may be of another account.
 *
 * @param place where it is used
 *
 * @internal
 */
export function foreignRoleArnFaults(property: string, arn: string | undefined, place: AwsPlace = {}): Fault[] {
  return arnFaults(property, arn, { ...ROLE, isOfSameAccount: false }, place);
}

/**
 * The faults of the ARN of a role or user that is let in to a cluster, of whichever account.
 *
 * @param place where the cluster is
 *
 * @internal
 */
export function principalArnFaults(property: string, arn: string | undefined, place?: AwsPlace): Fault[] {
  return arnFaults(property, arn, PRINCIPAL, place);
}

/**
 * The faults of the ARN of a policy that bounds roles: AWS's own, or one of their account.
 *
 * @internal
 */
export function boundaryArnFaults(property: string, arn: string | undefined, place?: AwsPlace): Fault[] {
  return arnFaults(property, arn, POLICY, place);
}

/**
 * The faults of the ARN of an SNS topic that is to be sent events.
 *
 * @internal
 */
export function topicArnFaults(property: string, arn: string | undefined, place?: AwsPlace): Fault[] {
  return arnFaults(property, arn, TOPIC, place);
}

/**
 * The faults of the ARN of a cluster's OpenID Connect provider. Its path is that of the issuer, which has the region of the cluster in its host.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html
 *
 * @internal
 */
export function oidcProviderArnFaults(property: string, arn: string | undefined, place?: AwsPlace): Fault[] {
  const faults = arnFaults(property, arn, OIDC_PROVIDER, place);
  if (arn === undefined || hasToken(arn) || faults.length > 0) return faults;
  const region = /\/oidc[.-]eks\.([a-z0-9-]+)\./.exec(arn)?.[1];
  if (region === undefined || place?.region === undefined || region === place.region) return [];
  return [otherRegion(property, arn, region, place.region)];
}

function arnFaults(property: string, arn: string | undefined, kind: ArnKind, place: AwsPlace = {}): Fault[] {
  if (arn === undefined || hasToken(arn)) return [];
  const parts = awsArn(arn);
  if (parts === undefined || !isOfKind(parts, kind)) return [wrongForm(property, arn, kind)];
  const { partition, region, account } = parts;
  const partitions = [partitionOf(region || undefined), partitionOf(place.region)];
  const other = partitions.find((each) => each !== undefined && each !== partition);
  if (other !== undefined) {
    const reason = `${property} must be of partition '${other}', as its region is; got ${givenValue(arn)}`;
    return [fault('ARN_OF_OTHER_PARTITION', property, reason)];
  }
  if (region !== '' && place.region !== undefined && region !== place.region)
    return [otherRegion(property, arn, region, place.region)];
  if (!kind.isOfSameAccount || place.account === undefined || account === 'aws' || account === place.account) return [];
  const reason = `${property} must be of account ${place.account}, in which it is used; got ${givenValue(arn)} of account ${account}`;
  return [fault('ARN_OF_OTHER_ACCOUNT', property, reason)];
}

function isOfKind({ service, region, account, resource }: AwsArn, kind: ArnKind): boolean {
  const isRegional = kind.service !== 'iam';
  return (
    service === kind.service &&
    (region !== '') === isRegional &&
    (/^\d{12}$/.test(account) || (kind === POLICY && account === 'aws')) &&
    kind.resource.test(resource)
  );
}

function wrongForm(property: string, arn: string, { of, example, mistaken }: ArnKind): Fault {
  const instead = typeof arn === 'string' ? mistaken?.(arn) : undefined;
  const reason = `${property} must be the ARN of ${of}, e.g. '${example}'; got ${givenValue(arn)}${instead ? `: ${instead}` : ''}`;
  return fault('INVALID_FORMAT', property, reason);
}

function otherRegion(property: string, arn: string, region: string, place: string): Fault {
  const reason = `${property} must be of ${place}, in which it is used; got ${givenValue(arn)} of ${region}`;
  return fault('ARN_OF_OTHER_REGION', property, reason);
}
