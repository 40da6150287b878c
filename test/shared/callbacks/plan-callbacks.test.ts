import { describe, expect, test } from 'vitest';
import type { Subscriber } from '../../../shared/callbacks/plan-callbacks.ts';
import { callbackPayloadSchema, planCallbacks, toWebhookId } from '../../../shared/callbacks/plan-callbacks.ts';
import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import { redriveRequestSchema } from '../../../shared/contract/dead-letter.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const otherTenantId = '6f1c0000-0000-4000-8000-00000000a002';
const timestamp = '2026-11-20T10:02:10Z';
const nowMs = Date.parse(timestamp);
const operation = { operationId: 'op_4k7d2mqn3xzrj5tvwy6bcafhge', version: 6, url: 'https://app.contoso.example/x' };

const succeeded: CallbackEvent = {
  ...{ type: 'action.succeeded', timestamp, tenantId },
  data: { ...operation, status: 'Succeeded', action: 'Isolate' },
};
const feedHeld: CallbackEvent = {
  ...{ type: 'indicators.held', timestamp },
  data: { feedId: 'phishing', version: 18, wouldRemove: 900, of: 1000 },
};
const connected: CallbackEvent = { type: 'tenant.connected', timestamp, tenantId, data: {} };
const observed: CallbackEvent = {
  ...{ type: 'alert.observed', timestamp, tenantId },
  data: { alertId: 'da639_1', severity: 'High', status: 'New', lastUpdateTime: '2026-11-20T10:02:31.1234567Z' },
};
const updated: CallbackEvent = {
  ...{ type: 'alert.updated', timestamp, tenantId },
  data: { id: 'finding-1', alertId: 'da639_1', changed: ['status'], status: 'Resolved' },
};
const verify: CallbackEvent = { type: 'callback.verify', timestamp, data: { challenge: 'c-1' } };

type Callback = NonNullable<Subscriber['callback']>;
function caller(change: Partial<Subscriber> = {}, callback: Partial<Callback> = {}): Subscriber {
  const url = 'https://soar.contoso.example/hooks/mde';
  return {
    ...{ callerId: 'soar', tenants: 'All', feeds: 'All' },
    callback: { url, events: 'All', status: 'Active', ...callback },
    ...change,
  };
}

describe('who is called back', () => {
  test.each<[string, CallbackEvent, Subscriber, boolean]>([
    ['everything', succeeded, caller(), true],
    ['this event', succeeded, caller({}, { events: ['action.failed', 'action.succeeded'] }), true],
    ['another event', succeeded, caller({}, { events: ['action.failed'] }), false],
    ['no event', succeeded, caller({}, { events: [] }), false],
    ['this tenant', succeeded, caller({ tenants: [otherTenantId, tenantId] }), true],
    ['another tenant', succeeded, caller({ tenants: [otherTenantId] }), false],
    ['no tenant, all feeds', succeeded, caller({ tenants: [] }), false],
    ['this feed, no tenant', feedHeld, caller({ tenants: [], feeds: ['phishing'] }), true],
    ['another feed, all tenants', feedHeld, caller({ feeds: ['malware'] }), false],
    ['no address', succeeded, { callerId: 'soar', tenants: 'All', feeds: 'All' }, false],
    ['an address not verified yet', succeeded, caller({}, { status: 'Unverified' }), false],
    ['a failing address', succeeded, caller({}, { status: 'Failing' }), true],
    ['a disabled address, for the dead letters', succeeded, caller({}, { status: 'Disabled' }), true],
    ['one that expires later', succeeded, caller({ expiresAt: '2026-11-20T10:02:11Z' }), true],
    ['one that has expired', succeeded, caller({ expiresAt: timestamp }), false],
    ['callback.verify is never planned', verify, caller(), false],
  ])('%s', (_, event, subscriber, isCalled) => {
    expect(planCallbacks(event, [subscriber], nowMs)).toHaveLength(isCalled ? 1 : 0);
  });

  test('each of them once, with what the delivery needs', () => {
    const callers = [caller(), caller({ callerId: 'siem' }), caller({ callerId: 'other', tenants: [] })];
    const planned = planCallbacks(succeeded, callers, nowMs);
    expect(planned.map(({ payload }) => callbackPayloadSchema.parse(payload))).toEqual([
      { callerId: 'soar', event: succeeded },
      { callerId: 'siem', event: succeeded },
    ]);
    expect(new Set(planned.map(({ id }) => id)).size).toBe(2);
  });
});

describe('toWebhookId', () => {
  test.each([
    [succeeded, 'op_4k7d2mqn3xzrj5tvwy6bcafhge_action_succeeded_6_soar'],
    [feedHeld, 'phishing_indicators_held_18_soar'],
    [connected, `${tenantId}_tenant_connected_2026-11-20T10_02_10Z_soar`],
    [observed, 'da639_1_alert_observed_2026-11-20T10_02_31_1234567Z_soar'],
    [updated, 'da639_1_alert_updated_2026-11-20T10_02_10Z_a40e98d6ca146f2c_soar'],
    [verify, 'callback_callback_verify_c-1_soar'],
  ])('$type', (event, id) => {
    expect(toWebhookId(event, 'soar')).toBe(id);
  });

  test('an alert that took others in is told for each of their ids', () => {
    const other: CallbackEvent = { ...updated, data: { ...updated.data, id: 'finding-2' } };
    expect(toWebhookId(other, 'soar')).not.toBe(toWebhookId(updated, 'soar'));
  });

  test('a redriven operation that fails again is another event', () => {
    const [first, again] = [6, 9].map((version): CallbackEvent => {
      const data = { ...operation, version, status: 'Failed' as const, id: 'finding-1', code: 'expired' as const };
      return { type: 'alert.failed', timestamp, tenantId, data };
    });
    expect(first && toWebhookId(first, 'soar')).not.toBe(again && toWebhookId(again, 'soar'));
  });

  test('however long or strange its parts are, it stays a key, and they stay apart', () => {
    const ids = ['a', 'b'].map((end) => {
      const data = { ...observed.data, alertId: `${'ä'.repeat(500)}${end}` };
      return toWebhookId({ ...observed, data } as CallbackEvent, 'c'.repeat(40));
    });
    expect(ids.every((id) => /^[A-Za-z0-9_-]{1,200}$/.test(id))).toBe(true);
    expect(redriveRequestSchema.safeParse({ ids }).success).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });
});
