import { Construct } from 'constructs';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { kubernetesName } from '../../core/naming';
import { scalerMost } from '../../serving/pod/server-faults';
import { TritonDeployment } from '../../serving/triton/triton-deployment';
import { TritonModel } from '../../serving/triton/triton-model';
import { VllmDeployment } from '../../serving/vllm/vllm-deployment';
import { VllmDeploymentProps } from '../../serving/vllm/vllm-deployment-props';
import { servedName } from '../../serving/vllm/served-name';
import { ServedModel } from '../../serving/vllm/served-model';
import { Fault, fault, faultsUnder } from '../../units/fault';
import { AssignedModel } from './model-assignment';
import { makePart } from './parts';
import { GivenServing, isVllm, servingOf, servingPath, vllmServingOf } from './serving-options';

/**
 * What the servers of a topology have in common.
 *
 * @internal
 */
export interface ModelServersGiven extends Pick<VllmDeploymentProps, 'cluster' | 'modelStore' | 'imageRegistry'> {
  readonly models: readonly ServedModel[];
  readonly serving: GivenServing;
  /** The pool of a model. @default - it was refused */
  readonly poolOf: (assigned: AssignedModel) => IGpuNodePool | undefined;
}

/**
 * The servers of each model, by its name.
 *
 * @internal
 */
export class ModelServers {
  /** Those of Triton. */
  public readonly triton = new Map<string, TritonDeployment>();
  /** Those of vLLM itself. */
  public readonly vllm = new Map<string, VllmDeployment>();

  /** @param workloads scope of what runs on the cluster */
  public constructor(
    private readonly workloads: Construct,
    private readonly given: ModelServersGiven,
  ) {}

  /** All of them. */
  public get all(): (TritonDeployment | VllmDeployment)[] {
    return [...this.triton.values(), ...this.vllm.values()];
  }

  /**
   * Makes the servers of models.
   *
   * @param faults faults so far, to which theirs are added with the path that the topology has them by
   */
  public make(all: readonly AssignedModel[], faults: Fault[]): void {
    const { models, serving, poolOf, cluster, modelStore, imageRegistry } = this.given;
    for (const assigned of all) {
      const { name } = assigned.resolved;
      const nodePool = poolOf(assigned);
      if (!nodePool || this.workloads.node.tryFindChild(`Model-${name}`)) continue;
      const common = { name: kubernetesName(name), cluster, nodePool, modelStore, imageRegistry };
      const own: Fault[] = [];
      makePart(own, () => this.makeOne(assigned, common));
      const path = `models[${models.map(servedName).indexOf(name)}]`;
      for (const found of own) {
        const where = servingPath(serving, name, found.property);
        const under = where ? [fault(found.id, where, found.reason)] : [ofOnlyModel(found)];
        faults.push(...faultsUnder(under, where ? '' : path, `model '${name}'`));
      }
    }
  }

  private makeOne({ served, resolved, replicas }: AssignedModel, common: Omit<VllmDeploymentProps, 'models'>): void {
    const { name, plan } = resolved;
    const { serving: given } = this.given;
    // A scaler sets them; that the model has both is for the deployment to refuse.
    const servers = (most?: number) => (most === undefined ? replicas : served.replicas);
    if (isVllm(given)) {
      const serving = vllmServingOf(given, name);
      const { nodePool: _pool, replicas: _replicas, ...model } = served;
      const deployment = new VllmDeployment(this.workloads, `Model-${name}`, {
        ...serving,
        ...common,
        replicas: servers(scalerMost(serving)),
        models: [{ ...model, name }],
        plans: { [name]: plan },
      });
      this.vllm.set(name, deployment);
    } else {
      const serving = servingOf(given, name);
      const deployment = new TritonDeployment(this.workloads, `Model-${name}`, {
        ...serving,
        ...common,
        replicas: servers(scalerMost(serving)),
        models: [TritonModel._resolved(resolved, served)],
      });
      this.triton.set(name, deployment);
    }
  }
}

/** A deployment of one model reports `models[0].version` for what is `version` of that model here. */
function ofOnlyModel({ id, property, reason }: Fault): Fault {
  return fault(id, property?.replace(/^models\[0\]\.?/, '') || undefined, reason);
}
