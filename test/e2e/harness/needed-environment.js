const { TestEnvironment } = require('jest-environment-node');

/**
 * Where a test that others need fails, those are skipped, and it alone counts as a failure: `needed.ts`. Jest itself fails all of them with the error of a
 * `beforeAll`, or runs them on what is not there.
 */
class NeededEnvironment extends TestEnvironment {
  /** For each block of tests, the test that failed. */
  #failed = new Map();
  #skipped = 0;

  async handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0 && this.global.neededTests?.has(test.name)) {
      this.#failed.set(test.parent, test.name);
    }
    if (name === 'test_start' && this.#reasonFor(test.parent) !== undefined) {
      test.mode = 'skip';
      this.#skipped += 1;
    }
    if (name === 'run_finish' && this.#skipped > 0) {
      const reasons = [...this.#failed.values()].map((each) => `'${each}'`).join(', ');
      process.stdout.write(`${this.#skipped} tests are skipped, because this failed: ${reasons}\n`);
    }
  }

  #reasonFor(block) {
    return block && (this.#failed.get(block) ?? this.#reasonFor(block.parent));
  }
}

module.exports = NeededEnvironment;
