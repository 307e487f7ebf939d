import { RuleGroup } from './rule-group';
import { MonitoringRule } from './monitoring-rule';

/**
 * The text of a file of rules: JSON, which is also YAML, with a rule a line.
 *
 * @internal
 */
export function ruleFile(groups: readonly RuleGroup[]): string {
  return `{"groups":[${groups.map(groupText).join(',')}]}\n`;
}

function groupText({ name, rules }: RuleGroup): string {
  return `\n{"name":${JSON.stringify(name)},"rules":[\n${rules.map((rule) => JSON.stringify(rule)).join(',\n')}\n]}`;
}

/**
 * The texts of files of rules, each below a size in bytes. Groups stay whole as far as they can: rules of one group are evaluated one after the
 * other, and a rule in another group sees what they recorded at most one evaluation later.
 *
 * @param groups all groups
 * @param most bytes of a file
 * @param first bytes of the first file @default - as of the others
 *
 * @internal
 */
export function ruleFiles(groups: readonly RuleGroup[], most: number, first = most): string[] {
  const files: RuleGroup[][] = [[]];
  const frame = bytes(ruleFile([]));
  let left = first - frame;
  for (const group of groups.flatMap((each) => parts(each, most))) {
    const size = bytes(groupText(group)) + 1;
    const isFresh = files.length > 1 && files[files.length - 1].length === 0;
    if (size > left && !isFresh) {
      files.push([]);
      left = most - frame;
    }
    files[files.length - 1].push(group);
    left -= size;
  }
  return files.map(ruleFile);
}

/** A group as it is, or as several where it fills more than a file. */
function parts({ name, rules }: RuleGroup, most: number): RuleGroup[] {
  const empty = bytes(ruleFile([])) + bytes(groupText({ name: `${name}/${rules.length}`, rules: [] })) + 1;
  const pieces: MonitoringRule[][] = [[]];
  let left = most - empty;
  for (const rule of rules) {
    const size = bytes(JSON.stringify(rule)) + 2;
    if (size > left && pieces[pieces.length - 1].length > 0) {
      pieces.push([]);
      left = most - empty;
    }
    pieces[pieces.length - 1].push(rule);
    left -= size;
  }
  return pieces.map((piece, index) => ({ name: index === 0 ? name : `${name}/${index + 1}`, rules: piece }));
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
