import { createHash } from 'node:crypto';
import type { Lane } from '../carry.ts';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
const lastMs = 9_999_999_999_999;

/**
 * The id of what a caller asks for under a dedupe key. It is the row key too, so that storage itself refuses a second one.
 * A line feed can stand in none of the three, so no two triples give the same text.
 */
export function operationIdOf(tenantId: string, callerId: string, dedupeKey: string): string {
  return `op_${toBase32(createHash('sha256').update(`${tenantId}\n${callerId}\n${dedupeKey}`).digest()).slice(0, 26)}`;
}

/** Whether a text has the form of an operation's id. */
export function isOperationId(text: string): boolean {
  return /^op_[a-z2-7]{26}$/.test(text);
}

/** A time as text that sorts like the time: 13 digits of milliseconds. Texts compare the same in keys, properties and filters. */
export function toSortable(ms: number): string {
  return String(Math.max(0, Math.min(lastMs, Math.ceil(ms)))).padStart(13, '0');
}

/** Reads {@link toSortable} back. */
export function fromSortable(text: string): number {
  return Number(text);
}

/** A time as text that sorts newest first. */
export function toNewestFirst(ms: number): string {
  return toSortable(lastMs - ms);
}

export const operationKey = (id: string): string => `o|${id}`;
export const itemKey = (lane: Lane, dueMs: number, id: string): string => `q|${lane}|${toSortable(dueMs)}|${id}`;
export const listKey = (createdAtMs: number, id: string): string => `l|${toNewestFirst(createdAtMs)}|${id}`;
export const deadLetterKey = (failedAtMs: number, id: string): string => `d|${toNewestFirst(failedAtMs)}|${id}`;
export const exclusiveKey = (name: string): string => `e|${name}`;
export const keptNameKey = (untilMs: number, name: string): string => `x|${toSortable(untilMs)}|${name}`;

/** Bounds `[from, to)` of a lane's items that are due at `dueByMs`. */
export function dueRange(lane: Lane, dueByMs: number): KeyRange {
  return { from: `q|${lane}|`, to: `q|${lane}|${toSortable(dueByMs + 1)}` };
}

/** Bounds of everything a lane holds. */
export function laneRange(lane: Lane): KeyRange {
  return { from: `q|${lane}|`, to: `q|${lane}|~` };
}

/** Bounds of the names that were kept until `untilMs`, or less long. */
export function keptNameRange(untilMs: number): KeyRange {
  return { from: 'x|', to: `x|${toSortable(untilMs + 1)}` };
}

/** The name of {@link keptNameKey}, and until when it is kept. */
export function fromKeptNameKey(rowKey: string): { readonly untilMs: number; readonly name: string } {
  const [, until = '', ...name] = rowKey.split('|');
  return { untilMs: fromSortable(until), name: name.join('|') };
}

/** Row keys from `from` up to but not including `to`. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** Lane and due time of an item's row key. */
export function fromItemKey(rowKey: string): { readonly lane: Lane; readonly dueMs: number } {
  const [, lane = '', due = ''] = rowKey.split('|');
  return { lane: lane as Lane, dueMs: fromSortable(due) };
}

/** When a dead letter failed, and what it is the letter of. */
export function fromDeadLetterKey(rowKey: string): { readonly failedAtMs: number; readonly id: string } {
  const [, inverted = '', id = ''] = rowKey.split('|');
  return { failedAtMs: lastMs - fromSortable(inverted), id };
}

/** Which of `count` timers carries a tenant. */
export function shardOf(tenantId: string, count: number): number {
  return createHash('sha256').update(tenantId).digest().readUInt32BE(0) % count;
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32[(value >> bits) & 31];
    }
  }
  return text;
}
