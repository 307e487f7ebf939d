import { GpuInstanceType, InferenceEngine, Precision } from '../../lib/catalog';
import { CapacityPlanner, ModelSpec, SpeculativeDecoding } from '../../lib/planning';
import { resultOf, runCommandLine } from '../../lib/command-line/command-line';
import { faultsThrown, idsOf } from '../support/faults';

const dots = ModelSpec.dense({ name: 'dots', shape: { ...ModelSpec.QWEN_3_8B.shape, modelType: 'dots1' } });
const plan = (
  model = ModelSpec.LLAMA_3_1_8B,
  more: { precision?: Precision; speculativeDecoding?: SpeculativeDecoding } = {},
) => CapacityPlanner.plan({ model, instanceType: GpuInstanceType.G6E_XLARGE, ...more });
const volta = CapacityPlanner.plan({
  ...{ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P3_8XLARGE, precision: Precision.FP16 },
  engine: InferenceEngine.VLLM,
});

/** Files as a user has them: plans alone, by name and in a list, and what Triton's vLLM backend reads. */
const FILES: { readonly [path: string]: unknown } = {
  'chat.json': plan().toJson(),
  'plans.json': { chat: plan().toJson(), old: plan(dots).toJson() },
  'list.json': [plan().toJson(), volta.toJson()],
  'drafted.json': plan(ModelSpec.LLAMA_3_1_8B, {
    speculativeDecoding: SpeculativeDecoding.draftModel({ model: ModelSpec.LLAMA_3_2_1B, tokens: 3, path: '/d' }),
  }).toJson(),
  'model.json': { model: '/weights', quantization: 'bitsandbytes', calculate_kv_scales: true, max_model_len: 8192 },
  'gguf.json': { model: '/weights', quantization: 'gguf' },
  'cache.json': { model: '/weights', kv_cache_dtype: 'nvfp4' },
  'deprecated.json': { model: '/weights', quantization: 'petit_nvfp4' },
  'allowed.json': { model: '/weights', quantization: 'fbgemm_fp8', allow_deprecated_quantization: true },
  'other.json': { a: 1 },
};

function readFile(path: string): string {
  if (!Object.hasOwn(FILES, path)) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
  return JSON.stringify(FILES[path]);
}

function run(line: string) {
  return runCommandLine(line.split(' '), readFile);
}

/** The models of an answer, with what became of them. */
function modelsOf(output: string): string[] {
  const [, models = ''] = output.split('\nmodels:\n');
  return models
    .split('\n')
    .filter((line) => /^ {2}\S/.test(line))
    .map((line) => line.trim());
}

