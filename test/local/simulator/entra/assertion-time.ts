import type { JWTPayload } from 'jose';
import { invalidClient } from './errors.ts';
import type { EntraError } from './errors.ts';

/** How far clocks may be apart. */
const toleratedSkewSeconds = 300;

/** 700024 unless the assertion is within its time. */
export function checkAssertionTime(claims: JWTPayload, nowMs: number): EntraError | undefined {
  const now = nowMs / 1_000;
  const isWithin =
    typeof claims.exp === 'number' &&
    claims.exp + toleratedSkewSeconds > now &&
    (claims.nbf === undefined || claims.nbf - toleratedSkewSeconds <= now);
  return isWithin ? undefined : invalidClient(700024, 'Client assertion is not within its valid time range.');
}
