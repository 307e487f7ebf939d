import { Precision } from '../catalog/precision';
import { SpeculativeDecoding, SpeculativeMethod } from '../catalog/speculative-decoding';
import { DataSize } from '../units/data-size';
import { UnscopedValidationError } from '../units/errors';
import { fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { modelFromJson, modelToJson } from './model-json';

/**
 * A method of speculative decoding as plain data.
 *
 * @internal
 */
export function speculationToJson(of: SpeculativeDecoding): unknown {
  const { method, tokens, acceptanceRate, model, precision, draftVocabularySize, name, version, size, path } = of;
  return {
    ...{ method, tokens },
    ...(acceptanceRate === undefined ? {} : { acceptanceRate }),
    ...(model === undefined ? {} : { model: modelToJson(model) }),
    ...(precision === undefined ? {} : { precision: precision.name }),
    ...(draftVocabularySize === undefined ? {} : { draftVocabularySize }),
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(size === undefined ? {} : { sizeBytes: size.bytes }),
    ...(path === undefined ? {} : { path }),
  };
}

/**
 * The method of plain data.
 *
 * @throws UnscopedValidationError for a method that is not known, and for what the method refuses
 *
 * @internal
 */
export function speculationFromJson(json: unknown): SpeculativeDecoding {
  const data = json as { readonly [key: string]: unknown };
  const methods = Object.values(SpeculativeMethod);
  const method = methods.find((each) => each === data.method);
  if (method === undefined) {
    const reason = `method must be one of ${methods.join(', ')}; got ${givenValue(data.method)}`;
    throw new UnscopedValidationError([fault('UNKNOWN_VALUE', 'method', reason)]);
  }
  return SpeculativeDecoding._of(method, {
    tokens: data.tokens as number,
    acceptanceRate: data.acceptanceRate as number | undefined,
    model: data.model === undefined ? undefined : modelFromJson(data.model),
    precision: data.precision === undefined ? undefined : Precision.of(String(data.precision)),
    draftVocabularySize: data.draftVocabularySize as number | undefined,
    name: data.name === undefined ? undefined : String(data.name),
    version: data.version === undefined ? undefined : String(data.version),
    size: data.sizeBytes === undefined ? undefined : DataSize.bytes(data.sizeBytes as number),
    path: data.path === undefined ? undefined : String(data.path),
  });
}
