import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { boundaryArnFaults } from '../../core/aws-arn';
import { placeAt } from '../../core/aws-provider';
import { IServiceAccountRole } from '../../core/aws-role';
import { returned } from '../../core/errors';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { policyStatementFaults } from '../../core/policy-statement';
import { addRolePolicies } from '../../core/role-policies';
import { escapeTemplates } from '../../core/template-escape';
import { knownListFaults } from '../../core/text-list';
import { hasToken } from '../../core/tokens';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { roleAnnotations } from '../../kubernetes/model-store-access';
import { objectNameFaults } from '../../kubernetes/object-name';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { PodAdditions } from './pod-additions';

/** What users say of whom the pods act as, with what these need. */
interface GivenAccount extends PodAdditions {
  readonly cluster: IKubernetesCluster;
  readonly modelStore: IModelStore;
}

/**
 * Servers whose pods act as one service account.
 *
 * @internal
 */
export interface AccountOf {
  readonly given: GivenAccount;
  /** Name of the Kubernetes objects. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: { [key: string]: string };
  /** What they read. */
  readonly copies: readonly { readonly model: string; readonly version: string }[];
}

/**
 * Whom the pods of servers act as.
 *
 * @internal
 */
export interface PodAccount {
  readonly name: string;
  /** The account, where it is made here. */
  readonly made: readonly ITerraformDependable[];
  /** What it was granted, which must exist before the pods start. */
  readonly granted: readonly ITerraformDependable[];
}

/**
 * The service account of servers, with a role that may read their weights: the user's own, of which nothing is made, or one of their name.
 *
 * @internal
 */
export function podAccount(owner: Construct, server: AccountOf, before: ITerraformDependable[]): PodAccount {
  const { given, name, namespace, labels } = server;
  if (given.serviceAccountName !== undefined) return { name: given.serviceAccountName, made: [], granted: [] };
  const role = podRole(owner, server);
  const own = roleAnnotations(role);
  const { serviceAccountAnnotations: added } = given;
  const account = new ServiceAccountV1(owner, 'ServiceAccount', {
    ...kubernetesMeta(owner, given.cluster, before),
    metadata: {
      name,
      namespace,
      labels: { ...labels, ...MANAGED_BY },
      // None rather than an empty map, which would be a change of what runs.
      annotations: added === undefined ? own : { ...escapeTemplates(added), ...own },
    },
    automountServiceAccountToken: false,
  });
  return { name, made: [account], granted: role?.ready ?? [] };
}

function podRole(owner: Construct, { given, name, namespace, copies }: AccountOf): IServiceAccountRole | undefined {
  const { cluster, modelStore } = given;
  if (modelStore.credentials && !actsBesideStore(given)) return undefined;
  const made = cluster.serviceAccountRole(namespace, name);
  const role = returned(owner, 'IKubernetesCluster', 'cluster.serviceAccountRole()', made);
  if (!modelStore.credentials) {
    for (const { model, version } of copies) modelStore.grantRead(role, `${model}/${version}`);
  }
  const { rolePolicyStatements: statements = [], roleManagedPolicyArns: managed = [] } = given;
  addRolePolicies(role, { statements, managed, provider: cluster.provider });
  return role;
}

/**
 * Whether the pods act with a role for more than to read their weights.
 *
 * @internal
 */
export function actsBesideStore({ rolePolicyStatements = [], roleManagedPolicyArns = [] }: PodAdditions): boolean {
  return rolePolicyStatements.length + roleManagedPolicyArns.length > 0;
}

/**
 * The faults of whom the pods act as.
 *
 * @internal
 */
export function accountFaults(given: GivenAccount): Fault[] {
  const { serviceAccountName: name, rolePolicyStatements, roleManagedPolicyArns: arns = [], cluster } = given;
  return allOf(
    () => objectNameFaults('serviceAccountName', name),
    () => (name === undefined ? [] : ofOwnAccountFaults(given)),
    () => policyStatementFaults('rolePolicyStatements', rolePolicyStatements),
    () => {
      const unknown = knownListFaults('roleManagedPolicyArns', arns, 'each has a resource of its own');
      if (unknown.length > 0) return unknown;
      const known = arns.filter((arn) => !hasToken(arn));
      const place = arns.length > 0 ? placeAt(cluster, cluster.provider) : undefined;
      return [
        ...duplicateFaults('roleManagedPolicyArns', known),
        ...arns.flatMap((arn, i) => boundaryArnFaults(`roleManagedPolicyArns[${i}]`, arn, place)),
      ];
    },
  );
}

/** What is set at an account and a role that are made here. */
function ofOwnAccountFaults(given: GivenAccount): Fault[] {
  const { serviceAccountName, serviceAccountAnnotations, rolePolicyStatements, roleManagedPolicyArns } = given;
  const ofMade = { serviceAccountAnnotations, rolePolicyStatements, roleManagedPolicyArns };
  return Object.entries(ofMade).flatMap(([property, value]) => {
    if (value === undefined) return [];
    const reason =
      `${property} is for a service account that is made for the pods, but serviceAccountName says that they act as '${serviceAccountName}', which ` +
      'exists already; set it there, or remove one of them';
    return [fault('CONFLICTING_PROPERTIES', property, reason)];
  });
}

/**
 * That nothing here lets an account of the user read the weights.
 *
 * @param server the servers
 *
 * @internal
 */
export function accountWarnings({ given, name, namespace, copies }: Omit<AccountOf, 'labels'>): Fault[] {
  const { serviceAccountName: account, modelStore } = given;
  if (account === undefined || modelStore.credentials) return [];
  const folders = [...new Set(copies.map(({ model, version }) => `${model}/${version}/`))].sort().join(', ');
  const key = modelStore.kmsKeyArn === undefined ? '' : ', and kms:Decrypt with its key';
  const reason =
    `the pods of '${name}' act as service account '${namespace}/${account}', which exists already and is granted nothing here: the credentials that it ` +
    `gives them must allow s3:ListBucket on bucket '${modelStore.bucketName}' and s3:GetObject below ${folders}${key}, or they wait for their weights; ` +
    `see to it and accept this by Warnings.accept, give the store credentials, or leave serviceAccountName out`;
  return [fault('STORE_NOT_GRANTED', 'serviceAccountName', reason)];
}
