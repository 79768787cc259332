/** What run-service.test.ts runs: a service that stores the payloads it has had in lines of its output. */
import { Controller, Module } from '@nestjs/common';
import { CONSUMERS } from '@tapeline/contracts';
import type { BusMessage } from './bus-message.js';
import { Consume } from './consume.js';
import { done } from './outcome.js';
import type { Outcome } from './outcome.js';
import { runService } from './run-service.js';

@Controller()
class TestController {
  @Consume(CONSUMERS.transform)
  async handle(message: BusMessage): Promise<Outcome> {
    process.stdout.write(`${JSON.stringify({ handled: message.json() })}\n`);
    return done();
  }
}

@Module({ controllers: [TestController] })
class TestModule {}

await runService('test', () => {
  const { NATS_URL, HEALTH_PORT } = process.env;
  if (NATS_URL === undefined) throw new Error('NATS_URL is not set');
  const config = {
    NATS_URL,
    NATS_REPLICAS: 1,
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: Number(HEALTH_PORT),
    LOG_LEVEL: 'info',
  };
  return { config, module: TestModule };
});
