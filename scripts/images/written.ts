// Images of every kind as the library writes them, as one JSON document.
import {
  EfaInstaller,
  ImagePreset,
  PipelineEnvironment,
  PipelineImage,
  ServingImage,
  VllmPlugin,
  VllmRelease,
} from 'gpu-inference-constructs';

const digest = `sha256:${'0'.repeat(64)}`;
const images: { [name: string]: ServingImage } = {
  current: ServingImage.pyTorch(),
  'cuda-11.8': ServingImage.pyTorch({ preset: ImagePreset.CUDA_11_8, baseDigest: digest, user: 2000 }),
  'own-versions': ServingImage.pyTorch({ cuda: '12.8.1', torch: '2.8.0', onnxRuntime: '1.23.2' }),
  'vllm-gguf': ServingImage.vllm({ plugins: [VllmPlugin.GGUF], labels: { 'org.example.team': 'search' } }),
  'vllm-bitsandbytes': ServingImage.vllm({ release: VllmRelease.V0_33_0, plugins: [VllmPlugin.BITSANDBYTES] }),
  'vllm-efa': ServingImage.vllm({ efa: EfaInstaller.DEFAULT, plugins: [VllmPlugin.GGUF] }),
  'triton-python': ServingImage.triton({ packages: ['tokenizers==0.23.3'] }),
  'triton-gguf': ServingImage.triton({ plugins: [VllmPlugin.GGUF], packages: ['accelerate==1.2.1'] }),
  'arm-cpu': ServingImage.armCpu(),
  'pipeline-core-cpu': PipelineImage.cpu(PipelineEnvironment.CORE).image,
  'pipeline-compressor-cpu': PipelineImage.cpu(PipelineEnvironment.COMPRESSOR).image,
  'pipeline-compressor-cuda': PipelineImage.cuda(PipelineEnvironment.COMPRESSOR, { baseDigest: digest }).image,
};
const written = Object.entries(images).map(([name, { dockerfile, packages, versions, architectures }]) => {
  return { name, dockerfile, packages, versions, architectures };
});
console.log(JSON.stringify(written));
