import { randomUUID } from 'node:crypto';
import { toActionOperation } from '../../shared/actions/action-operation.ts';
import { actionRequestSchema } from '../../shared/contract/action.ts';
import type { Operation } from '../../shared/contract/operation.ts';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import type { Simulator } from '../local/simulator/simulator.ts';
import { tenantId } from './indicator-sync.ts';
import type { Instance, InstanceChanges } from './indicator-sync.ts';
import { changeTenant, setUpIndicatorSync } from './sync-world.ts';
import { minuteMs } from './work.ts';

/** What a test asks for, when it is about nothing else. */
export const block = { indicatorType: 'DomainName', indicatorValue: 'bad.example', action: 'Block', severity: 'High' };

/** An indicator sync in which actions run too: one tenant, connected, all `Live` and with no reserve unless the policy says otherwise. */
export async function setUpDirect(simulator: Simulator, policy: object = {}, changes: InstanceChanges = {}) {
  const world = await setUpIndicatorSync(simulator, changes);
  await setPolicies(world.instance, policy);
  return world;
}

/** The tenant's policy from now on. */
export async function setPolicies(instance: Pick<Instance, 'tenants'>, policy: object): Promise<void> {
  const live = { actions: { mode: 'Live' }, alerts: { mode: 'Live' }, indicators: { mode: 'Live', reserve: 0 } };
  const input = tenantInputSchema.parse({ policy: { ...live, ...policy } });
  await changeTenant(instance, { policy: input.policy, connection: 'Connected' });
}

/** Asks for an action and carries it in the request, as far as that goes. */
export async function ask(instance: Pick<Instance, 'work' | 'now'>, data: object): Promise<Operation> {
  const accepted = await accept(instance, data);
  return instance.work.perform(accepted);
}

/** `SubmitIndicator` of {@link block}, or of what is said otherwise. */
export function submit(instance: Pick<Instance, 'work' | 'now'>, indicator: object = {}): Promise<Operation> {
  return ask(instance, { action: 'SubmitIndicator', indicator: { ...block, ...indicator } });
}

/** `DeleteIndicator` of {@link block}, or of what is said otherwise. */
export function remove(instance: Pick<Instance, 'work' | 'now'>, indicator: object = {}): Promise<Operation> {
  const { indicatorType, indicatorValue } = { ...block, ...indicator };
  return ask(instance, { action: 'DeleteIndicator', indicator: { indicatorType, indicatorValue } });
}

/** Accepted and left alone. */
export async function accept({ work, now }: Pick<Instance, 'work' | 'now'>, data: object) {
  const accepted = await work.accept(
    toActionOperation({
      tenantId,
      callerId: 'soar',
      dedupeKey: randomUUID(),
      fingerprint: 'f',
      submitByMs: now() + 4 * 60 * minuteMs,
      action: { data: actionRequestSchema.parse({ comment: 'Case 17', ...data }) },
    }),
  );
  if (!('operation' in accepted)) throw new Error(`Not accepted but ${accepted.outcome}.`);
  return accepted;
}

/** Time goes by, and the timers of both lanes with it; gives the operation as it stands then. */
export async function later({ instance, control }: Awaited<ReturnType<typeof setUpDirect>>, { id }: Operation) {
  control.clock.advance(minuteMs);
  for (const lane of ['actions', 'sync'] as const) await instance.work.drain(lane, { budgetMs: 45_000 });
  const operation = await instance.work.read(tenantId, id);
  if (operation === undefined) throw new Error('The operation is gone.');
  return operation;
}
