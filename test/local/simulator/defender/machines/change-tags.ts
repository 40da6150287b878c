import { isRecord, readJson } from '../../http/exchange.ts';
import { defenderError, isDefenderError } from '../errors.ts';
import { machineNotFound, toMachineReply, toMachinesReply } from './answers.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { MachineResource } from './resource.ts';
import type { MachineStore } from './store.ts';

const maxMachines = 500;
const longestTag = 200;

interface TagChange {
  readonly tag: string;
  readonly action: 'Add' | 'Remove';
  readonly body: Readonly<Record<string, unknown>>;
}

/** `{ "Value", "Action" }`. A tag that is there is not added again, one that is not there not removed: 200 all the same. */
export function changeTags(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const change = readChange(call);
  if (isDefenderError(change)) return change;
  const { id = '' } = call.parameters;
  const record = store.get(id);
  return record ? toMachineReply(call, apply(call, store, { machine: record.machine, change })) : machineNotFound(id);
}

/** `{ "Value", "Action", "MachineIds" }`: all or nothing. */
export function changeTagsOfMany(call: DefenderCall, store: MachineStore): Reply | DefenderError {
  const change = readChange(call);
  if (isDefenderError(change)) return change;
  const ids = change.body['MachineIds'] ?? undefined;
  if (ids === undefined) return defenderError('MissingRequiredParameter', 'Parameter MachineIds is missing');
  if (!Array.isArray(ids) || ids.length === 0 || !ids.every((id) => typeof id === 'string')) return incorrectBody();
  if (ids.length > maxMachines) {
    const message = `Maximum batch size exceeded. Received: ${ids.length}, allowed: ${maxMachines}`;
    return defenderError('MaximumBatchSizeExceeded', message);
  }
  const unknown = ids.find((id: string) => store.get(id) === undefined);
  if (unknown !== undefined) return machineNotFound(unknown);
  const machines = [...new Set(ids.flatMap((id: string) => store.get(id)?.machine ?? []))];
  return toMachinesReply(
    call,
    machines.map((machine) => apply(call, store, { machine, change })),
  );
}

function readChange({ exchange, switches }: DefenderCall): TagChange | DefenderError {
  const body = readJson(exchange);
  if (!isRecord(body)) return incorrectBody();
  const missing = ['Value', 'Action'].find((name) => (body[name] ?? undefined) === undefined);
  if (missing !== undefined) return defenderError('MissingRequiredParameter', `Parameter ${missing} is missing`);
  const { Value: tag, Action: action } = body;
  if (typeof tag !== 'string' || typeof action !== 'string') return incorrectBody();
  if (action !== 'Add' && action !== 'Remove') return defenderError('InvalidInput', `Invalid input Action: ${action}`);
  const isTooLong = switches.limitTagLength && tag.length > longestTag;
  if (tag.trim() === '' || isTooLong) return defenderError('InvalidInput', 'Invalid input Value');
  return { tag, action, body };
}

function apply(
  { exchange }: DefenderCall,
  store: MachineStore,
  { machine, change }: { readonly machine: MachineResource; readonly change: TagChange },
): MachineResource {
  const { id, machineTags } = machine;
  const { tag, action } = change;
  if (machineTags.includes(tag) === (action === 'Add')) return machine;
  exchange.applied = true;
  const others = machineTags.filter((each) => each !== tag);
  return store.change(id, { machineTags: action === 'Add' ? [...others, tag] : others });
}

function incorrectBody(): DefenderError {
  return defenderError('InvalidRequestBody', 'Request body is incorrect');
}
