import type { SecretClient } from '@azure/keyvault-secrets';
import { RestError } from '@azure/keyvault-secrets';
import { describe, expect, it } from 'vitest';
import { createReadSecret } from '../../../shared/auth/key-vault.client.ts';

/** A vault with these answers, in order. */
function vaultOf(...answers: readonly (string | RestError)[]) {
  const asked: string[] = [];
  const vault: Pick<SecretClient, 'getSecret'> = {
    getSecret: (name) => {
      const answer = answers[asked.push(name) - 1];
      if (typeof answer !== 'string') return Promise.reject(answer ?? new Error('Asked too often.'));
      return Promise.resolve({
        name,
        value: answer,
        properties: { name, vaultUrl: 'https://contoso.vault.azure.net' },
      });
    },
  };
  return { vault, asked };
}

const notFound = new RestError('SecretNotFound', { statusCode: 404 });
const busy = new RestError('Busy', { statusCode: 503 });

describe('createReadSecret', () => {
  it('asks once for everybody, and again after ten minutes', async () => {
    let nowMs = 0;
    const { vault, asked } = vaultOf('one', 'two');
    const readSecret = createReadSecret(vault, () => nowMs);
    expect(await Promise.all([readSecret('a'), readSecret('a')])).toEqual(['one', 'one']);
    nowMs = 599_999;
    expect(await readSecret('a')).toBe('one');
    nowMs = 600_000;
    expect(await readSecret('a')).toBe('two');
    expect(asked).toEqual(['a', 'a']);
  });

  it('asks for what is missing after a minute', async () => {
    let nowMs = 0;
    const readSecret = createReadSecret(vaultOf(notFound, 'one').vault, () => nowMs);
    expect(await readSecret('a')).toBeUndefined();
    nowMs = 59_999;
    expect(await readSecret('a')).toBeUndefined();
    nowMs = 60_000;
    expect(await readSecret('a')).toBe('one');
  });

  it('keeps no failure', async () => {
    const readSecret = createReadSecret(vaultOf(busy, 'one').vault, () => 0);
    await expect(readSecret('a')).rejects.toBe(busy);
    expect(await readSecret('a')).toBe('one');
  });
});
