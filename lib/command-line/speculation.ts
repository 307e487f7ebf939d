import { ModelSpec } from '../catalog/model-spec';
import { unknownNameFault } from '../catalog/near-names';
import { SpeculativeDecoding, SpeculativeMethod } from '../catalog/speculative-decoding';
import { UnscopedValidationError } from '../units/errors';
import { fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { Arguments } from './arguments';

/** Keys of `SpeculativeConfig` (vLLM 0.24.0) that change nothing of what is planned. */
const OTHER_KEYS = [
  'prompt_lookup_min',
  'prompt_lookup_max',
  'draft_tensor_parallel_size',
  'quantization',
  'attention_backend',
  'moe_backend',
  'max_model_len',
  'revision',
  'code_revision',
  'enforce_eager',
  'disable_padded_drafter_batch',
  'use_local_argmax_reduction',
  'rejection_sample_method',
  'draft_sample_method',
];
const KEYS = ['method', 'num_speculative_tokens', 'model', ...OTHER_KEYS];

/** Other names of methods: those of single models in vLLM, and those of SGLang. */
function methodOf(name: string): SpeculativeMethod | undefined {
  const lower = name.toLowerCase();
  if (/_mtp$|^nextn$/.test(lower)) return SpeculativeMethod.MTP;
  if (lower === 'standalone') return SpeculativeMethod.DRAFT_MODEL;
  return Object.values(SpeculativeMethod).find((method) => method === lower);
}

/**
 * Speculative decoding as `--speculative-config` of vLLM has it, or its shorter `--spec-method`, `--spec-tokens` and `--spec-model`.
 *
 * @param args the arguments; faults are added to theirs
 * @param modelOf the model of a name, a size or a file
 *
 * @internal
 */
export function speculationOf(args: Arguments, modelOf: (name: string) => ModelSpec): SpeculativeDecoding | undefined {
  const text = args.text('speculative-config');
  const [name, model] = [args.text('spec-method'), args.text('spec-model')];
  const short = ['spec-method', 'spec-tokens', 'spec-model'].filter((each) => args.text(each) !== undefined);
  const acceptanceRate = args.number('acceptance-rate');
  if (text === undefined && short.length === 0) {
    if (acceptanceRate !== undefined)
      args.faults.push(
        fault('MISSING_PROPERTY', '--acceptance-rate', '--acceptance-rate needs --speculative-config or --spec-method'),
      );
    return undefined;
  }
  if (text !== undefined && short.length > 0) {
    const reason = `give either --speculative-config or --${short[0]}`;
    args.faults.push(fault('CONFLICTING_PROPERTIES', '--speculative-config', reason));
    return undefined;
  }
  const option = text === undefined ? '--spec-method' : '--speculative-config';
  return args.attempt(option, () => {
    const given =
      text === undefined ? { method: name, num_speculative_tokens: args.number('spec-tokens'), model } : parsed(text);
    return made(option, given, acceptanceRate, modelOf);
  });
}

interface Given {
  readonly method?: unknown;
  readonly num_speculative_tokens?: unknown;
  readonly model?: unknown;
}

function parsed(text: string): Given {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const example = `'{"method":"mtp","num_speculative_tokens":1}'`;
    refuse('INVALID_FORMAT', '--speculative-config', `--speculative-config must be a JSON object such as ${example}`);
  }
  const unknown = Object.keys(value as object).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new UnscopedValidationError([unknownNameFault('key of --speculative-config', unknown, KEYS, 'see vLLM')]);
  return value as Given;
}

function made(
  option: string,
  { method: name, num_speculative_tokens: tokens, model }: Given,
  acceptanceRate: number | undefined,
  modelOf: (name: string) => ModelSpec,
): SpeculativeDecoding {
  const path = typeof model === 'string' ? model : undefined;
  // As vLLM has it, a model alone is a draft model.
  const method =
    name === undefined && path !== undefined ? SpeculativeMethod.DRAFT_MODEL : methodOf(String(name ?? ''));
  if (method === undefined) {
    const known = Object.values(SpeculativeMethod).join(', ');
    return refuse(
      'UNKNOWN_VALUE',
      option,
      `the method of speculative decoding must be one of ${known}; got ${givenValue(name)}`,
    );
  }
  const drafts = { tokens: tokens as number, acceptanceRate };
  if (method === SpeculativeMethod.MTP) return SpeculativeDecoding.mtp(drafts);
  if (method === SpeculativeMethod.N_GRAM) return SpeculativeDecoding.nGram(drafts);
  if (method === SpeculativeMethod.EAGLE3) return SpeculativeDecoding.eagle3({ ...drafts, path });
  if (path === undefined)
    return refuse(
      'MISSING_PROPERTY',
      option,
      'a draft model needs its name: --spec-model, or model of --speculative-config',
    );
  return SpeculativeDecoding.draftModel({ ...drafts, model: modelOf(path), path });
}

function refuse(id: string, option: string, reason: string): never {
  throw new UnscopedValidationError([fault(id, option, reason)]);
}
