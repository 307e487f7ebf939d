import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { KubernetesManifests } from '../../../lib/manifests';
import { AwsClient, inventory } from './aws-client';
import { chartsOf, chartsOnDisk } from './charts';
import { ControlPlane } from './control-plane';
import { define } from './definitions';
import { KubeClient, KubeObject } from './kube-client';
import { NodeDescription, nodeObject, nodesOf, placeNodes } from './nodes';
import { RecordingProxy } from './proxy';
import { installable } from './provider-installation';
import { StandInOptions, StandIns } from './stand-ins';
import { PlannedChange, Terraform, TerraformStackDriver, outputsNamed } from './terraform';
import { Change, ManifestWorkloads, TerraformWorkloads, Workloads, terraformChanges } from './workloads';

/** The two stacks of an example. */
export interface Stacks {
  readonly infrastructure: TerraformStack;
  readonly workloads: TerraformStack;
}

/** A description of a site: code that makes its stacks in an app. */
export type Describe = (app: App) => Stacks;

/** What a description would change of what is applied. */
export interface Drift {
  readonly infrastructure: readonly PlannedChange[];
  /** The Kubernetes half as Terraform plans it, where its provider is there. */
  readonly planned?: readonly PlannedChange[];
  /** The Kubernetes half as the API server answers a dry run. */
  readonly workloads?: readonly Change[];
}

/** Both stacks as they were synthesized. */
interface StackTexts {
  readonly infrastructure: string;
  readonly workloads: string;
}

/** What stands for an output that the infrastructure does not have yet: an id of the right form, where the API server asks for one. */
function anything(output: string): string {
  const prefix = /aws_(subnet|security_group|vpc)(?=[A-Z_])/.exec(output)?.[1];
  const id = '0123456789abcdef0';
  return prefix ? `${prefix === 'security_group' ? 'sg' : prefix}-${id}` : 'known-after-apply';
}

/** One deployment of an example into stand-ins of its own. */
export class Site {
  public static async start(name: string, options?: StandInOptions): Promise<Site> {
    const standIns = await StandIns.start(name, options);
    const { proxy, controlPlane, terraform } = standIns;
    if (proxy && controlPlane && terraform) return new Site(standIns, proxy, controlPlane, terraform);
    await standIns.stop();
    throw new Error(`a site needs everything: ${standIns.tools.missing.join('; ')}`);
  }

  private applied?: StackTexts;

  private constructor(
    private readonly standIns: StandIns,
    public readonly proxy: RecordingProxy,
    private readonly controlPlane: ControlPlane,
    private readonly terraform: Terraform,
  ) {}

  /** An administrator of the cluster. */
  public get kube(): KubeClient {
    return this.controlPlane.client;
  }

  /** Applies both stacks and starts the nodes of the node groups. Returns the way the Kubernetes half went. */
  public async apply(describe: Describe): Promise<string> {
    const synthesized = this.synthesize(describe);
    await synthesized.infrastructure.init();
    await synthesized.infrastructure.apply();
    await placeNodes(this.kube, await nodesOf(synthesized.aws, synthesized.cluster()));
    const workloads = await synthesized.workloads();
    await workloads.apply();
    this.applied = synthesized.texts();
    return workloads.way;
  }

  /** What applying would change. */
  public async plan(describe: Describe): Promise<Change[]> {
    const synthesized = this.synthesize(describe);
    await synthesized.infrastructure.init();
    const infrastructure = await terraformChanges(synthesized.infrastructure);
    const workloads = await (await synthesized.workloads()).plan();
    return [...infrastructure, ...workloads];
  }

  /**
   * What applying would change, in full and fast: nothing is looked up anew, so that what was applied last must still stand; a stack
   * that is what was applied last is not planned; and workloads are planned as if the infrastructure had what they need of it.
   */
  public async drift(describe: Describe): Promise<Drift> {
    const synthesized = this.synthesize(describe);
    const texts = synthesized.texts();
    const infrastructure =
      texts.infrastructure === this.applied?.infrastructure ? [] : await synthesized.infrastructure.plan(false);
    if (texts.workloads === this.applied?.workloads) return { infrastructure };
    const workloads = await synthesized.workloads(anything);
    if (workloads instanceof TerraformWorkloads) return { infrastructure, planned: await workloads.stack.plan(false) };
    return { infrastructure, workloads: await workloads.plan() };
  }

  /** Destroys the infrastructure as it is described: Terraform refuses where something in it is to be kept. */
  public async destroyAsDescribed(describe: Describe): Promise<void> {
    const { infrastructure } = this.synthesize(describe);
    await infrastructure.init();
    await infrastructure.destroyAsDescribed();
  }

  /** Destroys both stacks, workloads first, also what is to be kept. */
  public async destroy(describe: Describe): Promise<void> {
    const synthesized = this.synthesize(describe);
    await synthesized.infrastructure.init();
    await (await synthesized.workloads()).destroy();
    await synthesized.infrastructure.destroy();
  }

