import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import * as path from 'node:path';
import { adaptToProviders } from './adapt';
import { chartFaults, withChartsOnDisk } from './charts';
import { refuseOffLoopback } from './loopback';
import { isolatedEnvironment, leashed } from './process';
import { cliConfiguration, providersFor } from './provider-installation';
import { ProviderOnDisk } from './tools';

/** How Terraform is run. */
export interface TerraformOptions {
  readonly file: string;
  /** `Terraform` or `OpenTofu`. @default 'Terraform' */
  readonly product?: string;
  /** Providers found on disk. */
  readonly providers: readonly ProviderOnDisk[];
  /** Folder for the CLI configuration and the home; also what relative state paths start from. */
  readonly folder: string;
  /** Address of the AWS stand-in. It must be on the loopback interface. @default - none: nothing is asked of AWS */
  readonly awsEndpoint?: string;
  /** Folder with programs that come before those of PATH, e.g. a stand-in for `aws`. @default - none */
  readonly programs?: string;
}

/** One planned change of a resource. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly string[];
  readonly before: any;
  readonly after: any;
  /** Attributes that cannot change without a replacement, each as the path to it. @default - none */
  readonly replace_paths?: readonly (readonly (string | number)[])[];
}

/** Runs Terraform on synthesized stacks, against stand-ins only. */
export class Terraform {
  private readonly env: { [name: string]: string | undefined };

  public constructor(private readonly options: TerraformOptions) {
    mkdirSync(options.folder, { recursive: true });
    const configuration = path.join(options.folder, 'terraform.rc');
    const { product = 'Terraform' } = options;
    const providers = providersFor(product, options.providers, path.join(options.folder, 'mirror'));
    writeFileSync(configuration, cliConfiguration(providers, product));
    const searchPath = [options.programs, process.env.PATH].filter(Boolean).join(path.delimiter);
    this.env = isolatedEnvironment(path.join(options.folder, 'home'), {
      TF_CLI_CONFIG_FILE: configuration,
      TF_IN_AUTOMATION: '1',
      PATH: searchPath,
      ...awsEnvironment(options.awsEndpoint),
    });
  }

  /** The environment Terraform runs in, for another program that runs it. */
  public get environment(): { [name: string]: string | undefined } {
    return { ...this.env };
  }

  /**
   * Takes over a synthesized stack: a copy of it, as deep below the folder as it was, fitted to the providers there are.
   *
   * @param outdir the `cdktf.out` folder
   * @param stack name of the stack
   */
  public stack(outdir: string, stack: string): TerraformStackDriver {
    const source = path.join(outdir, 'stacks', stack);
    const target = path.join(this.options.folder, 'applied', 'stacks', stack);
    mkdirSync(target, { recursive: true });
    // Terraform's own files stay, so that a stack applied again needs no new installation of its providers.
    for (const name of readdirSync(target).filter((it) => !it.startsWith('.terraform'))) {
      rmSync(path.join(target, name), { recursive: true });
    }
    cpSync(source, target, { recursive: true });
    const file = path.join(target, 'cdk.tf.json');
    const synthesized = JSON.parse(readFileSync(file, 'utf8'));
    const faults = chartFaults(synthesized);
    if (faults.length > 0) throw new Error(faults.join('; '));
    const adapted = adaptToProviders(withChartsOnDisk(synthesized), this.options.providers);
    writeFileSync(file, JSON.stringify(adapted, null, 2));
    return new TerraformStackDriver(this.options.file, target, this.env);
  }
}

/** One stack under Terraform. */
export class TerraformStackDriver {
  public constructor(
    private readonly terraform: string,
    public readonly folder: string,
    private readonly env: { [name: string]: string | undefined },
  ) {}

  /** The stack as Terraform reads it. */
  public get json(): any {
    return JSON.parse(readFileSync(path.join(this.folder, 'cdk.tf.json'), 'utf8'));
  }

  /**
   * Plans as if the states that this stack reads had all the outputs it names: copies of them get those that they lack.
   *
   * @param valueOf what stands for a missing output
   */
  public addOutputs(valueOf: (output: string) => string | string[]): void {
    const stack = this.json;
    for (const [source, { config }] of Object.entries<any>(stack.data?.terraform_remote_state ?? {})) {
      const state = JSON.parse(readFileSync(path.resolve(this.folder, config.path as string), 'utf8'));
      for (const { output } of outputsNamed(stack).filter((it) => it.source === source)) {
        const value = valueOf(output);
        state.outputs[output] ??= { value, type: Array.isArray(value) ? ['list', 'string'] : 'string' };
      }
      config.path = path.join(this.folder, `${source}.tfstate`);
      writeFileSync(config.path as string, JSON.stringify(state));
    }
    writeFileSync(path.join(this.folder, 'cdk.tf.json'), JSON.stringify(stack, null, 2));
  }

