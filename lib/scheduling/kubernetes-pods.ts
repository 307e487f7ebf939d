import { TerraformResource, TerraformStack, Tokenization } from 'cdktf';
import { IConstruct } from 'constructs';
import { foundOnce } from '../core/reading';
import { Attributes, resolvedValue } from '../core/resolved-value';
import { declaredPodsOf } from '../kubernetes/declared-pods';
import { singleBlock as one, synthesizedAttributes } from '../kubernetes/object-attributes';
import { schedulingHintsOf } from '../kubernetes/scheduling-hints';
import { QUEUE_LABEL } from './kueue/queue-label';
import { isOfNode, means, podRelations } from './pod-affinity';
import { PodDemand } from './pod-demand';
import { podRequests } from './pod-requests';

/**
 * The pods of a resource, read once.
 *
 * @internal
 */
export interface ResourcePods {
  /** Path of the construct that the user created, not of its main resource. */
  readonly path: string;
  /** Name for messages, e.g. `inference/chat`. */
  readonly name: string;
  /** Requests and limits of the containers, as written. */
  readonly containers: {
    readonly requests: { [resource: string]: string };
    readonly limits: { [resource: string]: string };
    /** Whether some of them are known only to Terraform. */
    readonly later: boolean;
  }[];
  /** Their demand on nodes. @default - no scheduler places them, or they are annotated to run elsewhere */
  readonly demand?: PodDemand;
}

/** Annotation of pods for nodes that this program does not know. */
const ELSEWHERE = 'gpu-inference-constructs/elsewhere';

/** Path from the attributes of a resource to its pod template. */
const TEMPLATES: { readonly [type: string]: readonly string[] } = {
  pod: [],
  deployment: ['spec', 'template'],
  daemonset: ['spec', 'template'],
  daemon_set: ['spec', 'template'],
  stateful_set: ['spec', 'template'],
  replication_controller: ['spec', 'template'],
  job: ['spec', 'template'],
  cron_job: ['spec', 'job_template', 'spec', 'template'],
};

const JOBS = ['job', 'cron_job'];

const RESOURCE_TYPE_PATTERN = /^kubernetes_(\w+?)(_v1)?$/;

/**
 * Whether a construct is a resource of the Kubernetes provider.
 *
 * @internal
 */
export function isKubernetesResource(construct: IConstruct): construct is TerraformResource {
  return TerraformResource.isTerraformResource(construct) && construct.terraformResourceType.startsWith('kubernetes_');
}

/** @internal */
export function isHelmRelease(construct: IConstruct): construct is TerraformResource {
  return TerraformResource.isTerraformResource(construct) && construct.terraformResourceType === 'helm_release';
}

/**
 * Whether pods come of a resource: of a workload of the Kubernetes provider, or of what declares them.
 *
 * @internal
 */
export function runsPods(resource: TerraformResource): boolean {
  const { terraformResourceType: type } = resource;
  return (
    Object.hasOwn(TEMPLATES, RESOURCE_TYPE_PATTERN.exec(type)?.[1] ?? '') || declaredPodsOf(resource) !== undefined
  );
}

/** What is read of a workload. */
interface Workload {
  readonly kind: string;
  readonly attributes: Attributes;
  readonly template: Attributes;
  /** Number of pods, where it is declared. @default - as the attributes say */
  readonly pods?: number;
}

function workloadOf(resource: TerraformResource): Workload {
  const declared = declaredPodsOf(resource);
  if (declared) {
    const { namespace, name, pods } = declared;
    const template = resolvedValue(resource, scheduledPart(declared.template)) as Attributes;
    return { kind: 'declared', attributes: { metadata: [{ namespace, name }] }, template, pods };
  }
  const kind = RESOURCE_TYPE_PATTERN.exec(resource.terraformResourceType)?.[1] ?? '';
  const attributes = attributesOf(resource);
  return { kind, attributes, template: TEMPLATES[kind].reduce((at: Attributes, step) => one(at[step]), attributes) };
}

/**
 * The pods of a resource of the Kubernetes provider, read from what is synthesized, overrides included. Values known only to Terraform are
 * left out.
 *
 * @internal
 */
export function podsOfResource(resource: TerraformResource): ResourcePods {
  const known = foundOnce(TerraformStack.of(resource), PODS, () => new Map<TerraformResource, ResourcePods>());
  const pods = known.get(resource) ?? podsNow(resource);
  known.set(resource, pods);
  return pods;
}

/** Stands for the pods of all resources. */
const PODS = {};

function podsNow(resource: TerraformResource): ResourcePods {
  const workload = workloadOf(resource);
  const { namespace = 'default', name = resource.node.id } = one(workload.attributes.metadata);
  const spec = one(workload.template.spec);
  return {
    path: pathOf(resource),
    name: `${namespace}/${name}`,
    containers: [...many(spec.container), ...many(spec.init_container)].map((each) => ({
      ...container(each).resources,
      later: isKnownLater(each.resources),
    })),
    demand: demandOf(resource, `${namespace}/${name}`, workload),
  };
}

