import { createHmac } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startCallbackReceiver } from './callback-receiver.ts';

const key = Buffer.alloc(32, 5);
const secret = `whsec_${key.toString('base64')}`;
const nowMs = Date.parse('2026-11-20T10:00:00Z');
const held = { type: 'action.held', data: { operationId: 'op_1', status: 'Running', version: 2 } };

async function start(secrets: readonly string[] = [secret]) {
  const lines: string[] = [];
  const receiver = await startCallbackReceiver({
    port: 0,
    secrets,
    print: (line) => lines.push(line),
    now: () => nowMs,
  });
  onTestFinished(() => receiver.stop());
  return { receiver, lines };
}

interface Sending {
  readonly id?: string;
  readonly timestamp?: string;
  readonly event?: unknown;
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

function send(
  origin: string,
  { id = 'op_1_a', timestamp = `${nowMs / 1000}`, event = held, path = '/', headers }: Sending = {},
) {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${mac}` };
  return fetch(origin + path, { method: 'POST', body, headers: { ...signed, ...headers } });
}

const control = (origin: string, method: string, path: string, body?: unknown) =>
  fetch(`${origin}/_receiver/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

describe('what it believes', () => {
  test('a signed callback: 204, kept and printed', async () => {
    const { receiver, lines } = await start();
    expect((await send(receiver.origin, { path: '/hooks/mde' })).status).toBe(204);
    expect(receiver.received).toEqual([
      {
        ...{ receivedAt: '2026-11-20T10:00:00.000Z', path: '/hooks/mde', webhookId: 'op_1_a', attempt: 1 },
        ...{ event: held, answered: 204 },
      },
    ]);
    expect(lines).toEqual(['callback action.held op_1 Running v2 -> 204']);
  });

  test('the vector Standard Webhooks published', async () => {
    const receiver = await startCallbackReceiver({
      ...{ port: 0, secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], print: () => undefined },
      now: () => 1_614_265_330_000,
    });
    onTestFinished(() => receiver.stop());
    const answer = await fetch(receiver.origin, {
      method: 'POST',
      body: '{"test": 2432232314}',
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v2,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
    });
    expect(answer.status).toBe(204);
  });

  test.each<[string, Sending, string]>([
    [
      'another signature',
      { headers: { 'webhook-signature': `v1,${'A'.repeat(43)}=` } },
      'the signature fits no secret',
    ],
    ['another version', { headers: { 'webhook-signature': 'v2,abc' } }, 'there is no v1 signature'],
    ['six minutes old', { timestamp: `${nowMs / 1000 - 360}` }, 'the timestamp is over five minutes off'],
    ['six minutes ahead', { timestamp: `${nowMs / 1000 + 360}` }, 'the timestamp is over five minutes off'],
    ['milliseconds', { timestamp: `${nowMs}` }, 'the timestamp is no whole number of seconds'],
    ['a dot in the id', { id: 'op_1.a' }, 'the id has a dot in it'],
  ])('not %s: 401', async (_, sending, flaw) => {
    const { receiver } = await start();
    expect((await send(receiver.origin, sending)).status).toBe(401);
    expect(receiver.received).toMatchObject([{ answered: 401, flaw }]);
  });

  test('not what has no headers, and not with another secret', async () => {
    const { receiver, lines } = await start([`whsec_${Buffer.alloc(32, 6).toString('base64')}`]);
    expect((await fetch(receiver.origin, { method: 'POST', body: 'x' })).status).toBe(401);
    expect((await send(receiver.origin)).status).toBe(401);
    expect(lines[0]).toBe('callback unreadable -> 401 (a webhook header is missing)');
    expect((await control(receiver.origin, 'PUT', 'secrets', { secrets: ['whsec_AAAA', secret] })).status).toBe(204);
    expect((await send(receiver.origin)).status).toBe(204);
  });
});

describe('callback.verify', () => {
  const verify = { event: { type: 'callback.verify', data: { challenge: 'c-1' } } };

  test('is answered with its challenge', async () => {
    const { receiver } = await start();
    const answer = await send(receiver.origin, verify);
    expect([answer.status, await answer.json()]).toEqual([200, { challenge: 'c-1' }]);
  });

  test('gets none when it is not signed', async () => {
    const { receiver } = await start([]);
    const answer = await send(receiver.origin, verify);
    expect([answer.status, await answer.text()]).toEqual([401, '']);
  });

  test('is spared the behavior, unless that is for it too', async () => {
    const { receiver } = await start();
    receiver.behave({ status: 500 });
    expect((await send(receiver.origin, verify)).status).toBe(200);
    receiver.behave({ status: 500, isForVerify: true });
    expect((await send(receiver.origin, verify)).status).toBe(500);
  });
});

describe('behavior', () => {
  test('a status with Retry-After, so many times', async () => {
    const { receiver } = await start();
    const told = { status: 503, retryAfter: '120', times: 2 };
    expect((await control(receiver.origin, 'PUT', 'behavior', told)).status).toBe(204);
    const answers = [await send(receiver.origin), await send(receiver.origin), await send(receiver.origin)];
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '120'],
      [503, '120'],
      [204, null],
    ]);
    expect(receiver.received.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('until it is told otherwise', async () => {
    const { receiver } = await start();
    receiver.behave({ status: 410, delayMs: 1 });
    expect((await send(receiver.origin)).status).toBe(410);
    expect((await send(receiver.origin)).status).toBe(410);
    receiver.behave({});
    expect((await send(receiver.origin)).status).toBe(204);
  });

  test('no answer at all', async () => {
    const { receiver } = await start();
    receiver.behave({ status: 0 });
    await expect(send(receiver.origin)).rejects.toThrow();
    expect(receiver.received).toMatchObject([{ answered: 0 }]);
  });
});

describe('control', () => {
  test('what came can be read and forgotten', async () => {
    const { receiver } = await start();
    await send(receiver.origin);
    const list = await control(receiver.origin, 'GET', 'callbacks');
    expect(await list.json()).toMatchObject({ value: [{ webhookId: 'op_1_a', event: held }] });
    expect(await (await control(receiver.origin, 'GET', 'callbacks?after=1')).json()).toEqual({ value: [] });
    expect((await control(receiver.origin, 'DELETE', 'callbacks')).status).toBe(204);
    expect(receiver.received).toEqual([]);
  });

  test('nothing else', async () => {
    const { receiver } = await start();
    expect((await control(receiver.origin, 'GET', 'secrets')).status).toBe(404);
    expect((await control(receiver.origin, 'PUT', 'secrets', { secrets: [1] })).status).toBe(404);
    expect((await fetch(receiver.origin)).status).toBe(405);
  });
});
