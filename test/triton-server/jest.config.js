const { transform, moduleNameMapper, modulePathIgnorePatterns } = require('../../jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  rootDir: '../..',
  roots: ['<rootDir>/test/triton-server'],
  testMatch: ['**/*.triton.ts'],
  testEnvironment: 'node',
  testTimeout: 180_000,
  maxWorkers: 1,
  transform,
  moduleNameMapper,
  modulePathIgnorePatterns,
};
