/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  runtime: '<rootDir>/test/support/compiled-once.js',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  roots: ['<rootDir>/test'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        // As in the package: tests that make no dashboards do not load Grafana's 230 files.
        module: { type: 'commonjs', lazy: ['./grafana/dashboards/dashboards'] },
      },
    ],
  },
  moduleNameMapper: {
    '(^\\./|/private/)stack-trace$': '<rootDir>/test/support/no-stack-trace.js',
    '^fast-check$': '<rootDir>/test/support/seeded-fast-check.js',
    '^gpu-inference-constructs$': '<rootDir>/lib/index.ts',
    '^gpu-inference-constructs/planning$': '<rootDir>/lib/planning/index.ts',
  },
  // Ends what hangs. Scripts and servers that tests start may have to wait for a processor.
  testTimeout: 30_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
};
