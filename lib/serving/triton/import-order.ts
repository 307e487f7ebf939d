import { entered } from '../../core/cluster-ledger';
import { MODEL_IMPORT, ModelImportEntry } from '../../core/model-import-entry';
import { Fault, fault } from '../../units/fault';
import { BackendModel } from './model-definition';
import { TritonDeploymentProps } from './triton-deployment-props';

/**
 * Warns of a rollout that may stop the only server before the new one finds its weights: its model is imported by the same program, and the rollout
 * neither waits for the import nor keeps the old server. Evaluated at synthesis, when every import is known.
 *
 * @internal
 */
export function importWarnings(
  { modelStore, maxSurge = 0, dependsOn = [] }: TritonDeploymentProps,
  replicas: number,
  models: readonly BackendModel[],
): Fault[] {
  if (replicas > 1 || maxSurge > 0) return [];
  return models.flatMap(({ name, versions }) =>
    versions.flatMap(({ store }) => {
      const imports = entered<ModelImportEntry>(modelStore, MODEL_IMPORT, modelStore.uriFor(name, store));
      const early = imports.filter(({ value }) => !value.endsBefore(dependsOn));
      return early.map(({ owner }) =>
        fault(
          'ROLLOUT_BEFORE_IMPORT',
          'dependsOn',
          `model '${name}' is imported by '${owner.node.path}', and a rollout stops the only server at once, although the new one waits for that ` +
            'import; apply the import before the model is added, pass the Job to dependsOn and let Terraform wait for it, or set maxSurge',
        ),
      );
    }),
  );
}
