import { CapacityPlan } from '../../lib/planning';
import { resultOf, runCommandLine } from '../../lib/command-line/command-line';
import { faultsThrown, idsOf } from '../support/faults';

const noFile = () => '';
const run = (line: string) => runCommandLine(line.split(' '), noFile, '1.2.3');
const planned = (line: string) => CapacityPlan.fromJson(run(`plan ${line} --json`).output);
const refused = (line: string) => idsOf(faultsThrown(() => resultOf(line.split(' '), noFile)));
/** The same plan, however it is asked for. */
const same = (one: string, other: string) => expect(planned(one).toJson()).toEqual(planned(other).toJson());

describe('own hardware', () => {
  test.each([
    ['RTX-4090', '1', 'PCIE', 1],
    ['4090', '2', 'PCIE', 1],
    ['H20', '8', 'NVSWITCH', 8],
    ['h100-nvl', '4', 'NVSWITCH', 2],
    ['GB10', '1', 'PCIE', 1],
    ['MI300X', '8', 'NVSWITCH', 8],
  ])('%s × %s', (gpu, gpus, interconnect, nvlinkDomainSize) => {
    const { instanceType } = planned(`--model qwen3-8b --gpu ${gpu} --gpus ${gpus} --context 4096 --concurrency 1`);
    expect(instanceType).toMatchObject({ gpuCount: Number(gpus), interconnect, nvlinkDomainSize, isEc2: false });
  });

  test('is planned like the instance type that has it', () => {
    const load = '--model llama-3.1-70b --precision fp8 --tensor 8 --concurrency 16';
    const [own, rented] = [planned(`${load} --gpu H200 --gpus 8`), planned(`${load} --instance p5en.48xlarge`)];
    expect(own.kvCapacityTokens).toBe(rented.kvCapacityTokens);
    expect(own.decodeLatencyMs).toBe(rented.decodeLatencyMs);
  });

  test('its links and its network are taken', () => {
    const load = '--model qwen3-32b --gpu L40S --gpus 4 --tensor 4';
    const staged = planned(load);
    const peer = planned(`${load} --interconnect pcie-peer`);
    expect(peer.instanceType.interconnect).toBe('PCIE_PEER');
    expect(peer.decodeLatencyMs).toBeLessThan(staged.decodeLatencyMs);
    const nodes = '--model qwen3-32b --gpu RTX-PRO-6000 --gpus 1 --pipeline 2 --max-nodes 2';
    expect(planned(`${nodes} --network-gbps 400 --network rdma`).instanceType.networkBandwidthGbps).toBe(400);
    expect(planned(nodes).network).toBe('TCP');
  });

  test.each([
    ['--gpu RTX-4080', ['UNKNOWN_VALUE --gpu']],
    ['--gpu H200 --gpus 0', ['NOT_A_WHOLE_NUMBER --gpus']],
    ['--gpu H200 --gpus two', ['INVALID_FORMAT --gpus']],
    ['--gpu H200 --gpus 8 --nvlink-domain 3', ['NVLINK_DOMAIN_DOES_NOT_DIVIDE_GPUS --nvlink-domain']],
    ['--gpu L4 --interconnect infiniband', ['UNKNOWN_VALUE --interconnect']],
    ['--gpu L4 --instance g6.xlarge', ['CONFLICTING_PROPERTIES --instance']],
    ['--instance g6.xlarge --gpus 2', ['CONFLICTING_PROPERTIES --gpus']],
    ['--gpu L4 --cpu-offload 4', ['MISSING_PROPERTY --host-memory']],
    ['--context 4096', ['MISSING_PROPERTY --instance']],
  ])('%s is a misuse', (line, ids) => expect(refused(`plan --model qwen3-8b ${line}`)).toEqual(ids));

  test('a name that is not known is refused in words of the command', () => {
    expect(run('plan --model qwen3-8b --gpu H20X').output).toBe(
      "error: unknown GPU type 'H20X'; nearest: 'H20' (95 GiB), 'H20-141GB' (139.7 GiB); gpu-inference gpus lists them",
    );
    expect(run('gpus').output).toMatch(/RTX-5090 +31.36 GiB +1792 +209.5 +419 +0/);
  });
});

