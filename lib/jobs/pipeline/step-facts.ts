import { TritonRelease } from '../../catalog/serving-engine';
import { StoredFiles, StoredText } from './stored-text';

/** Kinds of steps, as the program of the Job names them. @internal */
export enum StepKind {
  MERGE_LORA = 'merge-lora',
  SKIP_LAYERS = 'skip-layers',
  SHARE_ATTENTION = 'share-attention',
  /** `quantize-onnx` after an export. */
  INT8_DYNAMIC = 'dynamic-int8',
  COMPRESS = 'compress',
  GPTQ_MODEL = 'gptq-model',
  MODELOPT = 'modelopt',
  EXPORT_ONNX = 'export-onnx',
  OPTIMIZE_ONNX = 'optimize-onnx',
  PACKAGE_TOKENIZER = 'package-tokenizer',
  TRITON_REPOSITORY = 'triton-repository',
}

/** Kinds that compute on a GPU where there is one, by what does; the others compute on processors. @internal */
export const GPU_STEPS: { readonly [kind: string]: string | undefined } = {
  [StepKind.COMPRESS]: 'llm-compressor',
  [StepKind.GPTQ_MODEL]: 'GPTQModel',
  [StepKind.MODELOPT]: 'ModelOpt',
};

/** Settings of a step, as the program reads them. @internal */
export interface StepSettings {
  readonly [name: string]: string | number | boolean | readonly number[];
}

/** What a step is. @internal */
export interface StepFacts {
  readonly kind: StepKind;
  /** Its part of the version's name. */
  readonly short: string;
  readonly settings: StepSettings;
  /** Text that it reads. @default - none */
  readonly text?: StoredText;
  /** Further files of the store, by the setting that is their path. @default - none */
  readonly files?: { readonly [setting: string]: StoredFiles };
  /** Text of the file that the setting `config` is the path of. @default - none */
  readonly config?: string;
  /** Release of Triton that reads what it makes. @default - none is checked */
  readonly triton?: TritonRelease;
}
