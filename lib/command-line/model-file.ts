import { ModelSpec } from '../catalog/model-spec';
import { UnscopedValidationError } from '../units/errors';
import { fault } from '../units/fault';

type ReadFile = (path: string) => string;

/**
 * The model that a `config.json` describes, and the `hf_quant_config.json` beside it.
 *
 * @param given the file, or the folder of the model that has it
 * @param readFile the text of a file
 * @throws UnscopedValidationError when it cannot be read, or with what is wrong with it
 *
 * @internal
 */
export function modelFromFile(given: string, readFile: ReadFile): ModelSpec {
  const { path, text } = configOf(given, readFile);
  const name = path.split('/').slice(-2, -1)[0] || 'model';
  return ModelSpec.fromHuggingFaceConfig(name, text, besideOf(path, readFile));
}

function configOf(given: string, readFile: ReadFile): { readonly path: string; readonly text: string } {
  const inside = `${given.replace(/\/+$/, '')}/config.json`;
  try {
    return { path: given, text: readFile(given) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw unreadable(given, error);
  }
  try {
    return { path: inside, text: readFile(inside) };
  } catch (error) {
    throw unreadable(inside, error);
  }
}

function unreadable(path: string, error: unknown): UnscopedValidationError {
  const remote = /^[a-z0-9]+:\/\//i.test(path);
  const why = remote ? 'it is an address; download the file, and give its path' : (error as Error).message;
  return new UnscopedValidationError([fault('FILE_UNREADABLE', '--config', `--config ${path} cannot be read: ${why}`)]);
}

/** The text of the `hf_quant_config.json` in the same folder; undefined where there is none, or it names no format. */
function besideOf(path: string, readFile: ReadFile): string | undefined {
  try {
    const text = readFile(path.replace(/[^/]*$/, 'hf_quant_config.json'));
    return text.includes('quant_algo') ? text : undefined;
  } catch {
    return undefined;
  }
}
