import type { OperationOutput } from '../../../shared/contract/operation.ts';
import { toTime } from '../../../shared/contract/primitives.ts';
import type { DefenderMachineAction } from '../../../shared/defender/machine-action-rows.ts';

/** One thing that a machine action brought back. */
export type OutputLink = OperationOutput['value'][number];

type Command = DefenderMachineAction['commands'][number];

/** A command of a live response that brought something back, and what that is called. */
export interface CommandOutput {
  readonly index: number;
  readonly name: string;
}

/** Documented for live response; for packages only that the link lives shortly. */
const resultLinkMs = 30 * 60_000;
const packageLinkMs = 5 * 60_000;

/** The commands whose results can be fetched: a script's answer, or a file; also of a session that failed later on. */
export function outputsOf({ commands }: Pick<DefenderMachineAction, 'commands'>): readonly CommandOutput[] {
  return commands
    .filter(({ commandStatus, command }) => commandStatus === 'Completed' && command.type !== 'PutFile')
    .map((command) => ({ index: command.index, name: nameOf(command) }));
}

/** The link to a package. A storage link says itself how long it is good. */
export function toPackageLink(uri: string, nowMs: number): OutputLink {
  const expiry = URL.parse(uri)?.searchParams.get('se') ?? '';
  const expiresMs = Date.parse(expiry);
  return { name: 'package.zip', uri, expiresAt: toTime(Number.isNaN(expiresMs) ? nowMs + packageLinkMs : expiresMs) };
}

/** The link to what one command brought. */
export function toResultLink({ name }: CommandOutput, uri: string, nowMs: number): OutputLink {
  return { name, uri, expiresAt: toTime(nowMs + resultLinkMs) };
}

/** By the command's place, because two may fetch files of the same name. */
function nameOf({ index, command: { type, params } }: Command): string {
  const of = (key: string): string => params.find((param) => param.key === key)?.value ?? '';
  const name = type === 'GetFile' ? of('Path').split(/[\\/]/).at(-1) : `${of('ScriptName')}.json`;
  return `${index}-${name === undefined || name === '' ? 'result' : name}`;
}
