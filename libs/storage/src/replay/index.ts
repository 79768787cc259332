export * from './begin-replay.js';
export * from './end-replay.js';
export * from './plan-chunk-replay.js';
export * from './read-replays.js';
export * from './store-replayed.js';
