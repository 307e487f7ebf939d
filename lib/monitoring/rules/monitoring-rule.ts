/**
 * One rule of Prometheus: it records a series or raises an alert.
 */
export interface MonitoringRule {
  /** Name of the series it records. @default - it raises an alert */
  readonly record?: string;
  /** Name of the alert it raises. @default - it records a series */
  readonly alert?: string;
  /** PromQL expression. */
  readonly expr: string;
  /** How long the expression must hold before the alert fires, e.g. `5m`. @default - it fires at once */
  readonly for?: string;
  /** Labels of the series or the alert. @default - those of the expression */
  readonly labels?: { [key: string]: string };
  /** Text for the recipient; Go templates over the labels and the value. @default - none */
  readonly annotations?: { [key: string]: string };
}
