// `npm run listen`: shows the callbacks that come to the running stack's receiver, until Ctrl-C or the end of the stack.
import { setTimeout as sleep } from 'node:timers/promises';
import { world } from './demo-world.ts';
import { toLine } from './received-callbacks.ts';
import type { ReceivedCallback } from './received-callbacks.ts';

const receiverOrigin = `http://127.0.0.1:${world.ports.callbacks}`;
const pollMs = 500;

/** What came after the first `count`; `undefined` when nobody listens there. */
async function readAfter(count: number): Promise<readonly ReceivedCallback[] | undefined> {
  try {
    const response = await fetch(`${receiverOrigin}/_receiver/callbacks?after=${count}`);
    return ((await response.json()) as { readonly value: readonly ReceivedCallback[] }).value;
  } catch {
    return undefined;
  }
}

let shown = 0;
for (let came = await readAfter(0); ; came = await readAfter(shown)) {
  if (came === undefined) {
    process.stderr.write(shown === 0 ? 'No running stack: start one with "npm start".\n' : 'The stack has ended.\n');
    process.exit(shown === 0 ? 1 : 0);
  }
  for (const callback of came) process.stdout.write(`${callback.receivedAt}  ${toLine(callback)}\n`);
  shown += came.length;
  await sleep(pollMs);
}
