import { defenderError } from '../errors.ts';
import { toTimeText, ticksPerMs } from '../../hunting/ticks.ts';
import type { EventStore } from '../../events/store.ts';
import type { DefenderError } from '../errors.ts';
import type { EntityStore } from '../entities/store.ts';
import type { MachineStore } from '../machines/store.ts';
import type { AlertStore } from './store.ts';

/** What a call on alerts may look at: of the caller's tenant. */
export interface AlertContext {
  readonly alerts: AlertStore;
  readonly machines: MachineStore;
  readonly events: EventStore;
  readonly entities: EntityStore;
}

export function alertNotFound(id: string): DefenderError {
  return defenderError('ResourceNotFound', `Resource ${id} was not found`);
}

export function incorrectBody(): DefenderError {
  return defenderError('InvalidRequestBody', 'Request body is incorrect');
}

/** Seven fractional digits, as the service prints these times. */
export function toTime(nowMs: number): string {
  return toTimeText(BigInt(nowMs) * ticksPerMs);
}
