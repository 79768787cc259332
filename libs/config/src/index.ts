/** YAML and environment, read once at start: checked, typed, frozen. */
export * from './archive-options.js';
export * from './load-config.js';
export * from './read-config-files.js';
export * from './redact-url.js';
export * from './watch-config.js';
