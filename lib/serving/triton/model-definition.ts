import { MetricExporter } from '../../catalog/metric-kind';
import { TritonRelease, TritonVariant } from '../../catalog/serving-engine';
import { CapacityTargets } from '../../planning/capacity-request';
import { DataSize } from '../../units/data-size';
import { Fault } from '../../units/fault';
import { PodVolumeMount } from '../pod/pod-additions';
import { PodModel } from '../pod/pod-model';
import { RequestsAtOnce } from '../scaling/server-load';
import { WeightsCopy } from '../pod/server-pod';
import { ServingHardware } from '../model/serving-hardware';
import { TensorSpec } from './model-options';
import { TextMessage } from './protobuf-text';
import { ModelProbe } from './model-probe';
import { InstanceSettings } from './settings/model-settings';

/**
 * Where a model will run.
 *
 * @internal
 */
export interface ModelSite {
  readonly hardware: ServingHardware;
  readonly release: TritonRelease;
  /** Methods of quantization that plugins of its vLLM add. @default - there are none */
  readonly plugged?: readonly string[];
  /** Servers of the deployment. */
  readonly replicas: number;
  /** What the container of the server sees of the volumes of the user. @default - nothing */
  readonly mounts?: readonly PodVolumeMount[];
  /** All models of a server, this one too. */
  readonly models: readonly ModelDefinition[];
}

/**
 * A version of a model: its folder in the model store and Triton's number for it.
 *
 * @internal
 */
export interface ModelVersion {
  readonly store: string;
  readonly number: number;
}

/**
 * How a model looks to those that ask it.
 *
 * @internal
 */
export interface ModelTensors {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly maxBatchSize: number;
  /** Whether a request may have any number of responses. */
  readonly decoupled: boolean;
}

/**
 * A model as the user describes it, before its hardware is known.
 *
 * @internal
 */
export interface ModelDefinition {
  readonly name: string;
  readonly backend: string;
  /** The image that has its backend. @default - every image has it */
  readonly variant?: TritonVariant;
  readonly versions: readonly ModelVersion[];
  /** Numbers of those that Triton serves by the model's policy. @default - all of them */
  readonly servedVersions?: readonly number[];
  /** GPUs that the model uses exclusively; 0 on the CPU and on a shared GPU. */
  readonly gpus: number;
  /** Memory of the server's shared GPU that the model takes. @default - it shares no GPU */
  readonly sharedGpuMemory?: DataSize;
  /** Whether all of `gpus` serve one instance, which then takes the first GPUs it sees. */
  readonly spansGpus: boolean;
  /** Settings that concern its server. @default - it has none */
  readonly settings?: InstanceSettings;
  /** Names of what it has otherwise on some hardware. @default - nothing */
  readonly configurations?: readonly string[];
  /** The properties that the caller passed, to be searched for tokens. */
  readonly props: object;
  /** Names of the models that it is made of. @default - it is a model itself */
  readonly steps?: readonly string[];
  /** Its tensors among the models of its server. @default - its own code decides them at load */
  tensors?(models: readonly ModelDefinition[]): ModelTensors;
  /** The model as it is on the hardware of that name, or on any other. @default - it is the same on all hardware */
  configured?(name: string | undefined): ModelDefinition;
  /** What is wrong with it on any hardware. */
  ownFaults(): Fault[];
  /** The model on its hardware, with everything decided; called once. Its faults name properties of the model. */
  on(site: ModelSite): ModelOnSite;
}

/**
 * The result of resolving a model on its hardware.
 *
 * @internal
 */
export interface ModelOnSite {
  /** @default - there are faults */
  readonly model?: BackendModel;
  readonly faults: Fault[];
  /** Advice, each with a stable id. */
  readonly warnings: Fault[];
}

/**
 * Where a model runs within its server.
 *
 * @internal
 */
export interface ModelPlacement {
  /** Its GPUs, by number. */
  readonly gpuIds: readonly number[];
  /** Whether no other model uses a GPU of the pod. */
  readonly exclusive: boolean;
  /** Whether the model may unload itself when its engine has died. */
  readonly unloads: boolean;
}

/**
 * A model on its hardware: everything that a server must know about it, for any backend.
 *
 * @internal
 */
export interface BackendModel extends PodModel {
  readonly name: string;
  readonly backend: string;
  /** The image that has its backend. @default - every image has it */
  readonly variant?: TritonVariant;
  readonly versions: readonly ModelVersion[];
  readonly spansGpus: boolean;
  /** GPUs that split each layer between them. */
  readonly tensorParallelism: number;
  /** Exporters behind the metrics port due to this model, besides Triton itself. */
  readonly exporters: readonly MetricExporter[];
  /** Exporter of the engine that executes it, whether or not its metrics are switched on. @default - Triton's own scheduler does */
  readonly engine?: MetricExporter;
  /** Times that were asked for when it was planned. @default - none */
  readonly targets?: CapacityTargets;
  /** Bounds of its latency histogram in milliseconds. */
  readonly latencyBoundsMs: readonly number[];
  /**
   * Where its stored files are: in Triton's version folder, or beside the repository, where a file in the folder names them, or it has none.
   */
  readonly weights: 'in-repository' | 'beside' | 'none';
  /** Requests that its instances take at once. @default - other models do its work */
  readonly requestsAtOnce?: RequestsAtOnce;
  /** Whether its `config.pbtxt` says everything, so that Triton must not complete it from the model. */
  readonly isComplete: boolean;
  /** Shared memory of one of its processes. @default - it has no processes of its own */
  readonly instanceSharedMemory?: DataSize;
  /** Settings that concern its server. @default - it has none */
  readonly settings?: InstanceSettings;
  /** How its health is probed. */
  readonly probe: ModelProbe;
  /** Adapters of it that requests may name. @default - none */
  readonly adapterNames?: readonly string[];
  /** What else the init container copies for it: adapters, and what drafts. @default - nothing */
  readonly copies?: readonly WeightsCopy[];
  /** Patterns of stored files that its engine does not read, as `assemble-repository.sh` takes them. @default - it reads all */
  readonly leftOut?: string;
  /** Names of what it has otherwise on some hardware. @default - nothing */
  readonly configurations?: readonly string[];
  /** The model as it is on the hardware of that name, or on any other. @default - it is the same on all hardware */
  configured?(name: string | undefined): BackendModel;
  /** The message of `config.pbtxt`. */
  config(placement: ModelPlacement): TextMessage;
  /** Generated files beside the version folders, by their path there. @default - there are none but `config.pbtxt` */
  readonly modelFiles?: { readonly [path: string]: string };
  /** Generated files of a version folder, by name. */
  versionFiles(version: ModelVersion, weightsPath: string): { [file: string]: string };
}

/**
 * The variant of the image that has the backends of all models.
 *
 * @internal
 */
export function imageVariant(models: readonly Pick<ModelDefinition, 'variant'>[]): TritonVariant {
  return models.find(({ variant }) => variant !== undefined)?.variant ?? TritonVariant.STANDARD;
}
