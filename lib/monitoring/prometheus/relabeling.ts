/**
 * A rule by which Prometheus changes labels.
 *
 * @internal
 */
export interface Relabeling {
  readonly source_labels?: readonly string[];
  readonly regex?: string;
  readonly action?: string;
  readonly target_label?: string;
  readonly replacement?: string;
}
