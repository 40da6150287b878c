import type { LinkedAlert } from '../../../shared/alerts/alert-link-rows.ts';
import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import { ticksOf } from '../../../shared/defender/changed-alert.ts';
import type { AlertComment, ChangedAlert } from '../../../shared/defender/changed-alert.ts';
import { operationIdIn } from '../../../shared/operation-mark.ts';
import { ticksPerMs, toTicks } from '../../../shared/ticks.ts';
import { isSameValue, newAlert, toCommentKey, toKnown, toldFields } from './known-alert.ts';
import type { KnownAlert, ToldField } from './known-alert.ts';

/** A change of one of our alerts. */
export interface AlertChange {
  /** One for each of the partner's ids that the alert stands for; none when nobody but us changed what is told. */
  readonly events: readonly CallbackEvent[];
  /** What is known from now on; absent: what was. */
  readonly known?: KnownAlert;
}

/**
 * What is to be told of an alert of ours, against what the partner knows of it (contract §10, `alert.updated`). What we wrote
 * ourselves is not: a comment that bears a mark of ours, and the value that a field has because of us. Such a value counts once, and
 * only while the alert as it was known is older than our write: a person who sets the same value later is told.
 */
export function planAlertChange(alert: ChangedAlert, linked: LinkedAlert, known = newAlert): AlertChange {
  if (isOlder(alert, known)) return { events: [] };
  const { told, met } = planFields(alert, known, linked);
  const before = new Set(known.comments);
  const added = alert.comments.filter((comment) => !before.has(toCommentKey(comment)));
  const comments = added.filter(({ comment }) => !isOurs(comment));
  const changed = [...told, ...(comments.length > 0 ? (['comments'] as const) : [])];
  const isWritten = Object.keys(linked.written).length > 0 && alert.lastUpdateTime !== known.lastUpdateTime;
  const isNews = isWritten || changed.length > 0 || added.length > 0 || met !== known.met;
  return {
    events: changed.length === 0 ? [] : toEvents(alert, linked, { changed, comments }),
    ...(isNews ? { known: toKnown(alert, met) } : {}),
  };
}

type Changed = Extract<CallbackEvent, { type: 'alert.updated' }>['data']['changed'];

/** Answers may come from copies of the service that are not all of the same moment. */
function isOlder(alert: ChangedAlert, { lastUpdateTime = '' }: KnownAlert): boolean {
  return ticksOf(alert) < (toTicks(lastUpdateTime) ?? 0n);
}

function planFields(
  alert: ChangedAlert,
  known: KnownAlert,
  { written }: LinkedAlert,
): { readonly told: readonly ToldField[]; readonly met: KnownAlert['met'] } {
  const different = toldFields.filter((name) => !isSameValue(alert[name], known[name]));
  const ours = different.filter((name) => {
    const write = written[name];
    return write !== undefined && isSameValue(alert[name], write.value) && isAwaited(name, write.atMs, known);
  });
  const met = ours.length === 0 ? known.met : { ...known.met, ...timesOf(ours, written) };
  return { told: different.filter((name) => !ours.includes(name)), met };
}

function timesOf(names: readonly ToldField[], written: LinkedAlert['written']): KnownAlert['met'] {
  return Object.fromEntries(names.map((name) => [name, written[name]?.atMs ?? 0]));
}

/** A write is noted before it is sent and again when it was: two notes so close are of one. */
const oneWriteMs = 2 * 60_000;

/** Whether a write of ours was not met yet: neither itself, nor anything that came after it. */
function isAwaited(name: ToldField, atMs: number, { lastUpdateTime = '', met }: KnownAlert): boolean {
  const metMs = met[name];
  if (metMs !== undefined && atMs <= metMs + oneWriteMs) return false;
  return (toTicks(lastUpdateTime) ?? 0n) <= BigInt(atMs + 1) * ticksPerMs;
}

/** Every comment that we write ends in the mark of its operation. */
function isOurs(comment: string): boolean {
  return operationIdIn(comment) !== undefined;
}

function toEvents(
  alert: ChangedAlert,
  { tenantId, links }: LinkedAlert,
  { changed, comments }: { readonly changed: Changed; readonly comments: readonly AlertComment[] },
): readonly CallbackEvent[] {
  const { alertId, lastUpdateTime: timestamp } = alert;
  const values = toldFields.flatMap((name) =>
    changed.includes(name) && alert[name] !== undefined ? [[name, alert[name]]] : [],
  );
  const news = {
    ...{ alertId, changed, ...Object.fromEntries(values) },
    ...(comments.length === 0 ? {} : { comments }),
  };
  return links.map(({ id }) => ({ type: 'alert.updated', timestamp, tenantId, data: { ...news, id } }));
}
