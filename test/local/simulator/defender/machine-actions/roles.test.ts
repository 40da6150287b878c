import { expect, test } from 'vitest';
import { actionRoles, setUpMachineActions } from '../../test-machine-actions.ts';
import { pc1 } from '../../test-machines.ts';

const bench = setUpMachineActions();
const reading = ['Machine.Read.All', 'Machine.ReadWrite.All'];
const acting = actionRoles.filter((role) => role.startsWith('Machine.') && !reading.includes(role));
const everyRole = [...actionRoles, 'Machine.ReadWrite.All', 'Ti.ReadWrite.All'];
const action = '/api/machineactions/9e000000-0000-4000-8000-000000000010';
const machine = `/api/machines/${pc1.id}`;

test.each<[string, string, readonly string[]]>([
  ['GET', '/api/machineactions', reading],
  ['GET', action, reading],
  ['GET', `${action}/getPackageUri`, reading],
  ['GET', `${action}/GetLiveResponseResultDownloadLink(index=0)`, reading],
  ['GET', `${machine}/machineactions`, reading],
  ['POST', `${machine}/isolate`, ['Machine.Isolate']],
  ['POST', `${machine}/unisolate`, ['Machine.Isolate']],
  ['POST', `${machine}/restrictCodeExecution`, ['Machine.RestrictExecution']],
  ['POST', `${machine}/unrestrictCodeExecution`, ['Machine.RestrictExecution']],
  ['POST', `${machine}/runAntiVirusScan`, ['Machine.Scan']],
  ['POST', `${machine}/offboard`, ['Machine.Offboard']],
  ['POST', `${machine}/StopAndQuarantineFile`, ['Machine.StopAndQuarantine']],
  ['POST', `${machine}/collectInvestigationPackage`, ['Machine.CollectForensics']],
  ['POST', `${machine}/runliveresponse`, ['Machine.LiveResponse']],
  ['POST', `${machine}/startInvestigation`, ['Alert.ReadWrite.All']],
  ['POST', `${action}/cancel`, acting],
])('%s %s takes %j, no other role', async (method, path, roles) => {
  const call = () => bench.call(method, path, method === 'POST' ? {} : undefined);
  for (const role of roles) {
    await bench.use([role]);
    expect([role, (await call()).code]).not.toEqual([role, 'Forbidden']);
  }
  await bench.use(everyRole.filter((role) => !roles.includes(role)));
  const refused = await call();
  expect([refused.status, refused.code]).toEqual([403, 'Forbidden']);
});

test('seven roles can cancel', () => {
  expect(acting).toHaveLength(7);
});
