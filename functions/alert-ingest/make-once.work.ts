import { UpstreamUnavailable } from '../../shared/errors.ts';
import type { CarryOutcome, CarryTools } from '../../shared/work/carry.ts';
import { toAlertResult } from './alert-outcome.ts';
import type { AlertState } from './alert-state.ts';

/** The states in which an alert is made. */
export type MakingState = Extract<AlertState, { at: 'Creating' | 'CreatingInGraph' }>;

/** A call to Defender may take so long; nobody else may take the operation over meanwhile. */
const callMs = 30_000;

/** Makes an alert, once: from the intent on, whoever comes next looks first. */
export async function makeOnce(
  state: MakingState,
  tools: CarryTools,
  make: () => Promise<CarryOutcome>,
): Promise<CarryOutcome> {
  if (tools.leaseLeftMs() < callMs) await tools.renewLease();
  const { startedAtMs, machine } = state;
  const event = state.at === 'Creating' ? state.event : undefined;
  const looking: AlertState = { at: 'Looking', startedAtMs, machine, event, intentAtMs: tools.now() };
  await tools.saveIntent(looking, { stage: 'Creating', result: toAlertResult(state) });
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable) || !error.throttled) throw error;
    // A limit said so: nothing was made, and nothing is to be looked for.
    const dueAtMs = tools.now() + Math.max(1, error.retryAfterMs);
    return { outcome: 'Later', dueAtMs, stage: 'Creating', state, upstream: error.upstream, isThrottled: true };
  }
}
