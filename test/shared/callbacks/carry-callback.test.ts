import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fromWebhookSecret } from '../../../shared/auth/webhook-secret.ts';
import { createCallbackAddresses } from '../../../shared/callbacks/addresses.store.ts';
import { createCarryCallback } from '../../../shared/callbacks/carry-callback.work.ts';
import { createDeliverCallback } from '../../../shared/callbacks/deliver.client.ts';
import { createPostCallback } from '../../../shared/callbacks/post-callback.client.ts';
import { createReadSubscribers } from '../../../shared/callbacks/subscribers.store.ts';
import { createCallbacksOf, createTell } from '../../../shared/callbacks/tell.store.ts';
import { createVerifyAddress } from '../../../shared/callbacks/verify-address.client.ts';
import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import { callerInputSchema } from '../../../shared/contract/caller.ts';
import { createEgress } from '../../../shared/egress/egress.client.ts';
import { createDocuments } from '../../../shared/registry/documents.store.ts';
import { freshTables } from '../../builders/storage.ts';
import { accepted, carryOf, contoso, dayMs, fabrikam, minuteMs, pass, testWork } from '../../builders/work.ts';
import { startCallbackReceiver } from '../../local/callback-receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const key = fromWebhookSecret(secret) ?? Buffer.alloc(0);
const second = 1_000;

/** The whole way of a callback, over real tables and sockets: only the vault is made up, and time stands still. */
async function start() {
  const tables = await freshTables();
  const keys = { now: [key] as readonly Uint8Array[] };
  let clock = Date.now;
  const receiver = await startCallbackReceiver({
    ...{ port: 0, secrets: [secret], print: () => undefined, now: () => clock() },
  });
  onTestFinished(() => receiver.stop());
  const egress = createEgress({ allowedOrigins: [receiver.origin], now: () => clock() });
  onTestFinished(() => egress.close());
  const now = (): number => clock();
  const newId = randomUUID;
  const callers = createDocuments({ tables, kind: 'caller', schema: callerInputSchema, newId });
  const postCallback = createPostCallback({
    ...{ egress, now, userAgent: 'MdePartner-Contoso-Cognito/1.0.0' },
    keys: { of: () => Promise.resolve(keys.now) },
  });
  const verifyAddress = createVerifyAddress({ postCallback, now, newChallenge: randomUUID });
  const addresses = createCallbackAddresses({ tables, verifyAddress, now, newId });
  const readSubscribers = createReadSubscribers({ callers, addresses });
  const lines: string[] = [];
  const write = (event: string): void => void lines.push(event);
  const log = { info: write, warn: write, error: write };
  const deliver = createDeliverCallback(postCallback);
  const { work, clock: moved } = testWork(
    tables,
    carryOf({ outcome: 'Done', result: { action: 'Isolate', machine: { id: 'a'.repeat(40) } } }),
    {
      carryCallback: createCarryCallback({ callers, addresses, deliver, random: () => 0.5, log }),
      callbacksOf: createCallbacksOf({ readSubscribers, now, publicUrl: 'https://app.contoso.example' }),
    },
  );
  clock = moved.now;
  const url = `${receiver.origin}/hooks`;
  const put = async (change: object = {}): Promise<void> => {
    await callers.change('soar', () =>
      callerInputSchema.parse({
        ...{ displayName: 'SOAR', authentication: { kind: 'Signature' }, tenants: 'All', callback: { url } },
        ...change,
      }),
    );
  };
  return {
    ...{ work, callers, addresses, receiver, url, put, keys, lines },
    move: moved.move,
    tell: createTell({ readSubscribers, now, addCallbacks: work.addCallbacks }),
    /** The types that came, without those that ask whether callbacks are wanted. */
    types: () =>
      receiver.received.map(({ event }) => (event as CallbackEvent).type).filter((type) => type !== 'callback.verify'),
    /** Lets a minute pass, and what is due then be delivered. */
    tick: async (ms = minuteMs) => {
      moved.move(ms);
      return work.drain('callbacks', { budgetMs: 1 });
    },
    status: async () => (await addresses.readState('soar', url)).status,
    deadLetters: async () => (await work.listDeadLetters(contoso, { limit: 10 }))?.value ?? [],
  };
}

/** The same, with a caller whose address is verified. */
async function startVerified() {
  const world = await start();
  await world.put();
  await world.addresses.verify('soar', world.url);
  return world;
}

const suspended = (timestamp: string, tenantId = contoso): CallbackEvent => ({
  ...{ type: 'tenant.suspended', timestamp, tenantId, data: { code: 'consent_withdrawn' } },
});

