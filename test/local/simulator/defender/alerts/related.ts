import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { lookUpFile } from '../entities/look-up.ts';
import { hostOf } from '../host-of.ts';
import { contextOf } from '../operation.ts';
import { machineNotFound, toMachineReply } from '../machines/answers.ts';
import { alertNotFound } from './context.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { AlertContext } from './context.ts';
import type { AlertEvidence, AlertResource } from './resource.ts';

type Handle = (call: DefenderCall, context: AlertContext) => Reply | DefenderError;

export const relatedMachine: Handle = (call, context) => {
  const alert = alertOf(call, context);
  if ('code' in alert) return alert;
  const record = context.machines.get(alert.machineId);
  return record ? toMachineReply(call, record.machine) : machineNotFound(alert.machineId);
};

/** The user of the alert, with what the machines know of its logons. */
export const relatedUser: Handle = (call, context) => {
  const alert = alertOf(call, context);
  if ('code' in alert) return alert;
  const { relatedUser: user, machineId } = alert;
  if (!user) return defenderError('ResourceNotFound', `User of alert ${alert.id} was not found`);
  const isSame = (name: string | null): boolean => name?.toLowerCase() === user.userName.toLowerCase();
  const logons = context.machines
    .list()
    .flatMap(({ machine, logonUsers }) => logonUsers.map((logon) => ({ ...logon, machineId: machine.id })))
    .filter(({ accountName }) => isSame(accountName))
    .toSorted((a, b) => Date.parse(b.lastSeen) - Date.parse(a.lastSeen));
  const logon = logons.find((each) => each.machineId === machineId) ?? logons[0];
  const evidence = alert.evidence.find(({ accountName }) => isSame(accountName));
  const domain = user.domainName ?? logon?.accountDomain ?? '';
  return json(200, {
    '@odata.context': contextOf(call.exchange, 'Users/$entity'),
    id: `${domain}\\${user.userName}`.toLowerCase(),
    accountName: user.userName,
    accountDomain: domain,
    accountSid: evidence?.userSid ?? null,
    firstSeen: logon?.firstSeen ?? alert.firstEventTime,
    lastSeen: logon?.lastSeen ?? alert.lastEventTime,
    mostPrevalentMachineId: logons.at(0)?.machineId ?? machineId,
    leastPrevalentMachineId: logons.at(-1)?.machineId ?? machineId,
    logonTypes: logon?.logonTypes ?? 'Interactive',
    logOnMachinesCount: Math.max(1, new Set(logons.map((each) => each.machineId)).size),
    isDomainAdmin: logon?.isDomainAdmin ?? false,
    isOnlyNetworkUser: logon?.isOnlyNetworkUser ?? false,
  });
};

/** With what is known of each of them anywhere. */
export const relatedFiles: Handle = (call, context) => {
  const alert = alertOf(call, context);
  if ('code' in alert) return alert;
  const hashes = alert.evidence.flatMap(({ sha1, sha256 }) => sha1 ?? sha256 ?? []);
  const files = hashes.flatMap((hash) => lookUpFile(context, hash, call.nowMs)?.file ?? []);
  return json(200, { '@odata.context': contextOf(call.exchange, 'Files'), value: unique(files, ({ sha1 }) => sha1) });
};

export const relatedIps: Handle = listOf('Ips', (items) =>
  [...new Set(items.flatMap(({ ipAddress }) => ipAddress ?? []))].map((id) => ({ id })),
);

export const relatedDomains: Handle = listOf('Domains', (items) =>
  [...new Set(items.flatMap(({ url }) => (url === null ? [] : (hostOf(url) ?? []))))].map((host) => ({ host })),
);

function listOf(name: string, toItems: (evidence: readonly AlertEvidence[]) => readonly object[]): Handle {
  return (call, context) => {
    const alert = alertOf(call, context);
    if ('code' in alert) return alert;
    return json(200, { '@odata.context': contextOf(call.exchange, name), value: toItems(alert.evidence) });
  };
}

function alertOf(call: DefenderCall, { alerts }: AlertContext): AlertResource | DefenderError {
  const { id = '' } = call.parameters;
  return alerts.get(id) ?? alertNotFound(id);
}

function unique<T>(items: readonly T[], keyOf: (item: T) => unknown): readonly T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
