import { Duration } from '../../units/duration';
import { AlertSeverity } from '../rules/alert-severity';
import { AlertReceiver } from './alert-receiver';
import { MuteTime } from './mute-time';

/**
 * Which alerts a receiver gets, and when. What it names must all be so of an alert; of each list, one. A receiver with several routes is told by the
 * first of them that is for an alert, and never twice.
 */
export interface AlertRoute {
  /** Who is told: one of `alertReceivers`. */
  readonly receiver: AlertReceiver;
  /** How urgent the alerts are. @default - whatever they are */
  readonly severities?: AlertSeverity[];
  /** Names of alerts, e.g. `HighLatency`. @default - all alerts */
  readonly alerts?: string[];
  /** Namespaces that the alerts are about. @default - all, and alerts that are about none */
  readonly namespaces?: string[];
  /**
   * Models that the alerts are about: those of a model, and those of a whole job that serves it, e.g. `NoServerAnswers`, of which every route for a
   * model of that job is. @default - all, and alerts that are about none
   */
  readonly models?: string[];
  /** Values of other labels that the alerts must have, by name, e.g. `{ job: 'vllm-chat' }`, or `{ node: 'gpu-1' }`. @default - any */
  readonly labels?: { [label: string]: string };
  /**
   * Labels by which alerts are put together in one notification; `[]` for all in one, of a route by `models` those of whole jobs in another.
   * @default ['alertname', 'job', 'model']
   */
  readonly groupBy?: string[];
  /**
   * How long after it was told the receiver is told again of what still fires: 5 minutes to 120 hours, for so long Alertmanager knows what it
   * told.
   * @default - 4 hours
   */
  readonly repeatInterval?: Duration;
  /** When nobody is told. An alert that fires when it ends is told then. @default - never */
  readonly muteTimes?: MuteTime[];
}
