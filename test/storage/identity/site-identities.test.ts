import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { SiteIdentitiesProps } from '../../../lib/storage';
import { faultsThrown, idsOf } from '../../support/faults';
import { isAllowed } from '../../support/iam-policy';
import { Block, synthesize, Synthesized, testApp, testStack } from '../../support/synth';
import { ANCHOR, AUTHORITY, identities } from './support';

type Given = { readonly [property in keyof SiteIdentitiesProps]?: unknown };

const made = (props: Given = {}): Synthesized => synthesize((stack) => void identities(stack, props));

/** All that is made for a site, by the path of its construct. */
function ofSite({ json }: Synthesized, site: string): { [address: string]: Block } {
  const all = Object.entries<Block>(json.resource).flatMap(([type, blocks]) =>
    Object.entries<Block>(blocks).map(([id, block]) => [`${type}.${id}`, block] as const),
  );
  return Object.fromEntries(all.filter(([address]) => address.includes(`.Sites_${site}_`)));
}

const only = (blocks: { [address: string]: Block }, type: string): Block => {
  const [found, ...others] = Object.entries(blocks).filter(([address]) => address.startsWith(`${type}.`));
  expect(others).toEqual([]);
  return found[1];
};

const policiesOf = (stack: Synthesized, site: string): string[] =>
  Object.entries(ofSite(stack, site))
    .filter(([address]) => address.startsWith('aws_iam_role_policy.'))
    .map(([, { policy }]) => policy as string);

const BUCKET = /\$\{aws_s3_bucket\.[^}]+\}/.source;
const bucketOf = (stack: Synthesized) => new RegExp(BUCKET).exec(policiesOf(stack, 'munich').join())![0];
const keyOf = (stack: Synthesized) => /\$\{aws_kms_key\.[^}]+\}/.exec(policiesOf(stack, 'munich').join())![0];

/** Whether a certificate may take on the role of a site. */
function isTrusted(stack: Synthesized, site: string, subject: { CN: string; OU?: string }, anchor?: string): boolean {
  const trust = only(ofSite(stack, site), 'aws_iam_role').assume_role_policy as string;
  const own = /"aws:SourceArn":"([^"]+)"/.exec(trust)![1];
  const tags = Object.entries(subject).map(([part, value]) => [`aws:PrincipalTag/x509Subject/${part}`, value]);
  const context = { 'aws:SourceArn': anchor ?? own, ...Object.fromEntries(tags) };
  const principal = 'service:rolesanywhere.amazonaws.com';
  return ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'].every((action) =>
    isAllowed([trust], { action, resource: '', principal, context }),
  );
}

function mayRead(stack: Synthesized, site: string, object: string): boolean {
  const resource = `${bucketOf(stack)}/${object}`;
  return isAllowed(policiesOf(stack, site), { action: 's3:GetObject', resource });
}

