import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { EksGpuCluster } from 'gpu-inference-constructs';
import { PROGRAMS } from '../programs/programs';
import { isLeftOut, leftOut } from './harness/adapt';
import { chartsOnDisk } from './harness/charts';
import { describeWith } from './harness/needs';
import { installable } from './harness/provider-installation';
import { StandIns } from './harness/stand-ins';
import { TerraformStackDriver } from './harness/terraform';

/** What a platform team has, which the program on existing infrastructure finds. */
function platform(app: App): TerraformStack {
  const stack = new TerraformStack(app, 'platform');
  new LocalBackend(stack, { path: 'terraform.tfstate' });
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
  new EksGpuCluster(stack, 'Cluster', {
    clusterName: 'platform',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  });
  return stack;
}

/** The role that an account for serving lets programs take on. */
function servingAccount(app: App): TerraformStack {
  const stack = new TerraformStack(app, 'serving-account');
  new LocalBackend(stack, { path: 'terraform.tfstate' });
  const roleArn = 'arn:aws:iam::222222222222:role/deploy';
  new AwsProvider(stack, 'Aws', { region: 'us-east-1', assumeRole: [{ roleArn }] });
  const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::222222222222:root' } };
  new IamRole(stack, 'Deploy', {
    name: 'deploy',
    assumeRolePolicy: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
  });
  return stack;
}

/** What AWS provider 5.100 lacks. */
const PROTECTION = 'cluster: deletion protection';
const PUBLIC_ACCESS = 'public access block: kept when destroyed';

/** Kinds of the Kubernetes half, which can be planned only where its providers can be had. */
const KUBERNETES = /^(kubernetes_|helm_)/;

describeWith(['terraform', 'emulator'], 'the programs of first users', () => {
  let standIns: StandIns;

  beforeAll(async () => {
    standIns = await StandIns.start('programs', { controlPlane: false });
    const { outdir, stacks } = synthesized('before', (app) => [platform(app), servingAccount(app)]);
    for (const { node } of stacks) {
      const stack = standIns.terraform!.stack(outdir, node.id);
      await stack.init();
      await stack.apply();
    }
  });

  afterAll(() => standIns?.stop());

  function synthesized(name: string, describe: (app: App) => TerraformStack[]) {
    const outdir = path.join(standIns.folder, 'work', name.replace(/\W+/g, '-'), 'cdktf.out');
    mkdirSync(outdir, { recursive: true });
    const app = new App({ outdir, stackTraces: false });
    const stacks = describe(app);
    app.synth();
    return { outdir, stacks };
  }

  test.each(PROGRAMS.map((program) => [program.name, program] as const))('%s is planned', async (name, program) => {
    const { outdir, stacks } = synthesized(name, program.stacks);
    for (const { node } of stacks) {
      const stack = standIns.terraform!.stack(outdir, node.id);
      // Of a company's own, or beside the program.
      const { s3, local } = stack.json.terraform.backend;
      expect(s3?.bucket ?? local?.path).toBe(s3 ? 'company-terraform' : `../../../terraform.${node.id}.tfstate`);
      keepStateHere(stack);
      const isWhole = (await installable(stack.json, standIns.tools.providers)) && chartsOnDisk(stack.json);
      if (!isWhole && !leaveOutKubernetes(stack)) {
        console.log(`${node.id} was not planned: it has Kubernetes objects only, and their providers cannot be had`);
        continue;
      }
      await stack.init();
      const changes = await stack.plan();
      expect(changes.length).toBeGreaterThan(0);
      expect(changes.filter(({ actions }) => actions.join() !== 'create')).toEqual([]);
    }
  });

  test('say what the provider on disk does not know yet', () => {
    const { providers } = standIns.tools;
    if (isLeftOut(PROTECTION, providers)) expect(leftOut(PROTECTION)).toEqual([true]);
    if (isLeftOut(PUBLIC_ACCESS, providers)) expect(leftOut(PUBLIC_ACCESS)).toEqual([true]);
  });
});

/** States are read and written beside the stack: of those in a bucket, only the names are planned with. */
function keepStateHere(stack: TerraformStackDriver): void {
  const { json } = stack;
  json.terraform.backend = { local: { path: 'terraform.tfstate' } };
  for (const [source, state] of Object.entries<any>(json.data?.terraform_remote_state ?? {})) {
    const file = path.join(stack.folder, `empty.${source}.tfstate`);
    const lineage = '00000000-0000-0000-0000-000000000000';
    writeFileSync(file, JSON.stringify({ version: 4, serial: 1, lineage, outputs: {}, resources: [] }));
    Object.assign(state, { backend: 'local', config: { path: file } });
  }
  write(stack, json);
  // Base64, as the certificate of a cluster is; as a name or an ARN it is as good as any. Subnets are several.
  stack.addOutputs((output) => (/subnets$/.test(output) ? ['subnet-0a', 'subnet-0b'] : 'Q0E9'));
}

/** Whether anything is left without them. */
function leaveOutKubernetes(stack: TerraformStackDriver): boolean {
  const { json } = stack;
  for (const type of Object.keys(json.resource ?? {}).filter((it) => KUBERNETES.test(it))) delete json.resource[type];
  for (const name of ['kubernetes', 'helm']) {
    delete json.provider[name];
    delete json.terraform.required_providers[name];
  }
  for (const [name, { value }] of Object.entries<any>(json.output ?? {})) {
    if (/\b(kubernetes_|helm_)/.test(JSON.stringify(value))) delete json.output[name];
  }
  // A block without a label is an error of Terraform.
  for (const block of ['output', 'data', 'resource'].filter((it) => Object.keys(json[it] ?? {}).length === 0))
    delete json[block];
  write(stack, json);
  return Object.keys(json.resource ?? {}).length > 0;
}

function write(stack: TerraformStackDriver, json: object): void {
  writeFileSync(path.join(stack.folder, 'cdk.tf.json'), JSON.stringify(json, null, 2));
}
