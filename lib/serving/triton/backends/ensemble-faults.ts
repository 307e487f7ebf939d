import { unknownNameFault } from '../../../catalog/near-names';
import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { ModelDefinition, ModelTensors } from '../model-definition';
import { TensorSpec } from '../model-options';
import { EnsembleModelProps, EnsembleStep } from './ensemble-model-props';

/** Of a model whose own code decides at load. */
const NOT_KNOWN: readonly TensorSpec[] = [];
const UNKNOWN: ModelTensors = { inputs: NOT_KNOWN, outputs: NOT_KNOWN, maxBatchSize: 0, decoupled: true };

/** A step with the model that it names. */
interface KnownStep extends EnsembleStep {
  readonly index: number;
  readonly tensors: ModelTensors;
}

/**
 * What Triton's core would refuse of an ensemble at load (src/model_config_utils.cc, ValidateEnsembleSchedulingConfig, and
 * src/ensemble_scheduler/ensemble_utils.cc, ValidateEnsembleConfig), found at synthesis. The flow of tensors is judged once all steps are
 * good by themselves.
 *
 * @internal
 */
export function ensembleFaults(ensemble: EnsembleModelProps, models: readonly ModelDefinition[]): Fault[] {
  if (ensemble.steps.length === 0) return [fault('EMPTY_LIST', 'steps', 'steps must have at least one step')];
  const faults = allOf(...ensemble.steps.map((step, index) => () => stepFaults(ensemble, step, index, models)));
  if (faults.length > 0) return faults;
  const known = ensemble.steps.flatMap((step, index) => {
    const model = models.find(({ name }) => name === step.model);
    return model ? [{ ...step, index, tensors: model.tensors?.(models) ?? UNKNOWN }] : [];
  });
  const flow = allOf(
    () => writerFaults(ensemble, known),
    () => flowFaults(ensemble, known),
  );
  return flow.length > 0 ? flow : [...consistencyFaults(ensemble, known), ...decoupledFaults(ensemble, known)];
}

function stepFaults(
  { name, maxBatchSize }: EnsembleModelProps,
  step: EnsembleStep,
  index: number,
  models: readonly ModelDefinition[],
): Fault[] {
  const at = `steps[${index}]`;
  const others = models.map((model) => model.name).filter((other) => other !== name);
  const model = models.find((other) => other.name === step.model);
  if (step.model === name || model === undefined) {
    const known = `the other models of this deployment are ${others.join(', ') || 'none'}`;
    return [unknownNameFault('model of a step', step.model, others, known, `${at}.model`)];
  }
  if (leadsTo(name, model, models)) {
    const reason = `steps must not lead back to the ensemble, but '${step.model}' has it among its own steps`;
    return [fault('ENSEMBLE_CIRCULAR', `${at}.model`, reason)];
  }
  const numbers = model.servedVersions ?? model.versions.map(({ number }) => number);
  const tensors = model.tensors?.(models) ?? UNKNOWN;
  return allOf(
    () =>
      step.modelVersion === undefined || numbers.includes(step.modelVersion)
        ? []
        : [
            fault(
              'VERSION_NOT_ASSEMBLED',
              `${at}.modelVersion`,
              `modelVersion of '${step.model}' must be one that the server serves, ${numbers.join(', ')}; got ${step.modelVersion}`,
            ),
          ],
    () =>
      tensors.maxBatchSize !== 0 && tensors.maxBatchSize < maxBatchSize
        ? [
            fault(
              'ENSEMBLE_BATCH_TOO_LARGE',
              'maxBatchSize',
              `maxBatchSize must be at most ${tensors.maxBatchSize}, that of '${step.model}'; got ${maxBatchSize}`,
            ),
          ]
        : [],
    () => mapFaults(`${at}.inputMap`, step.model, 'input', step.inputMap, tensors.inputs),
    () => mapFaults(`${at}.outputMap`, step.model, 'output', step.outputMap, tensors.outputs),
    () =>
      tensors.inputs
        .filter(({ name: input, optional }) => !optional && !Object.hasOwn(step.inputMap, input))
        .map(({ name: input }) =>
          fault(
            'ENSEMBLE_INPUT_MISSING',
            `${at}.inputMap`,
            `inputMap must have input '${input}' of '${step.model}', which is not optional`,
          ),
        ),
  );
}

