import { kubernetesNameFault } from '../core/naming';
import { readTogether } from '../core/reading';
import { synthesizedJsons } from '../core/synthesized-json';
import { concreteFault } from '../core/tokens';
import { checkArguments } from '../units/argument-faults';
import { duplicateFaults } from '../units/duplicate-faults';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault, faultsUnder } from '../units/fault';
import { structFaults } from '../units/struct-faults';
import { allOf } from '../units/unreadable';
import { GitOpsSecret, GitOpsTreeProps } from './git-ops-tree-props';
import { siteFiles } from './site-files';
import { writeTree } from './write-tree';

/**
 * The files of sites that are fed by GitOps: for each site a folder for kustomize with one file for each object that Terraform would apply, the same to
 * the last field, and what Argo CD or Flux has of it. No file has the value of a secret, and none of a site changes with another site.
 *
 * ```text
 * sites/<site>/kustomization.yaml                what is applied, in its order
 * sites/<site>/namespace-<name>.yaml             objects of the cluster
 * sites/<site>/<namespace>/<kind>-<name>.yaml    objects of a namespace
 * sites/<site>/stage.2/...                       what needs the definitions of a chart
 * clusters/<site>/...                            objects of Argo CD or Flux
 * ```
 *
 * It is a value: nothing is written but by `write`.
 */
export class GitOpsTree {
  /** Texts of the files, by their paths. */
  public readonly files: { [path: string]: string };
  /** The secrets that the program makes, whose values the tree has not: where each must be for the sites to get them. */
  public readonly secrets: GitOpsSecret[];

  /**
   * Synthesizes the stacks of the sites (nothing is written).
   *
   * @param props sites, engine and secrets
   * @throws UnscopedValidationError with all faults: sites whose names collide or are none, what `KubernetesManifests.of` refuses, a release of a chart
   * without an engine or of a chart that is not published, secrets without a store, and secrets where they must not be. ValidationError when a
   * validation of a stack fails.
   */
  public constructor(props: GitOpsTreeProps) {
    throwIfFaulty(propsFaults(props));
    const faults: Fault[] = [];
    const jsonOf = synthesizedJsons();
    const stacks = props.sites.map(({ stack }) => stack);
    const all = readTogether(stacks, () =>
      props.sites.map((site, index) => {
        const own: Fault[] = [];
        const made = siteFiles(site, props, jsonOf, own);
        if (own.length === 0 && Object.keys(made.files).every((path) => !OF_OBJECT.test(path)))
          own.push(withoutObjects());
        faults.push(...faultsUnder(own, `sites[${index}]`, `site '${site.name}'`));
        return made;
      }),
    );
    throwIfFaulty(faults);
    this.files = Object.assign({}, ...all.map(({ files }) => files)) as { [path: string]: string };
    this.secrets = all.flatMap(({ secrets }) => secrets);
  }

  /**
   * Writes the files into a folder, which is made where it is missing. A file that an earlier call wrote and that the tree has no more is removed;
   * anything else in the folder stays. Each file is replaced as a whole, and none that is the same is touched. `.written-files.json` in the folder lists
   * what was written.
   *
   * @param directory path of the folder
   * @returns paths of encrypted files that sites still lack (`secrets`)
   * @throws UnscopedValidationError, before anything is written, when a file that nobody of this wrote has the name of one of the tree, and when a file
   * that must be encrypted is not
   */
  public write(directory: string): string[] {
    throwIfFaulty(allOf(() => concreteFault('directory', directory, 'files are written there now')));
    const encrypted = this.secrets.flatMap(({ encryptedFile }) => (encryptedFile === undefined ? [] : [encryptedFile]));
    return writeTree(directory, this.files, encrypted);
  }
}

checkArguments('GitOpsTree', GitOpsTree);

/** A file that is no list of others. */
const OF_OBJECT = /^sites\/(?!.*kustomization\.yaml$)/;

/** What is pruned would take everything of a site away. */
function withoutObjects(): Fault {
  const reason =
    'its stack has no objects for the site, and an engine that prunes would remove all that is there; make them in this stack, or leave the site out';
  return fault('EMPTY_LIST', 'stack', reason);
}

/** The name is also the beginning of names of objects, which have 63 characters. */
const LONGEST_SITE = 40;

function propsFaults(props: GitOpsTreeProps): Fault[] {
  const wrong = structFaults('GitOpsTreeProps', props);
  if (wrong.length > 0) return wrong;
  const { sites } = props;
  const named = allOf(
    () => {
      if (sites.length > 0) return [];
      return [
        fault('EMPTY_LIST', 'sites', 'sites must have at least one site; got none; give { name, stack } for each'),
      ];
    },
    () => sites.flatMap(({ name }, index) => kubernetesNameFault(`sites[${index}].name`, name, LONGEST_SITE)),
    () =>
      duplicateFaults(
        'sites',
        sites.map(({ name }) => name),
      ),
  );
  if (named.length > 0) return named;
  return sites.flatMap(({ name, stack, cluster }, index) => {
    const first = sites.findIndex((other) => other.stack === stack && other.cluster === cluster);
    if (first === index) return [];
    const reason = `sites[${index}] '${name}' has the stack and cluster of '${sites[first].name}', so that two sites would be one; give each its own`;
    return [fault('DUPLICATE', `sites[${index}].stack`, reason)];
  });
}
