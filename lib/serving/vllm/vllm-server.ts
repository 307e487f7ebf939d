import { returned } from '../../core/errors';
import { IModelStore } from '../../core/model-store';
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
import { WeightStream, streamArguments, weightStream } from './streamed-weights';
import { VllmVersion } from './vllm-version';
import { StreamedWeightsOptions } from './weight-loading';

/** A store that weights are streamed from, and how. */
interface StreamedFrom {
  readonly store: IModelStore;
  readonly options: StreamedWeightsOptions;
}

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
  /** How its weights are streamed. @default - they are copied */
  public readonly stream?: WeightStream;

  readonly #maxQueued?: number;

  /**
   * @param served what the user says
   * @param resolved the model with its plan
   * @param vllm version that runs it
   * @param maxQueued requests that may wait, if the user says so
   * @param from where its weights are streamed from @default - they are copied
   */
  public constructor(
    public readonly served: ServedModel,
    public readonly resolved: ResolvedModel,
    public readonly vllm: VllmVersion,
    maxQueued?: number,
    private readonly from?: StreamedFrom,
  ) {
    this.name = resolved.name;
    this.plan = resolved.plan;
    this.nodes = serverNodes(resolved.parallelism, this.plan.instanceType.gpuCount);
    this.gpus = this.nodes.gpusPerNode;
    this.names = served.servedModelNames ?? [this.name];
    this.#maxQueued = maxQueued;
    this.adapters = placedAdapters(served);
    this.stream = from && weightStream(from.options, this.plan, resolved.storedSize, this.gpus);
  }

  /** What the user says of the stream. @default - weights are copied */
  public get streamed(): StreamedWeightsOptions | undefined {
    return this.from?.options;
  }

  public get weights(): 'beside' | 'streamed' {
    return this.stream ? 'streamed' : 'beside';
  }

  public get reads(): number {
    return this.stream?.reads ?? 1;
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
    const engine = vllmHostMemory(this.gpus, this.plan, this.served, this.vllm).plus(answeringMemory(this.plan));
    return engine.plus(this.stream?.hostMemory ?? DataSize.ZERO);
  }

  public get pinnedMemory(): DataSize {
    const { host } = vllmPinnedMemory(this.gpus, this.plan, this.served, this.vllm);
    return host.plus(this.stream?.buffers ?? DataSize.ZERO);
  }

  public get sharedPinnedMemory(): DataSize {
    return vllmPinnedMemory(this.gpus, this.plan, this.served, this.vllm).shared;
  }

  public get sharedMemory(): DataSize {
    return vllmSharedMemory(this.gpus, this.served, this.vllm);
  }

  /** What the init container copies, or looks for where the engine reads it by itself. */
  public get copies(): WeightsCopy[] {
    const { load_format: format = 'auto' } = this.served.engineArguments ?? {};
    const always = DUPLICATE_WEIGHTS.always.join(' ');
    const leftOut = format === 'auto' ? `${always} | ${DUPLICATE_WEIGHTS.besideSafetensors.join(' ')}` : always;
    const { version } = this.resolved;
    return [
      { model: this.name, version, destination: this.#folder, leftOut },
      ...draftCopies(this.served, this.plan, leftOut),
      ...this.adapters.map(({ name, version: own, path }) => ({ model: name, version: own, destination: path })),
    ];
  }

  get #path(): string {
    if (this.from) {
      const { store } = this.from;
      return returned(store, 'IModelStore', 'modelStore.uriFor()', store.uriFor(this.name, this.resolved.version));
    }
    return this.#folder;
  }

  get #folder(): string {
    return `${MODELS_MOUNT}/weights/${this.name}/${this.resolved.version}`;
  }

  /** Arguments of the engine by their names. */
  public get engineArguments(): { [name: string]: unknown } {
    const { max_loras: slots, ...own } = this.served.engineArguments ?? {};
    return {
      ...engineArguments(this.resolved, { ...this.served, engineArguments: own }, this.#path, true, this.vllm),
      ...(this.stream && streamArguments(this.stream)),
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
