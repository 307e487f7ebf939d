/** What a workload must be, by its address; the order of the lines does not matter. */
export interface Row {
  readonly address: RegExp;
  /** Program that has it, where others have one of the same address. @default - any */
  readonly program?: string;
  readonly workload: string[];
  readonly pod: string[];
  /** Init containers in their order, then the others. */
  readonly containers: { readonly [name: string]: string[] };
}

const MANAGED_BY = 'app.kubernetes.io/managed-by=gpu-inference-constructs';

/** Pods whom nothing distinguishes from those of Pod Security level 'restricted': one user, who is not root. */
export const nonRoot = (id: string, when = '') =>
  `as user ${id}, group ${id}, volumes of group ${id}, ${when}never root, seccomp RuntimeDefault`;

/** A container of Pod Security level 'restricted' that cannot write to its image either. */
export const LOCKED =
  'with never root, not privileged, no escalation, read-only root, without ALL, seccomp RuntimeDefault';

/** Of every container: images by tag or digest are not pulled again. */
export const PULLED = 'image_pull_policy: IfNotPresent';

/** Of containers that end with an error that somebody has to read. */
export const LAST_WORDS = 'termination_message_policy: FallbackToLogsOnError';

/** Of every pod: variables of Services would be taken for settings of the servers. */
export const NO_LINKS = 'enable_service_links: false';

/** Only pods that ask the API server have the token of their account. */
export const NO_TOKEN = 'service account token: false';
export const TOKEN = 'service account token: true';

export const labeled = (...pairs: string[]) => `labels ${[MANAGED_BY, ...pairs].sort().join(', ')}`;
export const app = (name: string) => `app.kubernetes.io/name=${name}`;
export const instance = (name: string) => `app.kubernetes.io/instance=${name}`;

/** Name, namespace and labels of a workload. */
export const named = (name: string, namespace: string, ...labels: string[]) => [
  `metadata.name: ${name}`,
  `metadata.namespace: ${namespace}`,
  labeled(...labels),
];

/** What selects the pods of a workload. */
export const selects = (...pairs: string[]) => `selects ${[...pairs].sort().join(', ')}`;

export const env = (variables: { readonly [name: string]: string }) =>
  Object.entries(variables).map(([name, value]) => `env ${name}=${value}`);

/** A container asks for the same of each kind, and is held to it. */
export const bounded = (...resources: string[]) => {
  const all = [...resources].sort().join(', ');
  return [`requests ${all}`, `limits ${all}`];
};
