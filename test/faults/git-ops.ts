import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { GitOpsEngine, GitOpsSecrets, GitOpsTree, GitOpsTreeProps } from '../../lib/manifests';
import { writeTree } from '../../lib/manifests/write-tree';
import { UnscopedValidationError } from '../../lib/units';
import { configMap, Parts, release, REPOSITORY, siteStack } from '../manifests/git-ops-support';
import { FaultText } from './fault-text';

const flux = () => GitOpsEngine.flux({ repository: REPOSITORY });

/** The tree of a site that a row fills. */
const tree = (fill: (parts: Parts) => void, more: () => Partial<GitOpsTreeProps>) => (): unknown =>
  new GitOpsTree({ sites: [{ name: 'till-1', stack: siteStack(fill) }], ...more() });
const operator = (more: object) =>
  tree(
    (parts) => void release(parts, 'Operator', more),
    () => ({ engine: flux() }),
  );
const secret = ({ stack, meta }: Parts, more: object = { data: { password: 'correct-horse' } }) =>
  new SecretV1(stack, 'Secret', { ...meta, metadata: { name: 'login', namespace: 'inference' }, ...more });

/** Writes into a folder that a row fills; messages say `folder` in the place of its path. */
const written = (file: string, text: string, encrypted: string[]) => (): unknown => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tree-'));
  try {
    mkdirSync(path.join(folder, 'a'));
    writeFileSync(path.join(folder, file), text);
    return writeTree(folder, { 'a/b.yaml': 'b' }, encrypted);
  } catch (error) {
    const { faults } = error as UnscopedValidationError;
    throw new UnscopedValidationError(faults.map((one) => ({ ...one, reason: one.reason.replace(folder, 'folder') })));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** The sentences of faults of trees for GitOps. */
export const TEXTS: FaultText[] = [
  {
    id: 'ENGINE_DOES_NOT_DECRYPT',
    property: 'sites[0].secrets',
    text: "site 'till-1': secrets by SOPS need an engine that decrypts them, which is Flux; give GitOpsEngine.flux, or GitOpsSecrets.externalSecrets",
    refuse: tree(
      (parts) => void secret(parts),
      () => ({ engine: GitOpsEngine.argoCd({ repository: REPOSITORY }), secrets: GitOpsSecrets.sops() }),
    ),
  },
  {
    id: 'FILE_LIST_INVALID',
    property: 'directory',
    text: "'.written-files.json' in 'folder' is no list of files within it, as this writes it; restore it, or remove it and the files that were written",
    refuse: written('.written-files.json', '{"files":["../a"]}', []),
  },
  {
    id: 'FILE_NOT_OURS',
    property: 'directory',
    text: "'a/b.yaml' in 'folder' is there and was not written by this; move it, or write into another directory",
    refuse: written('a/b.yaml', 'mine', []),
  },
  {
    id: 'SECRET_NOT_ENCRYPTED',
    property: 'directory',
    text: "'a/c.yaml' in 'folder' is not encrypted; encrypt it with sops --encrypt --in-place, and change the secret if it was shared",
    refuse: written('a/c.yaml', 'kind: Secret', ['a/c.yaml']),
  },
  {
    id: 'HELM_ARGUMENT_NOT_RENDERED',
    property: 'sites[0].helm_release.Operator.devel',
    text: "site 'till-1': helm_release.Operator: release 'operator' has the argument 'devel', which a GitOps engine has no counterpart of; put it into values, or leave it out",
    refuse: operator({ devel: true }),
  },
  {
    id: 'HELM_CHART_NOT_PUBLISHED',
    property: 'sites[0].helm_release.Operator.chart',
    text: "site 'till-1': helm_release.Operator: release 'operator' installs the chart './mine', which is in no repository that a site could read; publish it, and give repository as https://... or oci://...",
    refuse: operator({ chart: './mine', repository: undefined }),
  },
  {
    id: 'HELM_VALUES_INVALID',
    property: 'sites[0].helm_release.Operator.values[0]',
    text: "site 'till-1': helm_release.Operator: release 'operator': values[0] must be one map in YAML or JSON: it is no map; give JSON.stringify of an object",
    refuse: operator({ values: ['[1]'] }),
  },
  {
    id: 'HELM_VERSION_MISSING',
    property: 'sites[0].helm_release.Operator.version',
    text: "site 'till-1': helm_release.Operator: release 'operator' names no version of its chart, so that sites would differ by when they were installed; give version",
    refuse: operator({ version: undefined }),
  },
  {
    id: 'HELM_RELEASE_NOT_RENDERED',
    property: 'sites[0].engine',
    text: "site 'till-1': the release 'operator' of chart 'operator' needs an engine that installs charts; give engine: GitOpsEngine.flux(...) or GitOpsEngine.argoCd(...)",
    refuse: tree(
      (parts) => void release(parts, 'Operator'),
      () => ({}),
    ),
  },
  {
    id: 'IGNORED_CHANGES_NOT_RENDERED',
    property: 'sites[0].kubernetes_config_map_v1.Map-a.lifecycle.ignore_changes',
    text: "site 'till-1': kubernetes_config_map_v1.Map-a: ignores changes of 'all', which cannot be told to a GitOps engine; name attributes of the object, such as spec[0].replicas",
    refuse: tree(
      (parts) => configMap(parts, 'a').addOverride('lifecycle', { ignore_changes: 'all' }),
      () => ({ engine: flux() }),
    ),
  },
  {
    id: 'SECRET_IN_MANIFEST',
    property: 'sites[0].stack',
    text: "site 'till-1': ConfigMap 'a' in namespace 'inference': data.login has the value of a secret of the program, which must not be in a file; let it name the secret, or take out of the secret what is none",
    refuse: tree(
      (parts) => {
        secret(parts);
        configMap(parts, 'a', { login: 'correct-horse' });
      },
      () => ({ secrets: GitOpsSecrets.externalSecrets({ clusterStore: 'vault' }) }),
    ),
  },
  {
    id: 'SECRET_KEYS_UNKNOWN',
    property: 'sites[0].kubernetes_secret_v1.Secret.data',
    text: "site 'till-1': kubernetes_secret_v1.Secret: attribute 'data' has keys that only Terraform knows; write them as a map, so that a site can be told which it needs",
    refuse: tree(
      (parts) => secret(parts, {}).addOverride('data', '${local.secret}'),
      () => ({}),
    ),
  },
  {
    id: 'SECRET_WITHOUT_STORE',
    property: 'sites[0].secrets',
    text:
      "site 'till-1': the program makes the secret 'login' in namespace 'inference', whose value must not be in a file; give secrets: " +
      "GitOpsSecrets.externalSecrets({ clusterStore: 'vault' }) or GitOpsSecrets.sops(), or make it at the site and name it",
    refuse: tree(
      (parts) => void secret(parts),
      () => ({}),
    ),
  },
];
