import { buildPackage } from '../../.config/package.ts';
import { world } from './demo-world.ts';
import { requireFreePort } from './listen.ts';
import type { Processes } from './processes.ts';
import type { RunningStack } from './running-stack.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';

/** The stack at the ports that the documentation names. */
export interface LocalStack extends RunningStack {
  readonly stack: Stack;
}

/** Builds the package and starts it with its stand-ins at the fixed ports; a taken port is named. It ends with `processes`. */
export async function startLocalStack(processes: Processes): Promise<LocalStack> {
  const { app, simulator, identity, table, feeds, callbacks } = world.ports;
  for (const port of [app, simulator, identity, table]) await requireFreePort(port);
  const { appDir } = await buildPackage();
  const stack = await startStack({
    appDir,
    ports: { app, simulator, identity, table },
    allowedOrigins: [`http://127.0.0.1:${feeds}`, `http://127.0.0.1:${callbacks}`],
  });
  processes.onStop(stack.stop);
  return { stack, appOrigin: stack.appOrigin, simulatorOrigin: stack.simulator.origin };
}