describe('sites have identities of their own', () => {
  const stack = made({ models: ['chat-13b'], modelsBySite: { oslo: ['chat-13b', 'vision'] } });

  test('a role, a profile and a policy each, and one anchor', () => {
    const types = (site: string) => Object.keys(ofSite(stack, site)).map((address) => address.split('.')[0]);
    expect(types('munich').sort()).toEqual(['aws_iam_role', 'aws_iam_role_policy', 'aws_rolesanywhere_profile']);
    expect(types('oslo').sort()).toEqual(types('munich').sort());
    expect(stack.only('aws_rolesanywhere_trust_anchor')).toMatchObject({
      enabled: true,
      source: { source_type: 'CERTIFICATE_BUNDLE', source_data: { x509_certificate_data: AUTHORITY } },
    });
    const profile = only(ofSite(stack, 'oslo'), 'aws_rolesanywhere_profile');
    const [role] = Object.keys(ofSite(stack, 'oslo')).filter((address) => address.startsWith('aws_iam_role.'));
    expect(profile).toMatchObject({ enabled: true, duration_seconds: 3600, role_arns: [`\${${role}.arn}`] });
    expect(only(ofSite(stack, 'oslo'), 'aws_iam_role').max_session_duration).toBe(7200);
  });

  test.each([
    ['munich', { CN: 'munich' }, true],
    ['munich', { CN: 'oslo' }, false],
    ['munich', { CN: 'Munich' }, false],
    ['munich', { CN: 'munich-2' }, false],
    ['munich', { CN: 'munich/oslo' }, false],
    ['oslo', { CN: 'oslo' }, true],
    ['oslo', { CN: 'munich' }, false],
  ])('%s trusts %j: %s', (site, subject, is) => {
    expect(isTrusted(stack, site, subject)).toBe(is);
    expect(isTrusted(stack, site, subject, ANCHOR)).toBe(false);
  });

  test('an organizational unit is asked for besides', () => {
    const units = made({ organizationalUnit: 'sites' });
    expect(isTrusted(units, 'munich', { CN: 'munich', OU: 'sites' })).toBe(true);
    expect(isTrusted(units, 'munich', { CN: 'munich', OU: 'nodes' })).toBe(false);
    expect(isTrusted(units, 'munich', { CN: 'munich' })).toBe(false);
  });

  test.each([
    ['munich', 'chat-13b/3/config.json', true],
    ['munich', 'chat-13b/_releases/stable', true],
    ['munich', 'chat-13b-private/1/config.json', false],
    ['munich', 'vision/1/config.json', false],
    ['oslo', 'vision/1/config.json', true],
    ['oslo', 'chat-65b/1/config.json', false],
  ])('%s reads %s: %s', (site, object, is) => {
    expect(mayRead(stack, site, object)).toBe(is);
  });

  test('and does nothing else with the store', () => {
    const policies = policiesOf(stack, 'oslo');
    const resource = `${bucketOf(stack)}/chat-13b/3/config.json`;
    for (const action of ['s3:PutObject', 's3:DeleteObject', 's3:GetObjectVersion', 's3:AbortMultipartUpload'])
      expect([action, isAllowed(policies, { action, resource })]).toEqual([action, false]);
    const lists = (prefix: string) =>
      isAllowed(policies, { action: 's3:ListBucket', resource: bucketOf(stack), context: { 's3:prefix': prefix } });
    expect([lists('chat-13b/3/'), lists('vision/'), lists('other/'), lists('')]).toEqual([true, true, false, false]);
    const key = (action: string) => isAllowed(policies, { action, resource: keyOf(stack) });
    expect([key('kms:Decrypt'), key('kms:GenerateDataKey'), key('kms:Encrypt')]).toEqual([true, false, false]);
    expect(isAllowed(policies, { action: 'sts:AssumeRole', resource: '*' })).toBe(false);
  });

  test('reads the whole store where no model is named', () => {
    expect(mayRead(made(), 'munich', 'anything/1/config.json')).toBe(true);
  });

  test('of an anchor that exists nothing is made', () => {
    const given = made({ trustAnchorArn: ANCHOR });
    expect(given.resources('aws_rolesanywhere_trust_anchor')).toEqual([]);
    expect(isTrusted(given, 'munich', { CN: 'munich' }, ANCHOR)).toBe(true);
    const other = ANCHOR.replace(/4$/, '5');
    expect(isTrusted(given, 'munich', { CN: 'munich' }, other)).toBe(false);
  });

  test('roles have the boundary, the path, the tags and the lifetime that are asked for', () => {
    const boundary = 'arn:aws:iam::123456789012:policy/sites';
    const given = made({
      roleOptions: { path: '/sites/', permissionsBoundary: boundary },
      tags: { team: 'edge' },
    });
    const site = ofSite(given, 'oslo');
    expect(only(site, 'aws_iam_role')).toMatchObject({
      ...{ path: '/sites/', permissions_boundary: boundary },
      tags: { team: 'edge' },
    });
    expect(only(site, 'aws_rolesanywhere_profile')).toMatchObject({ tags: { team: 'edge' } });
  });

  test('a site is told what it needs, and a stranger is refused', () => {
    const stack = testStack();
    const sites = identities(stack, { revoked: ['oslo'] });
    expect(sites.activeSites).toEqual(['munich']);
    expect(Object.keys(sites.of('munich'))).toEqual(['site', 'trustAnchorArn', 'profileArn', 'roleArn']);
    expect(sites.of('munich').roleArn).toBe(sites.roleOf('munich').roleArn);
    expect(sites.of('munich').roleArn).not.toBe(sites.of('oslo').roleArn);
    expect(idsOf(faultsThrown(() => sites.of('paris')))).toEqual(['UNKNOWN_VALUE site']);
  });
});

describe('a revoked site', () => {
  const before = made({ models: ['chat-13b'] });
  const after = made({ models: ['chat-13b'], revoked: ['oslo'] });

  test('gets no session, and is denied everything by those that it has', () => {
    expect(only(ofSite(after, 'oslo'), 'aws_rolesanywhere_profile').enabled).toBe(false);
    expect(mayRead(before, 'oslo', 'chat-13b/3/config.json')).toBe(true);
    expect(mayRead(after, 'oslo', 'chat-13b/3/config.json')).toBe(false);
    const policies = policiesOf(after, 'oslo');
    expect(isAllowed(policies, { action: 'kms:Decrypt', resource: keyOf(after) })).toBe(false);
    // Whatever else its role was let do, by a policy of the bucket for example.
    const other = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    expect(isAllowed([...policies, other], { action: 'ecr:GetAuthorizationToken', resource: '*' })).toBe(false);
  });

  test('changes nothing of the others', () => {
    expect(JSON.stringify(ofSite(after, 'munich'))).toBe(JSON.stringify(ofSite(before, 'munich')));
    const changed = (stack: Synthesized) =>
      JSON.stringify(stack.json, (key, value: unknown) => (key.startsWith('Sites_oslo_') ? undefined : value));
    expect(changed(after)).toBe(changed(before));
  });

  test('comes back by another certificate', () => {
    const back = made({ commonNames: { oslo: 'oslo-2' } });
    expect(isTrusted(back, 'oslo', { CN: 'oslo-2' })).toBe(true);
    expect(isTrusted(back, 'oslo', { CN: 'oslo' })).toBe(false);
    expect(isTrusted(back, 'munich', { CN: 'munich' })).toBe(true);
  });
});

