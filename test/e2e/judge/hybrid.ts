import { X509Certificate } from 'node:crypto';
import { allowsService } from './policies';
import { PRIVATE, contains, overlap, rangeOf } from './ranges';
import { Refusal, refusal, unless } from './refusal';
import { Call } from './shapes';
import { World } from './world';

const INVALID = 'InvalidParameterException';
const REMOTE = 'https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-networking.html';
const TRUST_MODEL = 'https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html';
const ACTIVATION = 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateActivation.html';

/** RFC 1918, and the range of carriers of RFC 6598. */
const REMOTE_BLOCKS = [...PRIVATE, '100.64.0.0/10'];
const DAY = 86_400;
const LONGEST_DAYS = 30;

/** What EKS says to the remote networks of a cluster. */
export function remoteNetworkRefusals(input: any, networks: readonly string[]): Refusal[] {
  const config = input.remoteNetworkConfig as { [list: string]: { readonly cidrs?: string[] }[] } | undefined;
  if (config === undefined) return [];
  const cidrs = Object.values(config).flatMap((list) => list.flatMap((it) => it.cidrs ?? []));
  const service = input.kubernetesNetworkConfig?.serviceIpv4Cidr as string | undefined;
  const taken = [...networks, ...(service ? [service] : [])];
  return [
    ...unless(
      /^API/.test((input.accessConfig?.authenticationMode as string | undefined) ?? 'CONFIG_MAP'),
      INVALID,
      'remote networks with authentication mode CONFIG_MAP; API or API_AND_CONFIG_MAP',
      'https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-cluster-create.html',
    ),
    ...cidrs.flatMap((cidr, at) => [
      ...unless(
        rangeOf(cidr) !== undefined && REMOTE_BLOCKS.some((block) => contains(block, cidr)),
        INVALID,
        `remote network ${cidr}; a block of ${REMOTE_BLOCKS.join(', ')}`,
        REMOTE,
      ),
      ...[...taken, ...cidrs.slice(0, at)]
        .filter((other) => overlap(cidr, other))
        .map((other) => refusal(INVALID, `remote network ${cidr} overlaps ${other}`, REMOTE)),
    ]),
  ];
}

/** What Roles Anywhere says to a call, and what keeps every certificate from credentials. */
export function rolesAnywhereRefusals({ operation, input }: Call, world: World): Refusal[] {
  if (operation === 'CreateTrustAnchor') {
    const { sourceType, sourceData } = input.source as { sourceType?: string; sourceData?: any };
    return unless(
      sourceType !== 'CERTIFICATE_BUNDLE' || isAuthority(sourceData?.x509CertificateData as string),
      'ValidationException',
      'the bundle of a trust anchor has a certificate that cannot be read, or that is of no authority (CA:true)',
      TRUST_MODEL,
    );
  }
  if (operation !== 'CreateProfile') return [];
  return (input.roleArns as string[]).flatMap((arn) => {
    const trust = world.roles.get(arn);
    const lacking = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'].filter(
      (action) => trust !== undefined && !allowsService(trust, 'rolesanywhere.amazonaws.com', action),
    );
    return [
      ...unless(world.roles.has(arn), 'ResourceNotFoundException', `the role ${arn} does not exist`),
      ...unless(
        lacking.length === 0,
        'AccessDeniedException',
        `trust policy of ${arn} does not let rolesanywhere.amazonaws.com do ${lacking.join(', ')}`,
        TRUST_MODEL,
      ),
    ];
  });
}

/** What Systems Manager says to a call. */
export function activationRefusals({ operation, input }: Call, world: World): Refusal[] {
  if (operation !== 'CreateActivation') return [];
  const name = (input.IamRole as string).replace(/^.*\//, '');
  const arn = world.roleNamed(name);
  const trust = arn && world.roles.get(arn);
  // JSON has seconds since 1970.
  const days = (Number(input.ExpirationDate ?? Date.now() / 1000 + DAY) - Date.now() / 1000) / DAY;
  return [
    ...unless(arn !== undefined, 'ValidationException', `nonexistent role ${name}`, ACTIVATION),
    ...unless(
      !trust || allowsService(trust, 'ssm.amazonaws.com', 'sts:AssumeRole'),
      'ValidationException',
      `missing ssm service principal in the trust policy of role ${name}`,
      ACTIVATION,
    ),
    ...unless(
      days > 0 && days <= LONGEST_DAYS,
      'ValidationException',
      `an activation that expires in ${Math.round(days)} days; at most ${LONGEST_DAYS}, and not in the past`,
      ACTIVATION,
    ),
  ];
}

function isAuthority(bundle: string): boolean {
  const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    return certificates.length > 0 && certificates.every((each) => new X509Certificate(each).ca);
  } catch {
    return false;
  }
}
