import { MetricExporter } from '../../../catalog/metric-kind';
import { TritonRelease } from '../../../catalog/serving-engine';
import { modelNameFaults } from '../../../core/model-name';
import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { DEFAULT_LATENCY_BUCKETS, bucketFaults, latencyMetrics } from '../model-config';
import { BackendModel, ModelDefinition, ModelOnSite, ModelSite, ModelTensors } from '../model-definition';
import { ModelProbe } from '../model-probe';
import { MAX_INT32, TextMessage } from '../protobuf-text';
import { ModelSettings } from '../settings/model-settings';
import { settingsFaults, settingsMessage } from '../settings/settings-message';
import { ensembleFaults } from './ensemble-faults';
import { EnsembleModelProps } from './ensemble-model-props';
import { outputFaults, tensorFaults, tensorMessage, tensorProbe } from './tensor-spec';

/**
 * First releases with the bound of requests in flight, and without the fault that a request to an ensemble is never answered when the queue of
 * a step is full: core 016354d on r25.11 and 8d0aaf6 on r26.02 of triton-inference-server/core.
 */
const BOUNDS_STEPS = '25.11';
const ANSWERS_WHEN_FULL = '26.02';

/**
 * An ensemble among the models of its server.
 *
 * @internal
 */
export class EnsembleModel implements ModelDefinition, BackendModel {
  public readonly name: string;
  public readonly backend = 'ensemble';
  public readonly variant = undefined;
  public readonly versions = [{ store: '1', number: 1 }];
  public readonly gpus = 0;
  public readonly spansGpus = false;
  public readonly isComplete = true;
  public readonly tensorParallelism = 1;
  public readonly exporters: readonly MetricExporter[] = [];
  public readonly weights = 'none';
  public readonly storedSize = DataSize.ZERO;
  public readonly hostMemory = DataSize.ZERO;
  public readonly sharedMemory = DataSize.ZERO;
  public readonly streams: boolean;

  /**
   * @param props the properties that the user passes
   * @param streams whether a step may answer any number of times @default false - not known before the models of its server are
   */
  public constructor(
    public readonly props: EnsembleModelProps,
    streams = false,
  ) {
    this.name = props.name;
    this.streams = streams;
  }

  public get latencyBoundsMs(): readonly number[] {
    return this.props.latencyBucketsMs ?? DEFAULT_LATENCY_BUCKETS;
  }

  public get settings(): ModelSettings {
    return this.props;
  }

  public get steps(): string[] {
    return this.props.steps.map(({ model }) => model);
  }

  public tensors(models: readonly ModelDefinition[]): ModelTensors {
    const { inputs, outputs, maxBatchSize } = this.props;
    return { inputs, outputs, maxBatchSize, decoupled: this.isDecoupled(models, []) };
  }

  public on({ models, release }: ModelSite): ModelOnSite {
    const faults = allOf(
      () => this.ownFaults(),
      () => releaseFaults(this.props, release),
      () => settingsFaults(this.props, { streams: this.isDecoupled(models, []), ownParameters: [] }),
      () => ensembleFaults(this.props, models),
    );
    if (faults.length > 0) return { faults, warnings: [] };
    const warnings = release.release < ANSWERS_WHEN_FULL ? [hangsWhenFull(this.name, release)] : [];
    return { model: new EnsembleModel(this.props, this.isDecoupled(models, [])), faults, warnings };
  }

  public ownFaults(): Fault[] {
    const { inputs, outputs, maxBatchSize, maxInflightRequests, latencyBucketsMs, steps } = this.props;
    return allOf(
      () => modelNameFaults(this.name),
      () => wholeNumberFault('maxBatchSize', maxBatchSize, 0, MAX_INT32),
      () => wholeNumberFault('maxInflightRequests', maxInflightRequests, 1, MAX_INT32),
      () => tensorFaults('inputs', inputs, maxBatchSize),
      () => outputFaults(outputs, maxBatchSize),
      () =>
        steps.flatMap(({ modelVersion }, index) =>
          wholeNumberFault(`steps[${index}].modelVersion`, modelVersion, 1, MAX_INT32),
        ),
      () => (latencyBucketsMs ? bucketFaults(latencyBucketsMs) : []),
    );
  }

  /** One that may answer any number of times is only asked whether it is ready: a plain request to it is refused. */
  public get probe(): ModelProbe {
    return this.streams
      ? { kind: 'none' }
      : tensorProbe(this.props.inputs, this.props.maxBatchSize, this.props.responseCache === true);
  }

  public config(): TextMessage {
    const { inputs, outputs, maxBatchSize, steps, maxInflightRequests } = this.props;
    return {
      name: this.name,
      platform: 'ensemble',
      max_batch_size: maxBatchSize,
      input: inputs.map(tensorMessage),
      output: outputs.map(tensorMessage),
      ensemble_scheduling: {
        step: steps.map(({ model, modelVersion, inputMap, outputMap }) => ({
          model_name: model,
          model_version: modelVersion ?? -1,
          input_map: entries(inputMap),
          output_map: entries(outputMap),
        })),
        max_inflight_requests: maxInflightRequests,
      },
      model_metrics: latencyMetrics(this.latencyBoundsMs),
      ...settingsMessage(this.props),
      parameters: Object.entries(this.props.parameters ?? {}).map(([key, value]) => ({
        key,
        value: { string_value: value },
      })),
    };
  }

  /** Triton serves only versions that have a folder, and a config map makes folders only for files. */
  public versionFiles(): { [file: string]: string } {
    return { README: 'An ensemble has no files of its own.\n' };
  }

  private isDecoupled(models: readonly ModelDefinition[], seen: readonly string[]): boolean {
    return this.steps.some((step) => {
      const model = models.find(({ name }) => name === step);
      if (model === undefined || seen.includes(step)) return false;
      return model instanceof EnsembleModel
        ? model.isDecoupled(models, [...seen, step])
        : (model.tensors?.(models).decoupled ?? true);
    });
  }
}

function entries(map: { readonly [key: string]: string }) {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

function releaseFaults({ maxInflightRequests }: EnsembleModelProps, release: TritonRelease): Fault[] {
  if (maxInflightRequests === undefined || release.release >= BOUNDS_STEPS) return [];
  return [
    fault(
      'ENSEMBLE_BOUND_NOT_IN_RELEASE',
      'maxInflightRequests',
      `maxInflightRequests needs tritonRelease ${BOUNDS_STEPS} or later; got ${release}; use a later release or remove it`,
    ),
  ];
}

function hangsWhenFull(name: string, release: TritonRelease): Fault {
  return fault(
    'ENSEMBLE_HANGS_WHEN_FULL',
    'tritonRelease',
    `ensemble '${name}' may never answer a request while the queue of a step is full in Triton ${release}; use tritonRelease ` +
      `${ANSWERS_WHEN_FULL} or later, and bound the time of requests in the clients until then`,
  );
}
