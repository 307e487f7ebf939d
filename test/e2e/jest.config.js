const { transform, moduleNameMapper, modulePathIgnorePatterns } = require('../../jest.config.js');

// The servers of one suite take the whole machine: one suite at a time, and its tests in order.
/** @type {import('jest').Config} */
module.exports = {
  rootDir: '../..',
  roots: ['<rootDir>/test/e2e'],
  testMatch: ['**/*.e2e.ts'],
  testEnvironment: 'node',
  testTimeout: 600_000,
  maxWorkers: 1,
  transform,
  moduleNameMapper,
  modulePathIgnorePatterns,
};
