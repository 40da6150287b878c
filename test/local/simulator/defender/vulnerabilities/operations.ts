import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { machineNotFound } from '../machines/answers.ts';
import { answerCollection } from '../odata-query.ts';
import { contextOf } from '../operation.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { MachineStoreOf } from '../machines/store.ts';
import type { DefenderCall, DefenderOperation } from '../operation.ts';
import type { VulnerabilityStore, VulnerabilityStoreOf } from './store.ts';

export interface VulnerabilityStores {
  readonly vulnerabilities: VulnerabilityStoreOf;
  readonly machines: MachineStoreOf;
}

const filterable = {
  ...{ id: 'id', cveId: 'cveId', machineId: 'machineId', fixingKbId: 'fixingKbId', productName: 'productName' },
  ...{ productVersion: 'productVersion', severity: 'severity', productVendor: 'productVendor' },
};

/** https://learn.microsoft.com/defender-endpoint/api/vulnerability */
export function vulnerabilityOperations(stores: VulnerabilityStores): readonly DefenderOperation[] {
  const read = (path: string, handle: (call: DefenderCall) => Reply | DefenderError): DefenderOperation => ({
    ...{ method: 'GET', path: `/api${path}`, roles: ['Vulnerability.Read.All'], quota: 'vulnerabilities', handle },
  });
  const storeOf = (call: DefenderCall): VulnerabilityStore => stores.vulnerabilities(call.tenantId);
  return [
    read('/vulnerabilities', (call) => list(call, storeOf(call))),
    read('/vulnerabilities/machinesVulnerabilities', (call) => listOfMachines(call, storeOf(call))),
    read('/vulnerabilities/{cve}', (call) => get(call, storeOf(call))),
    read('/machines/{id}/vulnerabilities', (call) => listOfMachine(call, stores)),
  ];
}

function list(call: DefenderCall, store: VulnerabilityStore): Reply | DefenderError {
  const rows = store.list().map(({ vulnerability }) => ({ ...vulnerability }));
  return answerCollection(call, { name: 'Vulnerabilities', rows, filterable: {} });
}

function get(call: DefenderCall, store: VulnerabilityStore): Reply | DefenderError {
  const { cve = '' } = call.parameters;
  const found = store.list().find(({ vulnerability }) => vulnerability.id.toLowerCase() === cve.toLowerCase());
  if (!found) return defenderError('ResourceNotFound', `Vulnerability ${cve} was not found`);
  return json(200, {
    '@odata.context': contextOf(call.exchange, 'Vulnerabilities/$entity'),
    ...found.vulnerability,
  });
}

/** One row per machine, vulnerability and product. */
function listOfMachines(call: DefenderCall, store: VulnerabilityStore): Reply | DefenderError {
  const rows = store.list().flatMap(({ machines }) => machines.map((machine) => ({ ...machine })));
  const name = 'Collection(microsoft.windowsDefenderATP.api.PublicAssetVulnerabilityDto)';
  return answerCollection(call, { name, rows, filterable });
}

function listOfMachine(call: DefenderCall, stores: VulnerabilityStores): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const record = stores.machines(call.tenantId).get(id);
  if (!record) return machineNotFound(id);
  const rows = stores
    .vulnerabilities(call.tenantId)
    .list()
    .filter(({ machines }) => machines.some(({ machineId }) => machineId === record.machine.id))
    .map(({ vulnerability }) => ({ ...vulnerability }));
  return answerCollection(call, { name: 'Vulnerabilities', rows, filterable: {} });
}
