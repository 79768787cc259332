import { type ChildProcess, spawn } from 'node:child_process';

// Waits on a pipe from this process. The kernel closes it when this process ends, however it ends,
// and the shell then stops the server: politely, and after ten seconds for good.
const WATCH = `
read -r _
kill -s "$2" "$1" 2>/dev/null || exit 0
for _ in 1 2 3 4 5 6 7 8 9 10; do
  sleep 1
  kill -0 "$1" 2>/dev/null || exit 0
done
kill -s KILL "$1"`;

/**
 * Makes `child` end soon after this process does, even when this process is killed with SIGKILL.
 * The test "dies with its starter" proves it.
 */
export function tieToThisProcess(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  const watch = ['-c', WATCH, 'lifeline', String(child.pid), signal.replace('SIG', '')];
  // Its own process group: Ctrl-C in a terminal must not reach it.
  const watcher = spawn('/bin/sh', watch, {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.once('error', () => {
    // Without a shell there is no lifeline; the process record still finds the server again.
  });
  watcher.stdin.on('error', () => {
    // The watcher has gone: nothing to hold any more.
  });
  watcher.unref();
  child.once('exit', () => {
    watcher.kill('SIGKILL');
    watcher.stdin.destroy();
  });
}
