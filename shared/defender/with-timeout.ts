import type { Defender, DefenderCall } from './call.ts';

/** The same way to Defender, for somebody who waits: no call takes longer than `timeoutMs`, whatever it says itself. */
export function withTimeout(defender: Defender, timeoutMs: number): Defender {
  const shorten = <T>(call: DefenderCall<T>): DefenderCall<T> => ({
    ...call,
    timeoutMs: Math.min(call.timeoutMs ?? timeoutMs, timeoutMs),
  });
  return {
    request: (call) => defender.request(shorten(call)),
    list: (call) => defender.list(shorten(call)),
  };
}
