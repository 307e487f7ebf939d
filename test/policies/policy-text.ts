import { TerraformStack } from 'cdktf';
import { SynthesizedStack } from '../../lib/testing';

/** Something of a stack that lets somebody do something: a policy document, a managed policy, or a rule of a network. */
export interface Right {
  /** Type and path of the resource, without the hash at the end, e.g. `aws_iam_role Cluster_Role`. */
  readonly address: string;
  /** What it says, one line for each statement. */
  readonly text: string[];
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Principal?: string | { readonly [kind: string]: string | string[] };
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | string[] } };
}

type Attributes = { readonly [attribute: string]: unknown };

/** Every policy document in a stack, in whatever attribute, every managed policy, and every rule of its networks. */
export function rightsOf(stack: TerraformStack): Right[] {
  const { resource = {} } = JSON.parse(SynthesizedStack.of(stack).toJson()) as {
    resource?: { [type: string]: { [id: string]: Attributes } };
  };
  return Object.entries(resource).flatMap(([type, blocks]) =>
    Object.entries(blocks).flatMap(([id, block]) => {
      const text = [...textsIn(block).flatMap(documentText), ...managedText(block), ...ruleText(type, block)];
      return text.length === 0 ? [] : [{ address: `${type} ${id.replace(/_[0-9A-F]{8}$/, '')}`, text }];
    }),
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function documentText(text: string): string[] {
  if (!/^\{.*"Statement"/s.test(text)) return [];
  return (JSON.parse(text) as { Statement: Statement[] }).Statement.map(statementText);
}

function statementText({ Effect, Action, Resource, Principal, Condition }: Statement): string {
  const by =
    typeof Principal === 'object'
      ? Object.entries(Principal).map(([kind, names]) => `${kind} ${list(names)}`)
      : [Principal];
  const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => `${operator} ${key} ${list(values)}`),
  );
  return plain(
    [
      `${Effect} ${list(Action)}`,
      ...(Principal === undefined ? [] : [`by ${by.join(' and ')}`]),
      ...(Resource === undefined ? [] : [`on ${list(Resource)}`]),
      ...(conditions.length === 0 ? [] : [`if ${conditions.join(' and ')}`]),
    ].join(' '),
  );
}

function list(values: string | string[]): string {
  return [values].flat().sort().join(', ');
}

function managedText({ policy_arn: arn }: Attributes): string[] {
  return typeof arn === 'string' ? [plain(arn)] : [];
}

/** References without the names of what they refer to. */
function plain(text: string): string {
  return text
    .replace(/\bdata\.aws_region\.[\w-]+\.\w+/g, 'region')
    .replace(/\bdata\.aws_(?:partition|caller_identity)\.[\w-]+\.(\w+)/g, '$1')
    .replace(/\b((?:data\.)?aws_\w+)\.[\w-]+_[0-9A-F]{8}\b/g, '$1')
    .replace(/\$\{/g, '{');
}

function ruleText(type: string, block: Attributes): string[] {
  if (/^aws_vpc_security_group_(in|e)gress_rule$/.test(type)) {
    const { ip_protocol: protocol, from_port: from, to_port: to, cidr_ipv4: cidr, security_group_id: own } = block;
    const other = block.referenced_security_group_id;
    const peer = cidr ?? (other === own ? 'the same group' : plain(String(other)));
    return [
      `${String(protocol)} ${from === undefined ? 'all ports' : `${String(from)}-${String(to)}`}: ${String(peer)}`,
    ];
  }
  return type === 'kubernetes_network_policy_v1' ? networkText(block.spec as NetworkSpec) : [];
}

interface NetworkRule {
  readonly ports?: readonly { readonly port: string; readonly protocol: string }[];
  readonly from?: readonly Attributes[];
  readonly to?: readonly Attributes[];
}

interface NetworkSpec {
  readonly policy_types: string[];
  readonly pod_selector: Attributes;
  readonly ingress?: readonly NetworkRule[];
  readonly egress?: readonly NetworkRule[];
}

function networkText({ policy_types: types, pod_selector: pods, ingress = [], egress = [] }: NetworkSpec): string[] {
  const ports = ({ ports: all = [] }: NetworkRule) =>
    all.length === 0 ? 'all ports' : all.map(({ port, protocol }) => `${protocol} ${port}`).join(', ');
  const peers = (all: readonly Attributes[] = []) => (all.length === 0 ? 'everyone' : all.map(peerText).join('; '));
  return [
    `${types.join(' and ')} of ${peerText(pods)}`,
    ...ingress.map((rule) => `${ports(rule)} from ${peers(rule.from)}`),
    ...egress.map((rule) => `${ports(rule)} to ${peers(rule.to)}`),
  ];
}

/** The labels and ranges of a peer; those that all objects of the library carry say nothing. */
function peerText(peer: Attributes): string {
  const pairs = (value: Attributes, path: string): string[] =>
    Object.entries(value)
      .filter(([key]) => key !== 'app.kubernetes.io/managed-by')
      .flatMap(([key, inner]) =>
        typeof inner === 'object' && inner !== null
          ? pairs(inner as Attributes, key === 'match_labels' ? path : `${key.replace('_selector', '')} `)
          : [`${path}${key}=${String(inner)}`],
      );
  return pairs(peer, '').join(', ') || 'all pods';
}
