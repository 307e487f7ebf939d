import * as path from 'node:path';
import { writeFileSync } from 'node:fs';
import { KubeAccess, KubeClient, KubeError } from '../kube-client';
import { writeKubeconfig } from '../control-plane';

const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'impersonate',
  'bind',
  'escalate',
];

/** All kinds that an API server knows, with their subresources: group and resource. */
async function kindsOf(admin: KubeClient): Promise<[group: string, resource: string][]> {
  const { groups } = await admin.get('/apis');
  const versions = (groups as { preferredVersion: { groupVersion: string } }[]).map(
    (group) => group.preferredVersion.groupVersion,
  );
  const found: [string, string][] = [];
  for (const [group, of] of [['', '/api/v1'], ...versions.map((each) => [each.split('/')[0], `/apis/${each}`])]) {
    const { resources } = await admin.get(of);
    for (const { name } of resources as { name: string }[]) found.push([group, name]);
  }
  return found;
}

/** A service account of the cluster, with a token of its own. */
export class Account {
  /**
   * @param admin who may make tokens
   * @param access how the API server is reached
   * @param of the account
   */
  public static async of(
    admin: KubeClient,
    access: KubeAccess,
    { namespace, name }: { readonly namespace: string; readonly name: string },
  ): Promise<Account> {
    const made = await admin.post(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: 7200 },
    });
    return new Account({ ...access, token: made.status.token as string }, namespace, name);
  }

  private constructor(
    private readonly access: KubeAccess,
    private readonly namespace: string,
    private readonly name: string,
  ) {}

  /**
   * All that the account may do in every namespace, of all kinds that the API server knows and all verbs, as `<group>/<kind> <verb>`: what authorization says
   * of each.
   *
   * @param admin who may ask for others
   */
  public async allowed(admin: KubeClient): Promise<string[]> {
    const groups = [`system:serviceaccounts`, `system:serviceaccounts:${this.namespace}`, 'system:authenticated'];
    const user = `system:serviceaccount:${this.namespace}:${this.name}`;
    const may = async (group: string, resource: string, verb: string) => {
      const [of, subresource] = resource.split('/');
      const resourceAttributes = { group, resource: of, verb, ...(subresource && { subresource }) };
      const { status } = await admin.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user, groups, resourceAttributes },
      });
      return status.allowed === true;
    };
    const found = new Set<string>();
    for (const [group, resource] of await kindsOf(admin)) {
      for (const verb of VERBS) if (await may(group, resource, verb)) found.add(`${group}/${resource} ${verb}`);
    }
    return [...found].sort();
  }

  /** What the account is refused of some requests, each a path of the API; `undefined` where it is answered. */
  public async statuses(paths: readonly string[]): Promise<{ [path: string]: number }> {
    const client = new KubeClient(this.access);
    try {
      const ask = async (of: string) => {
        try {
          await client.get(of);
          return 200;
        } catch (error) {
          if (error instanceof KubeError) return error.status;
          throw error;
        }
      };
      const found: { [path: string]: number } = {};
      for (const of of paths) found[of] = await ask(of);
      return found;
    } finally {
      client.close();
    }
  }

  /** A kubeconfig of the account. */
  public kubeconfig(file: string): string {
    return writeKubeconfig(file, this.access);
  }

  /** What a client of Prometheus is told of the API server: how it is reached, and who asks. */
  public discovery(folder: string): object {
    const [token, authority] = ['token', 'authority.pem'].map((name) => path.join(folder, name));
    writeFileSync(token, this.access.token, { mode: 0o600 });
    writeFileSync(authority, this.access.certificateAuthority);
    return {
      api_server: this.access.endpoint,
      authorization: { credentials_file: token },
      tls_config: { ca_file: authority },
    };
  }
}
