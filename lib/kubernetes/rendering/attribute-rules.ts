/**
 * How one attribute or block of the Terraform provider becomes a field of the Kubernetes API.
 *
 * @internal
 */
export type Rule = ValueRule | BlockRule | DroppedRule | RefusedRule;

/** @internal */
export interface ValueRule {
  readonly sort: 'value';
  /** Name of the field. @default - the attribute's name in camel case */
  readonly to?: string;
  /** The value for the API; undefined to leave the field out. Throws an `Error` on a value of the wrong form. */
  readonly read: (value: unknown) => unknown;
  /** What the provider sends when the attribute is not given. @default - the field is left out */
  readonly fallback?: unknown;
}

/** @internal */
export interface BlockRule {
  readonly sort: 'block';
  readonly to?: string;
  /** Whether the API has a list; otherwise the provider's list has at most one item and the API has an object. */
  readonly many: boolean;
  readonly fields: Fields;
  /** Whether order and repetition are irrelevant. @default false */
  readonly unordered?: boolean;
  /** Final changes to each object, where the structure of the API differs from that of the provider. */
  readonly reshape?: (object: ApiObject) => ApiObject | ApiObject[];
  /** What the provider sends when the block is not given. @default - the field is left out */
  readonly fallback?: unknown;
}

/** An attribute for the provider itself, which is not part of the object.  @internal */
export interface DroppedRule {
  readonly sort: 'dropped';
}

/** An attribute that cannot be rendered.  @internal */
export interface RefusedRule {
  readonly sort: 'refused';
  readonly why: string;
}

/** The rules of one block, by the provider's names. @internal */
export interface Fields {
  [attribute: string]: Rule;
}

