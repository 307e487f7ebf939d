import { TerraformStack } from 'cdktf';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { GitOpsEngine } from './git-ops-engine';
import { GitOpsSecrets } from './git-ops-secrets';

/** A site that is fed by GitOps. */
export interface GitOpsSite {
  /** Name, unique in the tree: an RFC 1123 label of at most 40 characters. It is the name of its folder. */
  readonly name: string;
  /** The stack with the site's workloads. It must be complete. */
  readonly stack: TerraformStack;
  /** The cluster of the site; needed when the stack has objects for several. @default - all objects of the stack */
  readonly cluster?: IKubernetesCluster;
  /**
   * Values that only Terraform knows, by the text of the expression without `${}`, as `KubernetesManifests.of` takes them.
   * @default - literals of the stack itself, and of the stacks its cross-stack references lead to
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly values?: { [expression: string]: any };
}

/** Properties of `GitOpsTree`. */
export interface GitOpsTreeProps {
  /** The sites, at least one. */
  readonly sites: GitOpsSite[];
  /** What applies the files. @default - none: folders for kustomize alone, and releases of charts are refused */
  readonly engine?: GitOpsEngine;
  /** Where values of secrets come from. @default - secrets that the program makes are refused */
  readonly secrets?: GitOpsSecrets;
}

/** A secret that a site needs, whose value is in no file. */
export interface GitOpsSecret {
  /** Name of the site. */
  readonly site: string;
  /** Its namespace there. */
  readonly namespace: string;
  /** Its name there. */
  readonly name: string;
  /** Its keys. */
  readonly keys: string[];
  /** Entry of the store that must have a property for each key. @default - it is made up in the cluster, or in a file */
  readonly storeKey?: string;
  /** File of the tree, relative to it, that must be there, encrypted by SOPS. @default - it is in no file */
  readonly encryptedFile?: string;
}
