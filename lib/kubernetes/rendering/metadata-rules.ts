import { dropped, Fields, list, map, object, text, textAlways, textOr, textSet } from './attribute-rules';

const described: Fields = { annotations: map, labels: map };
const named: Fields = {
  ...described,
  generate_name: text,
  // Set by the API server, never by the user.
  generation: dropped,
  name: text,
  resource_version: dropped,
  uid: dropped,
};

/** Metadata without a name. @internal */
export const plainMetadata = object(described);
/** Metadata of a cluster-wide object, and of a pod template. @internal */
export const clusterMetadata = object({ ...named });
/** Metadata of a template that may name a namespace. @internal */
export const templateMetadata = object({ ...named, namespace: text });
/** Metadata of an object in a namespace. @internal */
export const namespacedMetadata = object({ ...named, namespace: textOr('default') });

/** @internal */
export const matchExpressions = list('matchExpressions', { key: textAlways, operator: textAlways, values: textSet });
/** @internal */
export const labelSelector = object({ match_expressions: matchExpressions, match_labels: map });
