import { versionFault } from '../catalog/version-text';
import { checkArguments } from '../units/argument-faults';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { allOf } from '../units/unreadable';
import { packagesFaults } from './package-text';

/**
 * A plugin of vLLM that is not in the table.
 */
export interface VllmPluginProps {
  /** Its package on PyPI, e.g. `vllm-gguf-plugin`. */
  readonly packageName: string;
  /** Version of the package, e.g. `0.0.5`. */
  readonly version: string;
  /** Methods that `quantization` may name with it. @default - none */
  readonly quantizationMethods?: string[];
  /** Formats that the engine argument `load_format` may name with it (`register_model_loader`). @default - none */
  readonly loadFormats?: string[];
  /** Formats that the engine argument `config_format` may name with it (`register_config_parser`). @default - none */
  readonly configFormats?: string[];
  /** What it needs beside vLLM and PyTorch, each with its version, e.g. `gguf==0.19.0`. @default - nothing */
  readonly requirements?: string[];
}

/**
 * A package that adds formats to vLLM, which vLLM loads when it starts (`vllm.general_plugins`).
 */
export class VllmPlugin {
  /**
   * Checkpoints in GGUF, which vLLM has left to this plugin since 0.24.
   *
   * @see https://github.com/vllm-project/vllm/issues/39583
   */
  public static readonly GGUF = new VllmPlugin({
    packageName: 'vllm-gguf-plugin',
    version: '0.0.5',
    quantizationMethods: ['gguf'],
    loadFormats: ['gguf'],
    configFormats: ['gguf'],
    requirements: ['gguf==0.19.0'],
  });
  /**
   * Checkpoints of bitsandbytes, which vLLM has left to this plugin since 0.28.
   *
   * @see https://github.com/vllm-project/vllm/pull/43529
   */
  public static readonly BITSANDBYTES = new VllmPlugin({
    packageName: 'vllm-bnb-plugin',
    version: '0.0.3',
    quantizationMethods: ['bitsandbytes'],
    loadFormats: ['bitsandbytes'],
    requirements: ['bitsandbytes==0.50.2'],
  });

  /** Every plugin known here. */
  public static readonly ALL: VllmPlugin[] = Object.freeze([VllmPlugin.GGUF, VllmPlugin.BITSANDBYTES]) as VllmPlugin[];

  /**
   * A plugin that is not in the table. Throws an `UnscopedValidationError` for names and versions that are none.
   *
   * @param props the package
   */
  public static custom(props: VllmPluginProps): VllmPlugin {
    throwIfFaulty(pluginFaults(props));
    return new VllmPlugin(props);
  }

  /** Its package on PyPI. */
  public readonly packageName: string;
  /** Version of the package. */
  public readonly version: string;
  /** Methods that `quantization` may name with it. */
  public readonly quantizationMethods: string[];
  /** Formats that the engine argument `load_format` may name with it. */
  public readonly loadFormats: string[];
  /** Formats that the engine argument `config_format` may name with it. */
  public readonly configFormats: string[];
  /** Packages to install, itself first, each with its version. */
  public readonly packages: string[];

  private constructor(props: VllmPluginProps) {
    this.packageName = props.packageName;
    this.version = props.version;
    this.quantizationMethods = [...(props.quantizationMethods ?? [])];
    this.loadFormats = [...(props.loadFormats ?? [])];
    this.configFormats = [...(props.configFormats ?? [])];
    this.packages = [`${props.packageName}==${props.version}`, ...(props.requirements ?? [])];
  }

  /** Its package and version. */
  public toString(): string {
    return this.packages[0];
  }
}

checkArguments('VllmPlugin', VllmPlugin);

const PACKAGE_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const METHOD = /^[a-z0-9][a-z0-9_-]*$/;

function pluginFaults(props: VllmPluginProps): Fault[] {
  const { packageName, version, requirements } = props;
  return allOf(
    () => {
      if (PACKAGE_NAME.test(packageName)) return [];
      const reason = `packageName must be the name of a package, e.g. 'vllm-gguf-plugin'; got ${givenValue(packageName)}`;
      return [fault('INVALID_NAME', 'packageName', reason)];
    },
    () => versionFault('version', version, '0.0.5'),
    () => namesFaults('quantizationMethods', props.quantizationMethods, 'method'),
    () => namesFaults('loadFormats', props.loadFormats, 'format'),
    () => namesFaults('configFormats', props.configFormats, 'format'),
    () => packagesFaults('requirements', requirements),
  );
}

function namesFaults(property: string, names: readonly string[] = [], what: string): Fault[] {
  return names.flatMap((name, i) => {
    if (METHOD.test(name)) return [];
    const reason = `${property}[${i}] must be a ${what} as vLLM names it, e.g. 'gguf'; got ${givenValue(name)}`;
    return [fault('INVALID_NAME', `${property}[${i}]`, reason)];
  });
}
