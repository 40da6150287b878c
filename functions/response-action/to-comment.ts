import { toMark } from '../../shared/operation-mark.ts';

/** What a comment in Defender is made of. */
export interface CommentParts {
  /** Of whoever asked. */
  readonly comment: string;
  readonly approvedBy?: string | undefined;
  /** `undefined` in a dry run: `[op_…]` literally. */
  readonly operationId: string | undefined;
}

/** As long as a comment of ours may be (contract §5): Microsoft names no limit. */
const maxComment = 1000;

/** The comment as it is sent: who approved it and the operation's mark stay whole, what is said before them is cut. */
export function toComment({ comment, approvedBy, operationId }: CommentParts): string {
  const approval = approvedBy === undefined ? '' : ` (approved by ${approvedBy})`;
  const end = `${approval} ${toMark(operationId)}`;
  return cut(comment, maxComment - end.length) + end;
}

/** No more UTF-16 units than these, and never half a character. */
function cut(text: string, length: number): string {
  const part = text.slice(0, length);
  return part.isWellFormed() || !text.isWellFormed() ? part : part.slice(0, -1);
}
