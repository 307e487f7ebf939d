import { ModelSpec } from '../../catalog/model-spec';
import { Fault, fault } from '../../units/fault';
import { QualityGateProps } from './quality-gate-props';
import { StepFacts, StepKind } from './step-facts';
import { groupFaults } from './weight-groups';

/** In which form a model is between two steps, in words. */
enum Form {
  WEIGHTS = 'weights in 16 or 32 bits',
  SHARED = 'weights with shared attention',
  COMPRESSED = 'weights that are quantized',
  GRAPH = 'a graph of ONNX',
  REPOSITORY = 'a repository of Triton',
}

/** What each kind reads and writes; those without `writes` leave the form as it is. */
const CHAIN: { readonly [kind in StepKind]: { readonly reads: readonly Form[]; readonly writes?: Form } } = {
  [StepKind.MERGE_LORA]: { reads: [Form.WEIGHTS] },
  [StepKind.SKIP_LAYERS]: { reads: [Form.WEIGHTS] },
  [StepKind.SHARE_ATTENTION]: { reads: [Form.WEIGHTS], writes: Form.SHARED },
  [StepKind.INT8_DYNAMIC]: { reads: [Form.WEIGHTS, Form.GRAPH] },
  [StepKind.COMPRESS]: { reads: [Form.WEIGHTS], writes: Form.COMPRESSED },
  [StepKind.GPTQ_MODEL]: { reads: [Form.WEIGHTS], writes: Form.COMPRESSED },
  [StepKind.MODELOPT]: { reads: [Form.WEIGHTS], writes: Form.COMPRESSED },
  [StepKind.EXPORT_ONNX]: { reads: [Form.WEIGHTS, Form.SHARED], writes: Form.GRAPH },
  [StepKind.OPTIMIZE_ONNX]: { reads: [Form.GRAPH] },
  [StepKind.PACKAGE_TOKENIZER]: { reads: [Form.WEIGHTS, Form.SHARED, Form.COMPRESSED, Form.GRAPH] },
  [StepKind.TRITON_REPOSITORY]: { reads: [Form.GRAPH], writes: Form.REPOSITORY },
};

/**
 * Steps that do not read what comes before them, or contradict the model.
 *
 * @internal
 */
export function chainFaults(steps: readonly StepFacts[], model: ModelSpec, gate: QualityGateProps): Fault[] {
  let form = Form.WEIGHTS;
  const faults: Fault[] = [];
  steps.forEach((step, index) => {
    const { reads, writes } = CHAIN[step.kind];
    if (!reads.includes(form)) faults.push(orderFault(step, index, form, reads));
    const isQuantized = step.kind === StepKind.INT8_DYNAMIC && form === Form.WEIGHTS;
    form = writes ?? (isQuantized ? Form.COMPRESSED : form);
  });
  return [
    ...faults,
    ...layerFaults(steps, model),
    ...groupFaults(steps, model),
    ...twiceFaults(steps),
    ...taskFaults(steps, gate),
  ];
}

function orderFault({ short }: StepFacts, index: number, form: Form, reads: readonly Form[]): Fault {
  const reason = `steps[${index}] (${short}) reads ${reads.join(' or ')}, but what comes before it writes ${form}; put it where it finds what it reads, or remove it`;
  return fault('STEP_OUT_OF_ORDER', `steps[${index}]`, reason);
}

function layerFaults(steps: readonly StepFacts[], model: ModelSpec): Fault[] {
  return steps.flatMap(({ kind, settings }, index) => {
    if (kind !== StepKind.SKIP_LAYERS) return [];
    const layers = settings.layers as readonly number[] | undefined;
    const beyond = layers?.filter((each) => each >= model.layers) ?? [];
    const left = layers?.length ?? (settings.count as number);
    if (beyond.length === 0 && left < model.layers) return [];
    const reason =
      beyond.length > 0
        ? `steps[${index}].layers must be from 0 to ${model.layers - 1}, the layers of ${model}; got ${beyond.join(', ')}`
        : `steps[${index}] leaves out ${left} layers, but ${model} has ${model.layers}, of which one must stay; leave out fewer`;
    return [fault('OUT_OF_RANGE', `steps[${index}]`, reason)];
  });
}

/** Steps that change nothing the second time, or make the first useless. */
function twiceFaults(steps: readonly StepFacts[]): Fault[] {
  return steps.flatMap(({ kind, short }, index) => {
    const first = steps.findIndex((each) => each.kind === kind);
    if (first === index || [StepKind.MERGE_LORA, StepKind.SKIP_LAYERS].includes(kind)) return [];
    const reason = `steps[${index}] (${short}) does what steps[${first}] does; remove one of them`;
    return [fault('DUPLICATE', `steps[${index}]`, reason)];
  });
}

/** Packages of these steps have environments of their own, without lm-evaluation-harness. */
const WITHOUT_HARNESS: { readonly [kind: string]: string | undefined } = {
  [StepKind.COMPRESS]: 'llm-compressor',
  [StepKind.GPTQ_MODEL]: 'GPTQModel',
};

function taskFaults(steps: readonly StepFacts[], { tasks }: QualityGateProps): Fault[] {
  const writer = steps.map(({ kind }) => WITHOUT_HARNESS[kind]).find((each) => each !== undefined);
  if (tasks === undefined || writer === undefined) return [];
  const reason =
    `gate.tasks cannot be run beside steps of ${writer}: the environment of the program that has it lacks lm-evaluation-harness; leave tasks out, ` +
    'and compare by the text';
  return [fault('TASKS_WITHOUT_HARNESS', 'gate.tasks', reason)];
}
