import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startSimulator } from './simulator.ts';
import type { SimulatorOptions } from './options.ts';

// node test/local/simulator/main.ts --config simulator.json [--port 7443] [--identity-port 7442] [--ca-file ca.pem] [--identity-header …]
const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    port: { type: 'string' },
    'identity-port': { type: 'string' },
    'identity-header': { type: 'string' },
    'ca-file': { type: 'string' },
  },
});

if (values.config === undefined) throw new Error('--config names a JSON file with the options of startSimulator().');
const options = JSON.parse(await readFile(values.config, 'utf8')) as SimulatorOptions;
const simulator = await startSimulator({
  ...options,
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values['identity-port'] === undefined ? {} : { identityPort: Number(values['identity-port']) }),
  ...(values['identity-header'] === undefined ? {} : { identityHeader: values['identity-header'] }),
  ...(values['ca-file'] === undefined ? {} : { caFile: values['ca-file'] }),
});

// Before it says that it is there: whoever reads that line may end it at once.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void simulator.stop().then(() => process.exit(0));
  });
}

const { origin, identityEndpoint, identityHeader } = simulator;
process.stdout.write(`${JSON.stringify({ event: 'simulator.started', origin, identityEndpoint, identityHeader })}\n`);
