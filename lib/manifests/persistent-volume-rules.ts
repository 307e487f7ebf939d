import {
  as,
  Fields,
  flag,
  list,
  map,
  object,
  RefusedRule,
  text,
  textAlways,
  textOr,
  textSet,
} from '../kubernetes/rendering/attribute-rules';
import { clusterMetadata, matchExpressions } from '../kubernetes/rendering/metadata-rules';

const secretRef = object({ name: text, namespace: text });

const refused: RefusedRule = {
  sort: 'refused',
  why: 'volumes of this kind are not rendered; use local, hostPath, nfs or csi',
};

const source: Fields = {
  aws_elastic_block_store: refused,
  azure_disk: refused,
  azure_file: refused,
  ceph_fs: refused,
  cinder: refused,
  csi: object({
    controller_expand_secret_ref: secretRef,
    controller_publish_secret_ref: secretRef,
    driver: text,
    fs_type: text,
    node_publish_secret_ref: secretRef,
    node_stage_secret_ref: secretRef,
    read_only: flag,
    volume_attributes: map,
    volume_handle: text,
  }),
  fc: refused,
  flex_volume: refused,
  flocker: refused,
  gce_persistent_disk: refused,
  glusterfs: refused,
  host_path: object({ path: textAlways, type: textAlways }),
  iscsi: refused,
  local: object({ path: text }),
  nfs: object({ path: text, read_only: flag, server: text }),
  photon_persistent_disk: refused,
  quobyte: refused,
  rbd: refused,
  vsphere_volume: refused,
};

const nodeTerm: Fields = { match_expressions: matchExpressions, match_fields: as('matchFields', matchExpressions) };

const fields = object({
  access_modes: textSet,
  capacity: map,
  claim_ref: object({ name: text, namespace: textOr('default') }),
  mount_options: textSet,
  node_affinity: object({ required: object({ node_selector_term: list('nodeSelectorTerms', nodeTerm) }) }),
  persistent_volume_reclaim_policy: textOr('Retain'),
  persistent_volume_source: object(source),
  storage_class_name: text,
  volume_mode: textOr('Filesystem'),
});

const { generate_name: _, ...named } = clusterMetadata.fields;
/** Unlike other objects, the provider lets none of them have a generated name. @internal */
export const volumeMetadata = object(named);

/** The specification of a persistent volume: the API has no level for its source. @internal */
export const volumeSpec = {
  ...fields,
  reshape: ({ persistentVolumeSource, ...spec }: { [field: string]: unknown }) => ({
    ...spec,
    ...(persistentVolumeSource as object | undefined),
  }),
};
