import { defenderError, isDefenderError } from '../errors.ts';
import { machineNotFound } from '../machines/answers.ts';
import { isInConflict, isRepeat } from './conflicts.ts';
import { toActionReply } from './context.ts';
import { effectsAt, isAlreadySo } from './effects.ts';
import { checkPlatform } from './os-gates.ts';
import { incorrectBody, readBody } from './read-body.ts';
import { readOrder } from './read-order.ts';
import { isRunning } from './record.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineResource } from '../machines/resource.ts';
import type { DefenderCall } from '../operation.ts';
import type { ActionContext } from './context.ts';
import type { ActionOrder, ActionRecord } from './record.ts';
import type { MachineActionType } from './resource.ts';

/** Where the documentation lets a repeated request give the action that is there. */
const answeredWithTheFirst: readonly MachineActionType[] = [
  ...(['Isolate', 'Unisolate', 'RestrictCodeExecution', 'UnrestrictCodeExecution'] as const),
  ...(['RunAntiVirusScan', 'StopAndQuarantineFile', 'Offboard'] as const),
];
const maxSessions = 50;

/** Any POST that makes a machine action. */
export function startAction(type: MachineActionType) {
  return (call: DefenderCall, context: ActionContext): Reply | DefenderError => {
    const body = readBody(call.exchange);
    const order = body ? readOrder(type, body) : incorrectBody();
    if (isDefenderError(order)) return order;
    const { id = '' } = call.parameters;
    const record = context.machines.get(id);
    if (!record) return machineNotFound(id);
    const { machine } = record;
    const status = type === 'Offboard' && call.switches.offboardAnswer === 'ok' ? 200 : 201;
    const refusal = refuse(call, context, { order, machine });
    if (refusal && 'course' in refusal) return toActionReply(call, refusal, status);
    if (refusal) return refusal;
    call.exchange.applied = true;
    const requestor = { requestor: call.clientId, requestSource: 'PublicApi' };
    return toActionReply(call, context.actions.add({ ...requestor, order, machine, nowMs: call.nowMs }), status);
  };
}

/** Why the action cannot start, or the one that runs and is answered with. */
function refuse(
  call: DefenderCall,
  { actions }: ActionContext,
  { order, machine }: { readonly order: ActionOrder; readonly machine: MachineResource },
): DefenderError | ActionRecord | undefined {
  const { nowMs, switches } = call;
  if (actions.settings.get(machine.id).isRestricted) {
    return defenderError(
      'DisallowedOperation',
      `${order.type} is not allowed: response actions on the device are restricted`,
    );
  }
  const unsupported = switches.checkPlatforms ? checkPlatform(order, machine) : undefined;
  if (unsupported) return unsupported;
  const all = actions.list();
  const ofMachine = all.filter(({ machineId }) => machineId === machine.id);
  const running = ofMachine.filter((each) => isRunning(each, nowMs));
  const repeated = running.find((each) => isRepeat(order, each));
  if (repeated && switches.repeatReturnsPending && answeredWithTheFirst.includes(order.type)) return repeated;
  if (running.some((each) => switches.oneActionPerDevice || isInConflict(order, each))) {
    return defenderError('ActiveRequestAlreadyExists', 'Action is already in progress');
  }
  if (switches.actionWithoutEffect === 'refuse' && isAlreadySo(order.type, effectsAt(ofMachine, nowMs))) {
    return defenderError('BadRequest', `${order.type} has no effect on the device`);
  }
  const sessions = all.filter((each) => each.type === 'LiveResponse' && isRunning(each, nowMs));
  return order.type === 'LiveResponse' && sessions.length >= maxSessions
    ? defenderError('TooManyRequests', 'Too many live response sessions', { 'retry-after': '60' })
    : undefined;
}
