const { transform, moduleNameMapper, modulePathIgnorePatterns } = require('../../jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  rootDir: '../..',
  roots: ['<rootDir>/test/engine'],
  testMatch: ['**/*.engine.ts'],
  testEnvironment: 'node',
  transform,
  moduleNameMapper,
  modulePathIgnorePatterns,
};
