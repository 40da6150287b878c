/**
 * The mark by which what an operation wrote into Defender is known again, at the end of a comment or description.
 * `undefined` for a dry run, which has no operation: `[op_…]` literally.
 */
export function toMark(operationId: string | undefined): string {
  return `[${operationId ?? 'op_…'}]`;
}

/** Whether a text bears an operation's mark. */
export function hasMark(text: string | undefined, operationId: string): boolean {
  return text?.includes(toMark(operationId)) ?? false;
}

/** The operation whose mark a text ends in: the last one counts, for whoever asked may have written another before it. */
export function operationIdIn(text: string | undefined): string | undefined {
  return /\[(op_[a-z2-7]{26})\]\s*$/.exec(text ?? '')?.[1];
}
