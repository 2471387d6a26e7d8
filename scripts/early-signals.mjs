// Loaded before the server in a container. Process 1 loses a signal that nobody listens for, and for as long as the server's files are being
// read nobody would: it would start, and serve, until it is killed with players on it. Once the server listens itself this says nothing more.
for (const signal of ["SIGTERM", "SIGINT"])
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });
