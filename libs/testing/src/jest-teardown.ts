/** Jest's globalTeardown: stops what the setup started. */
export default async function teardown(): Promise<void> {
  const { broker, postgres } = globalThis.tapelineTestServers;
  broker.close();
  broker.closeAllConnections();
  await postgres.stop();
}
