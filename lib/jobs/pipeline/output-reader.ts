import {
  FP8_BLOCKS,
  ModelReader,
  W4A16,
  W8A16,
  W8A8,
  compressedTensorsOf,
  whyNotLoaded,
} from '../../catalog/checkpoint-formats';
import { compareVersions } from '../../catalog/metric';
import { ModelSpec } from '../../catalog/model-spec';
import { onnxBounds } from '../../catalog/onnx-runtime-releases';
import { ModelState } from './model-state';

/** The older reader that was tried with what it writes, and the formats that it loaded and answered from, on an H200 (bench/vllm/results-h200-quantised.json). */
const TRIED = { reader: '0.17.0', formats: [FP8_BLOCKS, W4A16, W8A16, W8A8].map(({ name }) => name) };

/**
 * The model that a pipeline makes: with fewer layers where some are left out.
 *
 * @internal
 */
export function outputModel({ model, skipped }: ModelState): ModelSpec {
  return skipped === 0 ? model : model._changed({}, { ...model.shape, layers: model.layers - skipped });
}

/**
 * Why a reader does not load what a pipeline makes, with what would; nothing where it does.
 *
 * @internal
 */
export function unreadableBy(
  { format, precision, opset, inRepository }: ModelState,
  reader: ModelReader,
): string | undefined {
  if (inRepository) {
    return 'it is laid out as a repository of Triton, which a deployment makes itself; leave tritonRepository out of the steps';
  }
  const reason = whyNotLoaded(format, reader);
  if (reason !== undefined) return reason;
  if (reader.precision !== undefined && reader.precision !== precision.name) {
    return `its weights are ${precision}, and the plan of its server counts ${reader.precision}; serve it as { ...pipeline.output }`;
  }
  const most = reader.onnxRuntimeVersion === undefined ? undefined : onnxBounds(reader.onnxRuntimeVersion).most?.opset;
  if (opset === undefined || most === undefined || opset <= most) return undefined;
  return `it has opset ${opset}, and ${reader.name} reads up to ${most}; pass that release as triton of exportOnnx, or serve it by a newer one`;
}

/**
 * Why a reader may not load what a pipeline makes; nothing where nothing speaks against it.
 *
 * @param writtenBy version of compressed-tensors that writes it
 *
 * @internal
 */
export function readerDoubts(
  { format }: ModelState,
  { vllmVersion, name }: ModelReader,
  writtenBy: string,
): string | undefined {
  if (format.method !== 'compressed-tensors' || vllmVersion === undefined) return undefined;
  const pin = compressedTensorsOf(vllmVersion);
  if (pin === undefined || compareVersions(writtenBy, pin) <= 0) return undefined;
  const seen =
    pin === TRIED.reader && TRIED.formats.includes(format.name) ? ', but has loaded this format on an H200' : '';
  return (
    `it is written by compressed-tensors ${writtenBy}, and ${name} reads with ${pin}, which need not know all that a newer one writes${seen}; try it before it ` +
    'takes requests, or accept the warning'
  );
}
