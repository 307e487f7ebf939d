import { CapacityPlan, ModelSpec } from '../../lib/planning';
import { resultOf, runCommandLine } from '../../lib/command-line/command-line';
import { faultsThrown, idsOf } from '../support/faults';

const CONFIG = JSON.stringify({
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  vocab_size: 128256,
  max_position_embeddings: 131072,
});

function readFile(file: string): string {
  expect(file).toBe('models/acme-8b/config.json');
  return CONFIG;
}

function run(line: string) {
  return runCommandLine(line.split(' ').filter(Boolean), readFile);
}

/** What a line is refused for; that it is refused with status 2 is checked too. */
function refused(line: string): string[] {
  const faults = faultsThrown(() => resultOf(line.split(' ').filter(Boolean), readFile));
  expect(run(line)).toEqual({ status: 2, output: faults.map(({ reason }) => `error: ${reason}`).join('\n') });
  return idsOf(faults);
}

describe('gpu-inference', () => {
  test('plan prints a table, status 0 when it fits', () => {
    const { output, status } = run('plan --model llama-3.1-8b --instance g6e.xlarge');
    expect(status).toBe(0);
    expect(output).toMatch(/^llama-3.1-8b in bf16 on 1 × g6e.xlarge \(1 × L40S, tensor 1\).*: fits/);
    expect(output).toMatch(/weights per GPU +14.96 GiB +exact +± 0.1 %/);
  });

  test('plan of a version of vLLM that the GPU is too old for is status 1, with the last that runs', () => {
    const on = (engine: string, gpu = 'V100-32GB') =>
      run(`plan --model llama-3.1-8b --gpu ${gpu} --gpus 8 --engine ${engine}`);
    expect(on('vllm-0.24.0')).toEqual({
      output: expect.stringMatching(
        /^does not run: vLLM 0\.24\.0 supports compute capability 7\.5 and later, but V100-32GB .* has 7\.0; use --engine vllm-0\.19\.1 or/,
      ) as string,
      status: 1,
    });
    expect(on('vllm-0.34.0').status).toBe(1);
    expect(run('plan --model llama-3.1-8b --instance p3.8xlarge')).toMatchObject({
      output: expect.stringContaining('vLLM 0.24.0 supports compute capability 7.5') as string,
      status: 1,
    });
    for (const format of ['--json', '--markdown'])
      expect(on(`vllm-0.24.0 ${format}`)).toMatchObject({ status: 1, isMessage: true });
    expect(on('vllm-0.19.1').status).toBe(0);
    expect(on('vllm-0.24.0', 'T4').status).toBe(0);
    expect(on('vllm-0.24.0', 'MI300X').output).not.toContain('compute capability 7.5');
  });

  test('search leaves out what the engine does not run on, and says so where nothing is left', () => {
    const on = (words: string) => run(`search --model llama-3.1-8b ${words}`);
    const old = {
      output: expect.stringMatching(/^does not run: .*use --engine vllm-0\.19\.1 or/) as string,
      status: 1,
    };
    expect(on('--instances p3.8xlarge')).toEqual(old);
    expect(on('--instances p3.8xlarge --json')).toEqual({ ...old, isMessage: true });
    const some = on('--instances p3.8xlarge,g6e.xlarge');
    expect(some).toMatchObject({ status: 0, output: expect.stringContaining('g6e.xlarge') as string });
    expect(some.output).not.toContain('p3.8xlarge');
    const note = expect.stringMatching(
      /^note: p3\.8xlarge is left out: vLLM 0\.24\.0 supports .*use --engine/,
    ) as string;
    expect(some.notes).toEqual([note]);
    expect(on('--instances p3.8xlarge,g6e.xlarge --json').notes).toEqual([note]);
    expect(on('--instances g6e.xlarge').notes).toBeUndefined();
    const unknown = 'plan --model llama-3.1-8b --instance g6e.xlarge --engine';
    expect(run(`${unknown} vllm-9.9`).notes).toEqual([expect.stringMatching(/^note: vLLM 9\.9\.0 is none of/)]);
    expect(run(`${unknown} vllm-0.24.5`).notes).toHaveLength(1);
    expect(run(`${unknown} vllm-0.24.0`).notes).toBeUndefined();
    expect(on('--instances p3.8xlarge --engine vllm-0.19.1').status).toBe(0);
  });

  test('who wants hardware chosen is told of search', () => {
    expect(run('choose --model llama-3.1-8b')).toEqual({
      output: "error: unknown command 'choose'; use 'search', or see --help",
      status: 2,
    });
  });

  describe('the region', () => {
    test('is one in which AWS sells the instance type', () => {
      expect(run('plan --model llama-3.1-8b --instance g6e.xlarge --region eu-central-1').status).toBe(0);
      expect(refused('plan --model llama-3.1-8b --instance g6e.xlarge --region eu-west-1')).toEqual([
        'TYPE_NOT_IN_REGION --instance',
      ]);
      expect(run('plan --model llama-3.1-8b --instance g6e.xlarge --region eu-west-1').output).toMatch(
        /does not sell g6e.xlarge on demand in eu-west-1, but in .*eu-central-1/,
      );
      expect(refused('search --model llama-3.1-8b --instances g6e.xlarge,g5.xlarge --region eu-west-1')).toEqual([
        'TYPE_NOT_IN_REGION --instances',
      ]);
    });

    test('is one that is known', () => {
      expect(refused('plan --model llama-3.1-8b --instance g6e.xlarge --region us-wets-2')).toEqual([
        'UNKNOWN_VALUE --region',
      ]);
      expect(run('search --model llama-3.1-8b --region us-wets-2').output).toMatch(
        /unknown region 'us-wets-2'; nearest: 'us-west-2'/,
      );
    });

    test('bounds what a search chooses from', () => {
      expect(run('search --model llama-3.1-8b --limit 40').output).toMatch(/g6e.xlarge/);
      const { output, status } = run('search --model llama-3.1-8b --limit 40 --region eu-west-1');
      expect(status).toBe(0);
      expect(output).not.toMatch(/g6e\./);
      expect(run('search --model llama-3.1-8b --region ca-west-1')).toMatchObject({ status: 1 });
    });
  });

  describe('the price', () => {
    const PLAN = 'plan --model llama-3.1-8b --instance g6e.xlarge';
    const LIST =
      'price: 1.861 US dollars an hour for each g6e.xlarge, AWS on demand, Linux, us-east-1, 20 July 2026 (aws/karpenter-provider-aws 1d92708, ' +
      'zz_generated.pricing_aws.go)';

    test.each(['', ' --explain', ' --markdown'])('is the list price, with its date and source%s', (how) => {
      const { output } = run(`${PLAN}${how}`);
      expect(output).toContain(`\n${LIST}; --price takes precedence`);
      expect(output).toMatch(/cost per million output tokens/);
    });

    test('of another region is not said to be known', () => {
      expect(run(`${PLAN} --region eu-central-1`).output).toContain(
        `${LIST}; those of eu-central-1 differ and are not known here; --price`,
      );
    });

    test('that is given takes precedence', () => {
      const { output } = run(`${PLAN} --price 1.25`);
      expect(output).toContain('\nprice: 1.25 an hour for each node, as given');
      expect(output).not.toContain('list');
      const costOf = (line: string) => Number(/output tokens +([\d.]+)/.exec(run(line).output)?.[1]);
      expect(costOf(`${PLAN} --price 1.861`)).toBe(costOf(PLAN));
      expect(costOf(`${PLAN} --price 18.61`)).toBeGreaterThan(5 * costOf(PLAN));
    });

    test('is none of own hardware, and of what has no list price', () => {
      expect(run('plan --model llama-3.1-8b --gpu RTX-4090').output).not.toMatch(/price|cost/);
      expect(run('plan --model llama-3.1-8b --instance p5e.48xlarge').output).toContain(
        'price: no list price of p5e.48xlarge is known; give yours by --price',
      );
    });

    test('is in no lock that was made without one', () => {
      expect(CapacityPlan.fromJson(run(`${PLAN} --json`).output).pricePerHour).toBeUndefined();
    });

    test('of a search is the list price of all nodes, or what is given', () => {
      const listed = run('search --model llama-3.1-8b --instances g6e.xlarge,g5.xlarge').output;
      expect(listed).toMatch(/1 × g6e.xlarge .* 1\.861 +\d/);
      expect(listed).toMatch(/\n\nprices: US dollars, AWS on demand, Linux, us-east-1, 20 July 2026 .*--instances/);
      const given = run('search --model llama-3.1-8b --instances g6e.xlarge=2,g5.xlarge').output;
      expect(given).toMatch(/1 × g6e.xlarge .* 2 +\d/);
      expect(given).not.toMatch(/US dollars/);
    });
  });

  test('plan has status 1 when it does not fit, and prints what would fit', () => {
    const { output, status } = run('plan --model llama-65b --instance p4de.24xlarge --precision fp16 --tensor 1');
    expect(status).toBe(1);
    expect(output).toMatch(/does not fit/);
    expect(output).toMatch(/short by .* per GPU; these configurations would fit:\n {2}- /);
  });

  test('plan --json is a plan that can be locked', () => {
    const { output, status } = run(
      'plan --model=llama-65b --instance=p4de.24xlarge --tensor 8 --concurrency 2 --price 40.97 --json',
    );
    expect(status).toBe(0);
    const plan = CapacityPlan.fromJson(output);
    expect(plan.model).toBe(ModelSpec.LLAMA_65B);
    expect(plan.parallelism.tensor).toBe(8);
    expect(plan.concurrency).toBe(2);
    expect(plan.costPerMillionTokens).toBeGreaterThan(0);
  });

  test('a file that cannot be read is a misuse, not a model that does not fit', () => {
    const missing = runCommandLine('plan --config a/config.json --instance g6e.xlarge'.split(' '), () => {
      throw Object.assign(new Error("ENOENT: no such file or directory, open 'a/config.json'"), { code: 'ENOENT' });
    });
    expect(missing).toEqual({
      status: 2,
      output: "error: --config a/config.json cannot be read: ENOENT: no such file or directory, open 'a/config.json'",
    });
  });

  test.each(['llama-4-scout', 'llama-4-maverick', 'glm-4.5', 'glm-4.5-air', 'mistral-small-24b'])(
    'plans %s',
    (model) => {
      const { output, status } = run(`plan --model ${model} --instance p5en.48xlarge --precision fp8 --concurrency 8`);
      expect(status).toBe(0);
      expect(output).toMatch(new RegExp(`^${model} in fp8`));
    },
  );

  test('takes the size of the checkpoint', () => {
    const line = 'plan --model llama-3.1-8b --instance g6.xlarge --context 4096 --concurrency 1';
    expect(run(line).status).toBe(0);
    expect(run(`${line} --checkpoint-size 19`).status).toBe(1);
    expect(refused(`${line} --checkpoint-size 0`)).toEqual(['CHECKPOINT_SIZE_IMPLAUSIBLE --checkpoint-size']);
    expect(refused(`${line} --checkpoint-size -3`)).toEqual(['OUT_OF_RANGE --checkpoint-size']);
  });

  test('takes a size, or a config.json', () => {
    expect(run('plan --model 13B --instance g4dn.12xlarge --context 2048 --tensor 4 --concurrency 1').status).toBe(0);
    expect(run('plan --config models/acme-8b/config.json --instance g6e.xlarge').output).toMatch(/^acme-8b in bf16/);
  });

  test('explains in text and Markdown', () => {
    expect(run('plan --model phi-4 --instance p5.4xlarge --explain').output).toMatch(/evidence: exact/);
    expect(run('plan --model phi-4 --instance p5.4xlarge --markdown').output).toMatch(/^## phi-4/);
  });

  test('search ranks, status 1 when nothing fits', () => {
    const found = run('search --model llama-3.1-8b --instances g6e.xlarge=1.86,p5.4xlarge=6.9 --max-ms-per-token 12');
    expect(found.status).toBe(0);
    expect(found.output.split('\n')[2]).toMatch(/^1 × p5.4xlarge +bf16 +tensor 1/);
    expect(run('search --model deepseek-v3 --instances g6.xlarge').status).toBe(1);
    const json = JSON.parse(run('search --model llama-3.1-8b --limit 2 --json').output);
    expect(json).toHaveLength(2);
  });

  test('lists the catalog', () => {
    expect(run('models').output).toMatch(/llama-3.1-8b +8.03 +8.03 +14.96 GiB +131072 +131072/);
    expect(run('instances').output).toMatch(/p5.48xlarge +8 × H100 +79.1 GiB +NVSWITCH +32 +3200/);
  });

  test('help', () => {
    expect(run('--help')).toMatchObject({ status: 0 });
    expect(run('plan --help').output).toMatch(/--instance TYPE/);
    expect(run('').status).toBe(2);
  });

  test.each<[string, string[]]>([
    ['plann', ['UNKNOWN_VALUE plann']],
    ['plan --model llama-3.1-8b', ['MISSING_PROPERTY --instance']],
    ['plan --instance g6.xlarge', ['MISSING_PROPERTY --model']],
    ['plan --model llama-3.1-8b --config a/config.json --instance g6.xlarge', ['CONFLICTING_PROPERTIES --model']],
    ['plan --modell x --instance g6.xlarge', ['UNKNOWN_VALUE --modell', 'MISSING_PROPERTY --model']],
    ['plan --model', ['OPTION_NEEDS_VALUE --model', 'MISSING_PROPERTY --instance', 'MISSING_PROPERTY --model']],
    ['plan --model llama-3.1-8b --instance --json', ['OPTION_NEEDS_VALUE --instance']],
    ['plan --model llama-3.1-8b --instance g6.xlarge --json=no', ['OPTION_TAKES_NO_VALUE --json']],
    ['plan --model llama-3.1-8b --model phi-4 --instance g6.xlarge', ['DUPLICATE --model']],
    ['plan --model llama --instance g6.xlarge', ['UNKNOWN_VALUE --model']],
    ['plan --model .B --instance g6e.xlarge', ['UNKNOWN_VALUE --model']],
    ['plan --model 1.2.3B --instance g6e.xlarge', ['UNKNOWN_VALUE --model']],
    ['constructor', ['UNKNOWN_VALUE constructor']],
    ['toString --help', ['UNKNOWN_VALUE toString']],
    [
      'plan --constructor 3',
      ['UNKNOWN_VALUE --constructor', 'MISSING_PROPERTY --instance', 'MISSING_PROPERTY --model'],
    ],
    [
      'plan --constructor 3 4',
      ['UNKNOWN_VALUE --constructor', 'NOT_AN_OPTION 4', 'MISSING_PROPERTY --instance', 'MISSING_PROPERTY --model'],
    ],
    ['plan --modell=x y --model phi-4 --instance g6e.xlarge', ['UNKNOWN_VALUE --modell', 'NOT_AN_OPTION y']],
    ['models --json', ['UNKNOWN_VALUE --json']],
    ['plan model', ['NOT_AN_OPTION model', 'MISSING_PROPERTY --instance', 'MISSING_PROPERTY --model']],
    ['plan --model llama-3.1-8b --instance g6.xl', ['UNKNOWN_VALUE --instance']],
    ['plan --model llama-3.1-8b --instance g6.xlarge --context many', ['INVALID_FORMAT --context']],
    ['plan --model llama-3.1-8b --instance g6.xlarge --context -5', ['NOT_A_WHOLE_NUMBER --context']],
    ['plan --model llama-3.1-8b --instance g6.xlarge --network rmda', ['UNKNOWN_VALUE --network']],
    ['plan --model llama-3.1-8b --instance g4dn.xlarge --precision bf16', ['PRECISION_NOT_SUPPORTED --precision']],
    [
      'plan --model llama-3.1-8b --instance g6e.xlarge --kv-precision fp32',
      ['CACHE_NEEDS_FP32_WEIGHTS --kv-precision'],
    ],
    ['search --model llama-3.1-8b --instances g6.xlarge=free', ['INVALID_FORMAT --instances']],
    ['search --model llama-3.1-8b --instances g6e.xlarge=1=2', ['INVALID_FORMAT --instances']],
    ['search --model llama-3.1-8b --instances g6e.xlarge,g6e.xlarge=2', ['DUPLICATE --instances']],
    ['search --model llama-3.1-8b --instances g6e.xlarge=', ['INVALID_FORMAT --instances']],
    [
      'plan --model lama --tensor two --precison fp8',
      ['UNKNOWN_VALUE --precison', 'MISSING_PROPERTY --instance', 'UNKNOWN_VALUE --model', 'INVALID_FORMAT --tensor'],
    ],
  ])('%s is a misuse', (line, ids) => {
    expect(refused(line)).toEqual(ids);
  });

  test('prints its version', () => {
    expect(runCommandLine(['--version'], readFile, '1.2.3')).toEqual({ output: '1.2.3', status: 0 });
  });

  test('search has status 1 when no choice reaches the targets, and says so', () => {
    const line = 'search --model llama-3.1-8b --instances g6e.xlarge';
    expect(run(line).status).toBe(0);
    const missed = run(`${line} --max-ms-per-token 1`);
    expect(missed.status).toBe(1);
    expect(missed.output).toMatch(
      /^nothing reaches the targets; the nearest comes first: time per output token [\d.]+ ms, wanted at most 1; relax the targets/,
    );
    expect(run(`${line} --max-ms-per-token 1 --json`).status).toBe(1);
    expect(run('search --model deepseek-v3 --instances g6.xlarge').output).toMatch(/^nothing fits; .*--max-nodes/);
  });

  test('documents its exit statuses', () => {
    for (const line of ['--help', 'plan --help', 'search --help']) {
      expect(run(line).output).toMatch(/exit status: 0 .* 1 .* 2 .* 3 an error of the program itself/);
    }
  });

  test('a bug has a status of its own and one line', () => {
    const args = ['plan', '--model', 'llama-3.1-8b', '--instance', 'g6e.xlarge'];
    const broken = {
      ...args,
      length: 5,
      [Symbol.iterator]: () => {
        throw new RangeError('deep\nstack \u001b[2J');
      },
    };
    expect(runCommandLine(broken as unknown as string[], readFile)).toEqual({
      output: 'internal error: RangeError: deep; please report it with the command',
      status: 3,
    });
  });

  test('speaks of options', () => {
    const lines = [
      'plan --model llama-3.1-8b --instance g6e.xlarge --context 999999999',
      'plan --model llama-3.1-8b --instance g6e.xlarge --context 1000 --input 900 --output 900',
      'plan --model llama-3.1-8b --instance g6e.xlarge --tensor 3 --micro-batches 0 --max-nodes 0 --price 0',
      'plan --model llama-3.1-8b --instance g6e.xlarge --utilization 7 --max-sequences 0 --max-batched-tokens 0',
      'plan --model llama-3.1-8b --instance g6e.xlarge --checkpoint-size 9000 --cpu-offload -1 --kv-precision int4',
      'plan --model llama-9 --instance g6e.tiny --precision fp7 --engine vlm',
      'plan --model 0.000001B --instance g6e.xlarge',
      'search --model llama-3.1-8b --max-ms-per-token 0 --max-ms-to-first-token -1 --min-tokens-per-second 0 --limit 0',
      'search --model llama-3.1-8b --max-replicas 0 --instances g6e.xlarge=-1 --kv-precision fp32',
    ];
    for (const line of lines) {
      const { output, status } = run(line);
      expect(status).toBe(2);
      expect(output).not.toMatch(/\b[a-z]+[A-Z]\w*|\b(ModelSpec|GpuInstanceType|GpuNodeType|CapacityPlan|DataSize)\b/);
    }
    expect(run(lines[0]).output).toBe(
      'error: --context 999999999 exceeds the 131072 tokens that llama-3.1-8b was made for; use at most 131072',
    );
  });
});
