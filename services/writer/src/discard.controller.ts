import { Controller, Inject } from '@nestjs/common';
import { Consume, deadLetter, done } from '@tapeline/bus';
import type { BusMessage, Outcome } from '@tapeline/bus';
import { CONSUMERS, InvalidCommandError, parseDiscardCommand } from '@tapeline/contracts';
import { discardQuarantine, Storage } from '@tapeline/storage';
import type { Logger } from '@tapeline/telemetry';

export const LOGGER = Symbol('logger');

/** Takes what people say of refused records that nobody wants any more. */
@Controller()
export class DiscardController {
  constructor(
    private readonly storage: Storage,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Consume(CONSUMERS.discard)
  async discard(message: BusMessage): Promise<Outcome> {
    try {
      const { discard_id, filter, note } = parseDiscardCommand(message.json());
      const saidAt = new Date(Number(message.timestampNanos) / 1e6);
      const discarded = await discardQuarantine(this.storage, filter, saidAt);
      this.logger.info({ discard_id, filter, note, discarded }, 'discarded refused records');
      return done();
    } catch (error) {
      if (error instanceof InvalidCommandError) return deadLetter(error.code, error.message);
      if (error instanceof SyntaxError) return deadLetter('invalid_command', error.message);
      throw error;
    }
  }
}