/** Undefined for pods that no scheduler places, and for those annotated to run elsewhere. */
function demandOf(
  resource: TerraformResource,
  name: string,
  { kind, attributes, template, pods }: Workload,
): PodDemand | undefined {
  const [spec, metadata] = [one(template.spec), one(template.metadata)];
  if (spec.node_name || one(metadata.annotations)[ELSEWHERE] === 'true') return undefined;
  const onEveryNode = kind === 'daemonset' || kind === 'daemon_set';
  const hints = schedulingHintsOf(resource);
  const relations = podRelations(template, name.split('/')[0]);
  const isAlone = relations.away?.some((term) => isOfNode(term) && means(term, name, relations));
  return {
    ...relations,
    ...(isAlone ? { podsPerNode: 1 } : {}),
    temporary: JOBS.includes(kind),
    ...hints,
    name,
    pods: onEveryNode ? 0 : (pods ?? hints.maxPods ?? podsOf(kind, attributes, hints.podsPerGroup)),
    onEveryNode,
    requests: podRequests(many(spec.container).map(container), many(spec.init_container).map(container)),
    nodeSelector: known(one(spec.node_selector)),
    nodeTerms: nodeTerms(spec),
    tolerations: many(spec.toleration).map((each) => {
      const { key, operator, value, effect } = each;
      // A toleration known only to Terraform may be the one that matters.
      return isKnownLater([key, operator, value, effect]) ? { operator: 'Exists' } : { key, operator, value, effect };
    }),
    hostNetwork: spec.host_network === true,
    ...(one(one(attributes.metadata).labels)[QUEUE_LABEL] ? { isLabeledForQueue: true } : {}),
    ...(spec.priority_class_name ? { priorityClass: String(spec.priority_class_name) } : {}),
  };
}

function pathOf({ node }: TerraformResource): string {
  return node.id === 'Resource' && node.scope ? node.scope.node.path : node.path;
}

/**
 * Attributes that no scheduler reads. They are most of a pod, and resolving them would take most of the time; how pods are replaced may itself
 * depend on the room that there is for them.
 */
const UNSCHEDULED_ATTRIBUTES: ReadonlySet<string> = new Set([
  'args',
  'command',
  'data',
  'depends_on',
  'env',
  'lifecycle',
  'liveness_probe',
  'port',
  'readiness_probe',
  'security_context',
  'startup_probe',
  'strategy',
  'topology_spread_constraint',
  'volume',
  'volume_mount',
]);

/** Blocks that lead to pods and containers; all others, such as maps of labels, are kept unchanged. */
const CONTAINER_PATH_BLOCKS: ReadonlySet<string> = new Set([
  'spec',
  'template',
  'job_template',
  'container',
  'init_container',
]);

function attributesOf(resource: TerraformResource): Attributes {
  return resolvedValue(resource, scheduledPart(synthesizedAttributes(resource))) as Attributes;
}

function scheduledPart(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scheduledPart);
  if (typeof value !== 'object' || value === null || Tokenization.isResolvable(value)) return value;
  const kept = Object.entries(value).filter(([key, each]) => each !== undefined && !UNSCHEDULED_ATTRIBUTES.has(key));
  return Object.fromEntries(
    kept.map(([key, each]) => [key, CONTAINER_PATH_BLOCKS.has(key) ? scheduledPart(each) : each]),
  );
}

/**
 * Minimum number of pods: a number known only to Terraform may be zero. The pods of a Job may run one after another, unless they work
 * together.
 */
function podsOf(kind: string, { spec, count, for_each: each }: Attributes, podsPerGroup = 1): number {
  const number = (value: unknown) => (value === undefined || value === null ? 1 : Number(value));
  const together = kind === 'pod' || JOBS.includes(kind);
  const pods = together ? podsPerGroup : number(one(spec).replicas);
  const all = pods * number(count);
  return each !== undefined || Number.isNaN(all) ? 0 : all;
}

function container({ resources }: Attributes) {
  const { requests, limits } = one(resources);
  return { resources: { requests: known(one(requests)), limits: known(one(limits)) } };
}

function nodeTerms({ affinity }: Attributes) {
  const required = one(one(one(affinity).node_affinity).required_during_scheduling_ignored_during_execution);
  const terms = many(required.node_selector_term);
  // A value known only to Terraform, or the name of a node, may mean any pool.
  return terms.map(({ match_expressions: expressions }) => ({
    requirements: many(expressions)
      .filter(({ key, values }) => !isKnownLater([key, values]))
      .map(({ key, operator, values }) => ({ key, operator, values })),
  }));
}

/** The entries of a map that are known at synthesis. */
function known(map: Attributes): { [key: string]: string } {
  const entries = Object.entries(map).filter((entry) => !isKnownLater(entry));
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

/** Whether part of a value is computed by Terraform. */
function isKnownLater(value: unknown): boolean {
  return JSON.stringify(value ?? null).includes('${');
}

function many(value: unknown): Attributes[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((each): each is Attributes => typeof each === 'object' && each !== null);
}
