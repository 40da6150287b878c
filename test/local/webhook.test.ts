import { expect, test } from 'vitest';
import { flawOfSignature } from './callback-signature.ts';
import { toSignedHeaders, toWebhookPath } from './webhook.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';

test.each([
  ['alert.created', `/api/v1/tenants/${tenantId}/alerts`],
  ['alert.updated', `/api/v1/tenants/${tenantId}/alerts`],
  ['ocsf.detection_finding', `/api/v1/tenants/${tenantId}/alerts`],
  ['action.requested', `/api/v1/tenants/${tenantId}/actions`],
  ['indicators.pushed', '/api/v1/feeds/phishing/indicators'],
])('%s goes to %s', (type, path) => {
  expect(toWebhookPath({ type, tenantId, feedId: 'phishing' })).toBe(path);
});

test.each([[{ type: 'other' }], [{}], [null]])('%j goes nowhere', (envelope) => {
  expect(() => toWebhookPath(envelope)).toThrow('No route takes a webhook');
});

test('what does not say whose it is goes nowhere', () => {
  expect(() => toWebhookPath({ type: 'alert.created' })).toThrow('needs "tenantId"');
});

test('the signature is the one of the specification', () => {
  const nowMs = Date.parse('2026-11-20T10:00:00Z');
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const body = Buffer.from('{"a":1}');
  const headers = toSignedHeaders({ id: 'msg_1', body }, secret, nowMs);
  expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'webhook-timestamp': '1795168800' });
  expect(flawOfSignature({ headers, body }, [secret], nowMs)).toBeUndefined();
  expect(flawOfSignature({ headers, body: Buffer.from('{"a":2}') }, [secret], nowMs)).toBe(
    'the signature fits no secret',
  );
});
