import { toAlertsReply } from '../alerts/read.ts';
import { answerCollection } from '../odata-query.ts';
import type { Reply } from '../../http/exchange.ts';
import type { AlertEvidence, AlertResource } from '../alerts/resource.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineResource } from '../machines/resource.ts';
import type { DefenderCall } from '../operation.ts';
import type { EntityContext } from './look-up.ts';
import type { Sighting } from './resource.ts';

/** The machines of the sightings, last seen first; what has been seen on machines that are gone is left out. */
export function answerMachines(
  call: DefenderCall,
  { machines }: EntityContext,
  sightings: readonly Sighting[],
): Reply | DefenderError {
  const ids = new Set(sightings.map(({ machineId }) => machineId));
  return answerMachineRows(
    call,
    machines.list().flatMap(({ machine }) => (ids.has(machine.id) ? [machine] : [])),
  );
}

export function answerMachineRows(call: DefenderCall, rows: readonly MachineResource[]): Reply | DefenderError {
  return answerCollection(call, { name: 'Machines', rows: rows.map((machine) => ({ ...machine })), filterable: {} });
}

export function answerAlerts(
  call: DefenderCall,
  { alerts }: EntityContext,
  isMeant: (alert: AlertResource) => boolean,
): Reply | DefenderError {
  return toAlertsReply(call, alerts.list().filter(isMeant));
}

/** Alerts one of whose items of evidence fits. */
export function withEvidence(fits: (item: AlertEvidence) => boolean): (alert: AlertResource) => boolean {
  return ({ evidence }) => evidence.some(fits);
}
