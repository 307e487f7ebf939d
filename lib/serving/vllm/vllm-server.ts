import { DUPLICATE_WEIGHTS } from '../../core/weight-files';
import { CapacityPlan } from '../../planning/capacity-plan';
import { DataSize } from '../../units/data-size';
import { ResolvedModel } from '../model/resolved-model';
import { PodModel } from '../pod/pod-model';
import { MODELS_MOUNT, WeightsCopy } from '../pod/server-pod';
import { draftCopies, draftSize, knownDraftSize } from './draft-model';
import { engineArguments } from './engine-arguments';
import { answeringMemory, vllmHostMemory, vllmPinnedMemory, vllmSharedMemory } from './host-needs';
import { PlacedAdapter, adapterSize, givenAdapterSize, loraArguments, placedAdapters } from './lora-adapters';
import { LoraAdapter } from './openai-options';
import { ServedModel } from './served-model';
import { ServerNodes, serverNodes } from './server-group';
import { VllmVersion } from './vllm-version';

/**
 * One model on its hardware, as vLLM's own server runs it.
 *
 * @internal
 */
export class VllmServer implements PodModel {
  public readonly name: string;
  public readonly plan: CapacityPlan;
  /** GPUs of one pod. */
  public readonly gpus: number;
  /** How it lies on nodes, of which each is a pod. */
  public readonly nodes: ServerNodes;
  public readonly streams = true;
  /** Names that requests call the model by. */
  public readonly names: readonly string[];
  public readonly adapters: readonly PlacedAdapter[];

  readonly #maxQueued?: number;

  /**
   * @param served what the user says
   * @param resolved the model with its plan
   * @param vllm version that runs it
   * @param maxQueued requests that may wait, if the user says so
   */
  public constructor(
    public readonly served: ServedModel,
    public readonly resolved: ResolvedModel,
    public readonly vllm: VllmVersion,
    maxQueued?: number,
  ) {
    this.name = resolved.name;
    this.plan = resolved.plan;
    this.nodes = serverNodes(resolved.parallelism, this.plan.instanceType.gpuCount);
    this.gpus = this.nodes.gpusPerNode;
    this.names = served.servedModelNames ?? [this.name];
    this.#maxQueued = maxQueued;
    this.adapters = placedAdapters(served);
  }

  get #adapters(): readonly LoraAdapter[] {
    return this.served.loraAdapters ?? [];
  }

  /** Every name that requests may call. */
  public get allNames(): string[] {
    return [...this.names, ...this.adapters.map(({ name }) => name)];
  }

  public get storedSize(): DataSize {
    const own = this.resolved.storedSize.plus(draftSize(this.served, this.plan));
    return this.#adapters.reduce((sum, each) => sum.plus(adapterSize(each, this.plan)), own);
  }

  public get knownSize(): DataSize {
    const known = this.resolved.knownSize.plus(knownDraftSize(this.served, this.plan));
    return known.plus(givenAdapterSize(this.#adapters));
  }

  public get hostMemory(): DataSize {
    return vllmHostMemory(this.gpus, this.plan, this.served, this.vllm).plus(answeringMemory(this.plan));
  }

  public get pinnedMemory(): DataSize {
    return vllmPinnedMemory(this.gpus, this.plan, this.served, this.vllm).host;
  }

  public get sharedPinnedMemory(): DataSize {
    return vllmPinnedMemory(this.gpus, this.plan, this.served, this.vllm).shared;
  }

  public get sharedMemory(): DataSize {
    return vllmSharedMemory(this.gpus, this.served, this.vllm);
  }

  /** What the init container copies. */
  public get copies(): WeightsCopy[] {
    const { load_format: format = 'auto' } = this.served.engineArguments ?? {};
    const always = DUPLICATE_WEIGHTS.always.join(' ');
    const leftOut = format === 'auto' ? `${always} | ${DUPLICATE_WEIGHTS.besideSafetensors.join(' ')}` : always;
    const { version } = this.resolved;
    return [
      { model: this.name, version, destination: this.#path, leftOut },
      ...draftCopies(this.served, this.plan, leftOut),
      ...this.adapters.map(({ name, version: own, path }) => ({ model: name, version: own, destination: path })),
    ];
  }

  get #path(): string {
    return `${MODELS_MOUNT}/weights/${this.name}/${this.resolved.version}`;
  }

  /** Arguments of the engine by their names. */
  public get engineArguments(): { [name: string]: unknown } {
    const { max_loras: slots, ...own } = this.served.engineArguments ?? {};
    return {
      ...engineArguments(this.resolved, { ...this.served, engineArguments: own }, this.#path, true, this.vllm),
      ...loraArguments(this.served, slots),
      max_num_queued_reqs: this.mostRequests,
    };
  }

  /** Requests that it takes at all: vLLM counts those that run as well. */
  public get mostRequests(): number | undefined {
    if (!this.vllm.isAtLeast(0, 29)) return undefined;
    // Each rank runs as many.
    const running = this.plan.maxSequences * this.resolved.parallelism.attentionRanks;
    return running + (this.#maxQueued ?? Math.max(64, running));
  }
}
