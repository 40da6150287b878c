import { expect } from 'vitest';
import { machineViewSchema } from '../../../shared/contract/machine.ts';
import type { MachineView } from '../../../shared/contract/machine.ts';
import type { TestAnswer } from '../../builders/http.ts';
import { world } from '../../builders/microsoft.ts';
import { pc1, setUpQuestions, srv1, tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

export const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';

/** The view that an answer shows. */
export function viewOf(answer: TestAnswer): MachineView {
  expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
  return machineViewSchema.parse(answer.json);
}

/** A machine of which there is something in every part. */
export async function setUpFull(simulator: Simulator) {
  const questions = await setUpQuestions(simulator);
  const { control } = questions;
  control.users.seed(tenantId, [
    { accountName: 'old', accountDomain: 'EXAMPLE', lastSeen: '2026-10-20T07:55:00Z', machineIds: [pc1.id] },
    {
      ...{ accountName: 'ana', accountDomain: 'EXAMPLE', lastSeen: '2026-11-20T07:55:00Z', isDomainAdmin: true },
      machineIds: [pc1.id],
    },
  ]);
  const alert = { machineId: pc1.id, severity: 'Medium' };
  control.alerts.seed(tenantId, [
    { ...alert, id: 'da1', title: 'Older', status: 'InProgress', alertCreationTime: '2026-11-19T10:00:00Z' },
    { ...alert, id: 'da2', title: 'Newer', status: 'New', alertCreationTime: '2026-11-20T09:00:00.1234567Z' },
    { ...alert, id: 'da3', title: 'Over', status: 'Resolved' },
    { ...alert, id: 'da4', title: 'Of another', machineId: srv1.id },
  ]);
  const machines = [{ machineId: pc1.id }];
  control.vulnerabilities.seed(tenantId, [
    { id: 'CVE-2026-0001', severity: 'Critical', machines: [...machines, ...machines] },
    { id: 'CVE-2026-0002', severity: 'High', machines },
    { id: 'CVE-2026-0003', severity: 'High', machines },
    { id: 'CVE-2026-0004', severity: 'Low', machines: [{ machineId: srv1.id }] },
    { id: 'CVE-2026-0005', severity: 'Unheard', machines },
  ]);
  control.machineActions.add(tenantId, {
    ...{ type: 'RunAntiVirusScan', machineId: pc1.id, requestor: world.clientId, requestSource: 'PublicApi' },
    requestorComment: `Case 17 [${operationId}]`,
  });
  return questions;
}