/** A Kubernetes object, or part of one. @internal */
export interface ApiObject {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

/** Names whose camel case differs from the API's name. */
const IRREGULAR: { [attribute: string]: string } = {
  ceph_fs: 'cephfs',
  ceph_monitors: 'monitors',
  client_ip: 'clientIP',
  cluster_ip: 'clusterIP',
  cluster_ips: 'clusterIPs',
  data_disk_uri: 'diskURI',
  dataset_uuid: 'datasetUUID',
  downward_api: 'downwardAPI',
  external_ips: 'externalIPs',
  host_ip: 'hostIP',
  host_ipc: 'hostIPC',
  host_pid: 'hostPID',
  load_balancer_ip: 'loadBalancerIP',
  non_resource_urls: 'nonResourceURLs',
  pd_id: 'pdID',
  rados_user: 'user',
  rbd_image: 'image',
  rbd_pool: 'pool',
  run_as_username: 'runAsUserName',
  storage_provisioner: 'provisioner',
  target_ww_ns: 'targetWWNs',
  timezone: 'timeZone',
  volume_id: 'volumeID',
};

/** The API's name for an attribute of the provider. @internal */
export function apiName(attribute: string): string {
  return IRREGULAR[attribute] ?? attribute.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const value = (read: ValueRule['read'], fallback?: unknown): ValueRule => ({ sort: 'value', read, fallback });

/** Text; the empty text counts as not given. @internal */
export const text = value((given) => readText(given) || undefined);
/** Text with the provider's default. @internal */
export const textOr = (fallback: string) => value(text.read, fallback);
/** Text that is sent even when it is empty or not given, as the API has a pointer here. @internal */
export const textAlways = value(readText, '');
/** A truth value that is sent only when it is true. @internal */
export const flag = value((given) => readBoolean(given) || undefined);
/** A truth value that is always sent. @internal */
export const flagOr = (fallback: boolean) => value(readBoolean, fallback);
/** A number; zero counts as not given. @internal */
export const number = value((given) => readNumber(given) || undefined);
/** A number that is always sent, zero too. @internal */
export const numberOr = (fallback: number) => value(readNumber, fallback);
/** A number that the provider sends when it is above zero, and whose default it sends too. @internal */
export const positiveOr = (fallback: number) => value(number.read, fallback);
/** A number that the provider represents as text, to distinguish zero from not given. @internal */
export const numeral = value((given) => (given === '' ? undefined : readNumber(given)));
/** File permissions: octal text in the provider, a number in the API. @internal */
export const octal = value(readOctal);
/** Octal text with the provider's default. @internal */
export const octalOr = (fallback: string) => value(readOctal, readOctal(fallback));
/** A number or a text (a port's name, a percentage), depending on the content. @internal */
export const numberOrText = value(readNumberOrText);
/** The same with the provider's default. @internal */
export const numberOrTextOr = (fallback: unknown) => value(readNumberOrText, fallback);
/** Texts in their order. @internal */
export const texts = value((given) => nonEmpty(readList(given).map((item) => (item === null ? '' : readText(item)))));
/** Texts without an order; sorted, so that the result is always the same. @internal */
export const textSet = value((given) => nonEmpty([...new Set(readList(given).map(readText))].sort()));
/** Numbers in their order. @internal */
export const numbers = value((given) => nonEmpty(readList(given).map(readNumber)));
/** Numbers without an order. @internal */
export const numberSet = value((given) =>
  nonEmpty([...new Set(readList(given).map(readNumber))].sort((a, b) => a - b)),
);
/** A map of texts. @internal */
export const map = value((given) => {
  const entries = Object.entries(readMap(given)).map(([key, item]): [string, string] => [key, readText(item)]);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
});
/** An attribute for the provider itself. @internal */
export const dropped: DroppedRule = { sort: 'dropped' };

/** What the provider accepts but never sends. @internal */
export const ignoredByProvider: RefusedRule = {
  sort: 'refused',
  why: 'the provider does not send it to the API server; leave it out',
};
/** Write-only arguments. @internal */
export const writeOnly: RefusedRule = {
  sort: 'refused',
  why: 'it is write-only and must not be written to a manifest; create the secret outside Terraform',
};

/** The same rule under another name of the API. @internal */
export function as<T extends ValueRule | BlockRule>(to: string, rule: T): T {
  return { ...rule, to };
}

/** A block the API has as an object. @internal */
export function object(fields: Fields, options: Partial<BlockRule> = {}): BlockRule {
  return { sort: 'block', many: false, fields, ...options };
}

/** A block the API has as a list, usually in the plural. @internal */
export function list(to: string, fields: Fields, options: Partial<BlockRule> = {}): BlockRule {
  return { sort: 'block', many: true, to, fields, ...options };
}

/** A block whose items have no order; sorted, so that the result is always the same. @internal */
export function set(to: string, fields: Fields): BlockRule {
  return list(to, fields, { unordered: true });
}

function readText(given: unknown): string {
  if (typeof given === 'string') return given;
  if (typeof given === 'number' || typeof given === 'boolean') return String(given);
  throw new Error('must be a string');
}

function readBoolean(given: unknown): boolean {
  if (given === true || given === 'true') return true;
  if (given === false || given === 'false') return false;
  throw new Error('must be true or false');
}

function readNumber(given: unknown): number {
  const read = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof read === 'number' && Number.isFinite(read)) return read;
  throw new Error('must be a number');
}

function readOctal(given: unknown): number | undefined {
  const octalText = readText(given);
  if (octalText === '') return undefined;
  if (!/^[0-7]+$/.test(octalText)) throw new Error('must be octal digits');
  return parseInt(octalText, 8);
}

function readNumberOrText(given: unknown): unknown {
  const read = readText(given);
  return /^-?\d+$/.test(read) ? Number(read) : read || undefined;
}

function readList(given: unknown): unknown[] {
  if (Array.isArray(given)) return given;
  throw new Error('must be a list');
}

function readMap(given: unknown): { [key: string]: unknown } {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as { [key: string]: unknown };
  throw new Error('must be a map');
}

function nonEmpty<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}