test.each([
  ['at the end', ['munich', 'oslo', 'lyon']],
  ['at the beginning', ['lyon', 'munich', 'oslo']],
  ['in another order', ['oslo', 'munich']],
])('a site that is added %s changes nothing of the others', (_, sites) => {
  const [before, after] = [made(), made({ sites })];
  for (const site of ['munich', 'oslo'])
    expect(JSON.stringify(ofSite(after, site))).toBe(JSON.stringify(ofSite(before, site)));
  const rest = ({ json }: Synthesized) =>
    JSON.stringify(json, (key, value: unknown) => (/^Sites_(munich|oslo|lyon)_/.test(key) ? undefined : value));
  expect(rest(after)).toBe(rest(before));
});

describe('refused are', () => {
  const PRIVATE = `${AUTHORITY}-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n`;

  test.each<[string, Given, string[]]>([
    ['no sites', { sites: [] }, ['EMPTY_LIST sites']],
    ['a site twice', { sites: ['oslo', 'oslo'] }, ['DUPLICATE sites']],
    ['a site with a wildcard', { sites: ['oslo*'] }, ['INVALID_NAME sites[0]']],
    ['a revoked stranger', { revoked: ['paris'] }, ['UNKNOWN_VALUE revoked[0]']],
    ['a site that is revoked twice', { revoked: ['oslo', 'oslo'] }, ['DUPLICATE revoked']],
    ['a wildcard in a common name', { commonNames: { oslo: 'o*' } }, ["INVALID_FORMAT commonNames['oslo']"]],
    ['a common name of two', { commonNames: { oslo: 'a/b' } }, ["INVALID_FORMAT commonNames['oslo']"]],
    ['the common name of another', { commonNames: { oslo: 'munich' } }, ["DUPLICATE commonNames['oslo']"]],
    ['the same, the other way', { commonNames: { munich: 'oslo' } }, ["DUPLICATE commonNames['munich']"]],
    ['a common name of a stranger', { commonNames: { paris: 'x' } }, ["UNKNOWN_VALUE commonNames['paris']"]],
    ['models of a stranger', { modelsBySite: { paris: ['x'] } }, ["UNKNOWN_VALUE modelsBySite['paris']"]],
    ['no models', { models: [] }, ['EMPTY_LIST models']],
    ['a folder with a wildcard', { models: ['chat*'] }, ['INVALID_NAME models[0]']],
    ['a unit with a wildcard', { organizationalUnit: '*' }, ['INVALID_FORMAT organizationalUnit']],
    ['neither authority nor anchor', { certificateAuthority: undefined }, ['CONFLICTING_PROPERTIES']],
    ['both', { trustAnchorArn: ANCHOR, certificateAuthority: AUTHORITY }, ['CONFLICTING_PROPERTIES']],
    ['the key of the authority', { certificateAuthority: PRIVATE }, ['LITERAL_SECRET certificateAuthority']],
    ['what is no certificate', { certificateAuthority: 'oslo' }, ['INVALID_FORMAT certificateAuthority']],
    ['what is no anchor', { trustAnchorArn: 'oslo' }, ['INVALID_FORMAT trustAnchorArn']],
    [
      'an anchor of another region',
      { trustAnchorArn: ANCHOR.replace('us-west-2', 'eu-central-1') },
      ['ARN_OF_OTHER_REGION trustAnchorArn'],
    ],
    [
      'all at once',
      { sites: ['oslo', 'oslo', '-'], revoked: ['paris'], models: [''], certificateAuthority: 'x' },
      [
        ...['INVALID_NAME sites[2]', 'DUPLICATE sites', 'INVALID_FORMAT certificateAuthority'],
        ...['UNKNOWN_VALUE revoked[0]', 'INVALID_NAME models[0]'],
      ],
    ],
  ])('%s', (_, props, faults) => {
    expect(idsOf(faultsThrown(() => made(props)))).toEqual(faults);
  });

  test('an anchor of another account', () => {
    const stack = new TerraformStack(testApp(), 'test');
    const assumeRole = [{ roleArn: 'arn:aws:iam::999999999999:role/deploy' }];
    new AwsProvider(stack, 'Aws', { region: 'us-west-2', assumeRole });
    const refused = faultsThrown(() => identities(stack, { trustAnchorArn: ANCHOR }));
    expect(idsOf(refused)).toEqual(['ARN_OF_OTHER_ACCOUNT trustAnchorArn']);
  });
});
