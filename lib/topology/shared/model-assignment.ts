import { GpuNodeType } from '../../catalog/gpu-node-type';
import { kubernetesName } from '../../core/naming';
import { IRdmaFabric } from '../../core/rdma-fabric';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityTargets, NodeNetwork } from '../../planning/capacity-request';
import { choiceText } from '../../serving/model/choice-text';
import { PlanRequest } from '../../serving/model/plan-model';
import { PodRoom } from '../../serving/model/pod-room';
import { Resolution, ResolvedModel } from '../../serving/model/resolved-model';
import { ServedModel } from '../../serving/vllm/served-model';
import { servedName } from '../../serving/vllm/served-name';
import { ServingHardware, networkOf } from '../../serving/model/serving-hardware';
import { resolveVllmModel } from '../../serving/vllm/resolve-vllm-model';
import { VllmVersion } from '../../serving/vllm/vllm-version';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { choiceReason } from './choice-reason';
import { paceWarnings } from './pace-warnings';
import { allOf } from '../../units/unreadable';
import { ownValue } from '../../units/own-value';

/**
 * The given properties of a pool.
 *
 * @internal
 */
export interface GivenPool {
  readonly name: string;
  readonly instanceType: GpuNodeType;
  readonly maxNodes: number;
  readonly fabric?: IRdmaFabric;
  readonly gpuSharing?: { readonly kind: GpuSharingKind };
}

/**
 * The input of the assignment of models.
 *
 * @internal
 */
export interface AssignmentRequest {
  readonly models: readonly ServedModel[];
  /** @default - a new pool for each model, on hardware that the planner chooses */
  readonly pools?: readonly GivenPool[];
  /** Locked plans, by the name of the model. */
  readonly locked: { readonly [name: string]: CapacityPlan };
  /** Region in which the planner chooses hardware. @default - any */
  readonly region?: string;
  /** Version of vLLM that will run a model, by its name. */
  readonly vllm: (name: string) => VllmVersion;
  /** What the pods of a model find on the nodes that the planner chooses. @default - room enough */
  readonly room?: (served: ServedModel, resolved: ResolvedModel) => PodRoom;
  /** Whether a server may have several nodes of a given pool. @default false */
  readonly spansNodes?: boolean;
  /** How models are planned on given pools. @default - as on any hardware */
  readonly planner?: (request: PlanRequest) => CapacityPlan;
  /** Whether the deployments warn of the plans themselves. @default false */
  readonly deploymentsWarn?: boolean;
}

/**
 * A model with everything chosen.
 *
 * @internal
 */
export interface AssignedModel {
  readonly served: ServedModel;
  readonly resolved: ResolvedModel;
  readonly replicas: number;
  readonly poolName: string;
  /** By which key the topology has its pool: the name that the program gave, of the pool or, if the topology makes it, of the model. */
  readonly poolKey: string;
  /** Why the planner chose its hardware, in words. @default - it was given, or locked */
  readonly reason?: () => string;
}

/**
 * The result of assigning models to pools.
 *
 * @internal
 */
