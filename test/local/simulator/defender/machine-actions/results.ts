import { zipSync } from 'fflate';
import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { contextOf } from '../operation.ts';
import { actionNotFound } from './context.ts';
import { statusAt } from './course.ts';
import { commandsAt } from './to-commands.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { ActionContext } from './context.ts';
import type { Download } from './downloads.ts';
import type { ActionRecord } from './record.ts';
import type { LiveResponseCommand } from './resource.ts';

const minuteMs = 60_000;
/** The documentation only says that the link lives shortly. */
const packageLinkMs = 5 * minuteMs;
const resultLinkMs = 30 * minuteMs;

/** The link to a collected package: in quotes of its own, as documented. */
export function getPackageUri(call: DefenderCall, { actions, downloads }: ActionContext): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const record = actions.get(id);
  if (!record) return actionNotFound(id);
  const isThere = record.type === 'CollectInvestigationPackage' && statusAt(record.course, call.nowMs) === 'Succeeded';
  if (!isThere) return defenderError('NotFound', 'The package is not available');
  const uri = downloads.link(call.exchange, toPackage(record), packageLinkMs);
  return toText(call, call.switches.quotePackageUri ? `"${uri}"` : uri);
}

/** The link to what one command of a live response has brought; every call makes a new one. */
export function getLiveResponseResult(
  call: DefenderCall,
  { actions, downloads }: ActionContext,
): Reply | DefenderError {
  const { id = '', index = '' } = call.parameters;
  const record = actions.get(id);
  if (!record) return actionNotFound(id);
  if (!/^\d+$/.test(index)) return defenderError('InvalidInput', `Invalid input index: ${index}`);
  const command = commandsAt(record, call.nowMs)[Number(index)];
  const file =
    command?.commandStatus === 'Completed'
      ? toResult(command.command, record.outcome.outputs?.[Number(index)])
      : undefined;
  if (!file) return defenderError('NotFound', `Command ${index} has no result`);
  return toText(call, downloads.link(call.exchange, file, resultLinkMs));
}

function toText(call: DefenderCall, value: string): Reply {
  return json(200, { '@odata.context': contextOf(call.exchange, 'Edm.String'), value });
}

function toPackage({ id, machineId, computerDnsName }: ActionRecord): Download {
  const summary = `Investigation package ${id} of ${computerDnsName ?? machineId}\n`;
  return {
    name: 'WDATP_Investigation_Package.zip',
    contentType: 'application/zip',
    body: zipSync({ 'Forensics Collection Summary.txt': new TextEncoder().encode(summary) }),
  };
}

/** A script gives what it printed, a file itself; putting a file there gives nothing. */
function toResult({ type, params }: LiveResponseCommand, output = 'Done.'): Download | undefined {
  const of = (name: string): string => params.find(({ key }) => key === name)?.value ?? '';
  if (type === 'PutFile') return undefined;
  if (type === 'GetFile') {
    const name = of('Path').split(/[\\/]/).at(-1) ?? 'file';
    return { name, contentType: 'application/octet-stream', body: output };
  }
  const result = { script_name: of('ScriptName'), exit_code: 0, script_output: output, script_errors: '' };
  return { name: 'result.json', contentType: 'application/json', body: JSON.stringify(result) };
}