describe('the end of an operation', () => {
  test('is told at once, signed, to a caller whose address is verified', async () => {
    const { work, receiver } = await startVerified();
    const { id } = await work.perform(await accepted(work));
    expect(receiver.received.at(-1)).toMatchObject({
      ...{ webhookId: `${id}_action_succeeded_2_soar`, answered: 204 },
      event: {
        ...{ type: 'action.succeeded', tenantId: contoso },
        data: {
          ...{ operationId: id, status: 'Succeeded', version: 2, action: 'Isolate', machineId: 'a'.repeat(40) },
          url: `https://app.contoso.example/api/v1/tenants/${contoso}/operations/${id}`,
        },
      },
    });
  });

  test.each<[string, object]>([
    ['another tenant', { tenants: [fabrikam] }],
    ['other events', { callback: { url: 'https://soar.contoso.example', events: ['action.failed'] } }],
    ['no address', { callback: undefined }],
    ['a time that is over', { expiresAt: '2026-11-20T10:00:00Z' }],
  ])('is not told to a caller of %s', async (_, change) => {
    const { work, put, types, deadLetters } = await startVerified();
    await put(change);
    await work.perform(await accepted(work));
    expect(types()).toEqual([]);
    expect(await deadLetters()).toEqual([]);
  });

  test('is not told to an address that was never verified, but to one that was put just before', async () => {
    const { work, put, types, addresses, url } = await start();
    await put();
    await work.perform(await accepted(work));
    expect(types()).toEqual([]);
    await addresses.verify('soar', url);
    await work.perform(await accepted(work));
    expect(types()).toEqual(['action.succeeded']);
  });
});

describe('a callback that was not taken', () => {
  test('is tried once more after 5 s by the drain that ended the operation', async () => {
    const { work, receiver, types, lines } = await startVerified();
    receiver.behave({ status: 500, times: 1 });
    await accepted(work, { isLeftToTimer: true });
    await work.drain('actions', pass);
    expect(types()).toEqual(['action.succeeded', 'action.succeeded']);
    expect(lines).toEqual(['callback.postponed', 'callback.delivered']);
  });

  test('is tried 14 times, then a dead letter that can be redriven', async () => {
    const { work, receiver, types, tick, deadLetters } = await startVerified();
    receiver.behave({ status: 500 });
    await work.perform(await accepted(work));
    for (let i = 0; i < 60 && (await deadLetters()).length === 0; i += 1) await tick(2 * 3_600_000);
    expect(types()).toHaveLength(14);
    expect(await deadLetters()).toMatchObject([{ kind: 'Callback', code: 'attempts_exhausted' }]);
    receiver.behave({});
    expect(await work.redrive(contoso, { kind: 'Callback' })).toBe(1);
    await tick();
    expect(types()).toHaveLength(15);
    expect(new Set(receiver.received.slice(1).map(({ webhookId }) => webhookId)).size).toBe(1);
  });

  test('waits as long as the receiver says', async () => {
    const { tell, receiver, types, tick } = await startVerified();
    receiver.behave({ status: 503, retryAfter: '7200', times: 1 });
    await tell(suspended('2026-11-20T10:00:00Z'));
    await tick(0);
    await tick(7_199 * second);
    expect(types()).toHaveLength(1);
    await tick(second);
    expect(types()).toHaveLength(2);
  });

  test('takes the slow lane after an answer that repeating does not change', async () => {
    const { tell, receiver, types, tick, deadLetters } = await startVerified();
    receiver.behave({ status: 400 });
    await tell(suspended('2026-11-20T10:00:00Z'));
    for (const afterMs of [0, 5, 60, 300, 840].map((minutes) => minutes * minuteMs)) await tick(afterMs);
    expect(types()).toHaveLength(5);
    expect(await deadLetters()).toMatchObject([{ code: 'attempts_exhausted' }]);
  });

  test('for want of a secret of ours is no attempt of theirs', async () => {
    const { tell, types, tick, keys, status } = await startVerified();
    keys.now = [];
    await tell(suspended('2026-11-20T10:00:00Z'));
    for (let i = 0; i < 20; i += 1) await tick(2 * minuteMs);
    expect([types(), await status()]).toEqual([[], 'Active']);
    keys.now = [key];
    await tick(2 * minuteMs);
    expect(types()).toHaveLength(1);
  });
});

