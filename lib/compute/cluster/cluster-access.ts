import { Fault, fault } from '../../units/fault';
import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsIamSessionContext } from '@cdktf/provider-aws/lib/data-aws-iam-session-context';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { EksAccessPolicyAssociation } from '@cdktf/provider-aws/lib/eks-access-policy-association';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { principalArnFaults } from '../../core/aws-arn';
import { AwsPlace, placeAt } from '../../core/aws-provider';
import { throwIfInvalid } from '../../core/errors';
import { concreteFault, hasToken } from '../../core/tokens';
import { duplicateFaults } from '../../units/duplicate-faults';
import { escapeTemplate } from '../../core/template-escape';
import { knownListFaults } from '../../core/text-list';
import { allOf } from '../../units/unreadable';

/** Properties of `ClusterAccess`. */
interface ClusterAccessProps {
  /** Reference to the name of the cluster. */
  readonly clusterName: string;
  readonly admins?: string[];
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * Access to the Kubernetes API: one access entry per administrator, and nothing else.
 *
 * @internal
 */
export class ClusterAccess extends Construct {
  private readonly principals = new Set<string>();
  private readonly associations: ITerraformDependable[] = [];
  private readonly partition: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: ClusterAccessProps,
  ) {
    super(scope, id);
    const { provider } = props;
    this.partition = new DataAwsPartition(this, 'Partition', { provider }).partition;
    if (props.admins) {
      for (const principal of props.admins)
        this.grantAdmin(principal.split(':').slice(5).join(':').replace(/\//g, '-'), principal);
    } else {
      this.grantAdmin('applying-identity', this.applyingIdentity());
    }
  }

  /** The associations: Kubernetes objects are made after them and destroyed before them. */
  public get ready(): ITerraformDependable[] {
    return [...this.associations];
  }

  /** Makes a principal an administrator of the cluster. Throws a `ValidationError` for one that is no role or user, or that is one already. */
  public grantAdmin(id: string, principalArn: string): void {
    const { provider, clusterName, tags } = this.props;
    const place = placeAt(this, provider);
    throwIfInvalid(this, [
      ...principalArnFaults('principalArn', principalArn, place),
      ...(this.principals.has(principalArn) ? [secondEntryFault(principalArn)] : []),
    ]);
    this.principals.add(principalArn);
    const entry = new EksAccessEntry(this, `Entry-${id}`, {
      provider,
      clusterName,
      principalArn: escapeTemplate(principalArn),
      type: 'STANDARD',
      tags,
    });
    this.associations.push(
      new EksAccessPolicyAssociation(this, `Admin-${id}`, {
        provider,
        clusterName,
        principalArn: entry.principalArn,
        policyArn: `arn:${this.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: 'cluster' },
      }),
    );
  }

  /** The role behind the session that applies the stack; access entries are for roles, not for sessions. */
  private applyingIdentity(): string {
    const { provider } = this.props;
    const caller = new DataAwsCallerIdentity(this, 'Caller', { provider });
    return new DataAwsIamSessionContext(this, 'CallerRole', { provider, arn: caller.arn }).issuerArn;
  }
}

/** @see https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html */
function secondEntryFault(principalArn: string): Fault {
  const given = hasToken(principalArn) ? '' : ` '${principalArn}'`;
  const reason = `principalArn${given} administers the cluster already, and AWS refuses a second access entry of a principal; remove one of the two`;
  return fault('DUPLICATE', 'principalArn', reason);
}

/**
 * The faults of the administrators that a user names.
 *
 * @param place where the cluster is
 *
 * @internal
 */
export function adminFaults(admins?: string[], place?: AwsPlace): Fault[] {
  if (admins === undefined) return [];
  const why = 'access entries get their ids from it; for a principal of the same stack call grantAdmin(id, arn)';
  const unlisted = knownListFaults('admins', admins, why);
  if (unlisted.length > 0) return unlisted;
  return allOf(
    () =>
      admins.length === 0
        ? [
            fault(
              'EMPTY_LIST',
              'admins',
              'admins must name at least one principal, or no one could reach the cluster; leave it out for the identity that applies',
            ),
          ]
        : [],
    () =>
      admins.flatMap((arn, index) => {
        const unknown = concreteFault(`admins[${index}]`, arn, why);
        return unknown.length > 0 ? unknown : principalArnFaults(`admins[${index}]`, arn, place);
      }),
    () => duplicateFaults('admins', admins),
  );
}
