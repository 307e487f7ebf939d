import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';

/**
 * How the shape of a model is read from a file of its family; what is wrong is noted by the reader.
 *
 * @internal
 */
export type Family = (reader: ConfigReader) => DecoderShape;
