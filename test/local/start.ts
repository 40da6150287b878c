// `npm start [-- --log]`: the app and its stand-ins on this machine, until Ctrl-C; with the app's log.
import { parseArgs } from 'node:util';
import { createApi } from './api.ts';
import { fetchAdminToken } from './admin-token.ts';
import { connectTenants } from './connect-tenants.ts';
import { addConnection } from './demo-events.ts';
import { connectCaller } from './demo-caller.ts';
import { world } from './demo-world.ts';
import { startLocalStack } from './local-stack.ts';
import type { LocalStack } from './local-stack.ts';
import { createProcesses } from './processes.ts';
import type { Processes } from './processes.ts';
import { announceStack } from './running-stack.ts';

const { callerId } = world.caller;

/** Commands for another terminal. The alert's event is there, and the actions are about its machine. */
const commands = [
  ['npm run demo', 'alerts, actions, and two real feeds into both tenants'],
  ['npm run demo -- list.txt a.csv', 'the same with feeds of yours (files or URLs; STIX 2, CSV, plain lists)'],
  ['npm run send -- test/local/samples/alert.json', `an alert, signed with the key of ${callerId}`],
  ['npm run send -- test/local/samples/isolate.json', 'isolates the machine that the alert is about, for five minutes'],
  ['npm run send -- test/local/samples/add-tag.json', 'gives it a tag'],
  ['npm run listen', 'callbacks as they arrive'],
  [`npm run key -- ${callerId}`, 'its keys; --rotate and --revoke change them'],
  ['npm run token -- admin', 'a token for the API, as in the next line'],
] as const;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const processes = createProcesses();
  say('Building the package and starting Azurite, the simulator and the app …');
  try {
    const { log } = parseArgs({ options: { log: { type: 'boolean' } } }).values;
    const local = await startLocalStack(processes, log === true ? (text) => process.stdout.write(text) : undefined);
    announceStack({ ...local, caPem: local.simulator.caPem });
    processes.onStop(async () => say('\nStopping …'));
    void local.host.ended.then((how) => fail(processes, `The app ended with ${how}`));
    const api = createApi(local.appOrigin, () => fetchAdminToken(local.simulatorOrigin));
    await connectTenants(api);
    await connectCaller(api, local.simulator);
    await addConnection(local.simulatorOrigin, { at: new Date().toISOString(), to: '203.0.113.9' });
    say(toScreen(local));
  } catch (error) {
    await fail(processes, error instanceof Error ? error.message : String(error));
  }
}

async function fail(processes: Processes, message: string): Promise<void> {
  if (processes.isStopping()) return;
  process.stderr.write(`${message}\n`);
  await processes.stop();
  process.exit(1);
}

function toScreen({ appOrigin, simulatorOrigin, tables, host }: LocalStack): string {
  const [first] = world.tenants;
  return `
Running, until Ctrl-C:
  app                 ${appOrigin}   (in ${host.name})
  its API to read     ${appOrigin}/api/v1/docs
  simulator           ${simulatorOrigin}   (Entra, Defender, Graph, Key Vault)
  managed identity    http://127.0.0.1:${world.ports.identity}
  callback receiver   http://127.0.0.1:${world.ports.callbacks}   (hears of everything that caller ${callerId} is told)
  tables (Azurite)    ${/TableEndpoint=([^;]+)/.exec(tables)?.[1] ?? tables}
Connected, Live:
${world.tenants.map((tenant) => `  ${tenant.displayName.padEnd(18)}  ${tenant.tenantId}`).join('\n')}

Try in another terminal:
${commands.map(([command, does]) => `  ${command.padEnd(50)}${does}`).join('\n')}
  curl -H "Authorization: Bearer $(npm run -s token -- admin)" ${appOrigin}/api/v1/tenants/${first.tenantId}/operations
  curl -k ${simulatorOrigin}/_simulator/log          every request that the simulator got
`;
}

await main();
