import { readdirSync } from 'fs';
import * as path from 'path';
import { Fault, UnscopedValidationError } from '../../lib/units';
import { fault } from '../../lib/units/fault';
import { faultsThrown } from '../support/faults';
import { FaultText } from './fault-text';

const LAYERS = readdirSync(__dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'fault-text.ts')
  .sort();

/** What a message holds that prints a value without regard to its type. */
const UNREADABLE = /undefined|\[object |TfToken|\$\{Tf|UNTITLED/;

function rowsOf(file: string): FaultText[] {
  return (require(path.join(__dirname, file)) as { TEXTS: FaultText[] }).TEXTS;
}

/** Fails unless the row's program has the fault with just this property and sentence. */
function check({ id, property, text, refuse, faults }: FaultText): void {
  if ((refuse === undefined) === (faults === undefined)) throw new Error(`${id}: give one of refuse and faults`);
  const found: readonly Fault[] = faults ? faults() : faultsThrown(refuse as () => unknown);
  const same = found.filter((each) => each.id === id);
  expect(same.length > 0 ? same : found).toContainEqual(fault(id, property, text));
}

describe.each(LAYERS)('%s', (file) => {
  const rows = rowsOf(file);

  test('has rows', () => {
    expect(rows.length).toBeGreaterThan(0);
  });

  test('shows no value as JavaScript has it', () => {
    expect(rows.filter(({ text }) => UNREADABLE.test(text)).map(({ text }) => text)).toEqual([]);
  });

  test.each(rows.map((row) => [row.id, row.property ?? '', row] as const))('%s %s', (_id, _property, row) => {
    check(row);
  });
});

describe('a row fails', () => {
  const refuse = () => {
    throw new UnscopedValidationError([fault('OUT_OF_RANGE', 'port', 'port must be at most 65535; got 70000')]);
  };
  const right: FaultText = {
    id: 'OUT_OF_RANGE',
    property: 'port',
    text: 'port must be at most 65535; got 70000',
    refuse,
  };

  test('if it shows a value as JavaScript has it', () => {
    expect('cpu=[object Object]').toMatch(UNREADABLE);
  });

  test('not when all of it is right', () => {
    expect(() => check(right)).not.toThrow();
    expect(() =>
      check({ ...right, refuse: undefined, faults: () => [fault('OUT_OF_RANGE', 'port', right.text)] }),
    ).not.toThrow();
  });

  test.each<[string, FaultText]>([
    ['the sentence is another', { ...right, text: 'port must be at most 65535' }],
    ['the property is another', { ...right, property: 'targetPort' }],
    ['the property is missing', { ...right, property: undefined }],
    ['the id is another', { ...right, id: 'INVALID_FORMAT' }],
    ['nothing is refused', { ...right, refuse: () => undefined }],
    ['nothing is found', { ...right, refuse: undefined, faults: () => [] }],
    ['it says neither how nor where', { ...right, refuse: undefined }],
  ])('when %s', (_what, row) => {
    expect(() => check(row)).toThrow();
  });
});
