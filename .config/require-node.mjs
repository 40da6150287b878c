// Loaded before every script, and written for old Nodes too: names the Node that is too old instead of failing on syntax.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 5)) {
  process.stderr.write(
    `Node ${process.versions.node} (${process.execPath}) is too old: this project needs Node 24.5 or newer.\n` +
      'On Linux and Windows "npm ci" installs it with the dependencies; elsewhere install Node 24 and try again.\n',
  );
  process.exit(1);
}
