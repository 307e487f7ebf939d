import { Construct } from 'constructs';
import { returned } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IModelStore } from '../../core/model-store';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { refuseRemovedParts } from '../pod/removed-parts';
import { folderOf } from './model-path';

/** What a service of KServe says of its model. */
interface Serving {
  readonly nodePool: IGpuNodePool;
  readonly modelStore: IModelStore;
  readonly modelPath: string;
  readonly servedModelNames?: string[];
}

/**
 * Where the weights of a service are, and the name that requests call its model by. Its pool is known to the cluster from now on.
 *
 * @internal
 */
export function servedWeights(
  service: Construct,
  serving: Serving,
): { readonly uri: string; readonly modelName: string } {
  const { nodePool, modelStore, modelPath, servedModelNames } = serving;
  refuseRemovedParts(service, { nodePool, modelStore });
  ClusterNodePools.add(nodePool);
  warnOfEndpoint(modelStore);
  const { name, version } = folderOf(modelPath);
  const uri = returned(modelStore, 'IModelStore', 'modelStore.uriFor()', modelStore.uriFor(name, version));
  return { uri, modelName: servedModelNames?.[0] ?? name };
}
