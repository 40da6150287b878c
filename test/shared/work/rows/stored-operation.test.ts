import { describe, expect, it } from 'vitest';
import { fromProgress } from '../../../../shared/work/rows/stored-operation.ts';

describe('fromProgress', () => {
  it('keeps the ids of the answer before when the last one, or none at all, had none', () => {
    expect(fromProgress({ upstream: {}, stage: 'Creating' })).toEqual({ stage: 'Creating' });
    expect(fromProgress({ upstream: { alertId: undefined } })).toEqual({});
  });

  it('takes the ids that there are', () => {
    const upstream = { requestId: '6f0e3459-be03-477e-9c6f-80ae54366408' };
    expect(fromProgress({ upstream })).toEqual({ upstream });
  });
});
