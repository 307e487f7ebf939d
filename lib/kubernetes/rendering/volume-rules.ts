import {
  ApiObject,
  as,
  Fields,
  flag,
  flagOr,
  ignoredByProvider,
  list,
  map,
  number,
  numberOr,
  object,
  octal,
  octalOr,
  text,
  textAlways,
  textOr,
  textSet,
} from './attribute-rules';
import { fieldRef, resourceFieldRef, resources } from './container-rules';
import { labelSelector, plainMetadata } from './metadata-rules';

/** @internal */
export const claimSpec = object({
  access_modes: textSet,
  resources,
  selector: labelSelector,
  storage_class_name: text,
  volume_mode: text,
  volume_name: text,
});

const localSecretRef = object({ name: text, namespace: ignoredByProvider });
const keys = list('items', { key: textAlways, mode: octal, path: textAlways });
const downwardItems = list('items', {
  field_ref: fieldRef,
  mode: octal,
  path: textAlways,
  resource_field_ref: resourceFieldRef,
});
const disk: Fields = { fs_type: text, read_only: flag };

/** The sources of one projected volume: the provider groups several in one block, the API has one in each. */
function splitSources(sources: ApiObject): ApiObject[] {
  return ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken'].flatMap((kind) => {
    const found = sources[kind] as ApiObject | ApiObject[] | undefined;
    const given = [found ?? []].flat().filter((source) => Object.keys(source).length > 0);
    return given.map((source: ApiObject) => ({ [kind]: source }));
  });
}

const projected = object({
  default_mode: octalOr('0644'),
  sources: list(
    'sources',
    {
      config_map: list('configMap', { items: keys, name: text, optional: flagOr(false) }),
      downward_api: object({ items: downwardItems }),
      secret: list('secret', { items: keys, name: text, optional: flagOr(false) }),
      service_account_token: object({ audience: text, expiration_seconds: numberOr(3600), path: text }),
    },
    { reshape: splitSources },
  ),
});

/** The volumes of a pod. @internal */
export const volumes = list('volumes', {
  aws_elastic_block_store: object({ ...disk, partition: number, volume_id: text }),
  azure_disk: object({
    caching_mode: textAlways,
    data_disk_uri: text,
    disk_name: text,
    fs_type: textAlways,
    kind: text,
    read_only: flagOr(false),
  }),
  azure_file: object({ read_only: flag, secret_name: text, secret_namespace: ignoredByProvider, share_name: text }),
  ceph_fs: ignoredByProvider,
  cinder: object({ ...disk, volume_id: text }),
  config_map: object({ default_mode: octalOr('0644'), items: keys, name: text, optional: flagOr(false) }),
  csi: object({
    driver: text,
    fs_type: textAlways,
    node_publish_secret_ref: object({ name: text }),
    read_only: flagOr(false),
    volume_attributes: map,
  }),
  downward_api: object({ default_mode: octalOr('0644'), items: downwardItems }),
  empty_dir: object({ medium: text, size_limit: text }),
  ephemeral: object({ volume_claim_template: object({ metadata: plainMetadata, spec: claimSpec }) }),
  fc: object({ ...disk, lun: numberOr(0), target_ww_ns: textSet }),
  flex_volume: object({ ...disk, driver: text, options: map, secret_ref: localSecretRef }),
  flocker: object({ dataset_name: text, dataset_uuid: text }),
  gce_persistent_disk: object({ ...disk, partition: number, pd_name: text }),
  git_repo: object({ directory: text, repository: textAlways, revision: text }),
  glusterfs: as('glusterfs', object({ endpoints_name: as('endpoints', text), path: text, read_only: flag })),
  host_path: object({ path: textAlways, type: textAlways }),
  iscsi: object({
    ...disk,
    iqn: text,
    iscsi_interface: textOr('default'),
    lun: numberOr(0),
    target_portal: text,
  }),
  local: ignoredByProvider,
  name: text,
  nfs: object({ path: text, read_only: flag, server: text }),
  persistent_volume_claim: object({ claim_name: textAlways, read_only: flag }),
  photon_persistent_disk: object({ fs_type: text, pd_id: text }),
  projected,
  quobyte: object({ group: text, read_only: flag, registry: text, user: text, volume: text }),
  rbd: object({
    ...disk,
    ceph_monitors: textSet,
    keyring: text,
    rados_user: textOr('admin'),
    rbd_image: text,
    rbd_pool: textOr('rbd'),
    secret_ref: localSecretRef,
  }),
  secret: object({ default_mode: octalOr('0644'), items: keys, optional: flagOr(false), secret_name: text }),
  vsphere_volume: object({ fs_type: text, volume_path: text }),
});
