import { existsSync, readFileSync } from 'fs';
import * as path from 'path';
import { ModelSpec } from '../../lib/planning';
import { REAL_CONFIGS } from '../../test/catalog/real-configs';

const MADE = new Map<string, ModelSpec>();

/**
 * The model of a row of judged.csv: one of the catalog by its name, a recorded `config.json` by the name of its repository, or a shape of
 * this folder's or bench/vllm's configs by the name of its file; `@48` after it gives it as many layers as the published model has.
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
  const [name, layers] = shape.split('@');
  const own = path.join(__dirname, 'configs', `${name}.json`);
  const file = existsSync(own) ? own : path.join(__dirname, '..', 'vllm', 'configs', `${name}.json`);
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { config: object };
  if (!layers) return ModelSpec.fromHuggingFaceConfig(name, config);
  return ModelSpec.fromHuggingFaceConfig(name, { ...config, num_hidden_layers: Number(layers) });
}
