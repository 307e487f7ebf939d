import { Fault, fault } from '../units/fault';
import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { resolvedValue } from '../core/resolved-value';
import { declaredPodsOf } from '../kubernetes/declared-pods';
import { objectIdentity, synthesizedAttributes } from '../kubernetes/object-attributes';

/** Types of the Kubernetes provider that create no object: they change or read existing ones. */
const NON_CREATING_TYPES: ReadonlySet<string> = new Set([
  'annotations',
  'labels',
  'env',
  'node_taint',
  'config_map_v1_data',
  'secret_v1_data',
  'default_service_account',
  'token_request',
]);

/** `kubernetes_deployment` and `kubernetes_deployment_v1` create the same kind of object. */
const RESOURCE_TYPE_PATTERN = /^kubernetes_(\w+?)(_v\d+(?:(?:alpha|beta)\d+)?)?$/;

/**
 * Objects of one kind, namespace and name on one cluster: the API server refuses the second of them, in the middle of an apply. Objects
 * with `count` or `for_each`, or with a name known only to Terraform, are left out.
 *
 * @param objects resources of the Kubernetes provider, and Helm releases, on the cluster
 *
 * @internal
 */
export function sameObjectFaults(objects: readonly TerraformResource[]): Fault[] {
  const first = new Map<string, Identity>();
  const pairs = new Map<string, { readonly one: string; readonly other: string; readonly what: string[] }>();
  for (const identity of objects.flatMap(identitiesOf)) {
    const { what } = identity;
    const known = first.get(what);
    if (!known) {
      first.set(what, identity);
      continue;
    }
    const [one, other] = divergingPaths(known.of, identity.of);
    const key = `${one} ${other}`;
    const pair = pairs.get(key) ?? { one, other, what: [] };
    pairs.set(key, pair);
    const by = known.by ?? identity.by;
    pair.what.push(by === undefined ? what : `${what} (by ${by})`);
  }
  return [...pairs.values()].map(({ one, other, what }) =>
    fault(
      'DUPLICATE_OBJECT',
      undefined,
      `'${one}' and '${other}' both create ${what.join(', ')}, but a cluster has only one object of a kind and name; give one of them ` +
        'another name or namespace (two VllmDeployments of one model: nameSuffix)',
    ),
  );
}

/** What an object is, and of which resource it comes. */
interface Identity {
  readonly what: string;
  readonly of: TerraformResource;
  /** The controller that makes it of the resource. @default - it is the resource itself */
  readonly by?: string;
}

function identitiesOf(object: TerraformResource): Identity[] {
  const own = identityOf(object);
  const { namespace, makes } = declaredPodsOf(object) ?? {};
  const made = Object.entries(makes?.objects ?? {}).filter(([, name]) => isKnown(name) && isKnown(namespace));
  return [
    ...(own === undefined ? [] : [{ what: own, of: object }]),
    ...made.map(([kind, name]) => ({ what: nameOf(kind, namespace, name), of: object, by: makes?.by })),
  ];
}

function nameOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind} ${namespace === undefined || namespace === 'default' ? '' : `${namespace}/`}${name}`;
}

function identityOf(object: TerraformResource): string | undefined {
  if (object.terraformResourceType === 'helm_release') return releaseOf(object);
  const [, kind, version = ''] = RESOURCE_TYPE_PATTERN.exec(object.terraformResourceType) ?? [];
  if (kind === undefined || NON_CREATING_TYPES.has(kind + version) || NON_CREATING_TYPES.has(kind)) return undefined;
  const { name, namespace = 'default', isRepeated } = objectIdentity(object);
  if (!isKnown(name) || !isKnown(namespace) || isRepeated) return undefined;
  return nameOf(kind, namespace, name);
}

/** Helm keeps one release of a name in a namespace: a second install is refused. */
function releaseOf(release: TerraformResource): string | undefined {
  const { name, namespace, count, for_each: each } = synthesizedAttributes(release) ?? {};
  const known = resolvedValue(release, [name, namespace ?? 'default']) as unknown[];
  if (!known.every(isKnown) || (count ?? each) !== undefined) return undefined;
  const [own, within] = known;
  return `Helm release ${within === 'default' ? '' : `${within}/`}${own}`;
}

/** Whether a name is known at synthesis; the API server makes one up for an empty one. */
function isKnown(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !name.includes('${');
}

/** The paths up to where they diverge, which shows what the user wrote and not the parts of a construct. */
function divergingPaths(one: IConstruct, other: IConstruct): [string, string] {
  const [a, b] = [one.node.scopes, other.node.scopes];
  const at = a.findIndex((scope, index) => scope !== b[index]);
  return [a[at], b[at]].map(({ node }) => node.path) as [string, string];
}
