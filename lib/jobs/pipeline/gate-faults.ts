import { concreteFault } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { QualityGateProps } from './quality-gate-props';
import { storedFaults, textFaults } from './step-faults';

/** The guide's floor: 97 % accuracy. */
const FLOOR_PERCENT = 3;
const LEAST_TOKENS = 2;

/**
 * What is wrong with a gate.
 *
 * @internal
 */
export function gateFaults(props: QualityGateProps): Fault[] {
  const { text, tasks, taskData, longContext, attentionWindow } = props;
  return allOf(
    () => (text === undefined ? [missingText()] : textFaults('text', text)),
    () => lossFaults(props),
    () => percentFaults('sizePercent', props.sizePercent, 100),
    () => percentFaults('throughputPercent', props.throughputPercent, Infinity),
    () => percentFaults('parametersPercent', props.parametersPercent, 100),
    () => wholeNumberFault('longContext', longContext, LEAST_TOKENS),
    () => wholeNumberFault('attentionWindow', attentionWindow, 1),
    () => (taskData === undefined ? [] : storedFaults('taskData', taskData)),
    () => taskFaults(tasks, taskData !== undefined),
  );
}

function missingText(): Fault {
  const reason = "text must be given: source and result are compared on it, e.g. { name: 'talks', file: 'talks.txt' }";
  return fault('MISSING_PROPERTY', 'text', reason);
}

function lossFaults({ accuracyLossPercent: loss = 2, belowFloor }: QualityGateProps): Fault[] {
  const faults = percentFaults('accuracyLossPercent', loss, 100);
  if (faults.length > 0 || loss <= FLOOR_PERCENT || belowFloor === true) return faults;
  const reason = `accuracyLossPercent must be at most ${FLOOR_PERCENT}, so that 97 % of the accuracy stay; got ${loss}; lower it, or set belowFloor where less is enough`;
  return [fault('BELOW_ACCURACY_FLOOR', 'accuracyLossPercent', reason)];
}

function percentFaults(property: string, value: number | undefined, most: number): Fault[] {
  if (value === undefined || (typeof value === 'number' && value > 0 && value <= most && Number.isFinite(value)))
    return [];
  const bound = most === Infinity ? '' : ` and at most ${most}`;
  return [fault('OUT_OF_RANGE', property, `${property} must be above 0${bound}, percent; got ${givenValue(value)}`)];
}

function taskFaults(tasks: string[] | undefined, hasData: boolean): Fault[] {
  if (tasks === undefined) return [];
  const unknown = concreteFault('tasks', tasks, 'the specification is made at synthesis');
  if (unknown.length > 0) return unknown;
  if (tasks.length === 0)
    return [fault('EMPTY_LIST', 'tasks', 'tasks must name at least one task; leave it out for none')];
  const wrong = tasks.flatMap((each, index) =>
    typeof each === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(each)
      ? []
      : [
          fault(
            'INVALID_NAME',
            `tasks[${index}]`,
            `tasks[${index}] must be the name of a task of lm-evaluation-harness, e.g. 'arc_easy'; got ${givenValue(each)}`,
          ),
        ],
  );
  if (hasData) return wrong;
  const reason =
    'taskData must be given with tasks: the Job reaches no hub, so their data comes from the store; import it, and name it';
  return [...wrong, fault('MISSING_PROPERTY', 'taskData', reason)];
}
