/**
 * A table of text, columns aligned; without a header row if the header is empty.
 *
 * @internal
 */
export function tableText(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = header.length > 0 ? [header, ...rows] : [...rows];
  const columns = Math.max(0, ...all.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  const rule = header.length > 0 ? [widths.map((width) => '-'.repeat(width)).join('  ')] : [];
  return [...(header.length > 0 ? [line(header)] : []), ...rule, ...rows.map(line), ''].join('\n');
}
