/** The process behind `tapeline up`: runs a stack until it is told to stop. Arguments: folder, configs, data. */
import { processStart, startStack } from '@tapeline/embedded';
import { projectRoot, removeStackFile, writeStackFile } from './stack-file.js';

const [folder = '', configs = '', data = ''] = process.argv.slice(2);

try {
  const stack = await startStack({
    root: projectRoot,
    folder,
    configs,
    report: (line) => console.log(line),
    ...(data !== '' && { sandboxData: data }),
  });
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    removeStackFile();
    await stack.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  writeStackFile({
    folder,
    configs,
    supervisor: { pid: process.pid, start: processStart(process.pid) ?? '' },
    urls: stack.urls,
    gatewayKey: stack.gatewayKey,
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
