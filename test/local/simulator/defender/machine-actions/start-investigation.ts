import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { machineNotFound } from '../machines/answers.ts';
import { contextOf } from '../operation.ts';
import { toTime } from '../time.ts';
import { incorrectBody, readBody, readText } from './read-body.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { ActionContext } from './context.ts';

/** Investigations can no longer be started by hand, unless the switch says so; what is started is not kept. */
export function createStartInvestigation() {
  let lastId = 63_016;
  return (call: DefenderCall, { machines }: ActionContext): Reply | DefenderError => {
    if (call.switches.startInvestigation === 'disabled') {
      return defenderError('DisabledFeature', 'Automated investigation is not enabled');
    }
    const body = readBody(call.exchange);
    const comment = body ? readText(body, 'Comment') : incorrectBody();
    if (typeof comment !== 'string') return comment;
    const { id = '' } = call.parameters;
    const machine = machines.get(id)?.machine;
    if (!machine) return machineNotFound(id);
    call.exchange.applied = true;
    return json(201, {
      '@odata.context': contextOf(call.exchange, 'Investigations/$entity'),
      ...{ id: String((lastId += 1)), startTime: toTime(call.nowMs), endTime: null, state: 'Running' },
      ...{ cancelledBy: null, statusDetails: null, machineId: machine.id, computerDnsName: machine.computerDnsName },
      triggeringAlertId: null,
    });
  };
}
