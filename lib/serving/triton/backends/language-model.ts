import { MetricExporter } from '../../../catalog/metric-kind';
import { TritonVariant } from '../../../catalog/serving-engine';
import { Parallelism } from '../../../catalog/parallelism';
import { modelNameFaults, modelVersionFaults } from '../../../core/model-name';
import { CapacityPlan } from '../../../planning/capacity-plan';
import { CapacityTargets } from '../../../planning/capacity-request';
import { firstTokenUnderLoadMs } from '../../../planning/first-token-under-load';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { ResolvedModel, withinServer } from '../../model/resolved-model';
import { RequestsAtOnce, plannedAtOnce } from '../../scaling/server-load';
import { engineSharedMemory } from '../../vllm/host-needs';
import {
  bucketFaults,
  defaultLatencyBuckets,
  latencyMetrics,
  tritonVersion,
  versionPolicyFaults,
  versionPolicyMessage,
} from '../model-config';
import {
  BackendModel,
  ModelDefinition,
  ModelOnSite,
  ModelPlacement,
  ModelSite,
  ModelVersion,
} from '../model-definition';
import { VersionPolicy } from '../model-options';
import { ModelProbe } from '../model-probe';
import { TextMessage } from '../protobuf-text';

/**
 * What language models of every engine behind Triton are told alike.
 *
 * @internal
 */
export interface LanguageModelProps {
  readonly name: string;
  readonly version?: string;
  readonly plan?: CapacityPlan;
  readonly concurrency?: number;
  readonly parallelism?: Parallelism;
  readonly latencyBucketsMs?: number[];
  readonly versionPolicy?: VersionPolicy;
  readonly engineArguments?: { [name: string]: unknown };
}

/**
 * A language model behind Triton, before its hardware is known.
 *
 * @internal
 */
export abstract class LanguageModel<Props extends LanguageModelProps> implements ModelDefinition {
  public abstract readonly backend: string;
  public abstract readonly variant: TritonVariant;
  public abstract readonly spansGpus: boolean;
  public readonly name: string;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;

  protected readonly parallelism: Parallelism;

  public constructor(public readonly props: Props) {
    this.name = props.name;
    const store = props.version ?? ResolvedModel.DEFAULT_VERSION;
    this.versions = [{ store, number: tritonVersion(store) }];
    this.parallelism = props.parallelism ?? (props.plan ? withinServer(props.plan.parallelism) : Parallelism.NONE);
    this.gpus = this.parallelism.gpusPerReplica;
  }

  public abstract on(site: ModelSite): ModelOnSite;

  public ownFaults(): Fault[] {
    const { latencyBucketsMs, versionPolicy } = this.props;
    const [{ number, store }] = this.versions;
    return allOf(
      () => modelNameFaults(this.name),
      () => modelVersionFaults(store),
      () => (versionPolicy ? versionPolicyFaults(versionPolicy, [number]) : []),
      () => (latencyBucketsMs ? bucketFaults(latencyBucketsMs) : []),
    );
  }

  /** Engine arguments that properties set, by the argument: the property. */
  protected reservedFaults(properties: { readonly [argument: string]: string }): Fault[] {
    return Object.keys(this.props.engineArguments ?? {})
      .filter((argument) => Object.hasOwn(properties, argument))
      .map((argument) =>
        fault(
          'RESERVED',
          `engineArguments.${argument}`,
          `engineArguments must not set ${argument}, which is derived from other properties; use ${properties[argument]}`,
        ),
      );
  }
}

/**
 * A language model on its hardware, whatever engine runs it behind Triton.
 *
 * @internal
 */
export abstract class LanguageModelOnHardware<Props extends LanguageModelProps> implements BackendModel {
  public abstract readonly exporters: readonly MetricExporter[];

  public get latencyBoundsMs(): readonly number[] {
    return this.props.latencyBucketsMs ?? defaultLatencyBuckets(firstTokenUnderLoadMs(this.plan));
  }

  public get targets(): CapacityTargets {
    return this.resolved.targets;
  }

  public abstract readonly hostMemory: DataSize;
  public abstract readonly leftOut: string;
  public abstract readonly probe: ModelProbe;
  public readonly name: string;
  public readonly backend: string;
  public readonly variant: TritonVariant;
  public readonly versions: readonly ModelVersion[];
  public readonly gpus: number;
  public readonly spansGpus: boolean;
  public readonly tensorParallelism: number;
  public readonly streams = true;
  public readonly weights = 'beside';
  /** Its engine adds to it at load, e.g. that it streams. */
  public readonly isComplete = false;
  public readonly plan: CapacityPlan;

  protected readonly props: Props;

  public constructor(
    definition: LanguageModel<Props>,
    protected readonly resolved: ResolvedModel,
  ) {
    const { name, backend, variant, versions, gpus, spansGpus, props } = definition;
    this.name = name;
    this.backend = backend;
    this.variant = variant;
    this.versions = versions;
    this.gpus = gpus;
    this.spansGpus = spansGpus;
    this.props = props;
    this.plan = resolved.plan;
    this.tensorParallelism = resolved.parallelism.tensor;
  }

  public get storedSize(): DataSize {
    return this.resolved.storedSize;
  }

  public get knownSize(): DataSize {
    return this.resolved.knownSize;
  }

  public get sharedMemory(): DataSize {
    return engineSharedMemory(this.gpus);
  }

  public get requestsAtOnce(): RequestsAtOnce {
    return plannedAtOnce(this.plan, this.props.concurrency !== undefined);
  }

  public abstract config(placement: ModelPlacement): TextMessage;

  public abstract versionFiles(version: ModelVersion, weightsPath: string): { [file: string]: string };

  protected get versionPolicy(): TextMessage {
    return versionPolicyMessage(this.props.versionPolicy ?? VersionPolicy.latest());
  }

  /** That it streams, and what is measured of it: the end of its `config.pbtxt`. */
  protected get streaming(): TextMessage {
    return {
      model_transaction_policy: { decoupled: true },
      model_metrics: latencyMetrics(this.latencyBoundsMs),
    };
  }
}
