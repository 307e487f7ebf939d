/**
 * What pip's resolver installs beside the packages of the presets, without the libraries of CUDA: in the order of PyPI's names. Found on
 * 2026-11-29 by pip's resolver, which `npm run lint:scripts` asks again whether they still are what it installs.
 */
function lines(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/**
 * For PyTorch 2.0.1, transformers 4.30.0 and ONNX Runtime 1.15.1 on Python 3.10. NumPy is the last before 2, which PyTorch before 2.3 cannot use.
 *
 * @internal
 */
export const GUIDE_PACKAGES = lines(`
  certifi==2026.10.19.post1 charset-normalizer==3.5.3 cmake==4.4.5 coloredlogs==15.0.1 filelock==4.1.0 flatbuffers==25.12.19 fsspec==2026.9.0
  hf-xet==1.8.0 huggingface-hub==0.36.2 humanfriendly==10.0 idna==3.20 jinja2==3.1.6 lit==23.1.5 markupsafe==3.0.4 mpmath==1.3.0
  networkx==3.4.2 numpy==1.26.4 packaging==26.4 protobuf==7.36.2 pyyaml==6.0.4 regex==2026.9.29 requests==2.34.2 safetensors==0.8.0
  sympy==1.14.0 tokenizers==0.13.3 tqdm==4.70.1 triton==2.0.0 typing-extensions==4.16.0 urllib3==2.8.0
`);

/** Without CUDA: for PyTorch 2.14.0, transformers 5.24.0 and ONNX Runtime 1.31.1 on Python 3.12. */
const CURRENT = lines(`
  annotated-doc==0.0.7 annotated-types==0.8.0 anyio==4.16.0 click==8.5.1 filelock==4.3.1 flatbuffers==25.12.19 fsspec==2026.9.0 h11==0.16.0
  hf-xet==1.8.0 httpcore2==2.16.2 httpx2==2.16.2 huggingface-hub==2.4.0 idna==3.20 jinja2==3.1.6 markdown-it-py==4.3.0 markupsafe==3.0.4
  mdurl==0.1.2 mpmath==1.3.0 networkx==3.6.1 numpy==2.4.6 packaging==26.4 protobuf==7.36.2 pydantic==2.14.4 pydantic-core==2.50.5
  pygments==2.21.0 pyyaml==6.0.4 regex==2026.11.19 rich==15.0.0 safetensors==0.8.0 setuptools==84.2.1 shellingham==1.5.4 sympy==1.14.0
  tokenizers==0.23.3 tqdm==4.70.1 truststore==0.10.5 typer==0.29.2 typing-extensions==4.16.0 typing-inspection==0.4.5
`);

/** With the compiler of kernels that PyTorch needs on GPUs. @internal */
export const CURRENT_PACKAGES = [...CURRENT, 'triton==3.8.0'].sort();

/** @internal */
export const CURRENT_CPU_PACKAGES = CURRENT;
