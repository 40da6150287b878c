import type { ActionName, ActionRequest } from '../../../shared/contract/action.ts';
import { machineActionNames } from '../../../shared/contract/action.ts';
import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import { isSameWord, protectionOf } from './protection.ts';
import type { MachineFacts } from '../machine-facts.ts';

/** What a tenant's policy says to an action. `rule` points into the tenant document. */
export type Authorization =
  | { readonly allowed: true; readonly needsApproval: boolean }
  | { readonly allowed: false; readonly needsApproval: false; readonly rule: string };

/** The action in question: a `StoredAction` is one. */
export interface AuthorizedOrder {
  readonly data: ActionRequest | { readonly action: Exclude<ActionName, 'SubmitIndicator'> };
  readonly isApprovalForced?: true | undefined;
  /** It undoes what the tenant let us do, because its time is over. */
  readonly reverses?: object | undefined;
}

/** They end what was done to a machine. */
const undoing: readonly ActionName[] = ['Unisolate', 'UnrestrictCodeExecution'];

/** They change no more than a word on a machine. */
const tagging: readonly ActionName[] = ['AddTag', 'RemoveTag'];

/**
 * Whether a tenant lets an action be run (contract §11). Asked before it is accepted, without `machine`; again when the
 * machine is known; and once more after an approval. What a machine must have for a rule to hold is unknown until then.
 */
export function authorizeAction(
  policy: Pick<TenantPolicy, 'actions' | 'indicators'>,
  order: AuthorizedOrder,
  machine?: MachineFacts,
): Authorization {
  // It was decided when the action it undoes was: nothing may keep a machine isolated for good.
  if (order.reverses !== undefined) return { allowed: true, needsApproval: false };
  const rule = refusalOf(policy, order, machine);
  if (rule !== undefined) return { allowed: false, needsApproval: false, rule };
  return { allowed: true, needsApproval: needsApproval(policy.actions, order, machine) };
}

function refusalOf(
  { actions, indicators }: Pick<TenantPolicy, 'actions' | 'indicators'>,
  { data }: AuthorizedOrder,
  machine: MachineFacts | undefined,
): string | undefined {
  if (!actions.allowed.includes(data.action)) return '#/policy/actions/allowed';
  if (isAllowing(data) && !indicators.allowAllowed) return '#/policy/indicators/allowAllowed';
  if (undoing.includes(data.action) || tagging.includes(data.action)) return undefined;
  const asked = 'machine' in data ? data.machine.id : undefined;
  return protectionOf(actions, asked, machine);
}

function needsApproval(
  { requireApproval, requireApprovalOn }: TenantPolicy['actions'],
  { data, isApprovalForced }: AuthorizedOrder,
  machine: MachineFacts | undefined,
): boolean {
  if (isApprovalForced === true || requireApproval.includes(data.action) || isAllowing(data)) return true;
  const isGraded = machineActionNames.includes(data.action) && !undoing.includes(data.action);
  return isGraded && machine !== undefined && isDelicate(requireApprovalOn, machine);
}

/** A machine on which nothing is done without a person's word. */
function isDelicate(
  { servers, deviceValues, machineTags }: TenantPolicy['actions']['requireApprovalOn'],
  machine: MachineFacts,
): boolean {
  const { osPlatform = '', deviceValue } = machine;
  if (servers && osPlatform.toLowerCase().startsWith('windowsserver')) return true;
  if (deviceValue !== undefined && deviceValues.some((value) => isSameWord(value, deviceValue))) return true;
  return machineTags.some((tag) => machine.machineTags.some((held) => isSameWord(held, tag)));
}

/** Switches Defender's protection off for a value. */
function isAllowing(data: AuthorizedOrder['data']): boolean {
  return data.action === 'SubmitIndicator' && data.indicator.action === 'Allowed';
}
