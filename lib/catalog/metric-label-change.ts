/** A label that came to a metric, or left it, with a version of the exporter. */
export interface MetricLabelChange {
  /** The label. */
  readonly label: string;
  /** First version of the exporter that gives it. @default - every version before `until` */
  readonly since?: string;
  /** Last version of the exporter that gives it. @default - every version from `since` on */
  readonly until?: string;
  /** Label that took its place. @default - none did */
  readonly replacedBy?: string;
}
