import { TerraformProvider } from 'cdktf';
import { IModelStore } from '../../core/model-store';
import { RoleOptions } from '../../core/role-options';

/**
 * Properties of `SiteIdentities`.
 */
export interface SiteIdentitiesProps {
  /** Names of the sites, at least one: RFC 1123 labels, each once. A site that is taken off the list has no role any more. */
  readonly sites: string[];
  /** Store whose models the sites read. */
  readonly modelStore: IModelStore;
  /** Folders of the store that every site may read: names of models, e.g. `chat-13b`. @default - the whole store */
  readonly models?: string[];
  /** The same for single sites, by their names, in place of `models`. @default - `models` */
  readonly modelsBySite?: { readonly [site: string]: string[] };
  /**
   * Certificate of the authority that issues the certificates of the sites, in PEM; two while one takes the place of the other. It is public: never a key.
   * @default - `trustAnchorArn` has it
   */
  readonly certificateAuthority?: string;
  /**
   * ARN of a trust anchor that exists, e.g. of AWS Private CA, in the region of `provider`.
   * @default - one is made of `certificateAuthority`
   */
  readonly trustAnchorArn?: string;
  /**
   * Organizational unit (OU) that the subject of each certificate must have, where the authority issues others than those of sites too.
   * @default - any
   */
  readonly organizationalUnit?: string;
  /**
   * Common names (CN) of the certificates of single sites, by the names of sites. A site that was revoked comes back by a certificate with another common name,
   * so that the one that was lost stays worthless. 1 to 64 letters, digits, spaces and `_ . : = + @ -`.
   * @default - the name of the site
   */
  readonly commonNames?: { readonly [site: string]: string };
  /**
   * Sites, of `sites`, that are let in no more: their profile is disabled, and their role is denied everything, to sessions that began before too. No resource of
   * another site changes.
   * @default - none
   */
  readonly revoked?: string[];
  /** What the roles have in common. @default - no boundary, path '/' */
  readonly roleOptions?: RoleOptions;
  /** AWS provider. @default - the default one of the stack */
  readonly provider?: TerraformProvider;
  /** Tags of all AWS resources. @default - those of the library */
  readonly tags?: { [key: string]: string };
}
