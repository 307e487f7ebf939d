import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { KubernetesManifests } from '../../../../lib/manifests';
import { KubeObject } from '../kube-client';

/** A stack, and the objects that are made of it. */
export interface SynthesizedObjects<S extends TerraformStack> {
  readonly stack: S;
  readonly objects: KubeObject[];
}

/** Synthesizes a stack that nothing applies. */
export function objectsOf<S extends TerraformStack>(describe: (app: App) => S): SynthesizedObjects<S> {
  const outdir = mkdtempSync(path.join(tmpdir(), 'objects-'));
  try {
    const stack = describe(new App({ outdir, stackTraces: false }));
    const { objects } = KubernetesManifests.of(stack, { skipHelmReleases: true });
    return { stack, objects: objects as KubeObject[] };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** A secret with one text, which a stack refers to and does not make. */
export function secretOf(
  { name, key }: { name: string; key: string },
  text: string,
  namespace = 'inference',
): KubeObject {
  const data = { [key]: Buffer.from(text).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
}
