import { spawn } from 'node:child_process';

export interface Drained {
  readonly seconds: number;
  /** From the request to the first byte of the answer. */
  readonly firstByteMs: number;
  readonly bytes: number;
}

/** Reads an answer and throws it away, by curl: a reader in Node would take more of the processor. */
export function drainAnswer(url: URL, headers: Readonly<Record<string, string>>): Promise<Drained> {
  const told = '%{http_code} %{time_total} %{time_starttransfer} %{size_download}';
  const child = spawn('curl', ['-sS', '-K', '-', '-o', '/dev/null', '-w', told, url.href], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // By its standard input, since everybody may see its arguments.
  child.stdin.end(
    Object.entries(headers)
      .map(([name, value]) => `header = "${name}: ${value}"\n`)
      .join(''),
  );
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new Error('the answers are read by curl, which is not here: install it', { cause }));
    });
    child.once('close', (code) => {
      const [status, seconds, firstByte, bytes] = out.split(' ').map(Number);
      if (code === 0 && status === 200) {
        resolve({ seconds: seconds!, firstByteMs: firstByte! * 1000, bytes: bytes! });
      } else
        reject(new Error(`${url.pathname} was answered with ${status}, curl ended with ${code}`));
    });
  });
}
