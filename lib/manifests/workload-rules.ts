import {
  as,
  Fields,
  flag,
  flagOr,
  list,
  number,
  numberOr,
  numberOrTextOr,
  numbers,
  numeral,
  object,
  positiveOr,
  text,
  textAlways,
  textOr,
} from '../kubernetes/rendering/attribute-rules';
import { labelSelector, namespacedMetadata, templateMetadata } from '../kubernetes/rendering/metadata-rules';
import { jobPods, servicePods } from '../kubernetes/rendering/pod-rules';
import { claimSpec } from '../kubernetes/rendering/volume-rules';

/** @internal */
export const deploymentSpec: Fields = {
  min_ready_seconds: number,
  paused: flag,
  progress_deadline_seconds: numberOr(600),
  replicas: numeral,
  revision_history_limit: numberOr(10),
  selector: labelSelector,
  strategy: object({
    rolling_update: object({ max_surge: numberOrTextOr('25%'), max_unavailable: numberOrTextOr('25%') }),
    type: textOr('RollingUpdate'),
  }),
  template: servicePods,
};

/** @internal */
export const statefulSetSpec: Fields = {
  min_ready_seconds: number,
  persistent_volume_claim_retention_policy: object(
    { when_deleted: textOr('Retain'), when_scaled: textOr('Retain') },
    { fallback: {} },
  ),
  pod_management_policy: text,
  replicas: numeral,
  revision_history_limit: numberOr(0),
  selector: labelSelector,
  service_name: as('serviceName', { ...text, fallback: '' }),
  template: servicePods,
  update_strategy: object({ rolling_update: object({ partition: numberOr(0) }), type: textOr('RollingUpdate') }),
  volume_claim_template: list('volumeClaimTemplates', { metadata: namespacedMetadata, spec: claimSpec }),
};

/** The provider sends `minReadySeconds` only along with claim templates. @internal */
export const statefulSet = object(statefulSetSpec, {
  reshape: ({ minReadySeconds, ...spec }) =>
    spec.volumeClaimTemplates && minReadySeconds ? { ...spec, minReadySeconds } : spec,
});

/** @internal */
export const daemonSetSpec: Fields = {
  min_ready_seconds: number,
  revision_history_limit: numberOr(10),
  selector: labelSelector,
  strategy: object(
    {
      rolling_update: object({ max_surge: numberOrTextOr(0), max_unavailable: numberOrTextOr(1) }),
      type: textOr('RollingUpdate'),
    },
    { to: 'updateStrategy' },
  ),
  template: servicePods,
};

/** @internal */
export const jobSpec: Fields = {
  active_deadline_seconds: number,
  backoff_limit: numberOr(6),
  backoff_limit_per_index: numberOr(0),
  completion_mode: text,
  completions: positiveOr(1),
  manual_selector: flagOr(false),
  max_failed_indexes: numberOr(0),
  parallelism: numberOr(1),
  pod_failure_policy: object({
    rule: list('rules', {
      action: text,
      on_exit_codes: object({ container_name: text, operator: textAlways, values: numbers }),
      on_pod_condition: list('onPodConditions', { status: textOr('True'), type: textAlways }),
    }),
  }),
  selector: labelSelector,
  template: jobPods,
  ttl_seconds_after_finished: numeral,
};

/** The provider sends the limits per index only for indexed jobs. @internal */
export const job = object(jobSpec, {
  reshape: ({ backoffLimitPerIndex, maxFailedIndexes, ...spec }) =>
    spec.completionMode === 'Indexed' ? { ...spec, backoffLimitPerIndex, maxFailedIndexes } : spec,
});

/** @internal */
export const cronJobSpec: Fields = {
  concurrency_policy: textOr('Allow'),
  failed_jobs_history_limit: numberOr(1),
  job_template: object({ metadata: templateMetadata, spec: job }),
  schedule: text,
  starting_deadline_seconds: number,
  successful_jobs_history_limit: numberOr(3),
  suspend: flagOr(false),
  timezone: text,
};

/** The provider leaves out fields whose default of the API server is the same. @internal */
export const cronJob = object(cronJobSpec, {
  reshape: ({ failedJobsHistoryLimit, successfulJobsHistoryLimit, ...spec }) => ({
    ...spec,
    ...(failedJobsHistoryLimit === 1 ? {} : { failedJobsHistoryLimit }),
    ...(successfulJobsHistoryLimit === 3 ? {} : { successfulJobsHistoryLimit }),
  }),
});
