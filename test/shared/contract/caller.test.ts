import { describe, expect, it } from 'vitest';
import { callbackEventSchema, callbackTypes } from '../../../shared/contract/callback-event.ts';
import { callerDocumentSchema, callerInputSchema } from '../../../shared/contract/caller.ts';
import { contractExamples } from '../../../shared/contract/examples.ts';
import { refusals, withField } from '../../builders/refusals.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const caller = { displayName: 'Contoso SOAR', authentication: { kind: 'Signature' } };

describe('PUT of a caller', () => {
  it.each<readonly [path: string, value: unknown, refusal: string]>([
    ['displayName', undefined, '#/displayName required'],
    ['authentication', undefined, '#/authentication required'],
    ['authentication', {}, '#/authentication/kind required'],
    ['authentication', { kind: 'Basic' }, '#/authentication/kind invalid_value'],
    ['authentication', { kind: 'Signature', secret: 'whsec_x' }, '#/authentication/secret unknown_field'],
    ['authentication', { kind: 'Entra', tenantId }, '#/authentication/appId required'],
    ['authentication', { kind: 'Entra', tenantId: 'x', appId: tenantId }, '#/authentication/tenantId invalid_format'],
    ['scopes', 'All', '#/scopes invalid_type'],
    ['scopes', ['admin'], '#/scopes/0 invalid_value'],
    ['tenants', ['fabrikam'], '#/tenants/0 invalid_format'],
    ['feeds', 'phishing', '#/feeds invalid_value'],
    ['feeds', ['Phishing'], '#/feeds/0 invalid_format'],
    ['expiresAt', '2027-11-20', '#/expiresAt invalid_format'],
    ['callback', {}, '#/callback/url required'],
    ['callback', { url: 'soar' }, '#/callback/url invalid_format'],
    ['callback', { url: 'https://soar.contoso.example', events: ['action.*'] }, '#/callback/events/0 invalid_value'],
    ['callback', { url: 'https://soar.contoso.example', secret: 'x' }, '#/callback/secret unknown_field'],
    ['admin', true, '#/admin unknown_field'],
  ])('%s = %j is refused', (path, value, refusal) => {
    expect(refusals(callerInputSchema, withField(caller, path, value))).toEqual([refusal]);
  });

  it('has no rights by default', () => {
    expect(callerInputSchema.parse(caller)).toEqual({ ...caller, scopes: [], tenants: [], feeds: [] });
  });

  it('what GET gave can be put back', () => {
    const input = callerInputSchema.parse(JSON.parse(contractExamples.caller));
    const callback = { ...input.callback, status: 'Active', lastSuccessAt: '2026-11-20T10:00:00Z' };
    expect(callerInputSchema.parse(callerDocumentSchema.parse({ callerId: 'soar', ...input, callback }))).toEqual(
      input,
    );
  });
});

describe('callbacks', () => {
  const timestamp = '2026-11-20T10:02:10Z';
  const operation = {
    operationId: 'op_4k7d2mqn3xzrj5tvwy6bcafhge',
    status: 'Failed',
    version: 3,
    url: 'https://app.contoso.example/',
  };
  const held = {
    type: 'indicators.held',
    timestamp,
    data: { feedId: 'phishing', version: 19, wouldRemove: 700, of: 900 },
  };
  const counts = { added: 1, changed: 0, renewed: 0, removed: 0, rejected: 0, cut: 0 };
  const events = [
    { type: 'alert.created', timestamp, tenantId, data: { ...operation, id: 'f1', alertId: 'da1', merged: false } },
    {
      type: 'alert.updated',
      timestamp,
      tenantId,
      data: { id: 'f1', alertId: 'da1', changed: ['status'], status: 'Resolved' },
    },
    { type: 'alert.failed', timestamp, tenantId, data: { ...operation, id: 'f1', code: 'event_not_found' } },
    {
      type: 'alert.observed',
      timestamp,
      tenantId,
      data: { alertId: 'da1', severity: 'High', status: 'New', machineId: 'a'.repeat(40), lastUpdateTime: timestamp },
    },
    { type: 'action.held', timestamp, tenantId, data: { ...operation, action: 'Isolate', expiresAt: timestamp } },
    { type: 'action.succeeded', timestamp, tenantId, data: { ...operation, action: 'UpdateAlert' } },
    { type: 'action.failed', timestamp, tenantId, data: { ...operation, action: 'Isolate', code: 'expired' } },
    { type: 'action.canceled', timestamp, tenantId, data: { ...operation, action: 'Isolate', code: 'superseded' } },
    { type: 'indicators.synced', timestamp, tenantId, data: { ...operation, ...counts } },
    held,
    { type: 'tenant.connected', timestamp, tenantId, data: {} },
    { type: 'tenant.suspended', timestamp, tenantId, data: { code: 'consent_withdrawn' } },
    { type: 'tenant.removed', timestamp, tenantId, data: operation },
    { type: 'callback.verify', timestamp, data: { challenge: 'c' } },
  ];

  it.each(events)('$type', (event) => {
    expect(callbackEventSchema.parse(event)).toEqual(event);
  });

  it('all are there, and all but the verification can be subscribed to', () => {
    expect(events.map(({ type }) => type).filter((type) => type !== 'callback.verify')).toEqual(callbackTypes);
  });

  it('held removals belong to no tenant', () => {
    expect(refusals(callbackEventSchema, { ...held, tenantId })).toEqual(['#/tenantId unknown_field']);
  });
});
