import { isRecord } from '../../http/exchange.ts';
import { defenderError, isDefenderError } from '../errors.ts';
import { incorrectBody, missing } from './read-body.ts';
import { commandTypes } from './resource.ts';
import type { DefenderError } from '../errors.ts';
import type { Body } from './read-body.ts';
import type { LiveResponseCommand } from './resource.ts';

const parameters = {
  PutFile: { required: 'FileName', optional: [] },
  RunScript: { required: 'ScriptName', optional: ['Args'] },
  GetFile: { required: 'Path', optional: [] },
} as const;

/** The commands of a live response: any number of each type, in the order of the types. */
export function readCommands(body: Body): { readonly commands: readonly LiveResponseCommand[] } | DefenderError {
  const given = body['Commands'] ?? undefined;
  if (given === undefined) return missing('Commands');
  if (!Array.isArray(given)) return incorrectBody();
  if (given.length === 0) return defenderError('InvalidInput', 'Invalid input Commands: it is empty');
  const commands: LiveResponseCommand[] = [];
  for (const each of given as readonly unknown[]) {
    const command = readCommand(each);
    if (isDefenderError(command)) return command;
    commands.push(command);
  }
  const places = commands.map(({ type }) => commandTypes.indexOf(type));
  const isOrdered = places.every((place, index) => place >= (places[index - 1] ?? 0));
  return isOrdered
    ? { commands }
    : defenderError('InvalidInput', 'Invalid input Commands: the order is PutFile, RunScript, GetFile');
}

function readCommand(given: unknown): LiveResponseCommand | DefenderError {
  if (!isRecord(given) || typeof given['type'] !== 'string') return incorrectBody();
  const type = commandTypes.find((each) => each === given['type']);
  if (!type) return defenderError('InvalidInput', `Invalid input Commands: ${given['type']}`);
  const params: readonly unknown[] = Array.isArray(given['params']) ? given['params'] : [];
  if (!params.every(isParameter)) return incorrectBody();
  const { required, optional } = parameters[type];
  const known: readonly string[] = [required, ...optional];
  const unknown = params.find(({ key }) => !known.includes(key));
  if (unknown) return defenderError('InvalidInput', `Invalid input Commands: ${type} takes no ${unknown.key}`);
  return params.some(({ key, value }) => key === required && value !== '') ? { type, params } : missing(required);
}

function isParameter(given: unknown): given is { readonly key: string; readonly value: string } {
  return isRecord(given) && typeof given['key'] === 'string' && typeof given['value'] === 'string';
}