/** Whether a model has an ensemble among its steps, or the steps of those. */
function leadsTo(
  name: string,
  model: ModelDefinition,
  models: readonly ModelDefinition[],
  seen: string[] = [],
): boolean {
  return (model.steps ?? []).some((step) => {
    if (step === name) return true;
    const next = models.find((other) => other.name === step);
    return next !== undefined && !seen.includes(step) && leadsTo(name, next, models, [...seen, step]);
  });
}

function mapFaults(
  at: string,
  model: string,
  what: string,
  map: { readonly [tensor: string]: string },
  known: readonly TensorSpec[],
): Fault[] {
  const names = known.map(({ name }) => name);
  if (known === NOT_KNOWN) return [];
  if (Object.keys(map).length === 0) {
    return [
      fault(
        'EMPTY_LIST',
        at,
        `${at.split('.').pop()} must have at least one ${what} of '${model}': ${names.join(', ')}`,
      ),
    ];
  }
  return Object.entries(map).flatMap(([name, tensor]) => {
    if (!names.includes(name))
      return [unknownNameFault(`${what} of '${model}'`, name, names, `it has ${names.join(', ')}`, at)];
    if (tensor !== '') return [];
    return [
      fault(
        'INVALID_NAME',
        at,
        `${what} '${name}' of '${model}' must have the name of a tensor of the ensemble; got ''`,
      ),
    ];
  });
}

/** Each tensor comes from one place: a request or an output of a step. */
function writerFaults({ inputs }: EnsembleModelProps, steps: readonly KnownStep[]): Fault[] {
  const writers = new Map(inputs.map(({ name }) => [name, 'an input of the ensemble']));
  return steps.flatMap(({ model, outputMap, index }) =>
    Object.entries(outputMap).flatMap(([output, tensor]) => {
      const first = writers.get(tensor);
      writers.set(tensor, `output '${output}' of '${model}'`);
      if (first === undefined) return [];
      const reason = `tensor '${tensor}' must be written once, but it is ${first} and output '${output}' of '${model}'; use another name`;
      return [fault('ENSEMBLE_TENSOR_WRITTEN_TWICE', `steps[${index}].outputMap`, reason)];
    }),
  );
}

/** Every input is read, every output is written, and no tensor is for nobody or depends on itself. */
function flowFaults({ inputs, outputs }: EnsembleModelProps, steps: readonly KnownStep[]): Fault[] {
  const written = steps.flatMap(({ outputMap }) => Object.values(outputMap));
  const read = new Set(steps.flatMap(({ inputMap }) => Object.values(inputMap)));
  const wanted = new Set(outputs.map(({ name }) => name));
  const sources = new Set([...inputs.map(({ name }) => name), ...written]);
  const faults = allOf(
    () =>
      inputs.flatMap(({ name }, index) =>
        read.has(name)
          ? []
          : [
              fault(
                'ENSEMBLE_TENSOR_UNUSED',
                `inputs[${index}]`,
                `input '${name}' must be read by a step; use it or remove it`,
              ),
            ],
      ),
    () =>
      outputs.flatMap(({ name }, index) =>
        written.includes(name)
          ? []
          : [
              fault(
                'ENSEMBLE_TENSOR_NOT_WRITTEN',
                `outputs[${index}]`,
                `output '${name}' must be written by a step: by its outputMap, which names it '${name}'`,
              ),
            ],
      ),
    () =>
      steps.flatMap(({ model, inputMap, index }) =>
        Object.entries(inputMap)
          .filter(([, tensor]) => !sources.has(tensor))
          .map(([input, tensor]) =>
            unknownNameFault(
              `tensor that input '${input}' of '${model}' reads`,
              tensor,
              [...sources],
              'it must be an input of the ensemble or be written by a step',
              `steps[${index}].inputMap`,
            ),
          ),
      ),
    () =>
      steps.flatMap(({ model, outputMap, index }) =>
        Object.entries(outputMap)
          .filter(([, tensor]) => !read.has(tensor) && !wanted.has(tensor))
          .map(([output, tensor]) =>
            fault(
              'ENSEMBLE_TENSOR_UNUSED',
              `steps[${index}].outputMap`,
              `tensor '${tensor}', output '${output}' of '${model}', must be read by a step or be an output; leave the output out`,
            ),
          ),
      ),
  );
  return faults.length > 0 ? faults : circleFaults(inputs, steps);
}

