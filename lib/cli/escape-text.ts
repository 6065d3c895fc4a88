/** What a terminal acts on or does not show, and what would show a line as another one: control and format characters, separators of lines, halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** What is printed as it is: the others are quoted, so that no text passes for more than itself. */
const PLAIN = /^[^\s"'\\]+$/u

/** A text of anybody's as a terminal may show it: with blanks or quotes in it as a text of JSON, and what a terminal would act on written as `\u001b`. */
export function escapeText (text: string): string {
  return PLAIN.test(text) && text.search(UNSEEN) === -1 ? text : escapeUnseen(JSON.stringify(text))
}

/** The same for what is text of ours and of others: only what a terminal would act on is written otherwise, and lines stay lines. In JSON it means the same. */
export function escapeUnseen (text: string): string {
  return text.replaceAll(UNSEEN, seen => seen === '\n' ? seen : seen.split('').map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''))
}
