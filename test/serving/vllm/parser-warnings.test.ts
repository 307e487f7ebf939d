import { ModelSpec, ToolCallParser } from '../../../lib/catalog';
import { parserWarnings } from '../../../lib/serving/vllm/parser-warnings';
import { realConfig } from '../../catalog/real-configs';
import { idsOf } from '../../support/faults';

const QWEN = ModelSpec.fromHuggingFaceConfig('mine', realConfig('Qwen/Qwen3.5-27B'));
const found = (model: ModelSpec, parser: string) =>
  idsOf(parserWarnings('chat', { model, toolCallParser: ToolCallParser.of(parser) }));
const dense = (name: string) => ModelSpec.dense({ name, parameters: 8e9 });

test.each<[string, ModelSpec, string]>([
  ['llama3_json', ModelSpec.QWEN_3_8B, 'of another name'],
  ['llama3_json', QWEN, 'of another type'],
  ['llama4_json', ModelSpec.LLAMA_2_7B, 'of too few tokens'],
  ['mistral', ModelSpec.LLAMA_3_1_8B, 'of another family'],
  ['deepseek_v3', ModelSpec.KIMI_K2, 'of a family of the same shape'],
  ['jamba', QWEN, 'without states'],
])('%s is warned of with a model %#', (parser, model) => {
  expect(found(model, parser)).toEqual(['PARSER_UNLIKE_TOKENIZER toolCallParser']);
});

test.each<[string, ModelSpec]>([
  ['llama3_json', ModelSpec.LLAMA_3_1_8B],
  ['llama4_json', ModelSpec.LLAMA_4_SCOUT],
  ['mistral', ModelSpec.MISTRAL_SMALL_24B],
  ['deepseek_v3', ModelSpec.DEEPSEEK_R1_DISTILL_QWEN_7B],
  ['deepseek_v31', ModelSpec.DEEPSEEK_V3],
  // Its token is looked up by no parser of its own.
  ['hermes', ModelSpec.LLAMA_3_1_8B],
  // Nothing is known of a model but its size.
  ['mistral', dense('mine')],
])('%s suits %s', (parser, model) => expect(found(model, parser)).toEqual([]));

test('without a parser there is nothing to warn of', () => {
  expect(parserWarnings('chat', { model: QWEN })).toEqual([]);
});
