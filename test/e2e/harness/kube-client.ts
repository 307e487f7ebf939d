import * as https from 'node:https';

/** A Kubernetes object as JSON. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: any };
  [key: string]: any;
}

/** How an API server is reached. */
export interface KubeAccess {
  /** E.g. `https://127.0.0.1:6443`. */
  readonly endpoint: string;
  /** Certificate authority, PEM. */
  readonly certificateAuthority: string;
  readonly token: string;
}

/** A refusal of the API server. */
export class KubeError extends Error {
  public constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface ApiResource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly kind: string;
}

/** A client of the Kubernetes API that needs no kubectl. */
export class KubeClient {
  private readonly agent: https.Agent;
  private readonly resources = new Map<string, Promise<ApiResource[]>>();

  public constructor(private readonly access: KubeAccess) {
    this.agent = new https.Agent({ keepAlive: true, ca: access.certificateAuthority });
  }

  /** Where the API server is. */
  public get endpoint(): string {
    return this.access.endpoint;
  }

  /** Reads what a path answers. */
  public async get(path: string): Promise<any> {
    return this.request('GET', path);
  }

  /** The objects of a kind, in one namespace or in all. */
  public async list(apiVersion: string, kind: string, namespace?: string): Promise<KubeObject[]> {
    const answer = await this.get(await this.collection(apiVersion, kind, namespace));
    return (answer.items as KubeObject[]).map((item) => ({ ...item, apiVersion, kind }));
  }

  /** One object, or undefined when it is not there. */
  public async find(object: KubeObject): Promise<KubeObject | undefined> {
    try {
      return await this.get(await this.path(object));
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Sends what a path takes, e.g. a subresource. */
  public async post(path: string, body: object): Promise<any> {
    return this.request('POST', path, body);
  }

  /** Makes an object; fails when it is there. */
  public async create(object: KubeObject): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = object;
    return this.request('POST', await this.collection(apiVersion, kind, metadata.namespace), object);
  }

  /** Applies an object server-side; a field that its kind has not is refused. With `dryRun` nothing is kept, and what would be is returned. */
  public async apply(object: KubeObject, manager: string, dryRun = false): Promise<KubeObject> {
    const query = `fieldManager=${manager}&force=true&fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
    return this.request('PATCH', `${await this.path(object)}?${query}`, object, 'application/apply-patch+yaml');
  }

  /** Merges into an object, or into its status. */
  public async merge(object: KubeObject, patch: object, subresource = ''): Promise<KubeObject> {
    const path = `${await this.path(object)}${subresource && `/${subresource}`}`;
    return this.request('PATCH', path, patch, 'application/merge-patch+json');
  }

  /** Deletes an object and what it owns; fine when it is not there. */
  public async remove(object: KubeObject): Promise<void> {
    try {
      await this.request('DELETE', await this.path(object), { propagationPolicy: 'Background' });
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== 404) throw error;
    }
  }

  /** Ends the connections. */
  public close(): void {
    this.agent.destroy();
  }

  private async path({ apiVersion, kind, metadata }: KubeObject): Promise<string> {
    return `${await this.collection(apiVersion, kind, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
  }

  private async collection(apiVersion: string, kind: string, namespace?: string): Promise<string> {
    const { name, namespaced } = await this.resourceOf(apiVersion, kind);
    return `${groupPath(apiVersion)}${namespaced && namespace ? `/namespaces/${namespace}` : ''}/${name}`;
  }

  private async resourceOf(apiVersion: string, kind: string): Promise<ApiResource> {
    const discover = () => this.get(groupPath(apiVersion)).then((answer) => answer.resources as ApiResource[]);
    // A definition may have been added since the group was read.
    for (const fresh of [false, true]) {
      if (fresh || !this.resources.has(apiVersion)) this.resources.set(apiVersion, discover().catch(noneIfUnknown));
      const known = (await this.resources.get(apiVersion)) ?? [];
      const found = known.find((resource) => resource.kind === kind && !resource.name.includes('/'));
      if (found) return found;
    }
    throw new KubeError(404, `the API server has no ${kind} of ${apiVersion}`);
  }

  private request(method: string, path: string, body?: object, type = 'application/json'): Promise<any> {
    const content = Buffer.from(body ? JSON.stringify(body) : '');
    const headers = {
      authorization: `Bearer ${this.access.token}`,
      accept: 'application/json',
      ...(body ? { 'content-type': type, 'content-length': content.length } : {}),
    };
    return new Promise((resolve, reject) => {
      const request = https.request(
        `${this.access.endpoint}${path}`,
        { method, headers, agent: this.agent },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (part: string) => (text += part));
          answer.on('end', () => {
            const status = answer.statusCode ?? 500;
            if (status < 300) return resolve(text.startsWith('{') ? JSON.parse(text) : text);
            const reason = text.startsWith('{') ? (JSON.parse(text).message ?? text) : text;
            reject(new KubeError(status, `${method} ${path}: ${status} ${reason}`));
          });
        },
      );
      request.once('error', reject);
      request.end(content);
    });
  }
}

/** A group that the API server does not know yet has no resources. */
function noneIfUnknown(error: unknown): ApiResource[] {
  if (error instanceof KubeError && error.status === 404) return [];
  throw error;
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
