import { toOlderName } from '../defender/alert-update.ts';
import type { AlertUpdateBody } from '../defender/alert-update.ts';
import { hasMark } from '../operation-mark.ts';

/** The fields of an alert's triage as Defender has them; an empty one is absent. */
export interface HeldTriage {
  readonly status?: string | undefined;
  readonly classification?: string | undefined;
  readonly determination?: string | undefined;
  readonly assignedTo?: string | undefined;
}

/** An alert as Defender has it, as far as an update looks at it: a `DefenderAlert` fits. */
export interface HeldAlert extends HeldTriage {
  readonly comments?: readonly { readonly comment?: string | undefined }[] | undefined;
}

/** What is known besides. */
export interface UpdateHistory {
  /** Its mark tells our comment from others. */
  readonly operationId: string;
  /** The triage as it was before the update may have been sent; absent when it surely was not. */
  readonly before?: HeldTriage | undefined;
}

/**
 * What of an update is still to be sent, `undefined` when nothing is. A value that the alert has already is not; a comment
 * with our mark is not. After a call that was not heard of again (`before`), neither is a value that somebody changed since:
 * then the update was there, or a person was quicker, and a person's decision is not undone.
 */
export function remainingUpdate(
  update: AlertUpdateBody,
  alert: HeldAlert,
  { operationId, before }: UpdateHistory,
): AlertUpdateBody | undefined {
  const isOpen = (names: readonly TriageName[]): boolean =>
    names.some((name) => !isSame(update[name], alert[name])) &&
    (before === undefined || names.every((name) => isSame(alert[name], before[name])));
  const fields = groups
    .map((group) => group.filter((name) => update[name] !== undefined))
    .filter((names) => names.length > 0 && isOpen(names))
    .flat();
  const isCommented = alert.comments?.some(({ comment }) => hasMark(comment, operationId)) ?? false;
  const wanted: readonly (keyof AlertUpdateBody)[] = isCommented ? fields : [...fields, 'comment'];
  const rest = Object.entries(update).filter(([name]) => wanted.some((field) => field === name));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

type TriageName = keyof HeldTriage;

/** A determination goes with its classification: they are sent together, or not at all. */
const groups: readonly (readonly TriageName[])[] = [['status'], ['classification', 'determination'], ['assignedTo']];

/** Empty text counts as absent, two spellings of a determination as one. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  return toOlderName(a ?? '') === toOlderName(b ?? '');
}
