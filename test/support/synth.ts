import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack, Testing } from 'cdktf';

/** One resource or data source as Terraform reads it. */
export type Block = { [attribute: string]: any };

/** A stack that went through the whole synthesis: references resolved, aspects run, validations passed. */
export class Synthesized {
  /** The Terraform JSON, without metadata. */
  public readonly json: Block;

  public constructor(
    public readonly stack: TerraformStack,
    /** The Terraform JSON as text, for comparing two syntheses. */
    public readonly text: string,
  ) {
    this.json = JSON.parse(text) as Block;
  }

  /** Every resource of a type, e.g. `aws_s3_bucket`. */
  public resources(type: string): Block[] {
    return Object.values((this.json.resource?.[type] ?? {}) as { [id: string]: Block });
  }

  /** Every data source of a type. */
  public dataSources(type: string): Block[] {
    return Object.values((this.json.data?.[type] ?? {}) as { [id: string]: Block });
  }

  /** The types of resource there are, sorted. */
  public get types(): string[] {
    return Object.keys(this.json.resource ?? {}).sort();
  }

  /** The one resource of a type; fails when there are none or several. */
  public only(type: string): Block {
    return one(this.resources(type), `resource of type ${type}`, this.types);
  }

  /** The one data source of a type. */
  public onlyData(type: string): Block {
    return one(this.dataSources(type), `data source of type ${type}`, Object.keys(this.json.data ?? {}));
  }

  /** The one resource of a type with a name (of its Kubernetes metadata, or its name, bucket, function or cluster name). */
  public byName(type: string, name: string): Block {
    const all = this.resources(type);
    return one(
      all.filter((block) => namesOf(block).includes(name)),
      `${type} named '${name}'`,
      all.flatMap(namesOf),
    );
  }

  /** The one resource of a type with the given properties, compared as `expect.objectContaining` does. */
  public where(type: string, properties: Block): Block {
    const all = this.resources(type);
    const wanted: { asymmetricMatch(other: unknown): boolean } = expect.objectContaining(properties);
    return one(
      all.filter((block) => wanted.asymmetricMatch(block)),
      `${type} with ${JSON.stringify(properties)}`,
      all.map((block) => JSON.stringify(block)),
    );
  }

  /** What constructs of this stack tell the user. */
  public annotations(level: 'info' | 'warn' | 'error' = 'warn'): string[] {
    return this.stack.node
      .findAll()
      .flatMap((node) => node.node.metadata)
      .filter((entry) => entry.type === `@cdktf/${level}`)
      .map((entry) => String(entry.data));
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
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
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
export function synthesisePair(build: (infra: TerraformStack, workload: TerraformStack) => void): SynthesizedPair {
  const app = testApp();
  const [first, second] = [testStack(app, 'infra'), testStack(app, 'workload')];
  build(first, second);
  const [infra, workload] = synthStacks(first, second);
  return { infra, workload };
}

const outputFolder = mkdtempSync(path.join(tmpdir(), 'gpu-inference-constructs-'));
afterAll(() => rmSync(outputFolder, { recursive: true, force: true }));

function one(found: Block[], what: string, known: string[]): Block {
  if (found.length === 1) return found[0];
  throw new Error(`expected one ${what}, found ${found.length}; there are: ${known.join(', ') || 'none'}`);
}

function namesOf(block: Block): string[] {
  const metadata = Array.isArray(block.metadata) ? block.metadata[0] : block.metadata;
  const names = [
    metadata?.name,
    block.name,
    block.bucket,
    block.function_name,
    block.cluster_name,
    block.node_group_name,
  ];
  return names.filter((name): name is string => typeof name === 'string');
}
