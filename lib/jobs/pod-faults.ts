import { annotationSyntaxFaults, labelSyntaxFaults, ownKeyFaults } from '../kubernetes/label-syntax';
import { isSensitiveValue } from '../core/sensitive-value';
import { hasToken } from '../core/tokens';
import { Fault, fault } from '../units/fault';
import { literalSecretFaults } from '../units/literal-secrets';
import { secretMetadataFaults } from '../units/secrets-in-text';
import { allOf } from '../units/unreadable';
import { ModelImportProps } from './model-import-props';

const OWN_LABELS = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'];
const OWN_ANNOTATIONS = ['gpu-inference-constructs/config-checksum'];
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/** Variables by which the script is told what to do, and those of the store's credentials: assets/README.md. */
const OWN_VARIABLES =
  /^(MODEL_URI|SCRATCH_(DIR|MIB)|HOME|MANIFEST_ONCE|RECIPE|TOKEN_FILE|FILE_LIST|SOURCE_(DIR|ROOT)|HUB_\w+|ACCEPTED_LICENSE|INCLUDE|EXCLUDE\w*|AWS_\w+)$/;

/**
 * The faults of what users add to the pod of an import.
 *
 * @internal
 */
export function podFaults(props: ModelImportProps): Fault[] {
  const { cluster, nodeSelector, podLabels, podAnnotations, environment = {} } = props;
  return allOf(
    () => labelSyntaxFaults('nodeSelector', nodeSelector),
    () => ownKeyFaults('podLabels', podLabels, OWN_LABELS),
    () => labelSyntaxFaults('podLabels', podLabels),
    () => secretMetadataFaults('podLabels', podLabels),
    () => ownKeyFaults('podAnnotations', podAnnotations, OWN_ANNOTATIONS),
    () => annotationSyntaxFaults('podAnnotations', podAnnotations),
    () => secretMetadataFaults('podAnnotations', podAnnotations),
    () =>
      literalSecretFaults(
        'environment',
        environment,
        () => 'leave it out: the secret of a source is token of huggingFace, or authorization of urls',
        (value) => isSensitiveValue(cluster, value),
      ),
    () =>
      ownKeyFaults(
        'environment',
        environment,
        Object.keys(environment).filter((key) => OWN_VARIABLES.test(key)),
      ),
    () =>
      Object.keys(environment)
        .filter((name) => !hasToken(name) && !VARIABLE.test(name))
        .map((name) => {
          const reason = `names of environment must be names of environment variables, e.g. 'HTTPS_PROXY'; got '${name}'`;
          return fault('INVALID_NAME', `environment['${name}']`, reason);
        }),
  );
}
