import * as path from 'node:path';
import { writeFileSync } from 'node:fs';
import { KubeAccess, KubeClient, KubeError } from '../kube-client';
import { writeKubeconfig } from '../control-plane';

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
    return new Account({ ...access, token: made.status.token as string });
  }

  private constructor(private readonly access: KubeAccess) {}

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
