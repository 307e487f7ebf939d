import { readFileSync } from 'node:fs';
import tseslint from 'typescript-eslint';

// One table of layers and allowed imports, enforced here while typing and again by test/architecture.test.ts.
const { layers, pureLayers, allowedSpecifiers, maxLines } = JSON.parse(
  readFileSync(new URL('test/architecture.json', import.meta.url), 'utf8'),
);

const source = (pattern) => pattern.replace(/^\^/, '').replace(/\$$/, '');
const anyOf = (patterns) => patterns.map(source).join('|');
const bare = (allowed) => `^(?!\\.|(?:${anyOf(allowed)})$)`;

const providerRoot = {
  regex: '^@(cdktf|cdktn)/provider-[^/]+(/lib)?/?$',
  message: "Import one resource: '@cdktf/provider-aws/lib/s3-bucket'. The provider's root loads 800 MB.",
};

function layerRules(layer) {
  const pure = pureLayers.includes(layer);
  const forbidden = Object.keys(layers).filter((other) => other !== layer && !layers[layer].includes(other));
  const rules = {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          providerRoot,
          {
            regex: bare([...(pure ? ['(?!)'] : allowedSpecifiers.lib), ...(allowedSpecifiers[layer] ?? [])]),
            message: pure
              ? `${layer} is pure: it imports units, catalog and planning only.`
              : 'lib imports only constructs, cdktf and @cdktf/provider-x/lib/y (and crypto, fs, path).',
          },
          {
            regex: `^(\\.\\./)+(${forbidden.join('|')})(/|$)`,
            message: `${layer} may import ${layers[layer].join(', ') || 'no other layer'} (test/architecture.json).`,
          },
        ],
      },
    ],
  };
  if (pure) {
    rules['no-restricted-globals'] = [
      'error',
      ...impureGlobals.map((name) => ({ name, message: `${layer} is pure.` })),
    ];
  }
  return { files: [`lib/${layer}/**/*.ts`], rules };
}

const nondeterministicGlobals = ['performance', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'];
const impureGlobals = [...nondeterministicGlobals, 'require', '__dirname', '__filename', 'Buffer'];

export default tseslint.config(
  { ignores: ['**/node_modules/', 'dist/', 'dist-jsii/', '.cache/', '**/cdktf.out/', '**/fixtures/'] },
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [...tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.{ts,mts,js,mjs,cjs}'],
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: maxLines }],
      'no-duplicate-imports': 'error',
      'no-restricted-imports': ['error', { patterns: [providerRoot] }],
      'no-throw-literal': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  // Written from the declarations of the public API.
  { files: ['lib/units/public-*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['examples/**/*.ts', 'test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            providerRoot,
            {
              regex: '^cdktf/(?!lib/testing)',
              message: 'Import from cdktf itself, or from cdktf/lib/testing in tests.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-member-accessibility': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-require-imports': 'error',
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        ...nondeterministicGlobals.map((name) => ({
          name,
          message: 'Synthesis is deterministic and reads no environment.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Synthesis is deterministic.' },
        { object: 'Date', property: 'now', message: 'Synthesis is deterministic.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'Import by a literal specifier at the head of the file.' },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
          message: 'Synthesis reads no clock: `new Date(time)` and `Date.UTC(...)` are deterministic.',
        },
      ],
    },
  },
  ...Object.keys(layers).map(layerRules),
);
