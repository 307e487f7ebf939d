import { TerraformStack } from 'cdktf';
import { SynthesizedStack } from '../../lib/testing';

/** A block of Terraform's JSON, or of Kubernetes. */
export type Block = { readonly [attribute: string]: unknown };

/** What a workload, its pods and their containers are: one line for each fact, sorted, all attributes but amounts. */
export interface PodFacts {
  /** Type and path of the resource, without the hash at the end, e.g. `kubernetes_job_v1 Import`. */
  readonly address: string;
  readonly workload: string[];
  readonly pod: string[];
  /** Init containers in their order, then the others. */
  readonly containers: { readonly [name: string]: string[] };
}

const WORKLOAD =
  /^kubernetes_(?:deployment|daemon_set|daemonset|stateful_set|job|cron_job|pod|replication_controller)(?:_v1)?$/;

/** Sized by a plan, or how long something may take: tested where it is computed. */
const AMOUNTS = /^(?:progress_deadline_seconds|termination_grace_period_seconds|active_deadline_seconds|timeouts)$/;
const SIZED =
  /^(?:MODELS_MIB|SCRATCH_MIB|MODEL_PLAN|CACHE_PLAN|COMPILED_KEY|MODEL_URI|OMP_NUM_THREADS|MIN_BUS_BANDWIDTH)$/;
/** Arguments of servers follow their plans: test/serving. */
const SERVERS = /^(?:triton|vllm)$/;
/** Dependencies, and what says which cluster. */
const WIRING = /^(?:depends_on|provider)$/;

/** Every workload of a stack, in whatever resource. */
export function podsOf(stack: TerraformStack): PodFacts[] {
  return resourcesOf(stack)
    .filter(({ type, block }) => isWorkload(type, block))
    .map(({ type, id, block }) => factsOf(`${type} ${id}`, block));
}

/** What an object without pods is. Policies of networks are compared in test/policies, texts of configurations where they are made. */
export interface ObjectFacts {
  readonly address: string;
  readonly text: string[];
}

/** Every object of Kubernetes in a stack that is no workload. */
export function objectsOf(stack: TerraformStack): ObjectFacts[] {
  return resourcesOf(stack)
    .filter(({ type, block }) => /^kubernetes_(?!network_policy)/.test(type) && !isWorkload(type, block))
    .map(({ type, id, block }) => ({ address: `${type} ${id}`, text: lines(without(block, WIRING), OBJECT_TEXT) }));
}

function isWorkload(type: string, block: Block): boolean {
  return WORKLOAD.test(type) || hasPods(block);
}

/** Resources of Kubernetes and Helm, with their ids without the hash. */
export function resourcesOf(stack: TerraformStack): { type: string; id: string; block: Block }[] {
  const { resource = {} } = JSON.parse(SynthesizedStack.of(stack).toJson()) as {
    resource?: { [type: string]: { [id: string]: Block } };
  };
  return Object.entries(resource)
    .filter(([type]) => /^(?:kubernetes|helm)_/.test(type))
    .flatMap(([type, blocks]) =>
      Object.entries(blocks).map(([id, block]) => ({ type, id: id.replace(/_[0-9A-F]{8}$/, ''), block })),
    );
}

function hasPods({ spec }: Block): boolean {
  return isBlock(spec) && ('template' in spec || 'container' in spec);
}

function factsOf(address: string, block: Block): PodFacts {
  const spec = one(block.spec);
  const { metadata, spec: podSpec } = 'template' in spec ? one(spec.template) : block;
  const { container, init_container: initContainer, ...pod } = one(podSpec);
  const containers = [...many(initContainer), ...many(container)];
  return {
    address,
    workload: lines(without({ ...block, spec: without(spec, /^template$/) }, WIRING), WORKLOAD_TEXT),
    pod: [...lines(one(metadata), METADATA_TEXT), ...lines(pod, POD_TEXT)].sort(),
    containers: Object.fromEntries(
      containers.map((each) => [
        each.name,
        lines(without(each, SERVERS.test(String(each.name)) ? /^(?:name|args)$/ : /^name$/), CONTAINER_TEXT),
      ]),
    ),
  };
}

/** How to say an attribute; of the others every value has a line. */
type Texts = { readonly [attribute: string]: (value: unknown) => string[] | undefined };

/** A line for every value of a block. */
export const linesOf = (block: Block): string[] => lines(block);

/** Sorted lines of a block's attributes. */
function lines(block: Block, texts: Texts = {}): string[] {
  return Object.entries(block)
    .filter(([attribute]) => !AMOUNTS.test(attribute))
    .flatMap(([attribute, value]) => texts[attribute]?.(value) ?? flat(attribute, value, texts))
    .map(plain)
    .sort();
}

