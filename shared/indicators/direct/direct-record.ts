import { z } from 'zod';
import type { Immutable } from '../../contract/primitives.ts';
import { operationIdSchema, parseTimeMs, timeSchema } from '../../contract/primitives.ts';
import { directRowSchema, directSourceSchema, isOver } from './direct-row.ts';
import type { DirectRow } from './direct-row.ts';

export const directRecordSchema = z.strictObject({
  source: directSourceSchema,
  indicatorType: directRowSchema.shape.indicatorType,
  indicatorValue: z.string(),
  /** Who wrote it last. */
  operationId: operationIdSchema,
  askedAt: timeSchema,
  /** What the tenant should hold; absent when it should not. */
  row: directRowSchema.optional(),
  /** There until the operation has ended: what holds again when it fails. */
  open: z.strictObject({ before: directRowSchema.optional() }).optional(),
});

/**
 * What was asked for directly about one value, by one kind of asker. A later asker takes the place of an earlier one, whose operation finds
 * another id here.
 */
export type DirectRecord = Immutable<z.output<typeof directRecordSchema>>;

/** What an operation wants: a row, or with `row` left out none. */
export type Proposal = Omit<DirectRecord, 'open'>;

/**
 * The record once an operation asked; the same however often it asks, and when somebody asked after it. What holds if it fails is what was
 * settled before.
 */
export function proposed(current: DirectRecord | undefined, proposal: Proposal): DirectRecord {
  if (current !== undefined && (current.operationId === proposal.operationId || isLater(current, proposal)))
    return current;
  const before = current?.open === undefined ? current?.row : current.open.before;
  return { ...proposal, open: before === undefined ? {} : { before } };
}

/** The record once its operation went through; `undefined`: nothing is left to remember. Not ours any more: as it is. */
export function settled(current: DirectRecord | undefined, operationId: string): DirectRecord | undefined {
  if (current?.operationId !== operationId || current.open === undefined) return current;
  const { open: _open, ...kept } = current;
  return kept.row === undefined ? undefined : kept;
}

/** The record once its operation failed: as it was before. Not ours any more: as it is. */
export function takenBack(current: DirectRecord | undefined, operationId: string): DirectRecord | undefined {
  if (current?.operationId !== operationId || current.open === undefined) return current;
  const { before } = current.open;
  return before && toRecord(before);
}

/** The record once an alert's evidence is blocked: of two alerts, whichever lasts longer; the same however often one asks. */
export function blocked(current: DirectRecord | undefined, row: DirectRow): DirectRecord {
  if (current?.row === undefined) return toRecord(row);
  const isSame = current.operationId === row.operationId;
  return isSame || endOf(current.row) >= endOf(row) ? current : toRecord(row);
}

/** Whether nobody needs it any more. One that an operation still has in hand ends with the operation. */
export function isForgotten({ row, open }: DirectRecord, nowMs: number): boolean {
  return open === undefined && (row === undefined || isOver(row, nowMs));
}

function isLater(one: DirectRecord, other: Proposal): boolean {
  return parseTimeMs(one.askedAt) > parseTimeMs(other.askedAt);
}

function endOf({ expirationTime }: DirectRow): number {
  return parseTimeMs(expirationTime);
}

function toRecord(row: DirectRow): DirectRecord {
  const { source, indicatorType, indicatorValue, operationId, since } = row;
  return { source, indicatorType, indicatorValue, operationId, askedAt: since, row };
}
