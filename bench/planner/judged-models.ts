import { readFileSync } from 'fs';
import * as path from 'path';
import { ModelSpec } from '../../lib/planning';
import { REAL_CONFIGS } from '../../test/catalog/real-configs';

const MADE = new Map<string, ModelSpec>();

/**
 * The model of a row of judged.csv: one of the catalog by its name, a recorded `config.json` by the name of its repository, or a shape of
 * bench/vllm/configs by the name of its file.
 */
export function judgedModel(shape: string): ModelSpec {
  let model = MADE.get(shape);
  if (!model) MADE.set(shape, (model = read(shape)));
  return model;
}

function read(shape: string): ModelSpec {
  const known = ModelSpec.ALL.find(({ name }) => name === shape);
  if (known) return known;
  const recorded = REAL_CONFIGS.find(({ name }) => name === shape);
  if (recorded) return ModelSpec.fromHuggingFaceConfig(shape, recorded.text);
  const file = path.join(__dirname, '..', 'vllm', 'configs', `${shape}.json`);
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { config: object };
  return ModelSpec.fromHuggingFaceConfig(shape, config);
}
