import { existsSync, readFileSync } from 'fs';
import * as path from 'path';

const ROOT = path.join(__dirname, '..');
const PLACE = /^(lib|test|docs|assets|charts|examples|scripts|bench|bin)(\/[\w.-]+)*\/?$/;

/** What a text names as a file or folder of the repository, in backticks or as the first words of a line of the layout. */
function places(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code).filter((code) => PLACE.test(code));
  const layout = (/## Layout\n\n```\n(.*?)```/s.exec(text)?.[1] ?? '').split('\n').flatMap((line) => {
    const [first = '', ...others] = (/^(\S+( \S+)*)( {2,}|$)/.exec(line)?.[1] ?? '').split(' ').filter(Boolean);
    const named = first.replace(/<\w+>\/$/, '');
    // `lib/units catalog planning` names three folders beside each other.
    return [named, ...others.map((other) => path.posix.join(path.posix.dirname(named), other))].filter(Boolean);
  });
  return [...new Set([...quoted, ...layout])];
}

const missing = (text: string) => places(text).filter((place) => !existsSync(path.join(ROOT, place)));

test('every file and folder that CONTRIBUTING.md names exists', () => {
  const text = readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  expect(places(text).length).toBeGreaterThan(40);
  expect(missing(text)).toEqual([]);
});

test('every folder of a layer is in the layout', () => {
  const { layers } = JSON.parse(readFileSync(path.join(__dirname, 'architecture.json'), 'utf8')) as { layers: object };
  const named = places(readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
  expect(
    Object.keys(layers).filter((layer) => !named.some((place) => `${place}/`.startsWith(`lib/${layer}/`))),
  ).toEqual([]);
});

test('a name that does not exist is detected', () => {
  expect(missing('See `lib/core/nothing.ts`, `lib/core` and `npm test`.')).toEqual(['lib/core/nothing.ts']);
  expect(missing('## Layout\n\n```\nlib/units nowhere     pure\n```\n')).toEqual(['lib/nowhere']);
});
