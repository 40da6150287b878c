// `npm run send -- file.json`: signs a webhook with a caller's key and sends it to the route that takes its type. To the
// running stack, or to the app of PUBLIC_URL with the key in the vault of KEY_VAULT_URL.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readKey, toSecretName } from './caller-key.ts';
import { world } from './demo-world.ts';
import { openRunningStack } from './running-stack.ts';
import { openVault } from './vault.ts';
import { toSignedHeaders, toWebhookPath } from './webhook.ts';

const usage = `Usage: npm run send -- file.json [--caller ${world.caller.callerId}] [--id ID]
  --caller  whose key signs it
  --id      the webhook-id, which is also the dedupe key: the same id and bytes again ask how it stands
{now} in the file stands for the time it is sent: such a file is never the same bytes again.
Samples: test/local/samples
`;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const wanted = readArguments();
  if (wanted === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const { file, callerId, id } = wanted;
  const text = readEnvelope(file);
  const body = Buffer.from(text);
  const path = `${toWebhookPath(JSON.parse(text))}?caller=${callerId}`;
  const stack = await openRunningStack();
  const appOrigin = stack?.appOrigin ?? process.env['PUBLIC_URL'];
  if (appOrigin === undefined)
    throw new Error('No running stack: start one with "npm start", or name an app in PUBLIC_URL.');
  const name = toSecretName(callerId, false);
  const key = await readKey(openVault(stack), name);
  if (key === undefined) throw new Error(`The vault holds no ${name}: make it with "npm run key -- ${callerId}".`);
  const headers = toSignedHeaders({ id, body }, key, Date.now());
  const response = await fetch(`${appOrigin}${path}`, { method: 'POST', headers, body });
  await show(response, { path, id });
  if (response.status === 401)
    process.stderr.write(`Is there a caller ${callerId} (GET /api/v1/callers/${callerId})?\n`);
}

/** The file as it is sent. A sample keeps its meaning however old it is. */
function readEnvelope(file: string): string {
  try {
    const text = readFileSync(file, 'utf8').replaceAll('{now}', new Date().toISOString());
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new Error(`${file} cannot be sent: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

async function show(response: Response, { path, id }: { readonly path: string; readonly id: string }): Promise<void> {
  say(`POST ${path}  webhook-id ${id}\n${response.status} ${response.statusText}`);
  for (const header of ['operation-location', 'retry-after', 'idempotent-replayed', 'request-id']) {
    const value = response.headers.get(header);
    if (value !== null) say(`${header}: ${value}`);
  }
  const text = await response.text();
  say(text === '' ? '' : JSON.stringify(JSON.parse(text), null, 2));
  if (!response.ok) process.exitCode = 1;
}

function readArguments(): { readonly file: string; readonly callerId: string; readonly id: string } | undefined {
  try {
    const options = { caller: { type: 'string' }, id: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) return undefined;
    return { file, callerId: values.caller ?? world.caller.callerId, id: values.id ?? `msg_${randomUUID()}` };
  } catch {
    return undefined; // an option that there is not
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
