import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifySignature } from '../../../shared/auth/verify-signature.ts';
import { fromWebhookSecret } from '../../../shared/auth/webhook-secret.ts';
import { signCallback } from '../../../shared/callbacks/sign-callback.ts';

const published = fromWebhookSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? Buffer.alloc(0);

describe('signCallback', () => {
  test('the vector Standard Webhooks published', () => {
    const body = Buffer.from('{"test": 2432232314}');
    const callback = { webhookId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body, nowMs: 1_614_265_330_999 };
    expect(signCallback(callback, [published])).toEqual({
      'content-type': 'application/json',
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('every attempt has its own time and signature, and the same id', () => {
    const callback = { webhookId: 'op_a_action_held_2', body: Buffer.from('{}') };
    const first = signCallback({ ...callback, nowMs: 1_763_632_809_000 }, [published]);
    const second = signCallback({ ...callback, nowMs: 1_763_632_810_000 }, [published]);
    expect(second['webhook-id']).toBe(first['webhook-id']);
    expect(second['webhook-timestamp']).toBe('1763632810');
    expect(second['webhook-signature']).not.toBe(first['webhook-signature']);
  });

  test('without a key nothing is signed', () => {
    expect(() => signCallback({ webhookId: 'a', body: Buffer.alloc(0), nowMs: 0 }, [])).toThrow(RangeError);
  });

  test('whoever knows any one of the keys can verify it', () => {
    const keys = fc.array(fc.uint8Array({ minLength: 16, maxLength: 64 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(keys, fc.uint8Array(), fc.nat(), (all, body, pick) => {
        const nowMs = 1_763_632_809_500;
        const headers = Object.entries(signCallback({ webhookId: 'op_x', body, nowMs }, all));
        const known = all[pick % all.length] ?? new Uint8Array();
        expect(verifySignature({ headers, body, keys: [known], nowMs })).toEqual({ ok: true, webhookId: 'op_x' });
      }),
      { numRuns: 200 },
    );
  });
});
