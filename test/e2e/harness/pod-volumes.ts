import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { KubeClient, KubeObject } from './kube-client';

interface Item {
  readonly key: string;
  readonly path: string;
}

/** The volumes of a pod as folders, by their names: what config maps and secrets of the API server hold, empty ones, and folders of this machine. */
export class PodVolumes {
  /**
   * @param kube where config maps and secrets are
   * @param pod as it was admitted
   * @param folder where the folders are made
   * @param claims folders that stand for persistent volume claims, by the names of the claims
   */
  public static async make(
    kube: Pick<KubeClient, 'find'>,
    { metadata, spec }: KubeObject,
    folder: string,
    claims: { readonly [claim: string]: string } = {},
  ): Promise<PodVolumes> {
    const folders = new Map<string, string>();
    const read = async (kind: string, name: string) => {
      const found = await kube.find({ apiVersion: 'v1', kind, metadata: { name, namespace: metadata.namespace } });
      if (!found) throw new Error(`${metadata.name} mounts ${kind} ${name}, which is not there`);
      return found;
    };
    for (const volume of (spec.volumes ?? []) as { name: string; [source: string]: any }[]) {
      const target = path.join(folder, volume.name);
      const { configMap, secret, emptyDir, hostPath, persistentVolumeClaim: claim } = volume;
      if (hostPath) {
        folders.set(volume.name, hostPath.path);
        continue;
      }
      if (claim) {
        if (!claims[claim.claimName]) throw new Error(`nothing stands for claim ${claim.claimName}`);
        folders.set(volume.name, claims[claim.claimName]);
        continue;
      }
      mkdirSync(target, { recursive: true });
      folders.set(volume.name, target);
      if (configMap) write(target, configMap, texts((await read('ConfigMap', configMap.name)).data, 'utf8'));
      else if (secret) write(target, secret, texts((await read('Secret', secret.secretName)).data, 'base64'));
      else if (!emptyDir) throw new Error(`volume ${volume.name} is of a kind that cannot be played here`);
    }
    return new PodVolumes(folders);
  }

  private constructor(private readonly folders: ReadonlyMap<string, string>) {}

  /** The folder of a volume. */
  public folderOf(volume: string): string {
    const found = this.folders.get(volume);
    if (found === undefined) throw new Error(`the pod has no volume ${volume}`);
    return found;
  }

  /** Paths of a container, each with the folder that stands for it. Shared memory is this machine's own. */
  public mountsOf(container: { volumeMounts?: { name: string; mountPath: string; subPath?: string }[] }): PathMap {
    const mounts = (container.volumeMounts ?? []).filter(({ mountPath }) => mountPath !== '/dev/shm');
    const parts = mounts.filter(({ subPath }) => subPath !== undefined);
    if (parts.length > 0) throw new Error(`parts of volumes cannot be played here: ${JSON.stringify(parts)}`);
    return new PathMap(mounts.map(({ name, mountPath }) => [mountPath, this.folderOf(name)]));
  }
}

/** Paths that stand for others in texts. */
export class PathMap {
  private readonly targets: ReadonlyMap<string, string>;
  private readonly pattern: RegExp;

  public constructor(pairs: readonly (readonly [from: string, to: string])[]) {
    this.targets = new Map(pairs);
    const longestFirst = [...this.targets.keys()].sort((a, b) => b.length - a.length);
    const escaped = longestFirst.map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    // A path is whole: '/tmp' stands in neither '/tmpfs' nor '/var/tmp'.
    this.pattern = new RegExp(`(?<![\\w./-])(${escaped.join('|') || '(?!)'})(?![\\w.-])`, 'g');
  }

  /** A text with all of them replaced, at once: what was put in is not looked at again. */
  public applyTo(text: string): string {
    return text.replace(this.pattern, (found) => this.targets.get(found)!);
  }
}

function texts(data: { readonly [key: string]: string } = {}, encoding: BufferEncoding): Map<string, Buffer> {
  return new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, encoding)]));
}

function write(
  folder: string,
  { items, defaultMode = 0o644 }: { items?: readonly Item[]; defaultMode?: number },
  contents: ReadonlyMap<string, Buffer>,
): void {
  for (const { key, path: at } of items ?? [...contents.keys()].map((each) => ({ key: each, path: each }))) {
    const content = contents.get(key);
    if (content === undefined) throw new Error(`there is no key ${key} to mount at ${at}`);
    const file = path.join(folder, at);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, defaultMode);
  }
}
