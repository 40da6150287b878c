/** `has` and its kin without regard to case; the same names with `_cs` with regard to it. */
export const textOperators: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  has: (text, part) => hasTerm(text, part, { start: true, end: true }),
  hasprefix: (text, part) => hasTerm(text, part, { start: true, end: false }),
  hassuffix: (text, part) => hasTerm(text, part, { start: false, end: true }),
  contains: (text, part) => text.includes(part),
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
};

/** Whether `part` stands in the text where terms begin or end; terms are runs of letters and digits. */
function hasTerm(
  text: string,
  part: string,
  { start, end }: { readonly start: boolean; readonly end: boolean },
): boolean {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) {
    const isStart = !start || !(isTermCharacter(part[0]) && isTermCharacter(text[at - 1]));
    const after = at + part.length;
    const isEnd = !end || !(isTermCharacter(part.at(-1)) && isTermCharacter(text[after]));
    if (isStart && isEnd) return true;
    if (part === '') return true;
  }
  return false;
}

function isTermCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}
