import ipaddr from 'ipaddr.js';
import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { hostOf } from '../host-of.ts';
import { normaliseValue } from '../indicators/values.ts';
import { contextOf } from '../operation.ts';
import { answerAlerts, withEvidence } from './answers.ts';
import { domainSightings, ipSightings } from './look-up.ts';
import { toCanonicalAddress } from './seed.ts';
import { toStats } from './stats.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { EntityContext } from './look-up.ts';

const maxDomainMachines = 500;

/** A domain that nobody has seen has a prevalence of 0. */
export function domainStats(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const host = domainOf(call);
  if (typeof host !== 'string') return host;
  const stats = toStats(call, domainSightings(context, host, call.nowMs));
  if ('code' in stats) return stats;
  const name = 'microsoft.windowsDefenderATP.api.InOrgDomainStats';
  return json(200, { '@odata.context': contextOf(call.exchange, name), host, ...stats });
}

export function domainAlerts(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const host = domainOf(call);
  if (typeof host !== 'string') return host;
  return answerAlerts(
    call,
    context,
    withEvidence(({ url }) => url !== null && hostOf(url) === host),
  );
}

export function domainMachines(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const host = domainOf(call);
  if (typeof host !== 'string') return host;
  const ids = new Set(domainSightings(context, host, call.nowMs).map(({ machineId }) => machineId));
  const machines = context.machines.list().filter(({ machine }) => ids.has(machine.id));
  const value = machines.slice(0, maxDomainMachines).map(({ machine }) => machine);
  return json(200, { '@odata.context': contextOf(call.exchange, 'Machines'), value });
}

/** An address that nobody has seen has a prevalence of 0. */
export function ipStats(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const address = addressOf(call);
  if (typeof address !== 'string') return address;
  const stats = toStats(call, ipSightings(context, address, call.nowMs));
  if ('code' in stats) return stats;
  const name = 'microsoft.windowsDefenderATP.api.InOrgIPStats';
  return json(200, { '@odata.context': contextOf(call.exchange, name), ipAddress: address, ...stats });
}

export function ipAlerts(call: DefenderCall, context: EntityContext): Reply | DefenderError {
  const address = addressOf(call);
  if (typeof address !== 'string') return address;
  const name = toCanonicalAddress(address);
  const isSame = (other: string | null): boolean =>
    other !== null && ipaddr.isValid(other) && toCanonicalAddress(other) === name;
  return answerAlerts(
    call,
    context,
    withEvidence(({ ipAddress }) => isSame(ipAddress)),
  );
}

function domainOf({ parameters }: DefenderCall): string | DefenderError {
  return normaliseValue('DomainName', parameters['domain'] ?? '');
}

/** Internal addresses are addresses too. */
function addressOf({ parameters }: DefenderCall): string | DefenderError {
  const { ip = '' } = parameters;
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(ip) || (ip.includes(':') && ipaddr.IPv6.isValid(ip));
  return isAddress ? ip : defenderError('InvalidIpAddress', `IP address ${ip} is invalid`);
}