export interface Assignment {
  /** The models without faults. */
  readonly assigned: readonly AssignedModel[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/**
 * Chooses a pool and a plan for every model.
 *
 * @param request the models, and what is known of their hardware
 *
 * @internal
 */
export function assignModels(request: AssignmentRequest): Assignment {
  const names = request.models.map(servedName);
  const faults = [...setFaults(request, names)];
  const warnings: Fault[] = [];
  const assigned = request.models.flatMap((served, index) => {
    const made = assign(request, served, names[index]);
    faults.push(...faultsUnder(made.faults, `models[${index}]`, `model '${names[index]}'`));
    warnings.push(...made.warnings);
    return made.assigned ?? [];
  });
  return { assigned, faults, warnings };
}

function setFaults({ models, locked }: AssignmentRequest, names: readonly string[]): Fault[] {
  if (models.length === 0)
    return [
      fault('EMPTY_LIST', 'models', 'models is empty; name at least one, e.g. { model: ModelSpec.LLAMA_3_1_8B }'),
    ];
  return allOf(
    () =>
      duplicateFaults('models', names).map((each) => ({
        ...each,
        reason: `${each.reason}; to serve one model twice, give each a name of its own`,
      })),
    () => objectNameFaults([...new Set(names)]),
    () =>
      Object.keys(locked)
        .filter((name) => !names.includes(name))
        .map((name) =>
          fault(
            'PLAN_OF_UNKNOWN_MODEL',
            `plans.${name}`,
            `plans has a plan for '${name}', but no model has that name; the models are: ${names.join(', ')}`,
          ),
        ),
  );
}

/** Kubernetes allows fewer characters than model names. */
function objectNameFaults(names: readonly string[]): Fault[] {
  return names.flatMap((name, index) => {
    const other = names.slice(0, index).find((before) => kubernetesName(before) === kubernetesName(name));
    return other
      ? [
          fault(
            'DUPLICATE',
            'models',
            `models '${other}' and '${name}' both become '${kubernetesName(name)}' in Kubernetes; rename one of them`,
          ),
        ]
      : [];
  });
}

/**
 * Whether the servers of a model have several nodes.
 *
 * @internal
 */
export function spansNodes({ resolved: { plan, parallelism } }: AssignedModel): boolean {
  return parallelism.gpusPerReplica > plan.instanceType.gpuCount;
}

interface Assigned {
  readonly assigned?: AssignedModel;
  readonly faults: Fault[];
  readonly warnings: Fault[];
}

function assign(request: AssignmentRequest, served: ServedModel, name: string): Assigned {
  const { pool, faults } = poolFor(request, served);
  faults.push(...wholeNumberFault('replicas', served.replicas, 1));
  if (faults.length > 0) return { faults, warnings: [] };
  const locked = ownValue(request.locked, name);
  const { room } = request;
  const made = resolveVllmModel({
    name,
    options: served,
    vllm: request.vllm(name),
    replicas: served.replicas,
    hardware: pool && hardwareOf(pool),
    maxNodes: pool?.maxNodes,
    region: request.region,
    room: room && ((resolved) => room(served, resolved)),
    // Pools that the topology creates have no fabric.
    network: NodeNetwork.TCP,
    locked,
    planner: request.planner,
    compares: true,
    spansNodes: request.spansNodes === true && pool !== undefined,
  });
  const all = allOf(
    () => made.faults,
    () => (locked && !pool ? elsewhereFaults(locked) : []),
  );
  if (!made.resolved || all.length > 0) return { faults: all, warnings: [] };
  const replicas = served.replicas ?? made.resolved.plan.replicas;
  const poolName = pool?.name ?? kubernetesName(name);
  const poolKey = pool?.name ?? name;
  const { choices } = made;
  const chosen = made.resolved.plan;
  const reason =
    choices &&
    (() => choiceReason(chosen, choices, isTimed(served.targets) ? served.targets : undefined, request.region));
  return {
    assigned: { served, resolved: made.resolved, replicas, poolName, poolKey, reason },
    faults: [],
    warnings: [
      ...choiceWarnings(name, made),
      ...(request.deploymentsWarn ? [] : made.warnings),
      ...(locked || isTimed(served.targets) ? [] : paceWarnings(name, made.resolved.plan, request.region)),
    ],
  };
}

/** Whether somebody said how long an answer may take, or that only throughput counts. */
function isTimed(targets: CapacityTargets = {}): boolean {
  return Object.values(targets).some((target) => target !== undefined);
}

function hardwareOf({ name, instanceType, fabric, gpuSharing }: GivenPool): ServingHardware {
  return {
    instanceType,
    gpusPerNode: instanceType.gpuCount,
    gpuMemory: instanceType.gpuMemory,
    network: networkOf(fabric),
    poolName: name,
    sharing: gpuSharing?.kind ?? GpuSharingKind.NONE,
  };
}

function elsewhereFaults({ instanceType }: CapacityPlan): Fault[] {
  if (instanceType.isEc2) return [];
  return [
    fault(
      'PLAN_NOT_FOR_EC2',
      undefined,
      `the locked plan is for ${instanceType.name}, of which EC2 has no node pools; plan the model on an EC2 instance type, or give the ` +
        'topology nodePools',
    ),
  ];
}

function choiceWarnings(name: string, { resolved, otherChoice }: Resolution): Fault[] {
  if (!resolved || !otherChoice) return [];
  return [
    fault(
      'PLAN_DIFFERS',
      undefined,
      `model '${name}' keeps its locked plan (${choiceText(resolved.plan)}); the planner would now choose ${choiceText(otherChoice)}; nothing ` +
        'changes until you remove or replace the plan',
    ),
  ];
}

/** The pool of a model; none if the topology creates one. */
function poolFor({ pools }: AssignmentRequest, { nodePool }: ServedModel): { pool?: GivenPool; faults: Fault[] } {
  if (!pools) {
    if (nodePool === undefined) return { faults: [] };
    const reason = `nodePool '${nodePool}' is named, but the topology has no nodePools; add it there or remove nodePool`;
    return { faults: [fault('UNKNOWN_VALUE', 'nodePool', reason)] };
  }
  const pool = nodePool === undefined ? pools[0] : pools.find(({ name }) => name === nodePool);
  if (pool) return { pool, faults: [] };
  const known = pools.map(({ name }) => name).join(', ');
  const reason = `the topology has no pool '${nodePool ?? ''}'; its nodePools are: ${known}`;
  return { faults: [fault('UNKNOWN_VALUE', 'nodePool', reason)] };
}
