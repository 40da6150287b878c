import { isRecord, readJson } from '../../http/exchange.ts';
import { defenderError, isDefenderError } from '../errors.ts';
import { machineNotFound, toMachineReply } from './answers.ts';
import { deviceValues } from './resource.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { MachineResource } from './resource.ts';
import type { MachineStore } from './store.ts';

type Body = Readonly<Record<string, unknown>>;

/** `{ "DeviceValue": "Normal" | "Low" | "High" }`. */
export function setDeviceValue(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  return update(call, store, ({ DeviceValue: value }) =>
    (value ?? undefined) === undefined
      ? defenderError('MissingRequiredParameter', 'Parameter DeviceValue is missing')
      : toDeviceValue('DeviceValue', value),
  );
}

/** `{ "machineTags", "deviceValue" }`: the page says both that tags are replaced and that they are appended: a switch. */
export function patch(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  return update(call, store, ({ machineTags, deviceValue }, machine) => {
    const tags = machineTags === undefined ? {} : toTags(machineTags, call.switches.patchMachineTags, machine);
    if (isDefenderError(tags)) return tags;
    const value = deviceValue === undefined ? {} : toDeviceValue('deviceValue', deviceValue);
    return isDefenderError(value) ? value : { ...tags, ...value };
  });
}

function update(
  call: DefenderCall,
  store: MachineStore,
  toChanges: (body: Body, machine: MachineResource) => Partial<MachineResource> | DefenderError,
): Reply | DefenderError {
  const body = readJson(call.exchange);
  if (!isRecord(body)) return defenderError('InvalidRequestBody', 'Request body is incorrect');
  const { id = '' } = call.parameters;
  const record = store.get(id);
  if (!record) return machineNotFound(id);
  const changes = toChanges(body, record.machine);
  if (isDefenderError(changes)) return changes;
  const changed = store.change(id, changes);
  if (JSON.stringify(changed) !== JSON.stringify(record.machine)) call.exchange.applied = true;
  return toMachineReply(call, changed);
}

function toDeviceValue(name: string, value: unknown): Partial<MachineResource> | DefenderError {
  const deviceValue = deviceValues.find((each) => each === value);
  return deviceValue === undefined
    ? defenderError('InvalidInput', `Invalid input ${name}: ${String(value)}`)
    : { deviceValue };
}

function toTags(
  tags: unknown,
  mode: 'replace' | 'append',
  { machineTags }: MachineResource,
): Partial<MachineResource> | DefenderError {
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    return defenderError('InvalidRequestBody', 'Request body is incorrect');
  }
  return { machineTags: [...new Set(mode === 'append' ? [...machineTags, ...tags] : tags)] };
}
