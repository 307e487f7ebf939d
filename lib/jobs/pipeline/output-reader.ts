import { ModelReader, whyNotLoaded } from '../../catalog/checkpoint-formats';
import { whyNotShown } from '../../catalog/compressed-tensors';
import { ModelSpec } from '../../catalog/model-spec';
import { onnxBounds } from '../../catalog/onnx-runtime-releases';
import { Fault, fault } from '../../units/fault';
import { ModelState } from './model-state';

/**
 * The model that a pipeline makes: with fewer layers where some are left out.
 *
 * @internal
 */
export function outputModel({ model, skipped }: ModelState): ModelSpec {
  return skipped === 0 ? model : model._changed({}, { ...model.shape, layers: model.layers - skipped });
}

/**
 * That nothing has shown a server that loads what a pipeline makes, although vLLM's source reads it.
 *
 * @internal
 */
export function unseenFaults({ format }: ModelState): Fault[] {
  if (format.seenInstead === undefined) return [];
  const reason =
    `the steps write ${format.name}, which vLLM says that it reads, and which no test or measurement of this library has seen it load; let a server of the same ` +
    `GPU and image answer from it before users do, or use ${format.seenInstead}, which was seen to load`;
  return [fault('OUTPUT_NOT_SEEN_LOADED', 'steps', reason)];
}

/**
 * Why a reader does not load what a pipeline makes, or nothing shows that it does, with what would; nothing where it does.
 *
 * @param state what it makes
 * @param writer compressed-tensors that it is written by
 * @param reader what is to read it
 *
 * @internal
 */
export function unreadableBy(
  { format, precision, opset, inRepository, form }: ModelState,
  writer: string,
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
  const { vllmVersion, name } = reader;
  if (form !== undefined && vllmVersion !== undefined) return whyNotShown(form, writer, vllmVersion, name);
  const most = reader.onnxRuntimeVersion === undefined ? undefined : onnxBounds(reader.onnxRuntimeVersion).most?.opset;
  if (opset === undefined || most === undefined || opset <= most) return undefined;
  return `it has opset ${opset}, and ${reader.name} reads up to ${most}; pass that release as triton of exportOnnx, or serve it by a newer one`;
}
