import type { CallerInput } from '../contract/caller.ts';
import type { Documents } from '../registry/documents.store.ts';
import { toCallbackState } from './address-state.ts';
import type { CallbackAddresses } from './addresses.store.ts';
import { inGroups } from './in-groups.ts';
import type { Subscriber } from './plan-callbacks.ts';

/** Everybody who may want to hear of an event, as it stands when it is asked. Throws `UpstreamUnavailable`. */
export type ReadSubscribers = () => Promise<readonly Subscriber[]>;

/** Creates the reader: callers and how their addresses are doing, two queries for everybody who asks at the same time. */
export function createReadSubscribers(options: {
  readonly callers: Pick<Documents<CallerInput>, 'listAll'>;
  readonly addresses: Pick<CallbackAddresses, 'readAll'>;
}): ReadSubscribers {
  const read = inGroups<undefined, readonly Subscriber[]>(async () => {
    const [callers, states] = await Promise.all([options.callers.listAll(), options.addresses.readAll()]);
    return callers.map(({ id: callerId, document: { callback, ...caller } }) => {
      if (callback === undefined) return { callerId, ...caller };
      return { callerId, ...caller, callback: { ...callback, ...toCallbackState(states.get(callerId), callback.url) } };
    });
  });
  return () => read('', undefined);
}
