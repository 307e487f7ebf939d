// On a fresh clone, as CI has, jest does not know how long each file of tests takes and begins with the largest: one that takes long and is small
// would begin last, and keep one processor idle at the end. There, those of `longest-files.json` begin first, in its order.
const path = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');
const LONGEST = require('./longest-files.json');

const ROOT = path.join(__dirname, '..', '..');

module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    if (!process.env.CI) return sorted;
    const rankOf = ({ path: file }) => {
      const rank = LONGEST.indexOf(path.relative(ROOT, file).replaceAll(path.sep, '/'));
      return rank === -1 ? LONGEST.length : rank;
    };
    return sorted.sort((one, other) => rankOf(one) - rankOf(other));
  }
};
