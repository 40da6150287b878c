import type { CallerKeys } from '../../shared/auth/caller-keys.client.ts';
import { createCallbackAddresses } from '../../shared/callbacks/addresses.store.ts';
import { createCarryCallback } from '../../shared/callbacks/carry-callback.work.ts';
import { createDeliverCallback } from '../../shared/callbacks/deliver.client.ts';
import { createPostCallback } from '../../shared/callbacks/post-callback.client.ts';
import { createReadSubscribers } from '../../shared/callbacks/subscribers.store.ts';
import { createCallbacksOf } from '../../shared/callbacks/tell.store.ts';
import { createVerifyAddress } from '../../shared/callbacks/verify-address.client.ts';
import type { Clock } from '../../shared/clock.ts';
import type { CallerInput } from '../../shared/contract/caller.ts';
import type { Egress } from '../../shared/egress/egress.client.ts';
import type { Log } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Tables } from '../../shared/tables.client.ts';

/** What callbacks are made of. */
export interface CallbacksOptions {
  readonly settings: Pick<Settings, 'publicUrl'>;
  readonly tables: Tables;
  readonly callers: Documents<CallerInput>;
  readonly keys: CallerKeys;
  readonly egress: Egress;
  readonly userAgent: string;
  readonly now: Clock;
  readonly random: () => number;
  /** A new UUID. */
  readonly newId: () => string;
  readonly log: Log;
}

/** Wires the way of callbacks: what the work engine asks and carries, and what is known of addresses. */
export function createCallbacks(options: CallbacksOptions) {
  const { settings, tables, callers, now, random, newId, log } = options;
  const postCallback = createPostCallback(options);
  const verifyAddress = createVerifyAddress({ postCallback, now, newChallenge: newId });
  const addresses = createCallbackAddresses({ tables, verifyAddress, now, newId });
  const readSubscribers = createReadSubscribers({ callers, addresses });
  const deliver = createDeliverCallback(postCallback);
  return {
    addresses,
    readSubscribers,
    callbacksOf: createCallbacksOf({ readSubscribers, now, publicUrl: settings.publicUrl }),
    carryCallback: createCarryCallback({ callers, addresses, deliver, random, log }),
  };
}
