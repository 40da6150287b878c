import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallerDocument } from '../../shared/contract/caller.ts';
import type { CallbackEvent } from '../../shared/contract/callback-event.ts';
import { callbackEventSchema } from '../../shared/contract/callback-event.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { freshStack, testUserAgent } from '../builders/stack.ts';
import { startCallbackReceiver } from '../local/callback-receiver.ts';
import { newWebhookSecret, toSecretName } from '../local/caller-key.ts';
import { connectTenants } from '../local/connect-tenants.ts';
import { world } from '../local/demo-world.ts';
import { toSignedHeaders, toWebhookPath } from '../local/webhook.ts';

const [{ tenantId }] = world.tenants;
const signingSecret = newWebhookSecret();
const callbackSecret = newWebhookSecret();

const receiver = await startCallbackReceiver({ port: 0, secrets: [callbackSecret], print: () => undefined });
afterAll(() => receiver.stop());
const url = `${receiver.origin}/hooks`;
const stack = freshStack({ EGRESS_ALLOWED_ORIGINS: receiver.origin });

const caller = {
  ...{ displayName: 'SOAR', authentication: { kind: 'Signature' }, scopes: ['actions:write'], tenants: 'All' },
  callback: { url, events: 'All' },
};
const putCaller = (): Promise<CallerDocument> => stack().api.expect('PUT', '/api/v1/callers/soar', caller);
const callbackOf = async (): Promise<CallerDocument['callback']> =>
  (await stack().api.expect<CallerDocument>('GET', '/api/v1/callers/soar')).callback;

/** Sends the sample webhook under this key, as a playbook would; gives the operation when it has ended, which on a slow machine takes the timer. */
async function addTag(id: string): Promise<Operation> {
  const body = readFileSync(new URL('../local/samples/add-tag.json', import.meta.url));
  const path = toWebhookPath(JSON.parse(body.toString('utf8')));
  const headers = toSignedHeaders({ id, body }, signingSecret, Date.now());
  for (let tries = 0; tries < 10; tries += 1) {
    const response = await fetch(`${stack().origin}${path}?caller=soar`, { method: 'POST', headers, body });
    if (response.status === 200) return (await response.json()) as Operation;
    expect(response.status).toBe(202);
    await stack().runTimer('drainActions');
  }
  return expect.fail('It did not end.');
}

/** The callbacks that came, each as `type answered`. */
function came(): readonly string[] {
  return receiver.received.map(({ event, answered }) => `${(event as CallbackEvent).type} ${answered}`);
}

beforeEach(() => {
  receiver.clear();
  receiver.behave({});
});

describe('an address', () => {
  test('is not taken without the secrets', async () => {
    const answer = await stack().api.call('PUT', '/api/v1/callers/soar', caller);
    expect(answer).toMatchObject({ status: 422, body: { code: 'secret_missing' } });
  });

  test('that does not want callbacks stays unverified, and can be put again', async () => {
    const { secrets } = stack().simulator.control;
    secrets.add(toSecretName('soar', false), { value: signingSecret });
    secrets.add(toSecretName('soar', true), { value: callbackSecret });
    receiver.behave({ status: 404, isForVerify: true, times: 1 });
    expect((await putCaller()).callback).toMatchObject({
      status: 'Unverified',
      lastFailure: { detail: 'Answer 404.' },
    });
    expect((await putCaller()).callback).toMatchObject({ status: 'Active' });
    expect(came()).toEqual(['callback.verify 404', 'callback.verify 200']);
  });
});

test('the connection of tenants is told, signed', async () => {
  await connectTenants(stack().api);
  await stack().runTimer('deliverCallbacks');
  expect(came()).toEqual(['tenant.connected 204', 'tenant.connected 204']);
  for (const { event } of receiver.received) expect(callbackEventSchema.parse(event)).toEqual(event);
});

test('the end of an action is told before its request is answered', async () => {
  const { id, version } = await addTag('case-1');
  expect(receiver.received).toMatchObject([
    {
      ...{ path: '/hooks', answered: 204, webhookId: `${id}_action_succeeded_${version}_soar` },
      event: {
        ...{ type: 'action.succeeded', tenantId },
        data: { operationId: id, status: 'Succeeded', version, action: 'AddTag' },
      },
    },
  ]);
  const { event } = receiver.received[0] ?? expect.fail('Nothing came.');
  expect(callbackEventSchema.parse(event)).toEqual(event);
  const { data } = event as { readonly data: { readonly url: string } };
  expect(await stack().api.expect('GET', new URL(data.url).pathname)).toMatchObject({ id, version });
});

test('a callback that was not taken comes again, under the same id', async () => {
  receiver.behave({ status: 500, times: 1 });
  await addTag('case-2');
  expect(await callbackOf()).toMatchObject({ status: 'Failing', lastFailure: { detail: 'Answered 500.' } });
  const later = await stack().startInstance({ aheadMs: 60_000 });
  await later.runTimer('deliverCallbacks');
  expect(came()).toEqual(['action.succeeded 500', 'action.succeeded 204']);
  expect(new Set(receiver.received.map(({ webhookId }) => webhookId)).size).toBe(1);
  expect(await callbackOf()).toMatchObject({ status: 'Active' });
});

test('410 ends it; what is missed waits as dead letters until the address is put again', async () => {
  receiver.behave({ status: 410, times: 1 });
  await addTag('case-3');
  await addTag('case-4');
  expect([came(), (await callbackOf())?.status]).toEqual([['action.succeeded 410'], 'Disabled']);
  const deadLetters = `/api/v1/tenants/${tenantId}/dead-letters`;
  const { value } = await stack().api.expect<{ readonly value: readonly object[] }>('GET', deadLetters);
  expect(value).toMatchObject([{ kind: 'Callback', code: 'callback_disabled' }, { code: 'callback_disabled' }]);

  expect((await putCaller()).callback).toMatchObject({ status: 'Active' });
  const redriven = await stack().api.expect('POST', `${deadLetters}/redrive`, { kind: 'Callback' });
  expect(redriven).toEqual({ redriven: 2 });
  await stack().runTimer('deliverCallbacks');
  expect(came().slice(1).toSorted()).toEqual(['action.succeeded 204', 'action.succeeded 204', 'callback.verify 200']);
});

test('consent that is withdrawn is told', async () => {
  const { simulator, api, runTimer } = stack();
  simulator.control.tenants.withdrawConsent(tenantId, world.appClientId);
  await api.expect('POST', `/api/v1/tenants/${tenantId}/check`);
  await runTimer('deliverCallbacks');
  expect(receiver.received).toMatchObject([
    { answered: 204, event: { type: 'tenant.suspended', tenantId, data: { code: 'consent_withdrawn' } } },
  ]);
});

test('the hourly sweep runs', async () => {
  await stack().runTimer('sweep');
  expect(stack().host.output()).toContain('"event":"work.swept"');
});

testUserAgent(stack);
