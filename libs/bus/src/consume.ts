import { EventPattern } from '@nestjs/microservices';
import type { ConsumerDescription } from '@tapeline/contracts';
import type { BusMessage } from './bus-message.js';
import type { Outcome } from './outcome.js';
import type { Result } from './settle.js';

export type Handler = (message: BusMessage) => Promise<Outcome>;

/**
 * Marks a controller's method as the handler of a consumer. What it throws is carried on as a value,
 * since Nest would turn it into an error of its own and lose what it was.
 */
export function Consume(consumer: ConsumerDescription) {
  return (
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): TypedPropertyDescriptor<Handler> => {
    const handler = descriptor.value as Handler;
    const carried = async function (this: unknown, message: BusMessage): Promise<Result> {
      try {
        return await handler.call(this, message);
      } catch (error) {
        return { kind: 'failed', error };
      }
    };
    descriptor.value = carried as Handler;
    const mark = EventPattern(consumer.durable, { consumer });
    mark(target, key, descriptor as unknown as Parameters<typeof mark>[2]);
    return descriptor;
  };
}
