/** One thing that a plan does. `replace` deletes first and creates after; `supersede` creates first. */
export interface PlannedStep {
  readonly action: 'create' | 'update' | 'delete' | 'replace' | 'supersede';
  /** Type of Terraform, or kind of Kubernetes. */
  readonly kind: string;
  readonly name: string;
  /** Attributes that change, or that make it be replaced. */
  readonly because?: readonly string[];
}

/**
 * What a change may do, as lines of the form `action kind`, where the kind is a regular expression without blanks; with ` xN` for how
 * many, ` only a,b` for the attributes that may change, and a regular expression of the names between slashes at the end. A line with a question mark before it may go unused. Earlier
 * lines come first.
 */
export type Expectations = readonly string[];

const LINE =
  /^(\?)?((?:create|update|delete|replace|supersede)(?:\|(?:create|replace|supersede))*) (\S+?)(?: x(\d+))?(?: only (\S+))?(?: \/(.+)\/)?$/;

/** What is wrong with a plan: steps that no line allows, and lines that no step, or another number of steps, meets. */
export function judge(steps: readonly PlannedStep[], expectations: Expectations): string[] {
  const unexpected = new Set(steps);
  const problems: string[] = [];
  for (const line of expectations) {
    const [, optional, actions, kinds, count, only, name = ''] = LINE.exec(line) ?? [];
    if (!actions) throw new Error(`not an expectation: '${line}'`);
    const [ofKind, pattern] = [new RegExp(`^(?:${kinds})$`), new RegExp(name)];
    const inOnly = (attribute: string) => only === undefined || only.split(',').includes(attribute);
    const met = [...unexpected].filter(
      (it) =>
        actions.split('|').includes(it.action) &&
        ofKind.test(it.kind) &&
        pattern.test(it.name) &&
        (it.because ?? []).every(inOnly),
    );
    for (const step of met) unexpected.delete(step);
    if (optional && met.length === 0) continue;
    if (count !== undefined && met.length !== Number(count)) problems.push(`expected '${line}', found ${met.length}`);
    else if (met.length === 0) problems.push(`expected '${line}', found none`);
  }
  return [...[...unexpected].map(({ action, kind, name }) => `unexpected: ${action} ${kind} ${name}`), ...problems];
}

const ORDER = ['replace', 'supersede', 'delete', 'create', 'update'];

/** The steps as a table, the dangerous ones first. */
export function table(steps: readonly PlannedStep[]): string {
  if (steps.length === 0) return '    nothing';
  const rows = [...steps]
    .sort((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action) || a.kind.localeCompare(b.kind, 'en'))
    .map(({ action, kind, name, because = [] }) => [action, kind, name, because.join(', ')]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
