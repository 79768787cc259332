/** What has become of a message, as its handler says it. A throw means: try again. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'dead'; readonly code: string; readonly message: string };

/** The message has been dealt with. */
export const done = (): Outcome => ({ kind: 'done' });

/** No further try can help: keep the message as a dead letter, with the reason. */
export const deadLetter = (code: string, message: string): Outcome => ({
  kind: 'dead',
  code,
  message,
});
