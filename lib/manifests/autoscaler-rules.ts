import {
  Fields,
  ignoredByProvider,
  list,
  number,
  numberOr,
  object,
  positiveOr,
  text,
  textAlways,
} from '../kubernetes/rendering/attribute-rules';
import { labelSelector } from '../kubernetes/rendering/metadata-rules';

const target = object({ average_utilization: number, average_value: text, type: text, value: text });
const metric = object({ name: text, selector: labelSelector });
const reference: Fields = { api_version: text, kind: text, name: text };

/** The provider writes a window of zero, and no choice among the policies, where they are left out. */
const scaling = object(
  {
    policy: list('policies', { period_seconds: number, type: text, value: number }),
    select_policy: textAlways,
    stabilization_window_seconds: numberOr(0),
  },
  { fallback: {} },
);

/** @internal */
export const podAutoscaler = object({
  behavior: object({ scale_down: scaling, scale_up: scaling }, { fallback: {} }),
  max_replicas: number,
  metric: list('metrics', {
    container_resource: object({ container: text, name: text, target }),
    external: object({ metric, target }),
    object: object({ described_object: object(reference), metric, target }),
    pods: object({ metric, target }),
    resource: object({ name: text, target }),
    type: text,
  }),
  min_replicas: positiveOr(1),
  scale_target_ref: object(reference),
  target_cpu_utilization_percentage: ignoredByProvider,
});
