import { InstanceFacts } from './gpu-instance-facts';
import { G_INSTANCES, GInstanceName } from './gpu-instance-table-g';
import { G6_INSTANCES, G6InstanceName } from './gpu-instance-table-g6';
import { G7_INSTANCES, G7InstanceName } from './gpu-instance-table-g7';
import { G_VARIANTS, GVariantName } from './gpu-instance-table-g-variants';
import { P_INSTANCES, PInstanceName } from './gpu-instance-table-p';

/**
 * Names of all EC2 instance types of the catalog.
 *
 * @internal
 */
export type InstanceName = PInstanceName | GInstanceName | G6InstanceName | G7InstanceName | GVariantName;

/**
 * Facts of all EC2 instance types of the catalog.
 *
 * @internal
 */
export const INSTANCE_TABLE: { readonly [K in InstanceName]: InstanceFacts } = {
  ...P_INSTANCES,
  ...G_INSTANCES,
  ...G6_INSTANCES,
  ...G7_INSTANCES,
  ...G_VARIANTS,
};