describe('gpu-inference upgrade', () => {
  test('takes releases of vLLM as plan --engine spells them', () => {
    expect(run('upgrade --from vllm-0.24.0 --to VLLM-0.33.0')).toEqual(run('upgrade --from 0.24.0 --to 0.33.0'));
    expect(run('upgrade --from vllm-0.24.0 --to vllm-26.07').status).toBe(
      run('upgrade --from 0.24.0 --to 26.07').status,
    );
    expect(run('upgrade --from vllm-x --to 0.33.0').status).toBe(2);
  });

  test('lists what goes, what comes and what is cured', () => {
    const { output, status } = run('upgrade --from 26.02 --to 26.07');
    expect(status).toBe(0);
    expect(output).toMatch(/^Triton 26.02 to Triton 26.07\n/);
    expect(output).toMatch(/^vLLM +0.15.1 +0.24.0$/m);
    expect(output).toMatch(/^ONNX opset, at most +25 +26$/m);
    expect(output).toMatch(/^TensorRT-LLM +1.1.0, CUDA 13.0.2 +1.2.1, CUDA 13.1.0$/m);
    expect(run('upgrade --from 26.07 --to 26.08').output).toMatch(/^TensorRT-LLM +1.2.1, CUDA 13.1.0 +no image$/m);
    expect(output).toMatch(/^CUDA +13.1.1 +13.3.0$/m);
    expect(output).toMatch(/^driver that this CUDA is made for +590.48.01 +610.43.02$/m);
    const [goes, comes] = [/goes:\n([\s\S]*?)\n\n/, /comes:\n([\s\S]*?)\n\n/].map((part) => part.exec(output)![1]);
    expect(goes).toMatch(/engine arguments: logits_processor_pattern, swap_space$/m);
    expect(goes).toMatch(/quantization: .*\bgguf\b/);
    expect(comes).toMatch(/\bwatermark\b/);
    expect(comes).toMatch(/cache formats: .*\bnvfp4\b/);
    expect(output).toMatch(/vulnerabilities that it cures:\n {2}CVE-2026-24206 \(Triton\): /);
    expect(output).not.toMatch(/vulnerabilities that (it brings|stay)/);
    expect(output.split('\n').every((line) => line.length <= 118 || line.startsWith('not known of'))).toBe(true);
  });

  test('a downgrade brings vulnerabilities back', () => {
    expect(run('upgrade --from 26.07 --to 26.05').output).toMatch(
      /vulnerabilities that it brings:\n {2}CVE-2026-47606/,
    );
    expect(run('upgrade --from 26.04 --to 26.05').output).toMatch(/vulnerabilities that stay:\n {2}CVE-2026-47606/);
  });

  test('compares releases of vLLM, and a server of Triton with one of vLLM', () => {
    expect(run('upgrade --from v0.27.1 --to 0.28.0').output).toMatch(
      /goes:\n {2}engine arguments: calculate_kv_scales, override_attention_dtype\n {2}quantization: bitsandbytes\n/,
    );
    expect(run('upgrade --from 26.07 --to 0.24.0').output).not.toMatch(/\n(goes|comes):/);
  });

  test.each([
    ['--from 26.06 --to 26.07', 'chat.json', 0, ['chat.json: llama-3.1-8b in bf16 on g6e.xlarge: loads']],
    [
      '--from 26.06 --to 26.07',
      'plans.json',
      1,
      [
        'plans.json chat: llama-3.1-8b in bf16 on g6e.xlarge: loads',
        'plans.json old: dots in bf16 on g6e.xlarge: would no longer load',
      ],
    ],
    [
      '--from 24.12 --to 25.08',
      'list.json',
      1,
      [
        'list.json[0]: llama-3.1-8b in bf16 on g6e.xlarge: loads',
        'list.json[1]: llama-3.1-8b in fp16 on p3.8xlarge: would no longer load',
      ],
    ],
    [
      '--from 26.07 --to 26.01',
      'drafted.json',
      1,
      ['drafted.json: llama-3.1-8b in bf16 on g6e.xlarge: would no longer load'],
    ],
    ['--from 26.07 --to 26.08', 'model.json', 0, ['model.json: loads']],
    ['--from 0.27.1 --to 0.28.0', 'model.json', 1, ['model.json: would no longer load']],
    ['--from 0.28.0 --to 0.29.0', 'model.json', 1, ['model.json: does not load, and did not before']],
    ['--from 26.06 --to 26.07', 'gguf.json', 1, ['gguf.json: would no longer load']],
    ['--from 0.20.0 --to 0.19.1', 'cache.json', 1, ['cache.json: would no longer load']],
    ['--from 26.01 --to 26.02', 'deprecated.json', 1, ['deprecated.json: would no longer load']],
    ['--from 26.01 --to 26.02', 'allowed.json', 0, ['allowed.json: loads']],
    ['--from 26.02 --to 26.01', 'allowed.json', 1, ['allowed.json: would no longer load']],
    ['--from 26.02 --to 26.07', 'allowed.json', 0, ['allowed.json: loads']],
  ])('%s of %s: status %d', (releases, file, status, expected) => {
    const found = run(`upgrade ${releases} --plan ${file}`);
    expect([found.status, modelsOf(found.output)]).toEqual([status, expected]);
  });

  test('says why a model would not load, with the cure', () => {
    const { output } = run('upgrade --from 0.27.1 --to 0.33.0 --plan model.json');
    expect(output).toMatch(
      /- engineArguments.calculate_kv_scales does not exist in vLLM 0.33.0, .* gone after 0.27.1; remove it/,
    );
    expect(output).toMatch(/- quantization 'bitsandbytes' .* convert the checkpoint .* or use vLLM 0.27.1$/m);
    expect(run('upgrade --from 26.06 --to 26.07 --plan plans.json').output).toMatch(/vLLM 0.24.0 dropped/);
  });

  test('takes several files, behind one option or by several', () => {
    const names = (line: string) => modelsOf(run(`upgrade --from 26.06 --to 26.07 ${line}`).output).length;
    expect(names('--plan chat.json plans.json model.json')).toBe(4);
    expect(names('--plan chat.json --plan list.json')).toBe(3);
  });

  test('what is not known of a release is said, and is no success', () => {
    const { output, status } = run('upgrade --from 26.07 --to 26.10 --plan chat.json');
    expect(status).toBe(1);
    expect(output).toMatch(/^not known of Triton 26.10: vLLM, ONNX Runtime; .* give its vLLM by --vllm/m);
    expect(output).toMatch(/^CUDA +13.3.0 +13.4.3$/m);
    expect(modelsOf(output)).toEqual(['chat.json: llama-3.1-8b in bf16 on g6e.xlarge: not known']);
    expect(run('upgrade --from 26.07 --to 26.11').output).toMatch(
      /not known of Triton 26.11: vLLM, ONNX Runtime, CUDA/,
    );
    const given = run('upgrade --from 26.07 --to 26.10 --vllm 0.31.0 --plan chat.json model.json');
    expect([given.status, modelsOf(given.output)]).toEqual([
      1,
      ['chat.json: llama-3.1-8b in bf16 on g6e.xlarge: loads', 'model.json: would no longer load'],
    ]);
    expect(given.output).toMatch(/comes:\n[\s\S]*max_num_queued_reqs/);
  });

  test('an argument that an unread vLLM may have is not known', () => {
    const { output, status } = run('upgrade --from 26.07 --to 26.10 --vllm 0.24.1 --plan gguf.json');
    expect(status).toBe(1);
    expect(modelsOf(output)).toEqual(['gguf.json: does not load, and did not before']);
    const other = run('upgrade --from 26.06 --to 26.10 --vllm 0.23.1 --plan gguf.json');
    expect(modelsOf(other.output)).toEqual(['gguf.json: not known']);
  });

  test('nodes with an older driver', () => {
    const { output, status } = run('upgrade --from 25.07 --to 25.08 --driver 570');
    expect(status).toBe(1);
    expect(output).toMatch(/Triton 25.08 needs driver 580 or later, but the nodes have 570; upgrade the nodes first/);
    expect(run('upgrade --from 25.07 --to 25.08 --driver 580').status).toBe(0);
  });

  test('as JSON', () => {
    const { output, status } = run('upgrade --from 26.06 --to 26.07 --plan plans.json --json');
    expect(status).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      from: { text: 'Triton 26.06', vllm: '0.22.1' },
      to: { text: 'Triton 26.07', vllm: '0.24.0', minimumDriver: 580 },
      goes: { quantization: ['cpu_awq', 'gguf'] },
      models: [{ faults: [] }, { faults: [expect.stringMatching(/dots.llm1/)], wasRefused: false }],
    });
  });

  test('help', () => {
    expect(run('upgrade --help')).toMatchObject({ status: 0, output: expect.stringMatching(/--plan FILE\.\.\./) });
    expect(run('--help').output).toMatch(/^ +upgrade +what another release/m);
  });

  test.each<[string, string[]]>([
    ['', ['MISSING_PROPERTY --from', 'MISSING_PROPERTY --to']],
    ['--from 26.07 --to 27.01', ['UNKNOWN_VALUE --to']],
    ['--from 26.7 --to 26.07', ['UNKNOWN_VALUE --from']],
    ['--from 26.06 --from 26.07 --to 26.08', ['DUPLICATE --from']],
    ['--from 26.06 --to 26.07 chat.json', ['NOT_AN_OPTION chat.json']],
    ['--from 26.06 --to 26.07 --plan', ['OPTION_NEEDS_VALUE --plan']],
    ['--from 26.06 --to 26.07 --plan none.json', ['FILE_UNREADABLE --plan']],
    ['--from 26.06 --to 26.07 --plan other.json', ['NOT_A_PLAN --plan']],
    ['--from 26.06 --to 26.07 --driver new', ['INVALID_FORMAT --driver']],
    ['--from 26.06 --to 26.07 --vllm new', ['INVALID_FORMAT --vllm']],
  ])('refuses %j', (line, expected) => {
    const words = `upgrade ${line}`.trim().split(' ');
    expect(idsOf(faultsThrown(() => resultOf(words, readFile)))).toEqual(expected);
    expect(runCommandLine(words, readFile).status).toBe(2);
  });
});
