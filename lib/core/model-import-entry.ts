import { ITerraformDependable } from 'cdktf';

/** Kind of entry in the ledger of a model store: what fills it, by the URI of the model's version. */
export const MODEL_IMPORT = 'model import';

/**
 * A Job that fills a model store.
 *
 * @internal
 */
export interface ModelImportEntry {
  /** Whether what depends on some resources starts after it has ended: its Job is among them, and Terraform waits for it to end. */
  endsBefore(dependencies: readonly ITerraformDependable[]): boolean;
}