function flat(path: string, value: unknown, texts: Texts): string[] {
  if (Array.isArray(value)) {
    return value.every((each) => typeof each !== 'object')
      ? [`${path}: ${value.join(', ')}`]
      : value.flatMap((each: unknown, index) => flat(`${path}[${index}]`, each, texts));
  }
  if (!isBlock(value)) return [`${path}: ${String(value)}`];
  return Object.entries(value)
    .filter(([key]) => !AMOUNTS.test(key))
    .flatMap(([key, inner]) => texts[key]?.(inner) ?? flat(`${path}.${key}`, inner, texts));
}

const pairs = (value: unknown) =>
  Object.entries(one(value))
    .map(([key, text]) => `${key}=${String(text)}`)
    .sort()
    .join(', ');

const METADATA_TEXT: Texts = {
  labels: (value) => [`labels ${pairs(value)}`],
  annotations: (value) => [`annotations ${pairs(value)}`],
};

const WORKLOAD_TEXT: Texts = {
  ...METADATA_TEXT,
  match_labels: (value) => [`selects ${pairs(value)}`],
  strategy: (value) => {
    const { type, rolling_update: rolling } = one(value);
    return [`strategy ${String(type)}${rolling === undefined ? '' : ` ${pairs(rolling)}`}`];
  },
};

const OBJECT_TEXT: Texts = {
  ...METADATA_TEXT,
  data: (value) => [`files ${Object.keys(one(value)).sort().join(' ')}`],
  match_labels: (value) => [`selects ${pairs(value)}`],
  rule: (value) =>
    many(value).map(({ verbs, resources, api_groups: groups, ...rest }) =>
      [`may ${String(verbs)} ${String(resources)} of '${String(groups)}'`, ...lines(rest)].join(', '),
    ),
  role_ref: (value) => [`gives ${pairs(value)}`],
  subject: (value) => many(value).map((each) => `to ${pairs(each)}`),
  selector: (value) => ('match_labels' in one(value) ? undefined : [`selects ${pairs(value)}`]),
  port: (value) =>
    many(value).map(({ name, port, protocol, target_port: target, ...rest }) =>
      [`port ${String(name)} ${String(port)}/${String(protocol)} to ${String(target)}`, ...lines(rest)].join(', '),
    ),
};

const POD_TEXT: Texts = {
  affinity: affinityText,
  node_selector: (value) => [`on nodes ${pairs(value)}`],
  match_labels: (value) => [`selects ${pairs(value)}`],
  toleration: (value) =>
    many(value).map(
      ({ key, operator, effect, ...rest }) =>
        `tolerates ${String(key)} ${String(operator)} ${String(effect)}${rest.value === undefined ? '' : `, value ${String(rest.value)}`}`,
    ),
  topology_spread_constraint: (value) =>
    many(value).map(
      ({ topology_key: key, when_unsatisfiable: when, max_skew: skew, label_selector: selector }) =>
        `spread over ${String(key)} by ${String(skew)}, ${String(when)}: ${lines({ selector }, POD_TEXT).join()}`,
    ),
  volume: (value) => many(value).map(volumeText),
  security_context: (value) => [`as ${securityText(one(value))}`],
  service_account_name: (value) => [`service account ${String(value)}`],
  automount_service_account_token: (value) => [`service account token: ${String(value)}`],
};

const CONTAINER_TEXT: Texts = {
  command: (value) => [`runs ${(value as string[]).join(' ')}`],
  env: (value) => many(value).map(environmentText),
  image: (value) => [`image ${String(value).replace(/[:@][\w.-]+(?::\w+)?$/, '')}`],
  port: (value) =>
    many(value).map(
      ({ name, container_port: port, protocol = 'TCP', ...rest }) =>
        `port ${String(name)} ${String(port)}/${String(protocol)}${rest.host_port === undefined ? '' : ` on the node's ${String(rest.host_port)}`}`,
    ),
  security_context: (value) => [`with ${securityText(one(value))}`],
  volume_mount: (value) => many(value).map(mountText),
  startup_probe: (value) => [`startup ${probeText(one(value))}`],
  readiness_probe: (value) => [`readiness ${probeText(one(value))}`],
  liveness_probe: (value) => [`liveness ${probeText(one(value))}`],
  lifecycle: (value) => many(one(value).pre_stop).map((hook) => `before stop ${actionText(hook)}`),
  resources: (value) => Object.entries(one(value)).map(([kind, amounts]) => `${kind} ${resourceText(one(amounts))}`),
};

