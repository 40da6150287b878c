import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { CallbackEvent, CallbackType } from '../contract/callback-event.ts';
import { callbackEventSchema, callbackTypeSchema } from '../contract/callback-event.ts';
import type { CallerDocument, CallerInput } from '../contract/caller.ts';
import type { Immutable } from '../contract/primitives.ts';
import { callerIdSchema, parseTimeMs } from '../contract/primitives.ts';
import type { NewCallback } from '../work/carry.ts';

/** What the work engine keeps of a callback. The address is looked up when it is delivered: by then it may be another. */
export const callbackPayloadSchema = z.strictObject({ callerId: callerIdSchema, event: callbackEventSchema });
export type CallbackPayload = Immutable<z.output<typeof callbackPayloadSchema>>;

/** What is asked of a caller document here. */
export type Subscriber = Pick<CallerDocument, 'callerId' | 'tenants' | 'feeds' | 'expiresAt' | 'callback'>;

/**
 * Says who is called back for an event: every caller whose events and tenants (or feeds) cover it, whose address was
 * verified, and who has not expired. A disabled address counts: what it misses becomes a dead letter that can be redriven.
 *
 * The ids are the same however often the same event is planned. For an event without an operation that needs its
 * `timestamp` to be the time of the change itself.
 */
export function planCallbacks(
  event: CallbackEvent,
  callers: readonly Subscriber[],
  nowMs: number,
): readonly NewCallback[] {
  return callers
    .filter((caller) => caller.callback?.status !== 'Unverified' && isSubscribed(caller, event, nowMs))
    .map(({ callerId }) => ({ id: toWebhookId(event, callerId), payload: { callerId, event } }));
}

/** Names what happened and to whom it is told, at most 200 of `[A-Za-z0-9_-]`: a standard webhook's id has no `.`. */
export function toWebhookId(event: CallbackEvent, callerId: string): string {
  const [subject, occurrence] = occurrenceOf(event);
  return [subject, event.type, occurrence, callerId].map(toPart).join('_');
}

/** Whether a caller is to hear of an event, however its address is doing: it wants to, it may, and it has not expired. */
export function isSubscribed(
  caller: Pick<CallerInput, 'tenants' | 'feeds' | 'expiresAt' | 'callback'>,
  event: CallbackEvent,
  nowMs: number,
): boolean {
  if ('tenantId' in event) return isSubscribedTo(caller, event, nowMs);
  return event.type === 'indicators.held' && wants(caller, event.type, nowMs) && isIn(caller.feeds, event.data.feedId);
}

/** The same for events of a type in a tenant: whether there is any use in looking for them. */
export function isSubscribedTo(
  caller: Pick<CallerInput, 'tenants' | 'expiresAt' | 'callback'>,
  { type, tenantId }: { readonly type: CallbackType; readonly tenantId: string },
  nowMs: number,
): boolean {
  return wants(caller, type, nowMs) && isIn(caller.tenants, tenantId);
}

function wants(caller: Pick<CallerInput, 'expiresAt' | 'callback'>, eventType: CallbackType, nowMs: number): boolean {
  const { callback } = caller;
  if (callback === undefined || isExpired(caller, nowMs)) return false;
  const type = callbackTypeSchema.safeParse(eventType).data;
  return type !== undefined && isIn(callback.events, type);
}

function isIn<T extends string>(chosen: 'All' | readonly T[], one: T): boolean {
  return chosen === 'All' || chosen.includes(one);
}

function isExpired({ expiresAt }: Pick<CallerInput, 'expiresAt'>, nowMs: number): boolean {
  return expiresAt !== undefined && parseTimeMs(expiresAt) <= nowMs;
}

/** What the event is about, and what tells it from the next of its type. The version does when an operation is redriven. */
function occurrenceOf(event: CallbackEvent): readonly [string, string] {
  switch (event.type) {
    // An alert that took others in is told once for each of their ids.
    case 'alert.updated':
      return [event.data.alertId, `${event.timestamp}_${hashOf(event.data.id).slice(0, 16)}`];
    case 'alert.observed':
      return [event.data.alertId, event.data.lastUpdateTime];
    case 'indicators.held':
      return [event.data.feedId, String(event.data.version)];
    case 'callback.verify':
      return ['callback', event.data.challenge];
    case 'tenant.connected':
    case 'tenant.suspended':
    case 'tenant.removed':
      return [event.data.operationId ?? event.tenantId, String(event.data.version ?? event.timestamp)];
    default:
      return [event.data.operationId, String(event.data.version)];
  }
}

/** At most 64 characters: what is longer is hashed, so that different parts stay different. */
function toPart(text: string): string {
  const short = text.length <= 64 ? text : hashOf(text);
  return short.replaceAll(/[^A-Za-z0-9-]/g, '_');
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
