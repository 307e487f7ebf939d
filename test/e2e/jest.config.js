const {
  runtime,
  testSequencer,
  transform,
  moduleNameMapper,
  modulePathIgnorePatterns,
} = require('../../jest.config.js');

// Suites have servers of their own and mostly wait for the AWS provider, which asks for news every few seconds: they run side by side.
/** @type {import('jest').Config} */
module.exports = {
  rootDir: '../..',
  roots: ['<rootDir>/test/e2e'],
  testMatch: ['**/*.e2e.ts'],
  testEnvironment: 'node',
  testTimeout: 600_000,
  maxWorkers: 3,
  runtime,
  testSequencer,
  transform,
  moduleNameMapper,
  modulePathIgnorePatterns,
};