describe('names of other tools', () => {
  const base = '--model llama-3.1-8b --instance p5.48xlarge';

  test.each([
    ['--max-model-len 4096 --max-num-seqs 64', '--context 4096 --max-sequences 64'],
    ['--max_model_len=4096', '--context 4096'],
    ['--tensor-parallel-size 4 --pipeline-parallel-size 2', '--tensor 4 --pipeline 2'],
    ['-tp 4 -dp 2', '--tensor 4 --data 2'],
    ['--gpu-memory-utilization 0.85 --max-num-batched-tokens 2048', '--utilization 0.85 --max-batched-tokens 2048'],
    ['--kv-cache-dtype fp8_e4m3 --quantization awq', '--kv-precision fp8 --precision int4'],
    ['--quantization gptq', '--precision int4'],
    ['--dtype bfloat16 --kv-cache-dtype auto', '--precision bf16'],
    ['--precision FP8', '--precision fp8'],
    ['--CONTEXT 4096', '--context 4096'],
    ['--context 32k', '--context 32768'],
    ['--context 128K --input 1.5k', '--context 131072 --input 1536'],
    ['--cpu-offload-gb 2', '--cpu-offload 2'],
  ])('%s is %s', (theirs, ours) => same(`${base} ${theirs}`, `${base} ${ours}`));

  test('an instance type that AWS has not published is no other one', () => {
    expect(run('plan --model llama-3.1-8b --instance p6e-gb300.36xlarge')).toEqual({
      output:
        "error: unknown GPU instance type 'p6e-gb300.36xlarge'; AWS has not published its network cards; --gpu GB300 --gpus 4 plans its hardware",
      status: 2,
    });
  });

  test('case does not matter', () => {
    same('--model Llama-3.1-8B --instance P5.48XLARGE --engine VLLM', `${base} --engine vllm`);
  });

  test('experts over all ranks', () => {
    const model = '--model qwen3-30b-a3b --instance p5.48xlarge --tensor 4';
    same(`${model} --enable-expert-parallel`, `${model} --expert 4`);
  });

  test.each([
    ['--max-model-len many', ['INVALID_FORMAT --context']],
    ['--context 4k --max-model-len 4096', ['DUPLICATE --context']],
    ['--context 32g', ['INVALID_FORMAT --context']],
    ['--quantization awk', ['UNKNOWN_VALUE --precision']],
    ['--tensor 2k', ['INVALID_FORMAT --tensor']],
  ])('%s is a misuse', (line, ids) => expect(refused(`plan ${base} ${line}`)).toEqual(ids));
});

describe('what is printed', () => {
  test('help states what holds by default, and names of other tools', () => {
    const { output } = run('plan --help');
    expect(output).toMatch(/--context TOKENS .*\(default: 8192, or what the model allows\)/);
    expect(output).toMatch(/--max-sequences N .*\(default: 256\)/);
    expect(output).toMatch(/--engine NAME .*\(default: vllm-0\.24\.0\)/);
    expect(output).toMatch(/--max-model-len \(--context\)/);
    const without = output.split('\n').filter((line) => /^ +--\S+ [A-Z]/.test(line) && !line.includes('(default: '));
    expect(without.map((line) => line.trim().split(' ')[0])).toEqual(['--model', '--config', '--instance', '--gpu']);
    expect(run('search --help').output).toMatch(/--limit N .*\(default: 10\)/);
  });

  test.each(['--version', '-V', 'plan --version', 'search --model x --version'])('%s', (line) =>
    expect(run(line)).toEqual({ output: '1.2.3', status: 0 }),
  );

  test('the verdict, what is short and what would help stand before the numbers', () => {
    const lines = run('plan --model llama-3.1-70b --instance g6e.xlarge').output.split('\n');
    expect(lines[0]).toMatch(/: does not fit$/);
    expect(lines[1]).toMatch(/^short by .* per GPU; these configurations would fit:$/);
    expect(lines[2]).toMatch(/^ {2}- /);
    expect(lines.findIndex((line) => line.startsWith('figure '))).toBeGreaterThan(2);
  });

  test('the rule of thumb is not beside the capacity, only where it is explained', () => {
    const line = 'plan --model llama-3.1-8b --instance g6e.xlarge';
    expect(run(line).output).toMatch(/key-value capacity/);
    expect(run(line).output).not.toMatch(/rule of thumb/);
    expect(run(`${line} --explain`).output).toMatch(/batch by rule of thumb/);
  });

  test('a size claims no more than is known of it', () => {
    const { output } = run('plan --model 8B --instance g6e.xlarge');
    const row = (name: string) => output.split('\n').find((line) => line.startsWith(name));
    expect(row('key-value cache per token')).toMatch(/assumed +assumed full attention heads; .* 2 to 16 times less/);
    expect(row('key-value cache per GPU')).not.toMatch(/20 %/);
    expect(row('activations per GPU')).toMatch(/assumed +assumed 32,000 tokens in the vocabulary/);
    expect(row('key-value capacity')).toMatch(/assumed +assumed from the rows above/);
    expect(run('plan --model llama-3.1-8b --instance g6e.xlarge').output).toMatch(/activations per GPU .* upper bound/);
  });
});
