import { ONNX_RUNTIMES_TRIED, onnxBounds } from '../../catalog/onnx-runtime-releases';
import { modelNameFaults, modelVersionFaults } from '../../core/model-name';
import { concreteFault } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { StepFacts, StepKind } from './step-facts';
import { StoredFiles, StoredText } from './stored-text';

/** PyTorch's exporter writes the attention of transformers from this opset on (`scaled_dot_product_attention`: 14); the guide asks for it. */
const LEAST_OPSET = 15;
const LEAST_LENGTH = 8;

/**
 * What is wrong with a step by itself.
 *
 * @internal
 */
export function stepFaults(step: StepFacts): Fault[] {
  const { kind, text, files = {}, settings } = step;
  return allOf(
    () => (text === undefined ? [] : textFaults('text', text)),
    () => Object.entries(files).flatMap(([name, each]) => storedFaults(name, each)),
    () => (kind === StepKind.COMPRESS ? compressFaults(step) : []),
    () => (kind === StepKind.GPTQ_MODEL ? bitsFaults(settings.bits) : []),
    () => wholeNumberFault('samples', settings.samples as number | undefined, 1),
    () => wholeNumberFault('length', settings.length as number | undefined, LEAST_LENGTH),
    () => (kind === StepKind.SHARE_ATTENTION ? shareFaults(settings.keep as number) : []),
    () => (kind === StepKind.SKIP_LAYERS ? skipFaults(step) : []),
    () => (kind === StepKind.EXPORT_ONNX ? opsetFaults(step) : []),
    () => (kind === StepKind.TRITON_REPOSITORY ? repositoryFaults(step) : []),
  );
}

/**
 * What is wrong with a text of the store.
 *
 * @internal
 */
export function textFaults(property: string, text: StoredText): Fault[] {
  return allOf(
    () => storedFaults(property, text),
    () => {
      const { file } = text;
      const unknown = concreteFault(`${property}.file`, file, 'paths are made at synthesis');
      if (unknown.length > 0) return unknown;
      if (typeof file === 'string' && /^[A-Za-z0-9_@+=-][A-Za-z0-9._/@+=-]*$/.test(file) && !file.includes('..'))
        return [];
      const reason =
        `${property}.file must be the path of a text within its version, of letters, digits and . _ / @ + = -, e.g. 'talks.txt'; ` +
        `got ${givenValue(file)}`;
      return [fault('INVALID_FORMAT', `${property}.file`, reason)];
    },
  );
}

/**
 * What is wrong with files of the store.
 *
 * @internal
 */
export function storedFaults(property: string, { name, version = '1' }: StoredFiles): Fault[] {
  const unknown = allOf(
    () => concreteFault(`${property}.name`, name, 'folders are made at synthesis'),
    () => concreteFault(`${property}.version`, version, 'folders are made at synthesis'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => modelNameFaults(name, `${property}.name`),
    () => modelVersionFaults(version, `${property}.version`),
  );
}

function compressFaults({ settings, text }: StepFacts): Fault[] {
  const { scheme, method } = settings;
  const bits = /^W(.*)A16$/.exec(scheme as string)?.[1];
  const isCalibrated = method !== 'rtn' || scheme === 'FP8';
  return allOf(
    () => (bits === undefined ? [] : bitsFaults(bits)),
    () => {
      if (!isCalibrated || text !== undefined) return [];
      const reason = `calibration must be given, because ${method as string} is found on a text; name one of the store, or use W8A8Method.ROUND`;
      return [fault('MISSING_PROPERTY', 'calibration', reason)];
    },
  );
}

function bitsFaults(bits: unknown): Fault[] {
  if (['4', '8'].includes(String(bits))) return [];
  const reason = `bits must be 4 or 8, the weights that vLLM reads without a plugin; got ${bits}`;
  return [fault('UNKNOWN_VALUE', 'bits', reason)];
}

function shareFaults(keep: number): Fault[] {
  if (typeof keep === 'number' && keep > 0 && keep < 1) return [];
  const saved = typeof keep === 'number' ? Math.round((1 - keep) * 1e6) / 1e6 : keep;
  const reason = `saved must be above 0 and below 1, the share of the attention's parameters that is saved, e.g. 0.3; got ${givenValue(saved)}`;
  return [fault('OUT_OF_RANGE', 'saved', reason)];
}

function skipFaults({ settings, text }: StepFacts): Fault[] {
  const layers = settings.layers as readonly number[] | undefined;
  const count = settings.count as number | undefined;
  if ((layers === undefined) === (count === undefined)) {
    const reason = `give either layers or count: which layers are left out, or how many; got ${layers ? 'both' : 'neither'}`;
    return [fault('CONFLICTING_PROPERTIES', 'layers', reason)];
  }
  return allOf(
    () => wholeNumberFault('count', count, 1),
    () => (layers ?? []).flatMap((each, index) => wholeNumberFault(`layers[${index}]`, each, 0)),
    () =>
      layers?.length === 0 ? [fault('EMPTY_LIST', 'layers', 'layers must name at least one layer; got none')] : [],
    () =>
      new Set(layers).size < (layers?.length ?? 0)
        ? [fault('DUPLICATE', 'layers', `layers must name each layer once; got ${layers?.join(', ')}`)]
        : [],
    () => {
      if (count === undefined || text !== undefined) return [];
      const reason =
        'text must be given with count, because which layers matter least is measured on a text; name one of the store, or give layers';
      return [fault('MISSING_PROPERTY', 'text', reason)];
    },
  );
}

/** An opset that the exporter or the reader lacks. */
function opsetFaults({ settings, triton }: StepFacts): Fault[] {
  const opset = settings.opset as number;
  const faults = wholeNumberFault('opset', opset, LEAST_OPSET);
  if (faults.length > 0 || triton === undefined) return faults;
  const runtime = triton.onnxRuntimeVersion;
  const { most } = onnxBounds(runtime);
  if (most === undefined || opset <= most.opset) return [];
  const since = ONNX_RUNTIMES_TRIED.find((each) => (onnxBounds(each).least?.opset ?? 0) >= opset);
  const newer =
    since === undefined ? 'no ONNX Runtime that was tried reads it' : `ONNX Runtime reads it from ${since} on`;
  const reason =
    `opset must be from ${LEAST_OPSET} to ${most.opset}, the highest that ONNX Runtime ${runtime} of Triton ${triton} reads; got ${opset}; ${newer}; ` +
    'lower it, or pass the release of Triton that reads it';
  return [fault('OPSET_NOT_READ', 'opset', reason)];
}

function repositoryFaults({ settings, config }: StepFacts): Fault[] {
  const unknown = allOf(
    () => concreteFault('modelName', settings.model, 'the specification is made at synthesis'),
    () => concreteFault('config', config, 'the version is named by a checksum of it'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => modelNameFaults(settings.model as string, 'modelName'),
    () => wholeNumberFault('version', settings.version as number, 1),
    () =>
      typeof config === 'string' && config.trim() !== ''
        ? []
        : [fault('MISSING_PROPERTY', 'config', 'config must be the text of a config.pbtxt; got none')],
  );
}
