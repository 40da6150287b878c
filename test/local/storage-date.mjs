// Loaded where a process has a clock of its own: what answers it says the same time. The app claims no work while storage's
// `Date` tells that its clock is wrong.
import { ClientRequest } from 'node:http';

const { emit } = ClientRequest.prototype;
ClientRequest.prototype.emit = function (event, ...args) {
  if (event === 'response') args[0].headers.date = new Date(Date.now()).toUTCString();
  return emit.call(this, event, ...args);
};
