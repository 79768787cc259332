#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

const main = new URL('../dist/main.js', import.meta.url);
if (Number.parseInt(process.versions.node, 10) < 26) {
  console.error(
    `tapeline needs Node 26 and this is ${process.version}: run it as 'npx tapeline …' in its folder, which brings its own.`,
  );
  process.exit(1);
}
if (!existsSync(main)) {
  console.error("tapeline is not built yet: run 'npm run demo' once, it sets everything up.");
  process.exit(1);
}
enableCompileCache();
await import(main.href);
