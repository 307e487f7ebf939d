import { declare, note } from './ledger';
import { bestOnDisk, shortSource } from './provider-installation';
import { ProviderOnDisk } from './tools';

/** An attribute that the provider's version on disk does not know yet, and that is therefore left out of what is applied. */
interface NewerAttribute {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Block that the attribute is in. @default - the resource itself */
  readonly block?: string;
  readonly attribute: string;
  /** First version that knows it. */
  readonly since: string;
}

const NEWER: readonly NewerAttribute[] = [
  {
    // https://github.com/hashicorp/terraform-provider-aws/pull/44894
    id: 'node group: nodes repaired in parallel',
    source: 'hashicorp/aws',
    type: 'aws_eks_node_group',
    block: 'node_repair_config',
    attribute: 'max_parallel_nodes_repaired_count',
    since: '6.20.0',
  },
  {
    // https://github.com/hashicorp/terraform-provider-aws/pull/43415
    id: 'public access block: kept when destroyed',
    source: 'hashicorp/aws',
    type: 'aws_s3_bucket_public_access_block',
    attribute: 'skip_destroy',
    since: '6.4.0',
  },
  {
    // https://github.com/hashicorp/terraform-provider-aws/pull/43779
    id: 'cluster: deletion protection',
    source: 'hashicorp/aws',
    type: 'aws_eks_cluster',
    attribute: 'deletion_protection',
    since: '6.9.0',
  },
  {
    // https://github.com/hashicorp/terraform-provider-aws/pull/45391
    id: 'Roles Anywhere profile: sessions named by their nodes',
    source: 'hashicorp/aws',
    type: 'aws_rolesanywhere_profile',
    attribute: 'accept_role_session_name',
    since: '6.25.0',
  },
];

const LIST = 'attributes left out';
const dropped = new Map<string, any[]>();

/**
 * Fits a synthesized stack to the providers on disk: where the version asked for is not there, the newest that is there takes its
 * place, and the attributes that it is known not to have are left out. Any other one that it does not know fails the plan.
 */
export function adaptToProviders(stack: any, providers: readonly ProviderOnDisk[]): any {
  const adapted = structuredClone(stack);
  const required: { [name: string]: { source: string; version?: string } } =
    adapted.terraform?.required_providers ?? {};
  for (const provider of Object.values(required)) {
    const source = shortSource(provider.source);
    const onDisk = bestOnDisk(providers, source, provider.version);
    provider.version = onDisk ?? provider.version;
    const lacking = NEWER.filter((it) => it.source === source && onDisk !== undefined && isBefore(onDisk, it.since));
    for (const attribute of lacking) leaveOut(adapted, attribute);
  }
  return adapted;
}

/** What was said of an attribute that was left out, by the last stack that said it. Asking counts as asserting. */
export function leftOut(id: string): any[] {
  note(LIST, id, 'asserted');
  return dropped.get(id) ?? [];
}

/** Whether a provider on disk lacks the attribute, so that it is left out. */
export function isLeftOut(id: string, providers: readonly ProviderOnDisk[]): boolean {
  const attribute = NEWER.find((it) => it.id === id);
  const onDisk = attribute && bestOnDisk(providers, attribute.source);
  return attribute !== undefined && onDisk !== undefined && isBefore(onDisk, attribute.since);
}

function leaveOut(stack: any, { id, type, block, attribute }: NewerAttribute): void {
  declare(LIST, [id]);
  const blocks = Object.values<any>(stack.resource?.[type] ?? {}).flatMap((resource) =>
    block === undefined ? [resource] : (resource[block] ?? []),
  );
  const said = blocks.filter((it) => attribute in it);
  if (said.length === 0) return;
  dropped.set(
    id,
    said.map((it) => it[attribute]),
  );
  for (const it of said) delete it[attribute];
  note(LIST, id, 'used');
}

function isBefore(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) < 0;
}
