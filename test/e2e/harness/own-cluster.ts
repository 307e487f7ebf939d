import { mkdirSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { KubernetesManifests } from '../../../lib/manifests';
import { chartsOf, chartsOnDisk } from './charts';
import { ControlPlane, writeKubeconfig } from './control-plane';
import { define } from './definitions';
import { KubeClient, KubeObject } from './kube-client';
import { playNetworkOperator } from './network-operator';
import { Poller } from './poller';
import { stopAll } from './process';
import { installable } from './provider-installation';
import { StandInOptions, StandIns } from './stand-ins';
import { Terraform } from './terraform';
import { Change, ManifestWorkloads, TerraformWorkloads, Workloads } from './workloads';

/** Code that makes a stack for a cluster that is there. */
export type DescribeStack = (app: App) => TerraformStack;

/** A site's own: a default class of volumes, which Prometheus needs. */
export const STORAGE_CLASS: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'local.example.com',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** A cluster of one's own, which a stack finds by a context of `~/.kube/config`. No AWS takes part. */
export class OwnCluster {
  /**
   * @param name folder of this run
   * @param context name of the context
   * @param options what else is to be started @default - nothing
   */
  public static async start(
    name: string,
    context: string,
    options: Omit<StandInOptions, 'keep' | 'controlPlane' | 'aws'> = {},
  ): Promise<OwnCluster> {
    const standIns = await StandIns.start(name, { ...options, aws: false });
    const { controlPlane, terraform } = standIns;
    if (controlPlane && terraform) return new OwnCluster(standIns, controlPlane, terraform, context);
    await standIns.stop();
    throw new Error(`a cluster needs everything: ${standIns.tools.missing.join('; ')}`);
  }

  private readonly operator: Poller;

  private constructor(
    private readonly standIns: StandIns,
    public readonly controlPlane: ControlPlane,
    private readonly terraform: Terraform,
    context: string,
  ) {
    const home = terraform.environment.HOME as string;
    writeKubeconfig(path.join(home, '.kube', 'config'), controlPlane.access, context);
    this.operator = playNetworkOperator(this.kube);
  }

  /** Folder of everything that belongs to this run. */
  public get folder(): string {
    return this.standIns.folder;
  }

  /** An administrator of the cluster. */
  public get kube(): KubeClient {
    return this.controlPlane.client;
  }

  /**
   * What is made of the stack, without applying it.
   *
   * @param describe the stack
   * @param definitions what the charts of its releases define, where these cannot be installed
   */
  public async workloads(describe: DescribeStack, definitions: readonly KubeObject[]): Promise<Workloads> {
    const outdir = path.join(this.standIns.folder, 'work', 'cdktf.out');
    rmSync(outdir, { recursive: true, force: true });
    mkdirSync(outdir, { recursive: true });
    const app = new App({ outdir, stackTraces: false });
    const stack = describe(app);
    app.synth();
    const driver = this.terraform.stack(outdir, stack.node.id);
    if ((await installable(driver.json, this.standIns.tools.providers)) && chartsOnDisk(driver.json)) {
      await driver.init();
      return new TerraformWorkloads(driver);
    }
    await this.define(definitions);
    const { objects } = KubernetesManifests.of(stack, { skipHelmReleases: true });
    const record = path.join(this.standIns.folder, 'work', `applied.${stack.node.id}.json`);
    return new ManifestWorkloads(this.kube, objects as KubeObject[], record, chartsOf(driver.json));
  }

  public async plan(describe: DescribeStack, definitions: readonly KubeObject[]): Promise<Change[]> {
    return (await this.workloads(describe, definitions)).plan();
  }

  public async stop(): Promise<void> {
    await stopAll([this.standIns, this.operator]);
  }

  /** Makes kinds known, as an operator does. */
  public async define(definitions: readonly KubeObject[]): Promise<void> {
    return define(this.kube, definitions);
  }
}
