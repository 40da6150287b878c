import { describe, expect, onTestFinished, test } from 'vitest';
import type { WebhookKey } from '../../../shared/auth/webhook-secret.ts';
import { fromWebhookSecret } from '../../../shared/auth/webhook-secret.ts';
import { createDeliverCallback } from '../../../shared/callbacks/deliver.client.ts';
import { toWebhookId } from '../../../shared/callbacks/plan-callbacks.ts';
import { createPostCallback } from '../../../shared/callbacks/post-callback.client.ts';
import { createVerifyAddress } from '../../../shared/callbacks/verify-address.client.ts';
import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import { createEgress } from '../../../shared/egress/egress.client.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { sendJson, startHttpServer } from '../../builders/http-server.ts';
import { startCallbackReceiver } from '../../local/callback-receiver.ts';

const nowMs = Date.parse('2026-11-20T10:02:10Z');
const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const key = fromWebhookSecret(secret) ?? Buffer.alloc(0);
const event: CallbackEvent = {
  ...{ type: 'indicators.held', timestamp: '2026-11-20T10:02:10Z' },
  data: { feedId: 'phishing', version: 18, wouldRemove: 900, of: 1000 },
};
const webhookId = toWebhookId(event, 'soar');

interface World {
  /** The only address that may be called although it is not public. */
  readonly origin: string;
  readonly keys?: readonly WebhookKey[];
  readonly isVaultDown?: boolean;
}

/** The product's own way to an address, over real sockets. */
function connect({ origin, keys = [key], isVaultDown = false }: World) {
  const asked: string[] = [];
  const egress = createEgress({ allowedOrigins: [origin], now: () => nowMs });
  onTestFinished(() => egress.close());
  const of = (name: string): Promise<readonly WebhookKey[]> => {
    asked.push(name);
    return isVaultDown ? Promise.reject(new UpstreamUnavailable('Down.', { retryAfterMs: 5 })) : Promise.resolve(keys);
  };
  const userAgent = 'MdePartner-Contoso-Cognito/1.0.0';
  const postCallback = createPostCallback({ egress, keys: { of }, now: () => nowMs, userAgent });
  const deliver = createDeliverCallback(postCallback);
  const verifyAddress = createVerifyAddress({ postCallback, now: () => nowMs, newChallenge: () => 'c-1' });
  return {
    asked,
    deliver: (url = `${origin}/hooks`) => deliver({ callerId: 'soar', url, webhookId, event }),
    verify: () => verifyAddress({ callerId: 'soar', url: `${origin}/hooks` }),
  };
}

async function receiver(secrets: readonly string[] = [secret]) {
  const started = await startCallbackReceiver({ port: 0, secrets, print: () => undefined, now: () => nowMs });
  onTestFinished(() => started.stop());
  return started;
}

