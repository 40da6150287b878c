// `npm run demo`: alerts, actions, two real feeds in two tenants, and what comes of them. With a stack of its own it also lets time pass.
import { createApi } from './api.ts';
import type { Api } from './api.ts';
import { fetchAdminToken } from './admin-token.ts';
import { connectTenants } from './connect-tenants.ts';
import { createActionChapter } from './demo-actions.ts';
import { createAlertChapter } from './demo-alerts.ts';
import { connectCaller } from './demo-caller.ts';
import { toDemoFeeds } from './demo-feeds.ts';
import { createDemoPartner } from './demo-partner.ts';
import { say } from './demo-screen.ts';
import { showIndicatorSync } from './demo-sync.ts';
import { world } from './demo-world.ts';
import { startFeedServer } from './feed-server.ts';
import { startLocalStack } from './local-stack.ts';
import type { LocalStack } from './local-stack.ts';
import { createProcesses } from './processes.ts';
import type { Processes } from './processes.ts';
import { openRunningStack } from './running-stack.ts';
import type { RunningStack } from './running-stack.ts';

async function main(): Promise<void> {
  const processes = createProcesses();
  try {
    const feeds = toDemoFeeds(process.argv.slice(2));
    const running = await openRunningStack();
    const own = running ? undefined : await startOwn(processes);
    const stack = running ?? own;
    if (stack === undefined) throw new Error('There is no stack.');
    const api = createApi(stack.appOrigin, () => fetchAdminToken(stack.simulatorOrigin));
    const feedServer = await startFeedServer(world.ports.feeds);
    processes.onStop(feedServer.stop);
    await connectTenants(api);
    if (own) await connectCaller(api, own.simulator);
    await tell({ api, stack, own, showFeeds: () => showIndicatorSync(api, { feeds, feedServer, ...stack }) });
  } catch (error) {
    if (processes.isStopping()) return;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await processes.stop();
  }
}

function startOwn(processes: Processes): Promise<LocalStack> {
  say('No running stack: starting one for the demo …');
  return startLocalStack(processes);
}

interface Demo {
  readonly api: Api;
  readonly stack: RunningStack;
  /** Its clock is the demo's to move. */
  readonly own: LocalStack | undefined;
  readonly showFeeds: () => Promise<void>;
}

async function tell({ api, stack, own, showFeeds }: Demo): Promise<void> {
  let aheadMs = 0;
  const partner = await createDemoPartner(stack, api, () => Date.now() + aheadMs);
  const alerts = createAlertChapter(partner, stack.simulatorOrigin);
  const actions = createActionChapter(partner, api);
  const comeBack = async (minutes: number): Promise<void> => {
    if (own === undefined) return;
    say(`\nThe app ends, and comes back ${minutes === 1 ? 'a minute' : `${minutes} minutes`} later`);
    aheadMs += minutes * minuteMs;
    await own.comeBackLater(minutes * minuteMs);
  };
  await alerts.send();
  await actions.isolate();
  await showFeeds();
  await comeBack(1);
  await alerts.showLateEvent(own !== undefined);
  await actions.showIsolated(own !== undefined);
  await comeBack(6);
  if (own) await actions.showRelease(() => comeBack(1));
  say('\nCallbacks that the partner received');
  for (const line of await partner.newCallbacks()) say(`  ${line}`);
}

const minuteMs = 60_000;

await main();
