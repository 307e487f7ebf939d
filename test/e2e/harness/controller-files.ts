import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ControlPlane } from './control-plane';
import { KubeObject } from './kube-client';
import { freePort } from './ports';

/** The objects of a YAML file. */
export function objectsOf(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null);
}

/** The objects of a file that is no template. */
export const objectsIn = (file: string): KubeObject[] => objectsOf(readFileSync(file, 'utf8'));

/** Writes the certificate of the control plane below a folder, for the webhooks of a controller; returns the folder of its files. */
export function writeCertificate(folder: string, { serving }: ControlPlane): string {
  const own = path.join(folder, 'certificate');
  mkdirSync(own, { recursive: true });
  copyFileSync(serving.certificate, path.join(own, 'tls.crt'));
  copyFileSync(serving.key, path.join(own, 'tls.key'));
  return own;
}

/**
 * Writes the configuration of a controller that is built on controller-runtime: on the loopback interface, without election, with the
 * certificate of the control plane for its webhooks.
 *
 * @param folder where to
 * @param port of its webhooks
 * @param controlPlane whose certificate
 * @param own what is its own
 * @param root what the controller sees the folder as @default - as it is
 */
export async function writeConfiguration(
  folder: string,
  port: string,
  controlPlane: ControlPlane,
  own: object,
  root = folder,
): Promise<string> {
  writeCertificate(folder, controlPlane);
  const file = path.join(folder, 'configuration.json');
  const configuration = {
    kind: 'Configuration',
    leaderElection: { leaderElect: false },
    internalCertManagement: { enable: false },
    webhook: { host: '127.0.0.1', port: Number(port), certDir: path.join(root, 'certificate') },
    health: { healthProbeBindAddress: `127.0.0.1:${await freePort()}` },
    metrics: { bindAddress: '0' },
    ...own,
  };
  writeFileSync(file, JSON.stringify(configuration, null, 2));
  return file;
}

/**
 * Registers webhooks, which name a Service in their files, by URL.
 *
 * @param controlPlane where to
 * @param configurations the configurations of webhooks
 * @param url where they answer
 * @param isMeant which of them @default - all
 */
export async function registerWebhooks(
  { client, access }: ControlPlane,
  configurations: readonly KubeObject[],
  url: string,
  isMeant: (path: string) => boolean = () => true,
): Promise<void> {
  const caBundle = Buffer.from(access.certificateAuthority).toString('base64');
  for (const { apiVersion, kind, metadata, webhooks: all } of configurations) {
    const webhooks = (all as any[])
      .filter(({ clientConfig }) => isMeant(clientConfig.service.path as string))
      .map(({ clientConfig, ...webhook }) => {
        return { ...webhook, clientConfig: { url: `${url}${clientConfig.service.path as string}`, caBundle } };
      });
    if (webhooks.length > 0)
      await client.apply({ apiVersion, kind, metadata: { name: metadata.name }, webhooks }, 'e2e');
  }
}