/** One line for each term of what nodes must be; whatever else affinities say is said in full. */
function affinityText(value: unknown): string[] {
  const { node_affinity: nodes, ...others } = one(value);
  const { required_during_scheduling_ignored_during_execution: required, ...preferred } = one(nodes);
  const terms = many(one(required).node_selector_term).map(({ match_expressions: expressions }) =>
    many(expressions)
      .map(({ key, operator, values }) => [key, operator, ...[values ?? []].flat()].join(' '))
      .join(' and '),
  );
  return [...terms.map((term) => `on nodes where ${term}`), ...lines({ others }), ...lines({ preferred })];
}

function environmentText({ name, value, value_from: from }: Block): string {
  if (SIZED.test(String(name))) return `env ${String(name)}`;
  return value === undefined
    ? `env ${String(name)} from ${lines(one(from)).join()}`
    : `env ${String(name)}=${String(value)}`;
}

/** Devices by their number, others by their names. */
function resourceText(amounts: Block): string {
  return Object.entries(amounts)
    .map(([name, amount]) => (name.includes('/') ? `${name}=${String(amount)}` : name))
    .sort()
    .join(', ');
}

function mountText({ name, mount_path: path, read_only: readOnly = false, ...rest }: Block): string {
  return [`mounts ${String(name)} at ${String(path)}${readOnly === true ? ', read-only' : ''}`, ...lines(rest)].join(
    ', ',
  );
}

function volumeText({ name, ...source }: Block): string {
  const [[kind, of]] = Object.entries(source);
  const rest = without(one(of), /^(?:size_limit|items)$/);
  const items = many(one(of).items).map(({ key, path }) =>
    key === path ? String(key) : `${String(key)} as ${String(path)}`,
  );
  return [
    `volume ${String(name)}: ${kind}`,
    ...('size_limit' in one(of) ? ['bounded'] : []),
    ...lines(rest),
    ...(items.length === 0 ? [] : [`files ${items.join(' ')}`]),
  ].join(', ');
}

/** Each decision about rights in the order of a review; one that is absent is the default of Kubernetes and is not said. */
function securityText(context: Block): string {
  const {
    run_as_user: user,
    run_as_group: group,
    fs_group: files,
    fs_group_change_policy: when,
    run_as_non_root: nonRoot,
    privileged,
    allow_privilege_escalation: escalation,
    read_only_root_filesystem: readOnly,
    capabilities,
    seccomp_profile: seccomp,
    ...rest
  } = context;
  const said = (value: unknown, text: string) => (value === undefined ? [] : [text]);
  const flag = (value: unknown, yes: string, no: string) => said(value, value === true ? yes : no);
  const { add, drop } = capabilities === undefined ? ({} as Block) : one(capabilities);
  return [
    ...said(user, `user ${String(user)}`),
    ...said(group, `group ${String(group)}`),
    ...said(files, `volumes of group ${String(files)}`),
    ...said(when, String(when)),
    ...flag(nonRoot, 'never root', 'may be root'),
    ...flag(privileged, 'PRIVILEGED', 'not privileged'),
    ...flag(escalation, 'MAY ESCALATE', 'no escalation'),
    ...flag(readOnly, 'read-only root', 'writable root'),
    ...said(drop, `without ${(drop as string[] | undefined)?.join(' ') ?? ''}`),
    ...said(add, `WITH ${(add as string[] | undefined)?.join(' ') ?? ''}`),
    ...said(seccomp, `seccomp ${lines(one(seccomp ?? {})).join()}`.replace('type: ', '')),
    ...lines(rest),
  ].join(', ');
}

/** Thresholds and time-outs are sized by plans. */
function probeText({
  period_seconds: period,
  initial_delay_seconds: delay,
  failure_threshold: _,
  timeout_seconds: __,
  success_threshold: ___,
  ...action
}: Block): string {
  return [
    actionText(action),
    `every ${String(period)} s`,
    ...(delay === undefined ? [] : [`after ${String(delay)} s`]),
  ].join(', ');
}

function actionText(action: Block): string {
  const { exec, http_get: get, ...rest } = action;
  return [
    ...(exec === undefined ? [] : [`runs ${(one(exec).command as string[]).join(' ')}`]),
    ...(get === undefined
      ? []
      : [
          `GET ${String(one(get).path)} of port ${String(one(get).port)}`,
          ...lines(without(one(get), /^(?:path|port)$/)),
        ]),
    ...lines(rest),
  ].join(', ');
}

/** References and checksums without what changes. */
function plain(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<checksum>')
    .replace(/-[0-9a-f]{8}(?=,|$)/g, '-<checksum>')
    .replace(/\$\{[^}]*\}/g, '<reference>');
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function one(value: unknown): Block {
  return many(value)[0] ?? {};
}

function many(value: unknown): Block[] {
  return value === undefined ? [] : ([value].flat() as Block[]);
}

function without(block: Block, left: RegExp): Block {
  return Object.fromEntries(Object.entries(block).filter(([attribute]) => !left.test(attribute)));
}