  /** Installs the providers, and says by its exit whether it could. */
  public async init(): Promise<void> {
    const { HTTP_PROXY: _http, HTTPS_PROXY: _https, NO_PROXY: _no, ...env } = this.env;
    await this.run(['init', '-input=false', '-no-color'], [0], { ...env, ...registryProxy() });
  }

  /** Applies the stack without asking. */
  public async apply(): Promise<void> {
    await this.run(['apply', '-auto-approve', '-input=false', '-no-color']);
  }

  /**
   * What another apply would change: resources created, updated or deleted, and outputs that change.
   *
   * @param refresh whether what is in the state is looked up anew first
   */
  public async plan(refresh = true): Promise<PlannedChange[]> {
    const plan = path.join(this.folder, '.terraform', 'plan');
    const options = ['-detailed-exitcode', '-input=false', '-no-color', `-refresh=${refresh}`, `-out=${plan}`];
    await this.run(['plan', ...options], [0, 2]);
    const shown = JSON.parse(await this.run(['show', '-json', plan]));
    const resources = (shown.resource_changes ?? []).map((it: any) => ({
      address: it.address,
      type: it.type,
      ...it.change,
    }));
    const outputs = Object.entries<any>(shown.output_changes ?? {}).map(([name, change]) => ({
      address: `output.${name}`,
      type: 'output',
      ...change,
    }));
    return [...resources, ...outputs].filter(
      ({ actions }) => !actions.every((it: string) => it === 'no-op' || it === 'read'),
    );
  }

  /** Destroys everything in the stack without asking, also what the program protects: as after `RemovalPolicy.DESTROY`. */
  public async destroy(): Promise<void> {
    const file = path.join(this.folder, 'cdk.tf.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"prevent_destroy": true/g, '"prevent_destroy": false'));
    await this.run(['destroy', '-auto-approve', '-input=false', '-no-color']);
  }

  /** Destroys everything in the stack as the program describes it, without asking. */
  public async destroyAsDescribed(): Promise<void> {
    await this.run(['destroy', '-auto-approve', '-input=false', '-no-color']);
  }

  /** Addresses of the managed resources in the state. */
  public async resources(): Promise<string[]> {
    const listed = await this.run(['state', 'list'], [0, 1]);
    return listed.split('\n').filter((line) => line && !/^data\.|\.data\./.test(line));
  }

  /** The outputs, secret ones among them. */
  public async outputs(): Promise<{ [name: string]: any }> {
    const outputs = JSON.parse(await this.run(['output', '-json', '-no-color']));
    return Object.fromEntries(Object.entries<any>(outputs).map(([name, { value }]) => [name, value]));
  }

  /** The state as `terraform show -json` writes it. */
  public async state(): Promise<any> {
    return JSON.parse(await this.run(['show', '-json']));
  }

  private run(args: string[], allowed: number[] = [0], env = this.env): Promise<string> {
    return new Promise((resolve, reject) => {
      const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
      const [shell, shellArgs] = leashed([this.terraform, ...args]);
      const child = spawn(shell, shellArgs, { cwd: this.folder, env: env as NodeJS.ProcessEnv, stdio });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data) => (stdout += data));
      child.stderr.on('data', (data) => (stderr += data));
      child.once('error', reject);
      child.once('close', (code) => {
        child.stdin.destroy();
        if (code !== null && allowed.includes(code)) return resolve(stdout);
        const said = stderr.trim() || stdout.trim();
        reject(
          new Error(`terraform ${args[0]} of ${path.basename(this.folder)} exited with ${code}:\n${said.slice(-6000)}`),
        );
      });
    });
  }
}

/** The outputs of other states that a stack names. */
export function outputsNamed(stack: any): { expression: string; source: string; output: string }[] {
  const found = JSON.stringify(stack).matchAll(/data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)/g);
  return [
    ...new Map([...found].map(([expression, source, output]) => [expression, { expression, source, output }])).values(),
  ];
}

/** A port nobody listens on. */
const NOWHERE = 'http://127.0.0.1:9';

/** What makes the AWS provider talk to the stand-in and to nothing else. */
export function awsEnvironment(endpoint = NOWHERE): { [name: string]: string } {
  refuseOffLoopback(endpoint);
  return {
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: endpoint,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    // A request that is not for the loopback interface ends there.
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    NO_PROXY: '127.0.0.1,localhost',
  };
}

/** Only the installation of providers may leave this machine, by the way the user's environment says. */
function registryProxy(): { [name: string]: string | undefined } {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name)));
}
