import { faultsThrown } from '../support/faults';
import { Precision } from '../../lib/planning';

describe('names of formats', () => {
  test.each([
    ['fp32', ['float32', 'float', 'f32', 'torch.float32']],
    ['bf16', ['bfloat16', 'BF16', 'torch.bfloat16', 'BFloat16']],
    ['fp16', ['float16', 'half', 'f16', 'FP16', 'torch.float16']],
    [
      'fp8',
      [
        'fp8_e4m3',
        'FP8-E5M2',
        'float8_e4m3fn',
        'fp8e4m3',
        'w8a8_fp8',
        'fp8_per_tensor',
        'modelopt',
        'ptpc_fp8',
        ' fp8 ',
      ],
    ],
    ['fp8-block', ['fp8_block', 'fp8_per_block']],
    ['int8', ['W8A8', 'w8a16', 'w8a8_int8', 'gptq-int8', 'int8_per_channel_weight_only']],
    ['int4', ['awq', 'AWQ_Marlin', 'gptq', 'gptq_marlin', 'w4a16', 'w4a16_awq', 'int4_awq', 'auto_gptq']],
    ['nvfp4', ['NVFP4', 'modelopt_fp4']],
    ['mxfp4', ['MXFP4', 'gpt_oss_mxfp4']],
  ])('%s', (expected, names) => {
    for (const name of names) expect([name, Precision.of(name).name]).toEqual([name, expected]);
  });

  test.each([
    ['q4_k_m', /'q4_k_m' is a format of GGUF, which is not planned; .*checkpointSize/],
    ['Q8_0', /is a format of GGUF/],
    ['UD-Q2_K_XL', /is a format of GGUF/],
    ['iq4_xs', /is a format of GGUF/],
    ['nf4', /is a format of bitsandbytes/],
    ['load_in_4bit', /is a format of bitsandbytes/],
    ['compressed-tensors', /holds several formats: name the one of the checkpoint/],
    ['torchao', /holds several formats/],
    ['fp4', /may be nvfp4 or mxfp4/],
    ['fp9', /^unknown precision 'fp9'; nearest: 'fp8'/],
    ['__proto__', /^unknown precision '__proto__'/],
    ['', /^unknown precision ''/],
  ])('%s is none', (name, text) => {
    const [fault] = faultsThrown(() => Precision.of(name));
    expect([fault.id, fault.reason]).toEqual(['UNKNOWN_VALUE', expect.stringMatching(text) as string]);
    expect(fault.reason).toMatch(/known: fp32, bf16/);
  });
});
