import { DataSize } from '../../../units/data-size';
import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { concreteFault } from '../../../core/tokens';
import { ModelVersion } from '../model-definition';
import { ModelInstances } from '../model-instances';
import { ModelProbe } from '../model-probe';
import { PythonCode, PythonEnvironment } from './python-code';
import { TensorModel, fileNameFaults } from './tensor-model';
import { TensorModelProps } from './tensor-model-props';
import { tensorBytes } from './tensor-spec';

/**
 * A model whose code is your own, run by Triton's Python backend: each instance is a process.
 *
 * Its configuration is what is said here: the code's `auto_complete_config` is not called unless the server also has a language model.
 *
 * @see https://github.com/triton-inference-server/python_backend
 */
export interface PythonModelProps extends TensorModelProps {
  /** The code. */
  readonly code: PythonCode;
  /** Environment that the code runs in. @default - the image's Python */
  readonly environment?: PythonEnvironment;
  /** Whether a request may have any number of responses, which the code sends itself. @default false */
  readonly decoupled?: boolean;
  /** Whether inputs stay in GPU memory; the code must then be able to read them there. @default false */
  readonly gpuTensors?: boolean;
  /** Host memory of one instance. @default - 1 GiB; 3 GiB on GPUs, with the libraries of CUDA */
  readonly instanceMemory?: DataSize;
  /**
   * Shared memory of one instance, through which its tensors pass: some batches of inputs and outputs.
   * @default - four times the largest batch, at least 64 MiB
   */
  readonly instanceSharedMemory?: DataSize;
}

const DEFAULT_ENVIRONMENT = 'environment.tar.gz';
const SHARED_MEMORY = DataSize.mib(64);

/**
 * A model of the Python backend.
 *
 * @internal
 */
export class PythonModel extends TensorModel<PythonModelProps> {
  public readonly backend = 'python';
  /** Every image has it. */
  public readonly variant = undefined;

  protected readonly defaultFileName = 'model.py';
  protected readonly isSized = true;

  protected override get defaultInstances(): ModelInstances {
    return ModelInstances.onCpu();
  }

  public get hostMemory(): DataSize {
    const each = this.props.instanceMemory ?? DataSize.gib(this.instances.isOnGpus ? 3 : 1);
    return DataSize.gib(1).plus(each.times(this.processes));
  }

  public override get sharedMemory(): DataSize {
    return this.instanceSharedMemory.times(this.processes);
  }

  /** Shared memory of one of its processes. */
  public get instanceSharedMemory(): DataSize {
    const { inputs, outputs, maxBatchSize, instanceSharedMemory } = this.props;
    if (instanceSharedMemory) return instanceSharedMemory;
    const sizes = [...inputs, ...outputs].map((tensor) => tensorBytes(tensor) ?? 0);
    const batch = sizes.reduce((sum, size) => sum + size, 0) * Math.max(1, maxBatchSize);
    return DataSize.bytes(Math.max(SHARED_MEMORY.bytes, 4 * batch));
  }

  public override get temporarySize(): DataSize {
    return this.props.environment?.unpackedSize ?? DataSize.ZERO;
  }

  public override get streams(): boolean {
    return this.props.decoupled ?? false;
  }

  public override get weights(): 'in-repository' | 'none' {
    return this.props.code.files && !this.props.environment ? 'none' : 'in-repository';
  }

  /** A model that may answer any number of times is only asked whether it is ready: a plain request to it is refused. */
  public override get probe(): ModelProbe {
    return this.streams ? { kind: 'none' } : super.probe;
  }

  public override versionFiles(_version: ModelVersion): { [file: string]: string } {
    return this.props.code.files ?? {};
  }

  protected backendFaults(): Fault[] {
    const { code, environment } = this.props;
    return allOf(
      () => (code.files ? this.inlineFaults(code.files) : []),
      () => (environment ? fileNameFaults('environment.fileName', environment.fileName ?? DEFAULT_ENVIRONMENT) : []),
      () =>
        environment && code.files && !environment.packedSize
          ? [
              fault(
                'MISSING_PROPERTY',
                'environment.packedSize',
                'environment.packedSize is needed where the code is inline: it is all that is copied from the store',
              ),
            ]
          : [],
    );
  }

  protected override get parameters(): { readonly [key: string]: string | undefined } {
    const { environment, gpuTensors } = this.props;
    const file = environment && `${this.versions[0].number}/${environment.fileName ?? DEFAULT_ENVIRONMENT}`;
    return {
      EXECUTION_ENV_PATH: file && `$$TRITON_MODEL_DIRECTORY/${file}`,
      FORCE_CPU_ONLY_INPUT_TENSORS: gpuTensors === undefined ? undefined : gpuTensors ? 'no' : 'yes',
    };
  }

  protected get modelSize(): DataSize {
    const { code, environment } = this.props;
    return code.files ? (environment?.packedSize ?? DataSize.ZERO) : code.size;
  }

  private get processes(): number {
    return this.instanceCount * Math.max(1, this.gpus) * this.versions.length;
  }

  private inlineFaults(files: { readonly [fileName: string]: string }): Fault[] {
    const unknown = concreteFault('code', files, 'it is part of a config map whose size is checked');
    if (unknown.length > 0) return unknown;
    const names = Object.keys(files);
    return allOf(
      () => names.flatMap((name) => fileNameFaults(`code.files['${name}']`, name)),
      () =>
        names.includes(this.defaultFileName)
          ? []
          : [
              fault(
                'MISSING_PROPERTY',
                'code.files',
                `code must have a file ${this.defaultFileName} with a class TritonPythonModel; got ${names.join(', ') || 'no file'}`,
              ),
            ],
      () =>
        this.versions.length > 1
          ? [
              fault(
                'CONFLICTING_PROPERTIES',
                'otherVersions',
                'otherVersions needs code from the store: inline code is the same in all versions',
              ),
            ]
          : [],
    );
  }
}
