import { describe, expect, it } from 'vitest';
import { newOperation, noCarry, testWork } from '../../builders/work.ts';
import { freshTables } from '../../builders/storage.ts';

describe('recall', () => {
  it('finds what was accepted under a key, and takes nothing', async () => {
    const { work } = testWork(await freshTables(), noCarry);
    const asked = newOperation();
    expect(await work.recall(asked)).toBeUndefined();
    const accepted = await work.accept({ ...asked, isLeftToTimer: true });
    expect(accepted.outcome).toBe('accepted');
    expect(await work.recall(asked)).toMatchObject({ outcome: 'replayed', operation: { status: 'NotStarted' } });
    expect(await work.recall({ ...asked, fingerprint: 'other' })).toEqual({ outcome: 'key_reused' });
    expect(await work.recall({ ...asked, callerId: 'another' })).toBeUndefined();
  });
});
