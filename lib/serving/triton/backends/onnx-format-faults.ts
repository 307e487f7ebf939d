import { OnnxBounds, OnnxSupport, onnxBounds } from '../../../catalog/onnx-runtime-releases';
import { TritonRelease } from '../../../catalog/serving-engine';
import { Fault, fault } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';

/** How a file of ONNX was made, as far as it is stated. */
interface OnnxFormat {
  readonly opset?: number;
  readonly irVersion?: number;
}

/** A number of the file, and what a release loads of it. */
interface FormatNumber {
  readonly property: keyof OnnxFormat;
  readonly bound: keyof OnnxSupport;
  readonly text: string;
  readonly cure: string;
}

const NUMBERS: readonly FormatNumber[] = [
  { property: 'opset', bound: 'opset', text: 'opset', cure: 'export the model with that opset' },
  {
    property: 'irVersion',
    bound: 'ir',
    text: 'version of the intermediate representation',
    cure: 'save the model with that ir_version',
  },
];

/**
 * Files that are certainly too new for the ONNX Runtime of a release.
 *
 * @internal
 */
export function formatFaults(format: OnnxFormat, release: TritonRelease): Fault[] {
  const bounds = onnxBounds(release.onnxRuntimeVersion);
  return allOf(
    ...NUMBERS.map((each) => () => wholeNumberFault(each.property, format[each.property], 1)),
    ...NUMBERS.map((each) => () => tooNew(each, format[each.property], bounds, release)),
  );
}

function tooNew(each: FormatNumber, given: number | undefined, bounds: OnnxBounds, release: TritonRelease): Fault[] {
  const { most } = bounds;
  if (!Number.isSafeInteger(given) || most === undefined || (given as number) <= most[each.bound]) return [];
  const newer = TritonRelease.ALL.find(
    ({ onnxRuntimeVersion }) => (onnxBounds(onnxRuntimeVersion).least?.[each.bound] ?? 0) >= (given as number),
  );
  const reason =
    `${each.property} ${given} is more than the highest ${each.text} that ONNX Runtime ${release.onnxRuntimeVersion} of Triton ${release} loads, ` +
    `${most[each.bound]}; ${each.cure}${newer ? `, or use Triton ${newer} or later` : ''}`;
  return [fault('ONNX_FORMAT_TOO_NEW', each.property, reason)];
}

/**
 * Files of which is not known whether the ONNX Runtime of a release loads them.
 *
 * @internal
 */
export function formatWarnings(name: string, format: OnnxFormat, release: TritonRelease): Fault[] {
  const { least, most } = onnxBounds(release.onnxRuntimeVersion);
  return NUMBERS.flatMap(({ property, bound, text }) => {
    const given = format[property];
    const isKnown =
      given === undefined || given <= (least?.[bound] ?? 0) || (most !== undefined && given > most[bound]);
    if (isKnown) return [];
    const reason =
      `model '${name}': whether ONNX Runtime ${release.onnxRuntimeVersion} of Triton ${release} loads ${text} ${given} is not known; try it, or export ` +
      `the model with ${least?.[bound] ?? 'a lower one'}`;
    return [fault('ONNX_FORMAT_UNKNOWN', undefined, reason)];
  });
}
