import { describe, expect, it } from 'vitest';
import { toSignInCodes } from '../../../shared/auth/sign-in-failure.ts';

const withCause = (cause: unknown) => Object.assign(new Error('outer'), { cause });

describe('toSignInCodes', () => {
  const loop: { message: string; cause?: unknown } = { message: 'loop' };
  loop.cause = loop;
  it.each([
    ['of the outermost error', { errorNo: 700016 }, [700016]],
    ['as text', { errorNo: '700016' }, [700016]],
    ['of a cause', withCause(withCause({ errorNo: 65001 })), [65001]],
    ['of a whole answer', { errorResponse: { errorCodes: [7000229, 1] } }, [7000229, 1]],
    ['structured before described', withCause({ errorNo: 1, message: 'AADSTS2: x' }), [1]],
    [
      'described when nothing else is there',
      withCause(new Error('invalid_client: AADSTS90002: Tenant x not found.')),
      [90002],
    ],
    ['none', new Error('socket hang up'), []],
    ['none in what is no error', 'text', []],
    ['none in nothing', undefined, []],
    ['none in a loop', loop, []],
    ['none in odd values', { errorNo: {}, errorResponse: 'x', message: 7 }, []],
  ] as const)('%s', (_name, error, codes) => expect(toSignInCodes(error)).toEqual(codes));
});
