import { createIndicatorStore } from './store.ts';
import type { StoreOf } from './operations.ts';
import type { IndicatorStore } from './store.ts';

/** One store per tenant; ids run through all of them, so that an id of one tenant means nothing in another. */
export function createIndicatorStores(): StoreOf {
  const stores = new Map<string, IndicatorStore>();
  let next = 1_201;
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? createIndicatorStore(() => String(next++));
    stores.set(key, store);
    return store;
  };
}
