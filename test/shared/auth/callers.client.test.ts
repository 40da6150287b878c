import { describe, expect, it } from 'vitest';
import { createCallers } from '../../../shared/auth/callers.client.ts';
import type { CallerInput } from '../../../shared/contract/caller.ts';
import { callerInputSchema } from '../../../shared/contract/caller.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const appId = '0a990000-0000-4000-8000-000000000001';
const document = callerInputSchema.parse({
  ...{ displayName: 'App', authentication: { kind: 'Entra', tenantId, appId } },
});

/** A registry of one caller, that can be away. */
function setUp() {
  const state = { nowMs: 1_000_000, isAway: false, lists: 0, gets: 0 };
  const answer = <T>(value: T): Promise<T> =>
    state.isAway ? Promise.reject(new Error('Away.')) : Promise.resolve(value);
  const versioned = (id: string, of: CallerInput) => ({ id, document: of, etag: '"1"' });
  const callers = createCallers(
    {
      get: (id) => {
        state.gets += 1;
        return answer(id === 'app' ? versioned(id, document) : undefined);
      },
      listAll: () => {
        state.lists += 1;
        return answer([versioned('app', document), versioned('gone', document)]);
      },
    },
    { now: () => state.nowMs },
  );
  return { state, callers };
}

describe('callers', () => {
  it('are read by id each time', async () => {
    const { state, callers } = setUp();
    expect(await callers.byId('app')).toEqual({ callerId: 'app', document });
    expect(await callers.byId('other')).toBeUndefined();
    expect([state.gets, state.lists]).toEqual([2, 0]);
  });

  it('of an application are those whose documents still say so', async () => {
    const { callers } = setUp();
    expect(await callers.byApplication(tenantId, appId)).toEqual([{ callerId: 'app', document }]);
    expect(await callers.byApplication(appId, tenantId)).toEqual([]);
  });

  it('share one read of the list, however many ask at once', async () => {
    const { state, callers } = setUp();
    await Promise.all(Array.from({ length: 20 }, () => callers.byApplication(tenantId, appId)));
    expect(state.lists).toBe(1);
  });

  it('do not remember that the registry was away', async () => {
    const { state, callers } = setUp();
    state.isAway = true;
    await expect(callers.byApplication(tenantId, appId)).rejects.toThrow('Away.');
    state.isAway = false;
    expect(await callers.byApplication(tenantId, appId)).toHaveLength(1);
    expect(state.lists).toBe(2);
  });

  it('are read again when the clock was set back', async () => {
    const { state, callers } = setUp();
    await callers.byApplication(tenantId, appId);
    state.nowMs -= 1;
    await callers.byApplication(tenantId, appId);
    expect(state.lists).toBe(2);
  });
});
