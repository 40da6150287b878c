import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { contextOf } from '../operation.ts';
import { toResource } from './to-resource.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineStore } from '../machines/store.ts';
import type { DefenderCall } from '../operation.ts';
import type { ActionRecord } from './record.ts';
import type { Downloads } from './downloads.ts';
import type { MachineActionStore } from './store.ts';

/** What a call on machine actions may look at: of the caller's tenant. */
export interface ActionContext {
  readonly actions: MachineActionStore;
  readonly machines: MachineStore;
  readonly downloads: Downloads;
}

export function toActionReply(call: DefenderCall, record: ActionRecord, status: number): Reply {
  const context = contextOf(call.exchange, 'MachineActions/$entity');
  return json(status, { '@odata.context': context, ...toResource(record, call.nowMs) });
}

export function actionNotFound(id: string): DefenderError {
  return defenderError('ResourceNotFound', `Resource ${id} was not found`);
}
