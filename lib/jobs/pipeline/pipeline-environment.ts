import { packageName, packageVersion } from '../../images/package-text';
import { nameClass } from '../../units/own-class';
import { lockedPackages } from './program-files';
import { StepKind } from './step-facts';

/** Packages that steps and checks need beside PyTorch and transformers, which all environments have. */
const NEEDED: { readonly [kind: string]: readonly string[] | undefined } = {
  [StepKind.COMPRESS]: ['llmcompressor'],
  [StepKind.GPTQ_MODEL]: ['gptqmodel'],
  [StepKind.MODELOPT]: ['nvidia-modelopt'],
  [StepKind.EXPORT_ONNX]: ['onnx', 'onnxscript', 'onnxruntime'],
  [StepKind.OPTIMIZE_ONNX]: ['onnx', 'onnxruntime'],
  tasks: ['lm-eval'],
};

/**
 * A Python environment of the program of pipelines: packages whose pins exclude those of other environments, each with one version.
 */
export class PipelineEnvironment {
  /**
   * ONNX, ONNX Runtime, lm-evaluation-harness and ModelOpt: for `exportOnnx`, `optimizeOnnx`, `tasks`, `modeloptFp8` and `modeloptNvfp4`, and all steps that other
   * environments have too.
   */
  public static readonly CORE = new PipelineEnvironment('core');
  /** llm-compressor: for `w8a8`, `weightOnly`, `fp8`, `fp8PerTensor`, `fp8PerBlock`, `awq` and `gptq`, and steps that need PyTorch alone. */
  public static readonly COMPRESSOR = new PipelineEnvironment('compressor');

  /** GPTQModel: for `gptqModel`, and steps that need PyTorch alone. It is built from its sources when the image is. */
  public static readonly GPTQMODEL = new PipelineEnvironment('gptqmodel');

  /** Every environment. */
  public static readonly ALL: PipelineEnvironment[] = Object.freeze([
    PipelineEnvironment.CORE,
    PipelineEnvironment.COMPRESSOR,
    PipelineEnvironment.GPTQMODEL,
  ]) as PipelineEnvironment[];

  /** Its name, that of its list in `jobs/environments` of this package. */
  public readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Every package with its version, as pip's resolver chose them for processors; without the libraries of CUDA. */
  public get packages(): string[] {
    return lockedPackages(this.name);
  }

  /**
   * Version of one of its packages. @default - it has none of that name
   *
   * @internal
   */
  public _version(name: string): string | undefined {
    const found = this.packages.find((each) => packageName(each) === name);
    return found === undefined ? undefined : packageVersion(found);
  }

  /**
   * What a step or check needs and it lacks.
   *
   * @param kind a `StepKind`, or `tasks`
   *
   * @internal
   */
  public _lacks(kind: string): string[] {
    return (NEEDED[kind] ?? []).filter((each) => this._version(each) === undefined);
  }

  /** Its name. */
  public toString(): string {
    return this.name;
  }
}

nameClass('PipelineEnvironment', PipelineEnvironment);
