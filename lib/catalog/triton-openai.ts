import { UnscopedValidationError } from '../units/errors';
import { checkArguments } from '../units/argument-faults';
import { unknownNameFault } from './near-names';

/**
 * What an option of NVIDIA's OpenAI front end needs of the image.
 *
 * @internal
 */
export interface FrontEndFlag {
  /** Its flag. */
  readonly flag: string;
  /** First release whose image takes it. */
  readonly since: string;
}

/**
 * First release whose image has all that the front end needs: 24.11 has its code, but not the packages that it imports.
 *
 * @see https://github.com/triton-inference-server/server/blob/r24.12/build.py (python/openai/requirements.txt)
 *
 * @internal
 */
export const FRONT_END_SINCE = '24.12';

/**
 * Flags of the front end that are properties here, with the release that brought each: `parse_args` of python/openai/openai_frontend/main.py in
 * the branches r24.11 to r26.08 of triton-inference-server/server, recorded in test/serving/triton/fixtures/openai-front-end.json.
 *
 * @internal
 */
export const FRONT_END_FLAGS = {
  loraAdapters: { flag: 'lora-separator', since: '25.05' },
  toolCallParser: { flag: 'tool-call-parser', since: '25.05' },
  chatTemplate: { flag: 'chat-template', since: '25.05' },
  defaultMaxTokens: { flag: 'default-max-tokens', since: '25.08' },
  maxRequestSize: { flag: 'http-max-input-size', since: '26.06' },
  maxToolCallSize: { flag: 'max-tool-call-parse-bytes', since: '26.07' },
} satisfies { readonly [property: string]: FrontEndFlag };

/**
 * Flags of the front end that a program may set by itself: they change what is logged, and nothing that the rest of the pod relies on.
 *
 * @internal
 */
export const FRONT_END_LOG_FLAGS = ['tritonserver-log-verbose-level', 'uvicorn-log-level'];

/** Names of its parsers (python/openai/openai_frontend/engine/utils/tool_call_parsers at r26.08). */
const PARSERS = ['llama3', 'mistral'];

/**
 * How Triton's OpenAI front end finds calls of tools in the text of an answer (`--tool-call-parser`). It has fewer parsers than vLLM's own server,
 * under names of its own: see `ToolCallParser` for that one.
 *
 * @see https://github.com/triton-inference-server/server/tree/main/python/openai#tool-calling
 */
export class FrontEndToolCallParser {
  /** Llama 3.1, 3.2 and 3.3. */
  public static readonly LLAMA3 = new FrontEndToolCallParser('llama3');
  /** Mistral's Instruct models. */
  public static readonly MISTRAL = new FrontEndToolCallParser('mistral');

  /** Names of all. */
  public static readonly ALL: string[] = Object.freeze([...PARSERS]) as string[];

  /**
   * A parser by NVIDIA's name. Throws an `UnscopedValidationError` for an unknown one.
   *
   * @param name its name, e.g. `llama3`
   */
  public static of(name: string): FrontEndToolCallParser {
    if (PARSERS.includes(name)) return new FrontEndToolCallParser(name);
    throw new UnscopedValidationError([
      unknownNameFault(
        "tool call parser of Triton's OpenAI front end",
        name,
        FrontEndToolCallParser.ALL,
        `known: ${FrontEndToolCallParser.ALL.join(', ')}`,
      ),
    ]);
  }

  /**
   * A parser that a newer image has, e.g. of a release that is not listed here. An image without it does not start.
   *
   * @param name NVIDIA's name
   */
  public static custom(name: string): FrontEndToolCallParser {
    return new FrontEndToolCallParser(name);
  }

  /** NVIDIA's name. */
  public readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('FrontEndToolCallParser', FrontEndToolCallParser);
