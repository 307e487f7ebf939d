import { NodeTaint } from '../../core/gpu-node-pool';
import {
  annotationSyntaxFaults,
  keyFaults,
  labelSyntaxFaults,
  ownKeyFaults,
  valueFaults,
} from '../../kubernetes/label-syntax';
import { Fault } from '../../units/fault';
import { secretMetadataFaults } from '../../units/secrets-in-text';
import { allOf } from '../../units/unreadable';
import { MonitoringOptions } from '../monitoring-options';

/** Annotation of a pod that says which volume it is for. @internal */
export const VOLUME_ANNOTATION = 'gpu-inference-constructs/volume';

/** Labels that select the pods, or that all have. */
const OWN_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/part-of', 'app.kubernetes.io/managed-by'];
const OWN_ANNOTATIONS = ['gpu-inference-constructs/config-checksum', VOLUME_ANNOTATION];

/**
 * What users say of the pods of a monitoring stack.
 *
 * @internal
 */
export interface MonitoringPods {
  readonly podLabels?: { readonly [key: string]: string };
  readonly podAnnotations?: { readonly [key: string]: string };
  readonly nodeSelector?: { [key: string]: string };
  readonly tolerations?: readonly NodeTaint[];
  readonly priorityClassName?: string;
}

/** @internal */
export function monitoringPods(options: MonitoringOptions): MonitoringPods {
  const { podLabels, podAnnotations, nodeSelector, tolerations, priorityClassName } = options;
  return { podLabels, podAnnotations, nodeSelector, tolerations, priorityClassName };
}

/**
 * What is wrong with it.
 *
 * @internal
 */
export function monitoringPodFaults(options: MonitoringOptions): Fault[] {
  const { podLabels, podAnnotations, nodeSelector, tolerations = [] } = options;
  return allOf(
    () => ownKeyFaults('podLabels', podLabels, OWN_LABELS),
    () => labelSyntaxFaults('podLabels', podLabels),
    () => secretMetadataFaults('podLabels', podLabels),
    () => ownKeyFaults('podAnnotations', podAnnotations, OWN_ANNOTATIONS),
    () => annotationSyntaxFaults('podAnnotations', podAnnotations),
    () => secretMetadataFaults('podAnnotations', podAnnotations),
    () => labelSyntaxFaults('nodeSelector', nodeSelector),
    () =>
      tolerations.flatMap(({ key, value }, i) =>
        allOf(
          () => keyFaults(`tolerations[${i}].key`, 'taint', key),
          () => valueFaults(`tolerations[${i}].value`, 'taint', key, value),
        ),
      ),
  );
}
