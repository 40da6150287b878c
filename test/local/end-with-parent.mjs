// Loaded into every Node process of the local run: ends it when the process that started it is gone, however that went.
process.once('disconnect', () => process.exit(1));
// Only watched: whether there is still work to do, the process itself knows.
process.channel?.unref();
