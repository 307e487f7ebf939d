import { compareVersions } from './metric';

/**
 * The newest models that a release of ONNX Runtime loads.
 *
 * @internal
 */
export interface OnnxSupport {
  /** Highest opset of the default domain (`ai.onnx`). */
  readonly opset: number;
  /** Highest version of the intermediate representation (`ir_version` of the file). */
  readonly ir: number;
}

/**
 * What releases of ONNX Runtime load, oldest first. Found by giving each of them models with ever higher numbers (scripts/onnx-runtime/read.py):
 * a higher opset is refused as "under development", a higher version of the representation as "unsupported". The table in its documentation
 * has one opset less for some.
 *
 * @see https://onnxruntime.ai/docs/reference/compatibility.html
 */
const RELEASES: { readonly [version: string]: OnnxSupport } = {
  '1.20.1': { opset: 21, ir: 10 },
  '1.21.0': { opset: 22, ir: 10 },
  '1.22.0': { opset: 22, ir: 10 },
  '1.23.0': { opset: 23, ir: 11 },
  '1.23.1': { opset: 23, ir: 11 },
  '1.23.2': { opset: 23, ir: 11 },
  '1.24.1': { opset: 25, ir: 13 },
  '1.24.2': { opset: 25, ir: 13 },
  '1.24.4': { opset: 25, ir: 13 },
  '1.27.0': { opset: 26, ir: 13 },
  '1.28.0': { opset: 26, ir: 13 },
  '1.29.0': { opset: 26, ir: 13 },
  '1.30.0': { opset: 26, ir: 13 },
  '1.31.1': { opset: 26, ir: 13 },
  '1.32.0': { opset: 28, ir: 14 },
};

/**
 * Bounds of what a release loads: newer releases load all that older ones do.
 *
 * @internal
 */
export interface OnnxBounds {
  /** What it loads at least. @default - nothing is known of it and older releases */
  readonly least?: OnnxSupport;
  /** What it loads at most. @default - nothing is known of it and newer releases */
  readonly most?: OnnxSupport;
}

/**
 * What a release of ONNX Runtime loads, as far as it or its neighbors were tried.
 *
 * @internal
 */
export function onnxBounds(version: string): OnnxBounds {
  const versions = Object.keys(RELEASES);
  const older = versions.filter((each) => compareVersions(each, version) <= 0).pop();
  const newer = versions.find((each) => compareVersions(each, version) >= 0);
  return { least: older && RELEASES[older], most: newer && RELEASES[newer] } as OnnxBounds;
}

/** Releases that were tried, oldest first. @internal */
export const ONNX_RUNTIMES_TRIED: readonly string[] = Object.keys(RELEASES);