  /** Makes kinds known, as an operator does. */
  public async define(definitions: readonly KubeObject[]): Promise<void> {
    return define(this.kube, definitions);
  }

  /** Plays an autoscaler that makes nodes of its own accord. */
  public async addNodes(described: readonly NodeDescription[]): Promise<void> {
    for (const node of described) await this.kube.create(nodeObject(node));
  }

  /** Plays Auto Scaling: gives a node group another number of nodes, starts those that are missing and ends the others. */
  public async scale(region: string, cluster: string, group: string, desiredSize: number): Promise<void> {
    const aws = new AwsClient(this.proxy.endpoint, region);
    const path = `/clusters/${cluster}/node-groups/${group}/update-config`;
    await aws.post('eks', path, { scalingConfig: { desiredSize } });
    await placeNodes(this.kube, await nodesOf(aws, cluster));
  }

  /** Everything in AWS, one line each. */
  public async inventory(region: string): Promise<string[]> {
    return inventory(new AwsClient(this.proxy.endpoint, region));
  }

  /** The pods of a namespace. */
  public async pods(namespace: string): Promise<KubeObject[]> {
    return this.kube.list('v1', 'Pod', namespace);
  }

  public async stop(): Promise<void> {
    await this.standIns.stop();
  }

  private synthesize(describe: Describe): SynthesizedSite {
    const outdir = path.join(this.standIns.folder, 'work', 'cdktf.out');
    rmSync(outdir, { recursive: true, force: true });
    mkdirSync(outdir, { recursive: true });
    const app = new App({ outdir, stackTraces: false });
    const stacks = describe(app);
    app.synth();
    return new SynthesizedSite(this.standIns, this.proxy, this.kube, this.terraform, stacks, outdir);
  }
}

class SynthesizedSite {
  public readonly infrastructure: TerraformStackDriver;

  public constructor(
    private readonly standIns: StandIns,
    private readonly proxy: RecordingProxy,
    private readonly kube: KubeClient,
    private readonly terraform: Terraform,
    private readonly stacks: Stacks,
    private readonly outdir: string,
  ) {
    this.infrastructure = terraform.stack(outdir, stacks.infrastructure.node.id);
  }

  public texts(): StackTexts {
    const textOf = (stack: TerraformStack) =>
      readFileSync(path.join(this.outdir, 'stacks', stack.node.id, 'cdk.tf.json'), 'utf8');
    return { infrastructure: textOf(this.stacks.infrastructure), workloads: textOf(this.stacks.workloads) };
  }

  public get aws(): AwsClient {
    const region = this.infrastructure.json.provider.aws[0].region as string;
    return new AwsClient(this.proxy.endpoint, region);
  }

  /** Name of the one cluster of the infrastructure stack. */
  public cluster(): string {
    const clusters = Object.values<any>(this.infrastructure.json.resource.aws_eks_cluster ?? {});
    if (clusters.length !== 1) throw new Error(`expected one cluster, found ${clusters.length}`);
    return clusters[0].name;
  }

  /**
   * The Kubernetes half, through Terraform where its providers can be had.
   *
   * @param missing what stands for outputs that the infrastructure lacks @default - nothing: one that is missing is an error
   */
  public async workloads(missing?: (output: string) => string): Promise<Workloads> {
    const stack = this.terraform.stack(this.outdir, this.stacks.workloads.node.id);
    if ((await installable(stack.json, this.standIns.tools.providers)) && chartsOnDisk(stack.json)) {
      // A plan of a stack that was applied before needs no new installation.
      if (missing !== undefined) stack.addOutputs(missing);
      else await stack.init();
      return new TerraformWorkloads(stack);
    }
    const stood =
      missing === undefined
        ? []
        : outputsNamed(stack.json).map(({ expression, output }) => [expression, missing(output)]);
    const values = { ...Object.fromEntries(stood), ...(await this.values(stack.json)) };
    const { objects } = KubernetesManifests.of(this.stacks.workloads, { values, skipHelmReleases: true });
    const record = path.join(this.standIns.folder, 'work', `applied.${this.stacks.workloads.node.id}.json`);
    return new ManifestWorkloads(this.kube, objects as KubeObject[], record, chartsOf(stack.json));
  }

  /** What the workloads refer to in the state of the infrastructure. */
  private async values(workloads: any): Promise<{ [expression: string]: any }> {
    const outputs = await this.infrastructure.outputs();
    const sources = Object.keys(workloads.data?.terraform_remote_state ?? {});
    const entries = sources.flatMap((source) =>
      Object.entries(outputs).map(([name, value]) => [`data.terraform_remote_state.${source}.outputs.${name}`, value]),
    );
    return Object.fromEntries(entries);
  }
}
