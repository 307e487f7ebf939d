import { DataSize } from '../../../units/data-size';
import { checkArguments } from '../../../units/argument-faults';

/**
 * The code of a Python model: a file with a class `TritonPythonModel`, and what it imports from beside it.
 *
 * @see https://github.com/triton-inference-server/python_backend
 */
export class PythonCode {
  /**
   * Code in the model store, in the folder of the model's version.
   *
   * @param size size of that folder: code, weights that it reads and a packed environment
   */
  public static fromStore(size: DataSize): PythonCode {
    return new PythonCode(size);
  }

  /**
   * Code that is part of the program, for a few small files: they travel in a config map, which holds 1 MiB. Other files are in the same folder
   * as `model.py`, from where it can import them.
   *
   * @param files texts by plain file names, `model.py` among them
   */
  public static inline(files: { [fileName: string]: string }): PythonCode {
    return new PythonCode(DataSize.ZERO, { ...files });
  }

  /** Size of the model's version folder in the store. */
  public readonly size: DataSize;
  /** Files that are part of the program. @default - they are in the store */
  public readonly files?: { [fileName: string]: string };

  private constructor(size: DataSize, files?: { [fileName: string]: string }) {
    this.size = size;
    this.files = files;
  }
}

checkArguments('PythonCode', PythonCode);

/**
 * A Python environment that was packed by `conda-pack`, in the folder of the model's version in the store. Its Python must be of the version
 * that the image has, e.g. 3.12.
 *
 * @see https://github.com/triton-inference-server/python_backend#creating-custom-execution-environments
 */
export interface PythonEnvironment {
  /** Name of the file in the store's version folder. @default 'environment.tar.gz' */
  readonly fileName?: string;
  /** Size of the packed file, where the code is not in the store. @default - the size of the folder includes it */
  readonly packedSize?: DataSize;
  /** Size once unpacked: each server unpacks it to its local disk. */
  readonly unpackedSize: DataSize;
}
