/** What JavaScript has and Prometheus' regular expressions (RE2) do not. */
const LOOKS = /\(\?<?[=!]/;
const BACKREFERENCE = /(?:^|[^\\])(?:\\\\)*\\[1-9]/;
/** What RE2 has and JavaScript does not, or writes otherwise. */
const ONLY_RE2 = /\(\?[a-zA-Z-]|\[\[:|\\[AzQEpPC]|\\x\{/;

/**
 * Why a text is no regular expression of Prometheus; undefined when it is one, or when that cannot be told.
 *
 * @internal
 */
export function regexFault(pattern: string): string | undefined {
  if (LOOKS.test(pattern)) return 'it cannot look ahead or behind';
  if (BACKREFERENCE.test(pattern)) return 'it cannot refer back to a group';
  if (ONLY_RE2.test(pattern)) return undefined;
  try {
    new RegExp(`^(?:${pattern})$`);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: /, '');
  }
}

/**
 * A regular expression of Prometheus, which matches whole values; undefined where JavaScript has no equal.
 *
 * @internal
 */
export function wholeRegex(pattern: string): RegExp | undefined {
  if (ONLY_RE2.test(pattern)) return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    return undefined;
  }
}
