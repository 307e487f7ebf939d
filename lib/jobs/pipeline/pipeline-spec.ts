import { ModelSpec } from '../../catalog/model-spec';
import { QualityGateProps } from './quality-gate-props';
import { StepFacts, StepKind } from './step-facts';
import { StoredFiles, StoredText } from './stored-text';

/** Where a pod has what it reads. @internal */
export const PIPELINE_MOUNTS = { config: '/etc/model-pipeline', work: '/pipeline', state: '/state' };
/** Folder of the source and of all that steps read of the store, below that of the work. @internal */
export const INPUTS = 'inputs';

/** What reads the files of a pipeline, as the program of the Job does: its specification, which is JSON. @internal */
export interface PipelineSpec {
  readonly name: string;
  readonly steps: readonly object[];
  readonly checks: readonly object[];
  readonly seed: number;
  readonly trustRemoteCode: boolean;
  readonly labels: { readonly [name: string]: string };
}

/** A folder of the store, as the pod has it. @internal */
export function inputFolder({ name, version = '1' }: StoredFiles): string {
  return `${INPUTS}/${name}/${version}`;
}

/** Name of the file with the `config.pbtxt` of a step. @internal */
export function configFile(index: number): string {
  return `step-${index}.pbtxt`;
}

/**
 * The specification of a pipeline.
 *
 * @param name name of the pipeline
 * @param model the source
 * @param steps the steps
 * @param gate the gate
 * @param labels what else the result depends on
 * @param trustRemoteCode whether code of the model's folder may run
 * @param work folder of the work in the pod
 *
 * @internal
 */
export function pipelineSpec(given: {
  readonly name: string;
  readonly model: ModelSpec;
  readonly steps: readonly StepFacts[];
  readonly gate: QualityGateProps;
  readonly labels: { readonly [name: string]: string };
  readonly trustRemoteCode: boolean;
  readonly work: string;
}): PipelineSpec {
  const { name, model, steps, gate, labels, trustRemoteCode, work } = given;
  const paths = { work, config: PIPELINE_MOUNTS.config };
  return {
    name,
    steps: programSteps(steps).map((step, index) => stepSpec(step, index, paths)),
    checks: checkSpecs(model, steps, gate, work),
    seed: 0,
    trustRemoteCode,
    labels,
  };
}

/**
 * The steps by the names that the program has for them: dynamic INT8 of a graph is a step of its own.
 *
 * @internal
 */
export function programSteps(
  steps: readonly StepFacts[],
): readonly (Omit<StepFacts, 'kind'> & { readonly kind: string })[] {
  const exported = steps.findIndex(({ kind }) => kind === StepKind.EXPORT_ONNX);
  return steps.map((step, index) =>
    step.kind === StepKind.INT8_DYNAMIC && exported !== -1 && index > exported
      ? { ...step, kind: 'quantize-onnx' }
      : step,
  );
}

interface Paths {
  readonly work: string;
  readonly config: string;
}

function stepSpec(step: Omit<StepFacts, 'kind'> & { readonly kind: string }, index: number, paths: Paths): object {
  const files = Object.entries(step.files ?? {}).map(([name, each]) => [name, `${paths.work}/${inputFolder(each)}`]);
  return {
    kind: step.kind,
    id: `${index + 1}-${step.kind}`,
    ...step.settings,
    ...(step.text === undefined ? {} : { text: textPath(step.text, paths.work) }),
    ...(step.config === undefined ? {} : { config: `${paths.config}/${configFile(index)}` }),
    ...Object.fromEntries(files),
  };
}

function textPath(text: StoredText, work: string): string {
  return `${work}/${inputFolder(text)}/${text.file}`;
}

/** The checks, each once. */
function checkSpecs(model: ModelSpec, steps: readonly StepFacts[], gate: QualityGateProps, work: string): object[] {
  const { text, accuracyLossPercent = 2, belowFloor = false, tasks, taskData, sizePercent = 100 } = gate;
  const { throughputPercent, parametersPercent, attentionWindow } = gate;
  const share = (percent: number) => Math.round(percent * 1e6) / 1e8;
  const limits = { limit: share(accuracyLossPercent), belowFloor };
  const path = textPath(text, work);
  const kept = steps.find(({ kind }) => kind === StepKind.SHARE_ATTENTION)?.settings.keep as number | undefined;
  const isGraph = steps.some(({ kind }) => kind === StepKind.EXPORT_ONNX);
  const parameters = {
    ...(parametersPercent === undefined ? {} : { atMost: share(parametersPercent) }),
    ...(kept === undefined ? {} : { attentionAtMost: kept }),
  };
  return [
    { kind: 'size', atMost: share(sizePercent) },
    { kind: 'perplexity', text: path, ...limits },
    ...(tasks === undefined || taskData === undefined
      ? []
      : [{ kind: 'tasks', tasks: [...tasks], folder: `${work}/${inputFolder(taskData)}`, ...limits }]),
    { kind: 'throughput', ...(throughputPercent === undefined ? {} : { atLeast: share(throughputPercent) }) },
    {
      kind: 'long-context',
      lengths: contextLengths(model, gate.longContext),
      text: path,
      ...(attentionWindow === undefined ? {} : { window: attentionWindow }),
    },
    ...(isGraph || Object.keys(parameters).length === 0 ? [] : [{ kind: 'parameters', ...parameters }]),
    { kind: 'tokenizer', text: path },
    { kind: 'license' },
    { kind: 'safetensors' },
  ];
}

/** Just beyond the window of the guide, and the longest; of models with less, their own limit. */
function contextLengths(model: ModelSpec, longContext = 4096): number[] {
  return [...new Set([2049, longContext].map((each) => Math.min(each, longContext, model.maxContextLength)))];
}
