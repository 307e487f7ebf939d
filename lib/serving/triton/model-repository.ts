import { TritonRelease } from '../../catalog/serving-engine';
import { WeightsCopy } from '../pod/server-pod';
import { BackendModel, ModelVersion } from './model-definition';
import { renderTextFormat } from './protobuf-text';
import { REPOSITORY_PATH, WEIGHTS_PATH } from './repository-paths';
import { unloadsDeadModels } from './triton-arguments';

/**
 * A file made at synthesis: its key in the config map, and its path below the mounted config map.
 *
 * @internal
 */
export interface GeneratedFile {
  readonly key: string;
  readonly path: string;
  readonly text: string;
}

/**
 * The GPUs of each model by its name. A model over several GPUs comes first, because vLLM takes the first ones it sees; the others
 * follow by name, so that the order of the list does not matter.
 *
 * @internal
 */
export function assignGpus(models: readonly BackendModel[]): Map<string, number[]> {
  const order = [...models].sort((a, b) => Number(b.spansGpus) - Number(a.spansGpus) || (a.name < b.name ? -1 : 1));
  const assigned = new Map<string, number[]>();
  let next = 0;
  for (const model of order) {
    assigned.set(
      model.name,
      Array.from({ length: model.gpus }, (_, i) => next + i),
    );
    next += model.gpus;
  }
  // One more GPU for all that share one.
  for (const model of order) if (model.sharedGpuMemory) assigned.set(model.name, [next]);
  return assigned;
}

/**
 * @param hasKey whether a key keeps callers from the models themselves
 *
 * @internal
 */
export function generatedFiles(
  models: readonly BackendModel[],
  release: TritonRelease,
  hasKey: boolean = true,
): GeneratedFile[] {
  const names = [...new Set(models.flatMap(({ configurations = [] }) => configurations))].sort();
  const sets = [undefined, ...names].map((name) => ({ name, models: models.map((model) => configured(model, name)) }));
  return byName(models).flatMap((model) => [
    ...sets.map((set) => configFile(model.name, set.name, configsOf(set.models, release, hasKey))),
    ...Object.entries(Object.assign({}, ...sets.map((set) => filesOf(set.models, model.name)))).map(([file, text]) => ({
      key: `${file.replace(/\//g, '.')}.${model.name}`,
      path: `repository/${model.name}/${file}`,
      text: text as string,
    })),
    ...model.versions.flatMap((version) =>
      Object.entries(model.versionFiles(version, destinationOf(model, version))).map(([file, text]) => ({
        key: `${file}.${version.number}.${model.name}`,
        path: `repository/${model.name}/${version.number}/${file}`,
        text,
      })),
    ),
  ]);
}

/** The model on the hardware of a name, or on any other. */
function configured(model: BackendModel, name: string | undefined): BackendModel {
  return model.configured?.(name) ?? model;
}

function filesOf(models: readonly BackendModel[], name: string): BackendModel['modelFiles'] {
  return models.find((model) => model.name === name)?.modelFiles;
}

function configFile(
  model: string,
  configuration: string | undefined,
  texts: ReadonlyMap<string, string>,
): GeneratedFile {
  const file = configuration === undefined ? 'config.pbtxt' : `configs/${configuration}.pbtxt`;
  return {
    key: `${file.replace(/\//g, '.')}.${model}`,
    path: `repository/${model}/${file}`,
    text: texts.get(model) ?? '',
  };
}

/** The configuration of each model, by its name, where all of them are on one server. */
function configsOf(models: readonly BackendModel[], release: TritonRelease, hasKey: boolean): Map<string, string> {
  const gpus = assignGpus(models);
  const onGpu = models.filter((model) => model.gpus > 0 || model.sharedGpuMemory);
  return new Map(
    models.map((model) => [
      model.name,
      renderTextFormat(
        model.config({
          gpuIds: gpus.get(model.name) ?? [],
          exclusive: onGpu.length === 1,
          unloads: unloadsDeadModels(release, models, hasKey),
        }),
      ),
    ]),
  );
}

/** @internal */
export function weightsCopies(models: readonly BackendModel[]): WeightsCopy[] {
  const stored = byName(models).filter(({ weights }) => weights !== 'none');
  const ofModels = stored.flatMap((model) =>
    model.versions.map((version) => ({
      model: model.name,
      version: version.store,
      destination: destinationOf(model, version),
      leftOut: model.leftOut,
    })),
  );
  // Models may share an adapter.
  const besides = new Map(byName(models).flatMap(({ copies = [] }) => copies.map((copy) => [copy.destination, copy])));
  return [...ofModels, ...besides.values()];
}

function destinationOf(model: BackendModel, version: ModelVersion): string {
  return `${model.weights === 'beside' ? WEIGHTS_PATH : REPOSITORY_PATH}/${model.name}/${version.number}`;
}

function byName(models: readonly BackendModel[]): BackendModel[] {
  return [...models].sort((a, b) => (a.name < b.name ? -1 : 1));
}
