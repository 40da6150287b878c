import type { z } from 'zod';
import type { UpstreamIds } from '../errors.ts';
import type { DefenderService, DefenderTenant } from './hosts.ts';
import type { DefenderApi } from './limits.ts';

/** One call to Defender or Graph. */
export interface DefenderCall<T> {
  readonly tenant: DefenderTenant;
  /** Defender, unless said otherwise. */
  readonly service?: DefenderService;
  /** The row of the limits that the call counts in. */
  readonly api: DefenderApi;
  /** The application role that the call needs: named when it is missing. */
  readonly role: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query under the service's base URL, already quoted: `/api/indicators?$filter=…`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether making the call twice is the same as making it once. A GET always is; what acts is repeated only by who looked first. */
  readonly isRepeatable?: boolean;
  /** For all tries together, with token and budget: 30 s unless said otherwise (hunting: 3 min). */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What the body of a success must be (of one entry, in a list). An answer without a body is `undefined`. */
  readonly schema: z.ZodType<T>;
}

/** A success: the parsed body, the status, and the ids for Microsoft's support. */
export interface DefenderAnswer<T> {
  readonly value: T;
  readonly status: number;
  readonly upstream: UpstreamIds;
}

/**
 * The way to Defender and Graph. Both functions throw `UpstreamUnavailable` (later; `throttled`: a limit said so, nothing was
 * carried out; otherwise the call may have been), `UpstreamRefused` (final: `role_missing` with `missingRole`,
 * `feature_disabled`, or `defender_refused` with `status` and `defenderCode`), or `TenantSuspended` (we are not let in).
 */
export interface Defender {
  readonly request: <T>(call: DefenderCall<T>) => Promise<DefenderAnswer<T>>;
  /** Every entry of a collection, over all its pages. Complete, or it throws: unknown is never the same as empty. */
  readonly list: <T>(call: DefenderCall<T>) => Promise<readonly T[]>;
}
