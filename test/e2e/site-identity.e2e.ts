import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App } from 'cdktf';
import { SiteIdentity } from '../../lib';
import { Certificate, Certificates } from './harness/certificates';
import { describeWith } from './harness/needs';
import { isolatedEnvironment, stopAll } from './harness/process';
import { RolesAnywhere } from './harness/roles-anywhere';
import { StandIns } from './harness/stand-ins';
import { TerraformStackDriver } from './harness/terraform';
import { tools } from './harness/tools';
import { BUCKET, Cloud, CloudProps, REGION, UNIT, configurationAt } from './site-identity-stack';

const MOUNT = '/var/run/secrets/model-store';
const OBJECT = 'chat-13b/1/config.json';

interface Said {
  readonly status: number | null;
  readonly out: string;
  readonly error: string;
}

type Environment = { readonly [name: string]: string };

describeWith(['terraform', 'emulator', 'awsCli', 'signingHelper'], 'sites with certificates', () => {
  const { awsCli, signingHelper } = tools() as Required<ReturnType<typeof tools>>;
  let standIns: StandIns;
  let aws: RolesAnywhere;
  let certificates: Certificates;
  let issued: { readonly [site: string]: Certificate };
  let cloud: TerraformStackDriver;
  let outputs: { readonly [name: string]: any };
  const before: Environment[] = [];

  /** The cloud in another state, not yet applied. */
  const described = async (props: Omit<CloudProps, 'certificateAuthority'>): Promise<TerraformStackDriver> => {
    const outdir = path.join(standIns.folder, 'work', 'cdktf.out');
    rmSync(outdir, { recursive: true, force: true });
    mkdirSync(outdir, { recursive: true });
    const app = new App({ outdir, stackTraces: false });
    new Cloud(app, { certificateAuthority: readFileSync(certificates.authority, 'utf8'), ...props });
    app.synth();
    const stack = standIns.terraform?.stack(outdir, 'cloud') as TerraformStackDriver;
    await stack.init();
    return stack;
  };
  const changesOf = async (stack: TerraformStackDriver) =>
    (await stack.plan()).map(
      ({ address, type, actions }) =>
        `${actions.join(' and ')} ${type === 'output' ? address : address.replace(/_[0-9A-F]{8}$/, '')}`,
    );

  const run = (program: string, args: readonly string[], environment: Environment): Promise<Said> => {
    const env = isolatedEnvironment(path.join(standIns.folder, 'home'), {
      PATH: `${path.dirname(signingHelper.program)}${path.delimiter}${process.env.PATH}`,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL_S3: aws.endpoint,
      AWS_ENDPOINT_URL_ROLESANYWHERE: aws.endpoint,
      AWS_MAX_ATTEMPTS: '1',
      ...environment,
    });
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { env: env as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
      const said = { out: '', error: '' };
      child.stdout.on('data', (data) => (said.out += String(data)));
      child.stderr.on('data', (data) => (said.error += String(data)));
      child.once('error', reject);
      child.once('close', (status) => resolve({ status, ...said }));
    });
  };

  /** What a pod of a site has, with the certificate of the same site or another. */
  const podOf = (
    site: string,
    certificate: Certificate = issued[site],
  ): { config: string; environment: Environment } => {
    const folder = path.join(standIns.folder, `pod-${site}`);
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(certificate)) writeFileSync(path.join(folder, name), text as string);
    const config = configurationAt(outputs[site] as SiteIdentity).replaceAll(MOUNT, folder);
    writeFileSync(path.join(folder, 'config'), config);
    return { config, environment: { AWS_CONFIG_FILE: path.join(folder, 'config') } };
  };
  const read = (environment: Environment, object = OBJECT) =>
    run(awsCli.file, ['s3', 'cp', '--quiet', `s3://${BUCKET}/${object}`, '-'], environment);
  /** Credentials of a site that go on without its certificate. */
  const sessionOf = async (site: string): Promise<Environment> => {
    const [, command] = /credential_process = (.*)\n/.exec(podOf(site).config) as unknown as [string, string];
    const { out, error } = await run(signingHelper.program, command.split(' ').slice(1), {});
    if (out === '') throw new Error(error);
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(out) as { [name: string]: string };
    return {
      AWS_ACCESS_KEY_ID: AccessKeyId,
      AWS_SECRET_ACCESS_KEY: SecretAccessKey,
      AWS_SESSION_TOKEN: SessionToken,
    };
  };

  beforeAll(async () => {
    standIns = await StandIns.start('site-identity', { controlPlane: false });
    certificates = new Certificates(path.join(standIns.folder, 'authority'));
    const issue = (site: string) => certificates.make(site, `/OU=${UNIT}/CN=${site}`);
    issued = { munich: issue('munich'), oslo: issue('oslo') };
    cloud = await described({ sites: ['munich', 'oslo'] });
    await cloud.apply();
    outputs = await cloud.outputs();
    const { proxy } = standIns;
    if (proxy === undefined) throw new Error('there is no AWS stand-in');
    aws = await RolesAnywhere.start(proxy, REGION, outputs.key as string);
    const credential = `Credential=test/20260101/${REGION}/s3/aws4_request`;
    for (const object of [OBJECT, 'chat-65b/1/config.json']) {
      const stored = await fetch(`${proxy.endpoint}/${BUCKET}/${object}`, {
        method: 'PUT',
        body: '{"a":"model"}',
        headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` },
      });
      expect(stored.status).toBe(200);
    }
  });

  afterAll(async () => {
    await stopAll([standIns, aws].filter((each) => each !== undefined));
  });

  test('have a profile of their own, and one anchor', () => {
    expect(standIns.proxy?.sentOf('Roles Anywhere: trust anchors')).toHaveLength(1);
    expect(
      standIns.proxy?.sentOf('Roles Anywhere: profiles').map(({ roleArns, enabled }) => [roleArns, enabled]),
    ).toEqual([
      [[outputs.munich.roleArn], true],
      [[outputs.oslo.roleArn], true],
    ]);
  });

  test.each(['munich', 'oslo'])('%s reads its model by its certificate, and no other one', async (site) => {
    const { environment } = podOf(site);
    expect(await read(environment)).toMatchObject({ status: 0, out: '{"a":"model"}' });
    expect(aws.said).toContain(`session ${site}`);
    const other = await read(environment, 'chat-65b/1/config.json');
    expect(other.status).not.toBe(0);
    expect(aws.said.at(-1)).toMatch(/^refused: site-.* may not read chat-65b/);
  });

  test.each<[string, () => Certificate, RegExp]>([
    ['the certificate of another site', () => issued.oslo, /^refused: oslo is not trusted by site-munich-/],
    ['one of another unit', () => certificates.make('node', '/OU=nodes/CN=munich'), /munich is not trusted/],
    [
      'one of another authority',
      () => new Certificates(path.join(standIns.folder, 'stranger')).make('munich', `/OU=${UNIT}/CN=munich`),
      /untrusted certificate/,
    ],
    [
      'the key of another',
      () => ({ ...issued.munich, 'tls.key': issued.oslo['tls.key'] }),
      /not that of the certificate/,
    ],
  ])('no site is another by %s', async (_, certificate, reason) => {
    const { status, out } = await read(podOf('munich', certificate()).environment);
    expect([status === 0, out]).toEqual([false, '']);
    expect(aws.said.at(-1)).toMatch(reason);
  });

  test('a site that is revoked and one that is added change nothing of another', async () => {
    before.push(await sessionOf('munich'), await sessionOf('oslo'));
    for (const session of before) expect((await read(session)).status).toBe(0);
    cloud = await described({ sites: ['lyon', 'munich', 'oslo'], revoked: ['oslo'] });
    const changes = await changesOf(cloud);
    const added = changes.filter((change) => /^create (\S+\.Sites_lyon|output\.lyon$)/.test(change));
    expect(added).toHaveLength(4);
    expect(changes.filter((change) => !added.includes(change)).sort()).toEqual([
      'create aws_iam_role_policy.Sites_oslo_Revoked',
      'update aws_rolesanywhere_profile.Sites_oslo_Profile',
    ]);
    await cloud.apply();
    expect(await changesOf(cloud)).toEqual([]);
  });

  test('a site that is revoked gets nothing, by the session it has neither, and the other goes on', async () => {
    const refused = await read(podOf('oslo').environment);
    expect([refused.status === 0, refused.out]).toEqual([false, '']);
    expect(aws.said.at(-1)).toBe('refused: the profile is disabled');
    expect((await read(before[1])).status).not.toBe(0);
    expect(aws.said.at(-1)).toMatch(/^refused: site-oslo-\S+ may not read/);

    expect(await read(before[0])).toMatchObject({ status: 0, out: '{"a":"model"}' });
    expect(await read(podOf('munich').environment)).toMatchObject({ status: 0, out: '{"a":"model"}' });
  });

  test('asked nothing of AWS that it would refuse, or that went unanswered', () => {
    expect(standIns.proxy?.unanswered).toEqual([]);
    expect(standIns.proxy?.refused).toEqual([]);
  });

  test('leave nothing behind', async () => {
    await cloud.destroy();
    for (const gap of ['Roles Anywhere: trust anchors', 'Roles Anywhere: profiles'])
      expect([gap, standIns.proxy?.sentOf(gap)]).toEqual([gap, []]);
  });
});
