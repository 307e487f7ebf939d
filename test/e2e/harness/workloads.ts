import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { KubeClient, KubeError, KubeObject } from './kube-client';
import { TerraformStackDriver } from './terraform';

/** One change that applying would make. */
export interface Change {
  readonly action: 'create' | 'update' | 'delete' | 'replace';
  /** E.g. `Deployment inference/chat`, or an address of Terraform. */
  readonly subject: string;
  /** What of it changes, where that is known. */
  readonly attributes?: readonly string[];
}

/** The Kubernetes half of a stack, whichever way it goes. */
export interface Workloads {
  /** Says which way it goes. */
  readonly way: string;
  /** What applying would change. */
  plan(): Promise<Change[]>;
  apply(): Promise<void>;
  destroy(): Promise<void>;
}

/** Through Terraform, with the Kubernetes provider. */
export class TerraformWorkloads implements Workloads {
  public readonly way = 'Terraform with its Kubernetes provider';

  public constructor(public readonly stack: TerraformStackDriver) {}

  public async plan(): Promise<Change[]> {
    return terraformChanges(this.stack);
  }

  public async apply(): Promise<void> {
    await this.stack.apply();
  }

  public async destroy(): Promise<void> {
    await this.stack.destroy();
  }
}

/** What a stack under Terraform would change. */
export async function terraformChanges(stack: TerraformStackDriver): Promise<Change[]> {
  return (await stack.plan()).map(({ address, actions, before, after }) => ({
    action: actions.length > 1 ? 'replace' : (actions[0] as Change['action']),
    subject: address,
    ...(before && after ? { attributes: differences(before, after) } : {}),
  }));
}

function differences(before: any, after: any): string[] {
  return Object.keys(before).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

const MANAGER = 'e2e';

/** As plain objects, applied server-side; what an earlier version of the stack had and this one has not is deleted. */
export class ManifestWorkloads implements Workloads {
  public readonly way: string;

  /**
   * @param client an administrator
   * @param objects the objects of the stack, namespaces first
   * @param record file that lists what has been applied
   * @param charts charts of others, whose releases are not among the objects @default - none
   */
  public constructor(
    private readonly client: KubeClient,
    private readonly objects: readonly KubeObject[],
    private readonly record: string,
    charts: readonly string[] = [],
  ) {
    this.way = `manifests applied server-side${charts.map((chart) => `, without chart ${chart}`).join('')}`;
  }

  public async plan(): Promise<Change[]> {
    const changes: Change[] = [];
    const namespaces = new Set((await this.client.list('v1', 'Namespace')).map(({ metadata }) => metadata.name));
    for (const object of this.objects) {
      const { namespace } = object.metadata;
      const live = namespace && !namespaces.has(namespace) ? undefined : await this.client.find(object);
      if (!live) changes.push({ action: 'create', subject: subjectOf(object) });
      else changes.push(...(await this.changeOf(object, live)));
    }
    for (const object of this.abandoned()) changes.push({ action: 'delete', subject: subjectOf(object) });
    return changes;
  }

  /** What a dry run makes of an object that is there: nothing, an update, or a replacement where the API server refuses an update. */
  private async changeOf(object: KubeObject, live: KubeObject): Promise<Change[]> {
    try {
      const updated = await this.client.apply(object, MANAGER, true);
      return stable(live) === stable(updated)
        ? []
        : [{ action: 'update', subject: subjectOf(object), attributes: differences(live, updated) }];
    } catch (error) {
      const isFixed = error instanceof KubeError && error.status === 422 && /immutable|Forbidden/.test(error.message);
      if (!isFixed) throw error;
      return [{ action: 'replace', subject: subjectOf(object) }];
    }
  }

  public async apply(): Promise<void> {
    const abandoned = this.abandoned();
    this.write([...this.objects, ...abandoned]);
    for (const object of this.objects) await this.client.apply(object, MANAGER);
    await this.removeAll(abandoned);
    this.write(this.objects);
  }

  public async destroy(): Promise<void> {
    await this.removeAll(this.read());
    this.write([]);
  }

  /** Deletes in the opposite order, and waits until everything is gone. */
  private async removeAll(objects: readonly KubeObject[]): Promise<void> {
    const reversed = [...objects].reverse();
    for (const object of reversed) await this.client.remove(object);
    for (const object of reversed) {
      const end = Date.now() + 60_000;
      while (await this.client.find(object)) {
        if (Date.now() > end) throw new Error(`${subjectOf(object)} is still there a minute after it was deleted`);
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  private abandoned(): KubeObject[] {
    const kept = new Set(this.objects.map(subjectOf));
    return this.read().filter((object) => !kept.has(subjectOf(object)));
  }

  private read(): KubeObject[] {
    return existsSync(this.record) ? (JSON.parse(readFileSync(this.record, 'utf8')) as KubeObject[]) : [];
  }

  private write(objects: readonly KubeObject[]): void {
    const identities = objects.map(({ apiVersion, kind, metadata: { name, namespace } }) => {
      return { apiVersion, kind, metadata: { name, namespace } };
    });
    writeFileSync(this.record, JSON.stringify(identities, null, 2));
  }
}

/** Kind, namespace and name of an object. */
export function subjectOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

/** An object without what changes by itself. */
function stable(object: KubeObject): string {
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object;
  return JSON.stringify(sorted({ ...rest, metadata }));
}

function sorted(value: any): any {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
