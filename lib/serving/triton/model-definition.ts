import { MetricExporter } from '../../catalog/metric-kind';
import { Fault } from '../../units/fault';
import { GpuNodeType } from '../../catalog/gpu-node-type';
import { TritonRelease, TritonVariant } from '../../catalog/serving-engine';
import { DataSize } from '../../units/data-size';
import { TextMessage } from './protobuf-text';
import { ServingPlan } from '../model/serving-plan';

/**
 * Where a model is going to run, for the checks that need it.
 *
 * @internal
 */
export interface ModelContext {
  readonly instanceType: GpuNodeType;
  readonly release: TritonRelease;
  /** GPUs of a node, or shares of them, that pods can ask for. @default - those of the hardware */
  readonly gpusPerNode?: number;
  /** Memory that one of those can count on. @default - that of a whole GPU */
  readonly gpuMemory?: DataSize;
  /** Servers of the deployment. @default 1 */
  readonly replicas?: number;
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
 * Everything a server must know of one model, whatever its backend.
 *
 * @internal
 */
export interface ModelDefinition {
  readonly name: string;
  readonly backend: string;
  readonly variant: TritonVariant;
  readonly versions: readonly ModelVersion[];
  /** GPUs the model has for itself; 0 on the CPU. */
  readonly gpus: number;
  /** Whether all of `gpus` serve one instance, which then takes the first GPUs it sees. */
  readonly spansGpus: boolean;
  /** GPUs that split each layer between them. */
  readonly tensorParallelism: number;
  /** What is copied from the model store, all versions together. */
  readonly storedSize: DataSize;
  /** Resident host memory without shared memory and without the page cache of the weights. */
  readonly hostMemory: DataSize;
  readonly sharedMemory: DataSize;
  /** Whether it answers a request by a stream of responses ("decoupled"). */
  readonly streams: boolean;
  /** Exporters behind the metrics port on account of this model, besides Triton itself. */
  readonly exporters: readonly MetricExporter[];
  /** Whether the weights lie in Triton's version folder; else they lie beside the repository and a file there names them. */
  readonly weightsInRepository: boolean;
  /** What the caller gave, to look for tokens in. */
  readonly props: object;
  /** How it fits its GPUs; nothing for a model that is not planned. Only for contexts in which `faults` finds none. */
  plan(context: ModelContext): ServingPlan | undefined;
  /** Everything wrong with it, apart from whether it fits. */
  faults(context: ModelContext): Fault[];
  /** The message of `config.pbtxt`, on these GPUs; `alone` says that no other model uses a GPU of the pod. */
  config(gpuIds: readonly number[], alone: boolean): TextMessage;
  /** Files of a version folder that are made here, by name. */
  versionFiles(version: ModelVersion, weightsPath: string, context: ModelContext): { [file: string]: string };
}
