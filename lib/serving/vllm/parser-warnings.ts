import { ModelSpec } from '../../catalog/model-spec';
import { Fault, fault } from '../../units/fault';
import { ServedModel } from './served-model';

/** What a parser of tool calls looks up in the tokenizer. */
interface NeededToken {
  readonly token: string;
  /** Part of the type or the name of models whose tokenizers have it. */
  readonly family: RegExp;
  /** Least number of tokens of a vocabulary that has it. @default - any */
  readonly vocabulary?: number;
}

// Its number in the tokenizers of Llama 3.1 to 3.3 is 128010; those of Llama 4 have more tokens.
const LLAMA: NeededToken = { token: '<|python_tag|>', family: /llama/, vocabulary: 128011 };
const DEEPSEEK: NeededToken = { token: '<｜tool▁calls▁begin｜>', family: /deepseek/ };

/**
 * Parsers that raise an error where the tokenizer lacks a token. Source: `vllm/tool_parsers` of the wheels 0.15.1, 0.24.0 and 0.32.0, where
 * `vocab.get(token)` is followed by `raise RuntimeError`; in 0.24 a parser is made for every chat request.
 */
const NEEDED: { readonly [parser: string]: NeededToken } = {
  llama3_json: LLAMA,
  llama4_json: LLAMA,
  deepseek_v3: DEEPSEEK,
  deepseek_v31: DEEPSEEK,
  mistral: { token: '[TOOL_CALLS]', family: /mi[sx]tral|devstral|magistral|codestral|pixtral|voxtral/ },
  jamba: { token: '<tool_calls>', family: /jamba/ },
  lfm2: { token: '<|tool_call_start|>', family: /lfm2/ },
  seed_oss: { token: '<seed:tool_call>', family: /seed/ },
};

/**
 * A parser of tool calls whose token the tokenizer of the model, as it is published, cannot have.
 *
 * @internal
 */
export function parserWarnings(name: string, { model, toolCallParser }: ServedModel): Fault[] {
  if (toolCallParser === undefined || !Object.hasOwn(NEEDED, toolCallParser.name)) return [];
  const { token, vocabulary = 0 } = NEEDED[toolCallParser.name];
  const why = unlike(model, NEEDED[toolCallParser.name]);
  if (why === undefined) return [];
  const least = vocabulary > 0 && model.vocabularySize < vocabulary ? ` of ${model.vocabularySize} tokens` : '';
  const reason =
    `model '${name}': toolCallParser '${toolCallParser}' looks up '${token}', which the tokenizer${least} of ${why} is not known to have, and ` +
    'without it chat requests fail; use the parser of the model, or a checkpoint whose tokenizer has the token';
  return [fault('PARSER_UNLIKE_TOKENIZER', 'toolCallParser', reason)];
}

/** What kind of model it is, where that is known and another one than the parser's. */
function unlike(model: ModelSpec, { family, vocabulary = 0 }: NeededToken): string | undefined {
  const type = model.shape.modelType ?? ModelSpec.ALL.find((each) => each.name === model.name)?.name;
  if (model.vocabularySize < vocabulary) return type ?? model.name;
  const isOther = type !== undefined && !family.test(`${type} ${model.name}`.toLowerCase());
  return isOther ? type : undefined;
}
