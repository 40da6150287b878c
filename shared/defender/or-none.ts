import { isRefused } from '../errors.ts';

/** What a call gives; `undefined` when Microsoft knows nothing of it (404). Everything else that is thrown passes. */
export async function orNone<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefused(error, 404)) return undefined;
    throw error;
  }
}
