// What tests get for `fast-check`: the same values on every run, so that a run of the whole suite says what it said before.
// Look for new counterexamples by `FAST_CHECK_SEED=$RANDOM npm test -- test/planning`.
const fastCheck = require('../../node_modules/fast-check/lib/cjs/fast-check.js');

fastCheck.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20260101) });

module.exports = fastCheck;
