import type { Clock } from '../clock.ts';
import type { CallbackEvent } from '../contract/callback-event.ts';
import type { CallbacksOf } from '../work/events.store.ts';
import type { AddCallbacks } from '../work/events.store.ts';
import { toCallbackEvents } from './callback-event.ts';
import { planCallbacks } from './plan-callbacks.ts';
import type { ReadSubscribers } from './subscribers.store.ts';

/** Who is asked, and when it is. */
export interface TellOptions {
  readonly readSubscribers: ReadSubscribers;
  readonly now: Clock;
}

/** Creates what the work engine asks at every change of an operation: the callbacks that are written together with it. */
export function createCallbacksOf({
  readSubscribers,
  now,
  publicUrl,
}: TellOptions & { readonly publicUrl: string }): CallbacksOf {
  return async (before, after, { reference, submitByMs }) => {
    const events = toCallbackEvents({
      ...{ before, after, publicUrl },
      ...(reference === undefined ? {} : { reference }),
      ...(submitByMs === undefined ? {} : { submitByMs }),
    });
    if (events.length === 0) return [];
    const subscribers = await readSubscribers();
    return events.flatMap((event) => planCallbacks(event, subscribers, now()));
  };
}

/** Puts an event that belongs to no operation on its way to everybody who wants to hear of it. Throws `UpstreamUnavailable`. */
export type Tell = (event: CallbackEvent) => Promise<void>;

/**
 * Creates the way of such events. Whoever tells does so **before** it writes the change down: a crash in between makes the
 * event twice, and never loses it.
 */
export function createTell({
  readSubscribers,
  now,
  addCallbacks,
}: TellOptions & { readonly addCallbacks: AddCallbacks }): Tell {
  return async (event) => {
    const partition = partitionOf(event);
    const callbacks = partition === undefined ? [] : planCallbacks(event, await readSubscribers(), now());
    if (partition !== undefined) await addCallbacks(partition, callbacks);
  };
}

/** What belongs to a tenant, or to a feed, is kept with it. */
function partitionOf(event: CallbackEvent): string | undefined {
  if ('tenantId' in event) return event.tenantId;
  return event.type === 'indicators.held' ? `feed|${event.data.feedId}` : undefined;
}
