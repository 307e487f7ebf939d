/**
 * What a server tells of a metric now: the sum of its samples, by the values of one of its labels.
 *
 * @param url where it exposes its metrics
 * @throws where it tells nothing of it
 */
export async function exposedBy(url: string, metric: string, label: string): Promise<{ [value: string]: number }> {
  const text = await (await fetch(url)).text();
  const sums: { [value: string]: number } = {};
  for (const line of text.split('\n')) {
    const [, name, labels = '', value] = /^([\w:]+)(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
    if (name !== metric) continue;
    const of = new RegExp(`(?:^|,)${label}="([^"]*)"`).exec(labels)?.[1] ?? '';
    sums[of] = (sums[of] ?? 0) + Number(value);
  }
  if (Object.keys(sums).length === 0) throw new Error(`${url} tells nothing of ${metric}`);
  return sums;
}
