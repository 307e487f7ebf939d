import { TerraformStack } from 'cdktf';
import { ModelStore } from '../../../lib/storage/model-store';
import { SiteIdentities, SiteIdentitiesProps } from '../../../lib/storage';
import { AUTHORITY } from '../../compute/pools/hybrid-programs';

export { AUTHORITY };

export const ANCHOR = 'arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/00000000-1111-2222-3333-444444444444';

/** Image of the AWS CLI with the helper. */
export const HELPER_IMAGE = 'registry.example.com/edge/aws-cli-rolesanywhere:2.38.5';

/** A site as its own program knows it. */
export const IDENTITY = {
  site: 'munich',
  trustAnchorArn: ANCHOR,
  profileArn: ANCHOR.replace('trust-anchor', 'profile'),
  roleArn: 'arn:aws:iam::123456789012:role/site-munich',
};

/** What its store has. */
export const CREDENTIALS = { name: 'site-certificate', rolesAnywhere: { identity: IDENTITY, image: HELPER_IMAGE } };

type Some<T> = { readonly [property in keyof T]?: unknown };

/** Two sites of a store, in the stack of the cloud. */
export function identities(stack: TerraformStack, props: Some<SiteIdentitiesProps> = {}, id = 'Sites'): SiteIdentities {
  const authority = 'trustAnchorArn' in props ? {} : { certificateAuthority: AUTHORITY };
  const modelStore = props.modelStore ?? new ModelStore(stack, `Models-${id}`, { bucketName: 'models' });
  return new SiteIdentities(stack, id, {
    sites: ['munich', 'oslo'],
    ...{ ...authority, ...props },
    modelStore,
  } as SiteIdentitiesProps);
}
