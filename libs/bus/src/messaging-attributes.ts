import type { Attributes } from '@opentelemetry/api';

/** Attributes of OpenTelemetry's conventions for messaging, and the batch that a message is about. */
export function messagingAttributes(
  subject: string,
  bytes: number,
  header: (name: string) => string | undefined,
): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.destination.name': subject,
    'messaging.message.body.size': bytes,
    'messaging.message.id': header('Nats-Msg-Id'),
    'tapeline.job': header('Tapeline-Job'),
    'tapeline.chunk': header('Tapeline-Chunk'),
    'tapeline.batch': header('Tapeline-Batch'),
  };
}