describe('an address', () => {
  test('that answers 410 takes nothing more; what it misses is kept and can be redriven', async () => {
    const { work, receiver, addresses, url, types, tick, status, deadLetters, lines } = await startVerified();
    receiver.behave({ status: 410, times: 1 });
    await work.perform(await accepted(work));
    await work.perform(await accepted(work));
    expect([await status(), types().length]).toEqual(['Disabled', 1]);
    expect(lines).toEqual(['callback.disabled', 'callback.givenUp', 'callback.givenUp']);
    expect((await deadLetters()).map(({ code }) => code)).toEqual(['callback_disabled', 'callback_disabled']);
    await addresses.verify('soar', url);
    expect(await work.redrive(contoso, { kind: 'Callback' })).toBe(2);
    await tick();
    expect([await status(), types().length]).toEqual(['Active', 3]);
  });

  test('that failed ten times rests, and its callbacks wait without an attempt', async () => {
    const { tell, receiver, types, tick, deadLetters, status } = await startVerified();
    receiver.behave({ status: 500 });
    for (let i = 10; i < 20; i += 1) await tell(suspended(`2026-11-20T10:00:${i}Z`));
    await tick(0);
    expect(types()).toHaveLength(10);
    await tell(suspended('2026-11-20T10:00:30Z'));
    await tick(0);
    expect(types()).toHaveLength(10);
    receiver.behave({});
    for (let i = 0; i < 3; i += 1) await tick(2 * minuteMs);
    expect([await status(), await deadLetters()]).toEqual(['Active', []]);
    // The one that was told while the address rested was delivered by its first attempt.
    expect(types()).toHaveLength(10 + 11);
  });

  test('is the one that the caller has now', async () => {
    const { tell, receiver, put, addresses, tick, types } = await startVerified();
    receiver.behave({ status: 500, times: 1 });
    await tell(suspended('2026-11-20T10:00:00Z'));
    await tick(0);
    const newUrl = `${receiver.origin}/new`;
    await put({ callback: { url: newUrl } });
    await tick();
    expect(types()).toHaveLength(1);
    await addresses.verify('soar', newUrl);
    await tick(6 * minuteMs);
    expect(receiver.received.at(-1)).toMatchObject({ path: '/new', attempt: 2, answered: 204 });
  });

  test('that nobody puts right for five days makes dead letters', async () => {
    const { tell, put, tick, types, deadLetters } = await startVerified();
    await tell(suspended('2026-11-20T10:00:00Z'));
    await put({ callback: { url: 'https://other.contoso.example/hooks' } });
    await tick(0);
    await tick(5 * dayMs);
    expect(types()).toEqual([]);
    expect(await deadLetters()).toMatchObject([{ code: 'not_verified' }]);
  });
});

describe('a caller', () => {
  test.each<[string, (world: Awaited<ReturnType<typeof start>>) => Promise<unknown>]>([
    ['is gone', ({ callers }) => callers.remove('soar')],
    ['may no longer hear of the tenant', ({ put }) => put({ tenants: [fabrikam] })],
    ['has expired', ({ put }) => put({ expiresAt: '2026-11-20T10:00:00Z' })],
    ['wants no callbacks any more', ({ put }) => put({ callback: undefined })],
  ])('that %s is told nothing more', async (_, change) => {
    const world = await startVerified();
    await world.tell(suspended('2026-11-20T10:00:00Z'));
    await change(world);
    await world.tick(0);
    expect(world.types()).toEqual([]);
    expect(await world.deadLetters()).toMatchObject([{ kind: 'Callback', code: 'not_subscribed' }]);
  });
});

describe('what belongs to no operation', () => {
  test('is told to who may hear of the tenant, or of the feed', async () => {
    const { tell, put, tick, types } = await startVerified();
    await put({ tenants: [contoso], feeds: ['phishing'] });
    const held = (feedId: string): CallbackEvent => ({
      ...{ type: 'indicators.held', timestamp: '2026-11-20T10:00:00Z' },
      data: { feedId, version: 2, wouldRemove: 9, of: 10 },
    });
    await tell(suspended('2026-11-20T10:00:00Z'));
    await tell(suspended('2026-11-20T10:00:00Z', fabrikam));
    await tell(held('phishing'));
    await tell(held('malware'));
    await tick(0);
    expect(types().toSorted()).toEqual(['indicators.held', 'tenant.suspended']);
  });

  test('what ended the process at each of its 14 tries is not tried once more', async () => {
    const { callers, addresses } = await startVerified();
    const carry = createCarryCallback({
      ...{ callers, addresses, random: () => 0.5 },
      deliver: () => Promise.reject(new Error('It was tried again.')),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    const now = (): number => Date.parse('2026-11-20T10:00:00Z');
    const payload = { callerId: 'soar', event: suspended('2026-11-20T10:00:00Z') };
    const callback = { tenantId: contoso, id: 'x', payload, attempts: 15, createdAtMs: now() };
    expect(await carry(callback, { now })).toEqual({ outcome: 'Failed', code: 'attempts_exhausted' });
    await expect(carry({ ...callback, attempts: 14 }, { now })).rejects.toThrow('tried again');
  });

  test('a payload that cannot be read is a dead letter, not a loop', async () => {
    const { work, tick, deadLetters } = await startVerified();
    await work.addCallbacks(contoso, [{ id: 'x', payload: { from: 'another version' } }]);
    await tick(0);
    expect(await deadLetters()).toMatchObject([{ id: 'x', code: 'not_sent' }]);
  });
});
