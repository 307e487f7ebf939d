// In each test file of a mutation run, after jest's own functions are there: every test runs once as it is, then once for each mutant that it
// reaches and that this file is asked about. A mutant is seen when the test then fails. What decides when modules load cannot be changed
// this way, and is left to a run of its own (see mutation.mjs). Snapshots see every change and explain none, so they always pass.
const { bind } = require('jest-each');

const pass = () => ({ pass: true, message: () => '' });
expect.extend({ toMatchSnapshot: pass, toMatchInlineSnapshot: pass });

const mutation = globalThis.__mutation;
mutation.asked = new Set(mutation.askedOf[expect.getState().testPath]);
const plain = globalThis.test;

async function tryAll(body, context) {
  mutation.reachedNow.clear();
  await body.call(context);
  const asked = [...mutation.reachedNow].filter((id) => mutation.asked.has(id) && !mutation.killed.has(id));
  if (asked.length === 0 || mutation.late()) return;
  const fails = async (id) => {
    mutation.chosen = id;
    try {
      await body.call(context);
      return false;
    } catch {
      return true;
    } finally {
      mutation.chosen = undefined;
    }
  };
  // A test that fails when it is only run again says nothing of mutants.
  if (await fails(undefined)) return;
  const seen = [];
  for (const id of asked) {
    if (mutation.late()) break;
    if (await fails(id)) seen.push(id);
  }
  // Nor does one that a mutant has spoiled for good.
  if (seen.length > 0 && (await fails(undefined))) return;
  seen.forEach((id) => mutation.killed.add(id));
}

const wrapped = (name, body, timeout) =>
  plain(
    name,
    body &&
      async function () {
        await tryAll(body, this);
      },
    mutation.asked.size > 0 ? 600_000 : timeout,
  );
if (mutation.alone === undefined) {
  for (const name of ['test', 'it'])
    globalThis[name] = Object.assign(wrapped, { skip: plain.skip, todo: plain.todo, each: bind(wrapped, false) });
}

afterAll(() => mutation.write(expect.getState().testPath));
