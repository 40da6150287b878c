import type { MachineSelector } from '../../../shared/contract/machine-selector.ts';
import { entriesOf, firstOf } from './ocsf-value.ts';
import type { OcsfPath, OcsfValue } from './ocsf-value.ts';

/** What an event says of the machine, unchecked, and the place of each field. */
export interface OcsfMachine {
  readonly draft: Readonly<Record<string, unknown>> | undefined;
  readonly path: OcsfPath;
  readonly places: { readonly [Field in keyof MachineSelector]?: OcsfPath };
}

/**
 * `device`, else the only `evidences[].device`: the same one at several pieces of evidence is one, two that differ are
 * none. `draft` is `undefined` when no device is there.
 */
export function toOcsfMachine(event: OcsfValue): OcsfMachine {
  const devices = firstOf(event, 'device') ?? onlyDevice(event);
  if (devices === undefined) return { draft: undefined, path: [...event.path, 'device'], places: {} };
  return toMachine(devices);
}

function onlyDevice(event: OcsfValue): OcsfValue | undefined {
  const devices = entriesOf(event, 'evidences').flatMap((evidence) => firstOf(evidence, 'device') ?? []);
  const [first] = devices;
  const isSame = (device: OcsfValue): boolean =>
    first !== undefined && JSON.stringify(toMachine(device).draft) === JSON.stringify(toMachine(first).draft);
  return devices.every(isSame) ? first : undefined;
}

function toMachine(device: OcsfValue): OcsfMachine {
  const uid = firstOf(device, 'uid');
  const hostname = firstOf(device, 'hostname');
  const ip = firstOf(device, 'ip');
  const mac = firstOf(device, 'mac');
  const id = typeof uid?.value === 'string' && /^[0-9a-f]{40}$/i.test(uid.value) ? uid : undefined;
  const fields = {
    id,
    computerDnsName: hostname === undefined ? undefined : { ...hostname, value: toName(hostname.value, device) },
    ipAddress: ip,
    macAddress: mac,
  };
  const given = Object.entries(fields).flatMap(([name, found]) => (found === undefined ? [] : [{ name, ...found }]));
  return {
    draft: Object.fromEntries(given.map(({ name, value }) => [name, value])),
    path: device.path,
    places: Object.fromEntries(given.map(({ name, path }) => [name, path])),
  };
}

/** The host name with its domain, when it has none of its own. */
function toName(hostname: unknown, device: OcsfValue): unknown {
  const domain = firstOf(device, 'domain')?.value;
  if (typeof hostname !== 'string' || typeof domain !== 'string' || hostname.includes('.')) return hostname;
  return `${hostname}.${domain}`;
}
