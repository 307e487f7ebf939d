import { runCommandLine } from '../../lib/command-line/command-line';

const none = () => {
  throw new Error('no file');
};
const plan = (model: string, ...more: string[]) =>
  runCommandLine(
    ['plan', '--model', model, '--instance', 'p5en.48xlarge', '--tensor', '8', '--explain', ...more],
    none,
  );

test.each([
  ['deepseek-r1', ['--speculative-config', '{"method":"mtp","num_speculative_tokens":1}'], /mtp, 1 token/],
  ['deepseek-r1', ['--speculative_config={"method":"deepseek_mtp","num_speculative_tokens":2}'], /mtp, 2 tokens/],
  [
    'deepseek-r1',
    ['--spec-method', 'mtp', '--spec-tokens', '1', '--acceptance-rate', '0.85'],
    /tokens per step: 1\.85/,
  ],
  ['llama-3.1-70b', ['--spec-method', 'ngram', '--spec-tokens', '4'], /ngram, 4 tokens/],
  ['llama-3.1-70b', ['--spec-method', 'eagle3', '--spec-tokens', '3'], /eagle3, 3 tokens/],
  ['llama-3.1-70b', ['--spec-model', 'llama-3.2-1b', '--spec-tokens', '3'], /draft_model llama-3\.2-1b, 3 tokens/],
])('%s %j', (model, more, expected) => {
  expect(plan(model, ...more).output).toMatch(expected);
});

test.each([
  [['--speculative-config', 'mtp'], /must be a JSON object such as/],
  [['--speculative-config', '{"method":"mtp","num_spec_tokens":1}'], /num_speculative_tokens/],
  [['--spec-method', 'medusa', '--spec-tokens', '1'], /must be one of mtp, draft_model, eagle3, ngram; got 'medusa'/],
  [['--spec-method', 'ngram'], /tokens must be a number; got nothing/],
  [['--spec-method', 'draft_model', '--spec-tokens', '1'], /a draft model needs its name/],
  [['--acceptance-rate', '0.5'], /needs --speculative-config or --spec-method/],
  [['--spec-method', 'ngram', '--speculative-config', '{}'], /give either --speculative-config or --spec-method/],
  [['--spec-method', 'mtp', '--spec-tokens', '1'], /has no multi-token prediction layers/],
])('%j is refused', (more, expected) => {
  const { output, status } = plan('llama-3.1-70b', ...more);
  expect(output).toMatch(expected);
  expect(status).toBe(2);
});
