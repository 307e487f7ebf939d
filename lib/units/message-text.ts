/** Longest value that a message shows whole. */
const LONGEST_VALUE = 200;

/** What a message says of a value that only Terraform knows. */
const TOKEN = 'a token (a value Terraform only knows later)';

/**
 * Text for a terminal: characters that would change it, or the order in which it is read, are written as `\u001b`; a value that only
 * Terraform knows is named as such, where it would be an internal mark.
 *
 * @internal
 */
export function printableText(text: string): string {
  return (
    text
      .replace(/'[$#&]\{TfToken\[[^\]]*\]\}'/g, TOKEN)
      .replace(/[$#&]\{TfToken\[[^\]]*\]\}/g, '<token>')
      // Control characters but tabs and line breaks, marks of direction, separators that break lines, and halves of characters.
      .replace(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
  );
}

/**
 * A text of bounded length: of a longer one the middle is left out, because a message ends with its cure.
 *
 * @internal
 */
export function boundedText(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const begin = text.slice(0, Math.floor(longest * 0.6));
  const end = text.slice(text.length - Math.floor(longest * 0.3));
  return `${begin}... (${text.length - begin.length - end.length} characters left out) ...${end}`;
}

/**
 * A given text in quotes, shortened if it is long.
 *
 * @internal
 */
export function quotedText(text: string): string {
  return text.length <= LONGEST_VALUE ? `'${text}'` : `'${text.slice(0, 60)}...' with ${text.length} characters`;
}

/**
 * The text of a given value that is no text, shortened if it is long.
 *
 * @internal
 */
export function shownText(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, 60)}... with ${text.length} characters`;
}
