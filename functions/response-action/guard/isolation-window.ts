import type { ActionName } from '../../../shared/contract/action.ts';

/** Whether an action counts among the isolations of an hour (contract §11). */
export function isIsolation({ action }: { readonly action: ActionName }): boolean {
  return action === 'Isolate' || action === 'RestrictCodeExecution';
}

/** The rule that one too many meets. */
export const isolationsRule = '#/policy/actions/maxIsolationsPerHour';

/** An isolation or restriction that was about to be sent: by which operation, and when (epoch ms). */
export type SentIsolation = readonly [operationId: string, atMs: number];

/** Who asks for one more, when, and how many a tenant takes in any 60 minutes. */
export interface IsolationAsk {
  readonly operationId: string;
  readonly limit: number;
  readonly nowMs: number;
}

const hourMs = 60 * 60 * 1000;

/** Those of the last 60 minutes: one that is exactly as old counts no more. */
export function withinHour(sent: readonly SentIsolation[], nowMs: number): readonly SentIsolation[] {
  return sent.filter(([, atMs]) => atMs > nowMs - hourMs);
}

/**
 * What is written down for one more; `undefined` when the hour is full. An operation that comes again was not sent before,
 * or Defender would know of it: it counts once, from now.
 */
export function planIsolation(
  sent: readonly SentIsolation[],
  { operationId, limit, nowMs }: IsolationAsk,
): readonly SentIsolation[] | undefined {
  const others = withinHour(sent, nowMs).filter(([id]) => id !== operationId);
  if (others.length >= limit) return undefined;
  // Instances share no clock: what comes later is never counted as earlier, or it would leave the window too soon.
  const newestMs = others.reduce((newest, [, atMs]) => Math.max(newest, atMs), nowMs);
  return [...others, [operationId, newestMs]];
}
