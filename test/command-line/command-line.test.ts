import { CapacityPlan, ModelSpec } from '../../lib/planning';
import { runCommandLine } from '../../lib/command-line/command-line';

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

function run(line: string) {
  return runCommandLine(line.split(' ').filter(Boolean), (file) => {
    expect(file).toBe('models/acme-8b/config.json');
    return CONFIG;
  });
}

describe('gpu-inference', () => {
  test('plan prints a table, status 0 when it fits', () => {
    const { output, status } = run('plan --model llama-3.1-8b --instance g6e.xlarge');
    expect(status).toBe(0);
    expect(output).toMatch(/^llama-3.1-8b in bf16 on 1 × g6e.xlarge \(1 × L40S, tensor 1\).*: fits/);
    expect(output).toMatch(/weights per GPU +14.96 GiB +exact +± 0.1 %/);
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

  test.each([
    [
      'search --model llama-3.1-8b --instances g6e.xlarge=cheap',
      /pricePerHour of g6e.xlarge must be a number; got 'cheap'/,
    ],
    ['search --model llama-3.1-8b --instances g6e.xlarge=', /pricePerHour of g6e.xlarge must be a number; got ''/],
    ['plan --model .B --instance g6e.xlarge', /unknown model '.B'/],
    ['plan --model 1.2.3B --instance g6e.xlarge', /unknown model '1.2.3B'/],
    ['plan --model llama-3.1-8b --instance g6e.xlarge --kv-precision fp32', /needs fp32 weights/],
  ])('%s is a misuse', (line, message) => {
    expect(run(line)).toMatchObject({ status: 2, output: expect.stringMatching(message) });
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
    expect(run(`${line} --checkpoint-size 0`)).toMatchObject({ status: 2, output: expect.stringMatching(/far from/) });
    expect(run(`${line} --checkpoint-size -3`).status).toBe(2);
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

  test.each([
    ['plann', /unknown command 'plann'; nearest: 'plan'/],
    ['plan --model llama-3.1-8b', /give --instance/],
    ['plan --instance g6.xlarge', /either --model or --config/],
    ['plan --modell x --instance g6.xlarge', /unknown option '--modell'; nearest: '--model'/],
    ['plan --model', /--model needs a value/],
    ['plan --model llama-3.1-8b --instance --json', /--instance needs a value/],
    ['plan --model llama-3.1-8b --instance g6.xlarge --json=no', /--json takes no value; got 'no'/],
    ['plan --model llama-3.1-8b --model phi-4 --instance g6.xlarge', /--model is given twice/],
    ['plan --model llama --instance g6.xlarge', /nearest: 'llama-65b', 'llama-2-7b', 'llama-2-13b'/],
    ['constructor', /unknown command 'constructor'/],
    ['toString --help', /unknown command 'toString'/],
    ['plan --constructor 3', /unknown option '--constructor'/],
    ['models --json', /unknown option '--json'; see --help/],
    ['plan model', /'model' is not an option/],
    ['plan --model llama-3.1-8b --instance g6.xl', /unknown GPU instance type/],
    ['plan --model llama-3.1-8b --instance g6.xlarge --context many', /--context must be a number; got 'many'/],
    [
      'plan --model llama-3.1-8b --instance g6.xlarge --context -5',
      /contextLength must be a whole number of at least 1; got -5/,
    ],
    ['plan --model llama-3.1-8b --instance g6.xlarge --network rmda', /rdma or tcp/],
    ['plan --model llama-3.1-8b --instance g4dn.xlarge --precision bf16', /needs compute capability/],
    ['search --model llama-3.1-8b --instances g6.xlarge=free', /pricePerHour of g6.xlarge/],
    [
      'plan --model lama --tensor two --precison fp8',
      /^error: unknown option '--precison'[^]*'fp8' is not[^]*give --instance[^]*unknown model 'lama'[^]*--tensor must be a number; got 'two'$/,
    ],
  ])('%s: status 2 and a reason', (line, message) => {
    const { output, status } = run(line);
    expect(status).toBe(2);
    expect(output).toMatch(message);
  });
});
