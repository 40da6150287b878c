import type { ActionName, ActionRequest } from '../../shared/contract/action.ts';
import { toSegment } from '../../shared/defender/odata.ts';
import { rowOf } from './catalogue.ts';
import type { CallParts, CatalogueRow } from './catalogue.ts';

/** What the path of a call names. */
export interface CallTarget {
  readonly machineId?: string;
  readonly alertId?: string;
}

/** The call that carries an action out: what is sent, and what `Observe` and `dryRun` show instead. */
export interface ActionCall {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The very call of an action, by its row of the catalogue. */
export function toCall(request: ActionRequest, target: CallTarget, parts: CallParts): ActionCall {
  const { call, toBody } = rowOf(request) as CatalogueRow<ActionName>;
  if (toBody === undefined) throw new Error(`No single call carries out ${request.action}.`);
  const [method = '', path = ''] = call.split(' ');
  // A row's body is made of the requests of its own action alone: the types of rows and requests go by the same name.
  const body = (toBody as (given: ActionRequest, parts: CallParts) => Readonly<Record<string, unknown>>)(
    request,
    parts,
  );
  return { method: method === 'PATCH' ? 'PATCH' : 'POST', path: fill(path, target), body };
}

function fill(path: string, target: CallTarget): string {
  return path.replaceAll(/\{(machineId|alertId)\}/g, (_place, name: keyof CallTarget) => toSegment(target[name] ?? ''));
}
