import { isRefused } from '../errors.ts';
import type { UpstreamIds } from '../errors.ts';
import type { Defender, DefenderCall } from './call.ts';

/** What a call gives; `undefined` when Microsoft knows nothing of it (404). Everything else that is thrown passes. */
export async function orNone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefused(error, 404)) return undefined;
    throw error;
  }
}

/** The same of one request, with the ids of Microsoft's answer: a 404 has them too. */
export async function requestOrNone<T>(
  defender: Pick<Defender, 'request'>,
  call: DefenderCall<T>,
): Promise<{ readonly value: T | undefined; readonly upstream: UpstreamIds }> {
  try {
    const { value, upstream } = await defender.request(call);
    return { value, upstream };
  } catch (error) {
    if (isRefused(error, 404)) return { value: undefined, upstream: error.upstream };
    throw error;
  }
}
