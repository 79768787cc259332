/** What services say to each other: subjects, streams, headers, commands, events, ids. */
export * from './api-key.js';
export * from './batch-header.js';
export * from './commands.js';
export * from './discard-command.js';
export * from './events.js';
export * from './identifiers.js';
export * from './replay-command.js';
export * from './rule-outcome.js';
export * from './subjects.js';
export * from './topology.js';
