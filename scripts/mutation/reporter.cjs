// Writes which projects (mutants) had failing tests, and which: { project: { test file: test } }.
const { writeFileSync } = require('node:fs');

module.exports = class {
  constructor(_config, { file }) {
    this.file = file;
    this.killed = {};
  }

  onTestResult({ context }, result) {
    const failing = result.testResults.find(({ status }) => status === 'failed');
    const by = failing ? failing.fullName : result.testExecError || result.failureMessage ? 'does not load' : undefined;
    if (by) (this.killed[context.config.displayName.name] ??= {})[result.testFilePath] = by;
  }

  onRunComplete() {
    writeFileSync(this.file, JSON.stringify(this.killed));
  }
};
