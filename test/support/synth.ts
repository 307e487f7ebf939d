import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack, Testing } from 'cdktf';
import { SynthesizedStack } from '../../lib/testing/synthesized-stack';

/** One resource or data source as Terraform reads it. */
export type Block = { [attribute: string]: any };

/** A stack that went through the whole synthesis, as users see it in their tests, and what only our own tests need. */
export class Synthesized {
  /** The Terraform JSON, without metadata. */
  public readonly json: Block;
  private readonly synthesized: SynthesizedStack;

  public constructor(
    public readonly stack: TerraformStack,
    /** The Terraform JSON as text, for comparing two syntheses. */
    public readonly text: string,
  ) {
    this.synthesized = SynthesizedStack._fromText(stack, text);
    this.json = JSON.parse(text) as Block;
  }

  public resources(type: string): Block[] {
    return this.synthesized.resources(type);
  }

  public dataSources(type: string): Block[] {
    return this.synthesized.dataSources(type);
  }

  public get types(): string[] {
    return this.synthesized.resourceTypes;
  }

  public only(type: string): Block {
    return this.synthesized.only(type);
  }

  public onlyData(type: string): Block {
    return this.synthesized.onlyData(type);
  }

  public byName(type: string, name: string): Block {
    return this.synthesized.byName(type, name);
  }

  public where(type: string, properties: Block): Block {
    return this.synthesized.where(type, properties);
  }

  /** What constructs of this stack tell the user, as cdktf prints it. */
  public annotations(wanted: 'info' | 'warn' | 'error' = 'warn'): string[] {
    return this.synthesized.annotations
      .filter(({ level }) => level === wanted)
      .map(({ id, message }) => (id === undefined ? message : `[gpu-inference-constructs:${id}] ${message}`));
  }
}

/** An app for tests, whose output folder is removed after the suite. */
export function testApp(): App {
  return Testing.app({ outdir: outputFolder });
}

/** A stack with what every user's stack has: a backend and an AWS provider. */
export function testStack(app: App = testApp(), name = 'test'): TerraformStack {
  const stack = new TerraformStack(app, name);
  new LocalBackend(stack, { path: `${name}.tfstate` });
  new AwsProvider(stack, 'Aws', { region: 'us-west-2' });
  return stack;
}

/** Takes stacks of one app through synthesis as `app.synth()` does: references between all of them are resolved first. */
export function synthStacks(...stacks: TerraformStack[]): Synthesized[] {
  stacks.forEach((stack) => stack.prepareStack());
  return stacks.map((stack) => new Synthesized(stack, Testing.synth(stack, true)));
}

/** Synthesizes one stack. */
export function synthStack(stack: TerraformStack): Synthesized {
  return synthStacks(stack)[0];
}

/** Makes a stack with an AWS provider, lets the test fill it and synthesizes it. */
export function synthesize(build: (stack: TerraformStack) => void): Synthesized {
  const stack = testStack();
  build(stack);
  return synthStack(stack);
}

/** An infrastructure stack and a workload stack of one app, as users have them. */
export interface SynthesizedPair {
  readonly infra: Synthesized;
  readonly workload: Synthesized;
}

/** Makes an infrastructure and a workload stack in one app, lets the test fill them and synthesizes both. */
export function synthesizePair(build: (infra: TerraformStack, workload: TerraformStack) => void): SynthesizedPair {
  const app = testApp();
  const [first, second] = [testStack(app, 'infra'), testStack(app, 'workload')];
  build(first, second);
  const [infra, workload] = synthStacks(first, second);
  return { infra, workload };
}

const outputFolder = mkdtempSync(path.join(tmpdir(), 'gpu-inference-constructs-'));
afterAll(() => rmSync(outputFolder, { recursive: true, force: true }));