/** Steps that wait for each other. */
function circleFaults(inputs: readonly TensorSpec[], steps: readonly KnownStep[]): Fault[] {
  const waiting = steps.filter((step) => !inOrder(inputs, steps).includes(step));
  return waiting.map(({ model, index }) =>
    fault(
      'ENSEMBLE_CIRCULAR',
      `steps[${index}].inputMap`,
      `step '${model}' must not wait for tensors that depend on its own outputs; ` +
        `${waiting.map((step) => `'${step.model}'`).join(', ')} wait for each other`,
    ),
  );
}

/** The steps that can run, in an order in which they can. */
function inOrder(inputs: readonly TensorSpec[], steps: readonly KnownStep[]): KnownStep[] {
  const there = new Set(inputs.map(({ name }) => name));
  const order: KnownStep[] = [];
  for (let found = true; found;) {
    const ready = steps.filter(
      (step) => !order.includes(step) && Object.values(step.inputMap).every((tensor) => there.has(tensor)),
    );
    for (const { outputMap } of ready) for (const tensor of Object.values(outputMap)) there.add(tensor);
    order.push(...ready);
    found = ready.length > 0;
  }
  return order;
}

/** A tensor as one model declares it. */
interface Declared {
  readonly by: string;
  readonly dataType: string;
  readonly dims: readonly number[];
  /** With the dimension of the batch. */
  readonly full: readonly number[];
}

/** Types and shapes of a tensor agree wherever it is declared; -1 agrees with any size. */
function consistencyFaults(ensemble: EnsembleModelProps, steps: readonly KnownStep[]): Fault[] {
  const first = new Map<string, Declared>();
  for (const { name, dataType, dims, reshape } of [...ensemble.inputs, ...ensemble.outputs]) {
    first.set(name, declared('the ensemble', dataType, reshape ?? dims, ensemble.maxBatchSize));
  }
  const compare = (at: string, model: string, batch: number, tensors: readonly TensorSpec[], map: object) =>
    Object.entries(map).flatMap(([name, tensor]: [string, string]) => {
      const spec = tensors.find((each) => each.name === name);
      if (!spec) return [];
      const here = declared(`'${name}' of '${model}'`, spec.dataType, spec.dims, batch);
      const there = first.get(tensor);
      if (there === undefined) first.set(tensor, here);
      return there === undefined || agree(there, here) ? [] : [differs(at, tensor, there, here)];
    });
  return steps.flatMap(({ model, index, inputMap, outputMap, tensors }) => [
    ...compare(`steps[${index}].inputMap`, model, tensors.maxBatchSize, tensors.inputs, inputMap),
    ...compare(`steps[${index}].outputMap`, model, tensors.maxBatchSize, tensors.outputs, outputMap),
  ]);
}

function declared(by: string, dataType: string, dims: readonly number[], maxBatchSize: number): Declared {
  return { by, dataType, dims, full: maxBatchSize > 0 ? [-1, ...dims] : dims };
}

function agree(a: Declared, b: Declared): boolean {
  const same = (x: readonly number[], y: readonly number[]) =>
    x.length === y.length && x.every((dim, i) => dim === y[i] || dim === -1 || y[i] === -1);
  return a.dataType === b.dataType && (same(a.dims, b.dims) || same(a.full, b.full));
}

function differs(at: string, tensor: string, a: Declared, b: Declared): Fault {
  const text = ({ by, dataType, full }: Declared) => `${dataType} [${full.join(', ')}] for ${by}`;
  return fault(
    'ENSEMBLE_TENSORS_DIFFER',
    at,
    `tensor '${tensor}' must be of one type and shape, the batch included; it is ${text(a)} and ${text(b)}`,
  );
}

/** Responses of different models that answer any number of times have no order among each other. */
function decoupledFaults({ inputs }: EnsembleModelProps, steps: readonly KnownStep[]): Fault[] {
  const origin = new Map(inputs.map(({ name }) => [name, '']));
  return inOrder(inputs, steps).flatMap(({ model, index, inputMap, outputMap, tensors }) => {
    const origins = new Set(Object.values(inputMap).map((tensor) => origin.get(tensor) ?? ''));
    const own = tensors.decoupled ? `${index}` : ([...origins][0] ?? '');
    for (const tensor of Object.values(outputMap)) origin.set(tensor, own);
    if (origins.size < 2) return [];
    return [
      fault(
        'ENSEMBLE_STREAMS_JOINED',
        `steps[${index}].inputMap`,
        `inputs of step '${model}' must come through the same models that answer any number of times, or through none; pass what is needed ` +
          'through these models too',
      ),
    ];
  });
}
