import { resultOf, runCommandLine } from '../../lib/command-line/command-line';
import { faultsThrown } from '../support/faults';

const noFile = (): string => {
  throw new Error('ENOENT');
};
const run = (line: string) => runCommandLine(line.split(' '), noFile, '1.2.3');
const base = 'plan --model llama-3.1-8b --instance p5.48xlarge';

function same(theirs: string, ours: string): void {
  const plans = [theirs, ours].map((line) => run(`${line} --json`));
  expect(plans[1].status).toBeLessThan(2);
  expect(plans[0]).toEqual(plans[1]);
}

describe('names of other tools', () => {
  test.each([
    // vLLM
    ['-tp 4', '--tensor 4'],
    ['-tp=4', '--tensor 4'],
    ['-tp4 -pp2', '--tensor 4 --pipeline 2'],
    ['-q fp8', '--precision fp8'],
    ['--tensor_parallel_size=4 --data_parallel_size=2', '--tensor 4 --data 2'],
    ['-tp 8 -pp 2 --nnodes 2', '--tensor 8 --pipeline 2 --max-nodes 2'],
    ['-tp 8 -pp 2 -n 2', '--tensor 8 --pipeline 2 --max-nodes 2'],
    ['--disable-cuda-graph', '--enforce-eager'],
    ['--max-model-len 32_768', '--context 32768'],
    ['--max-model-len 25.6k', '--context 26215'],
    // SGLang
    ['--tp-size 4 --context-length 4096 --max-running-requests 64', '--tensor 4 --context 4096 --max-sequences 64'],
    ['--chunked-prefill-size 4096', '--max-batched-tokens 4096'],
    ['--engine sglang --mem-fraction-static 0.85', '--engine sglang --utilization 0.85'],
    // TensorRT-LLM
    [
      '--tp_size 4 --max_batch_size 64 --max_num_tokens 4096',
      '--tensor 4 --max-sequences 64 --max-batched-tokens 4096',
    ],
    ['--max_seq_len 4096', '--context 4096'],
    ['--engine trtllm --kv_cache_free_gpu_memory_fraction 0.8', '--engine tensorrt-llm --utilization 0.8'],
    ['--engine vllm-0.24', '--engine vllm-0.24.0'],
    ['--engine vLLM-v0.24.0', '--engine vllm-0.24.0'],
    ['--engine vllm_0_28', '--engine vllm-0.28'],
    ['--engine vllm_0_32_1', '--engine vllm-0.32.1'],
  ])('%s is %s', (theirs, ours) => same(`${base} ${theirs}`, `${base} ${ours}`));

  test('a model without its encoder, experts over all ranks', () => {
    same(`${base} --language-model-only`, `${base} --media-input none`);
    const experts = 'plan --model qwen3-30b-a3b --instance p5.48xlarge --tensor 4';
    same(`${experts} -ep`, `${experts} --enable-expert-parallel`);
    same(`${experts} --ep-size 4`, `${experts} --expert 4`);
  });

  test('without CUDA graphs there is more room for the cache, and steps take longer', () => {
    const figures = (line: string) => JSON.parse(run(`${line} --json`).output) as Record<string, number>;
    const [graphs, eager] = [figures(base), figures(`${base} --enforce-eager`)];
    expect(eager.kvCapacityTokens).toBeGreaterThan(graphs.kvCapacityTokens);
    expect(eager.decodeLatencyMs).toBeGreaterThan(graphs.decodeLatencyMs);
  });

  test('a search takes the format of a plan as well', () => {
    const line = 'search --model llama-3.1-8b --instances p5.4xlarge';
    same(`${line} --quantization fp8`, `${line} --precisions fp8`);
    same(`${line} -q awq`, `${line} --precisions int4`);
    same(`${line} --dtype auto`, line);
    same(`${line} --precision fp8,int4`, `${line} --precisions fp8,int4`);
  });

  test.each([
    ['Llama-3.1-8B', 'llama-3.1-8b'],
    ['LLAMA_3_1_8B', 'llama-3.1-8b'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'llama-3.1-8b'],
    ['Qwen/Qwen2.5-7B', 'qwen2.5-7b'],
    ['openai/gpt-oss-20b', 'gpt-oss-20b'],
    ['0.5b', '0.5B'],
    ['500M', '0.5B'],
    ['0.07T', '70B'],
  ])('--model %s is %s', (theirs, ours) => {
    const line = (model: string) => run(`plan --instance p5.48xlarge --model ${model}`);
    const verdict = (model: string) =>
      line(model)
        .output.split('\n')
        .filter((each) => each.startsWith('weights'));
    expect(line(ours).status).toBeLessThan(2);
    expect(verdict(theirs)).toEqual(verdict(ours));
  });

  test.each([
    ['--model someone/qwen3-32b', /unknown model 'someone\/qwen3-32b'/],
    ['--model qwen2-57b', /unknown model 'qwen2-57b'/],
    ['--model Qwen/Qwen3-32B/x', /unknown model/],
  ])('%s is not guessed', (model, text) => {
    expect(run(`plan --instance p5.48xlarge ${model}`)).toEqual({
      output: expect.stringMatching(text) as string,
      status: 2,
    });
  });
});

