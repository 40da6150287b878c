import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { contextOf } from '../operation.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { MachineResource } from './resource.ts';

/** One machine; the documented context of a get lacks the usual `s/$entity`. */
export function toMachineReply(call: DefenderCall, machine: MachineResource, context = 'Machines/$entity'): Reply {
  return json(200, { '@odata.context': contextOf(call.exchange, context), ...machine });
}

export function toMachinesReply(call: DefenderCall, machines: readonly MachineResource[]): Reply {
  return json(200, { '@odata.context': contextOf(call.exchange, 'Machines'), value: machines });
}

export function machineNotFound(id: string): DefenderError {
  return defenderError('ResourceNotFound', `Machine ${id} was not found`);
}
