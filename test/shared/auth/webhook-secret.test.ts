import { describe, expect, test } from 'vitest';
import { fromWebhookSecret } from '../../../shared/auth/webhook-secret.ts';

const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * 37) % 256));

describe('fromWebhookSecret', () => {
  test.each([16, 17, 24, 32, 63, 64])('takes %i bytes', (length) => {
    expect(fromWebhookSecret(`whsec_${bytes(length).toString('base64')}`)).toEqual(bytes(length));
  });

  test.each([
    ['empty', ''],
    ['prefix alone', 'whsec_'],
    ['15 bytes', `whsec_${bytes(15).toString('base64')}`],
    ['65 bytes', `whsec_${bytes(65).toString('base64')}`],
    ['no prefix', bytes(32).toString('base64')],
    ['prefix in capitals', `WHSEC_${bytes(32).toString('base64')}`],
    ['a private key of another scheme', `whsk_${bytes(32).toString('base64')}`],
    ['no padding', `whsec_${bytes(32).toString('base64').replace('=', '')}`],
    ['too much padding', `whsec_${bytes(32).toString('base64')}=`],
    ['spare bits set', 'whsec_AAAAAAAAAAAAAAAAAAAAAB=='],
    ['base64url', `whsec_${Buffer.alloc(24, 0xfb).toString('base64url')}`],
    ['line break at the end', `whsec_${bytes(32).toString('base64')}\n`],
    [
      'space inside',
      `whsec_${bytes(32)
        .toString('base64')
        .replace(/^(.{8})/, '$1 ')}`,
    ],
    ['a character outside the alphabet', `whsec_${bytes(32).toString('base64').replace(/^./, '*')}`],
    ['twice the prefix', `whsec_whsec_${bytes(32).toString('base64')}`],
    ['quotes around it', `"whsec_${bytes(32).toString('base64')}"`],
  ])('refuses %s', (_, secret) => {
    expect(fromWebhookSecret(secret)).toBeUndefined();
  });
});