describe('deliver', () => {
  test('a receiver that knows the secret believes it, every time, under the same id', async () => {
    const { origin, received } = await receiver();
    const { deliver, asked } = connect({ origin });
    expect(await deliver()).toEqual({ kind: 'Answered', status: 204 });
    expect(await deliver()).toEqual({ kind: 'Answered', status: 204 });
    expect(received).toMatchObject([
      { path: '/hooks', webhookId: 'phishing_indicators_held_18_soar', attempt: 1, event },
      { attempt: 2 },
    ]);
    expect(asked).toEqual(['callback-soar', 'callback-soar']);
  });

  test('while a secret is rotated, both the old and the new one will do', async () => {
    const { origin, received, setSecrets } = await receiver();
    const other = Buffer.alloc(32, 6);
    const { deliver } = connect({ origin, keys: [other, key] });
    await deliver();
    setSecrets([`whsec_${other.toString('base64')}`]);
    await deliver();
    expect(received.map(({ answered }) => answered)).toEqual([204, 204]);
  });

  test('says what it is, and what it sends', async () => {
    const server = await startHttpServer((_, response) => void response.writeHead(200).end());
    await connect({ origin: server.url }).deliver();
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'MdePartner-Contoso-Cognito/1.0.0' },
        body: JSON.stringify(event),
      },
    ]);
  });

  test.each([200, 202, 304, 400, 410, 418, 500])('an answer of %i', async (status) => {
    const { origin, behave } = await receiver();
    behave({ status });
    expect(await connect({ origin }).deliver()).toEqual({ kind: 'Answered', status });
  });

  test.each([
    ['seconds', '120', 120_000],
    ['a date', 'Fri, 20 Nov 2026 10:03:10 GMT', 60_000],
  ])('Retry-After in %s', async (_, retryAfter, retryAfterMs) => {
    const { origin, behave } = await receiver();
    behave({ status: 503, retryAfter });
    expect(await connect({ origin }).deliver()).toEqual({ kind: 'Answered', status: 503, retryAfterMs });
  });

  test('a redirect is an answer, and goes nowhere', async () => {
    const server = await startHttpServer((_, response) => void response.writeHead(307, { location: '/next' }).end());
    expect(await connect({ origin: server.url }).deliver()).toEqual({ kind: 'Answered', status: 307 });
    expect(server.requests.map(({ url }) => url)).toEqual(['/hooks']);
  });

  test('an endless answer is not read to its end', async () => {
    const server = await startHttpServer((_, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
        if (!response.destroyed) response.once('drain', write);
      };
      response.writeHead(200);
      write();
    });
    expect(await connect({ origin: server.url }).deliver()).toEqual({ kind: 'Answered', status: 200 });
  });

  test('a connection that is cut without an answer', async () => {
    const { origin, behave } = await receiver();
    behave({ status: 0 });
    expect(await connect({ origin }).deliver()).toMatchObject({ kind: 'Unreachable' });
  });

  test('an answer that is cut in the middle was one', async () => {
    const server = await startHttpServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    expect(await connect({ origin: server.url }).deliver()).toEqual({ kind: 'Answered', status: 200 });
  });

  test('nobody there', async () => {
    const { origin, stop } = await receiver();
    await stop();
    expect(await connect({ origin }).deliver()).toMatchObject({ kind: 'Unreachable' });
  });

  test.each(['https://10.0.0.5/hooks', 'http://soar.contoso.example/', 'https://169.254.169.254/metadata'])(
    'an address that may not be called: %s',
    async (url) => {
      const { origin, received } = await receiver();
      expect(await connect({ origin }).deliver(url)).toMatchObject({ kind: 'Unreachable' });
      expect(received).toEqual([]);
    },
  );

  test('without a secret nothing leaves', async () => {
    const { origin, received } = await receiver();
    expect(await connect({ origin, keys: [] }).deliver()).toMatchObject({ kind: 'NotSent' });
    expect(received).toEqual([]);
  });

  test('a vault that does not answer is no failure of the receiver', async () => {
    const { origin } = await receiver();
    await expect(connect({ origin, isVaultDown: true }).deliver()).rejects.toBeInstanceOf(UpstreamUnavailable);
  });
});

describe('verify address', () => {
  test('the challenge came back', async () => {
    const { origin, received } = await receiver();
    expect(await connect({ origin }).verify()).toEqual({ isVerified: true });
    const verification = { type: 'callback.verify', timestamp: '2026-11-20T10:02:10Z', data: { challenge: 'c-1' } };
    expect(received).toMatchObject([{ event: verification, answered: 200 }]);
  });

  test('one that does not believe the signature gets no further', async () => {
    const { origin } = await receiver([]);
    expect(await connect({ origin }).verify()).toEqual({ isVerified: false, detail: 'Answer 401.' });
  });

  const noChallenge = 'The answer does not hold the challenge.';
  test.each<[string, number, unknown, string]>([
    ['another status, though a success', 201, { challenge: 'c-1' }, 'Answer 201.'],
    ['another challenge', 200, { challenge: 'c-2' }, noChallenge],
    ['no challenge', 200, {}, noChallenge],
    ['a challenge that is no text', 200, { challenge: ['c-1'] }, noChallenge],
    ['a list', 200, ['c-1'], noChallenge],
    ['the challenge far behind', 200, { padding: 'x'.repeat(5_000), challenge: 'c-1' }, noChallenge],
    ['a failure', 500, { challenge: 'c-1' }, 'Answer 500.'],
    ['a redirect', 302, { challenge: 'c-1' }, 'Answer 302.'],
  ])('%s', async (_, status, body, detail) => {
    const server = await startHttpServer((_request, response) => sendJson(response, status, body));
    expect(await connect({ origin: server.url }).verify()).toEqual({ isVerified: false, detail });
  });

  test('more fields beside it do no harm', async () => {
    const server = await startHttpServer((_, response) => sendJson(response, 200, { challenge: 'c-1', ok: true }));
    expect(await connect({ origin: server.url }).verify()).toEqual({ isVerified: true });
  });

  test('what is no JSON', async () => {
    const server = await startHttpServer((_, response) => void response.writeHead(200).end('c-1'));
    expect(await connect({ origin: server.url }).verify()).toEqual({ isVerified: false, detail: noChallenge });
  });

  test('without a secret', async () => {
    const { origin } = await receiver();
    const detail = 'There is no secret to sign with.';
    expect(await connect({ origin, keys: [] }).verify()).toEqual({ isVerified: false, detail });
  });
});