describe('options that are not known', () => {
  const refused = (line: string) => faultsThrown(() => resultOf(line.split(' '), noFile)).map(({ reason }) => reason);

  test.each([
    ['--served-model-name x', ['--served-model-name changes nothing of what is planned; leave it out']],
    ['--trust_remote_code', ['--trust_remote_code changes nothing of what is planned; leave it out']],
    [
      '--block-size 16',
      ['--block-size is not planned: leave it out, and keep what it takes free by a lower --utilization'],
    ],
    ...['--swap-space', '--kv-offloading-size'].map((option): [string, string[]] => [
      `${option} 4`,
      [
        `${option} takes memory of the host, none of the GPU, and is not planned: leave it out, and keep that memory free on the node`,
      ],
    ]),
    [
      '--compilation-config.mode 3',
      ['--compilation-config.mode is not planned: leave it out, and keep what it takes free by a lower --utilization'],
    ],
    ['--max-model-length 8192', ["unknown option '--max-model-length'; nearest: '--context'; see --help"]],
    ['--contxt 10', ["unknown option '--contxt'; nearest: '--context'; see --help"]],
    [
      '--tensor-parallel 8',
      ["unknown option '--tensor-parallel'; nearest: '--tensor', '--expert', '--data'; see --help"],
    ],
    ['--frobnicate', ["unknown option '--frobnicate'; see --help"]],
    ['-x 3', ["unknown option '-x'; see --help"]],
    ['-tpx', ["unknown option '-tpx'; nearest: '--tensor'; see --help"]],
    ['--frobnicate a --frobnicate b', ["unknown option '--frobnicate'; see --help"]],
    [
      '--mem-fraction-static 0.9',
      [
        '--mem-fraction-static is a share of other memory than that of vllm-0.24.0; give --engine sglang with it, or --utilization',
      ],
    ],
    [
      '--engine sglang --free_gpu_memory_fraction 0.9',
      [
        '--free-gpu-memory-fraction is a share of other memory than that of sglang; give --engine tensorrt-llm with it, or --utilization',
      ],
    ],
    ['--context auto', ["--context must be a number, e.g. 32768 or 32k; got 'auto'"]],
  ])('%s', (line, reasons) => expect(refused(`${base} ${line}`)).toEqual(reasons));

  test('a value of another kind is reported once', () => {
    expect(refused('plan --model 8B --gpu H100 --gpus 3.5')).toEqual([
      '--gpus must be a whole number from 1 to 1024; got 3.5',
    ]);
  });
});

test('help of a command, in both orders', () => {
  for (const command of ['plan', 'search', 'models', 'instances', 'gpus']) {
    expect(run(`help ${command}`)).toEqual(run(`${command} --help`));
    expect(run(`help ${command}`).output).toMatch(new RegExp(`^usage: gpu-inference ${command} `));
  }
  expect(run('help').output).toMatch(/^usage: gpu-inference COMMAND/);
});
