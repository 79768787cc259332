// Turns what npm or Node print when they fail into a sentence that says what to do.

/** An expected failure; its message is all that the user needs to see. */
export class Remedy extends Error {}

const installFailures = [
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/u,
    'npm cannot reach its registry: check the network and the proxy settings (npm config get registry), then run the command again.',
  ],
  [
    /CERT|certificate/u,
    "npm does not trust the registry's certificate: name your organisation's with npm config set cafile, then run the command again.",
  ],
  [
    /E401|E403|ENEEDAUTH/u,
    'The npm registry refused access: check your login and npm config get registry, then run the command again.',
  ],
  [/ENOSPC/u, 'The disk is full: make room for about 1 GB, then run the command again.'],
  [
    /EACCES|EPERM|EROFS/u,
    'npm may not write to this folder or to its cache: make both belong to you (sudo chown -R "$(id -u)" . ~/.npm), then run the command again.',
  ],
  [
    /can only install packages when your package.json and package-lock.json/u,
    'package.json and package-lock.json disagree: run npm install, then the command again.',
  ],
  [
    /EINTEGRITY/u,
    'A package does not match its checksum in package-lock.json: clear the cache (npm cache clean --force) and run the command again.',
  ],
];

/** @param {string} output what npm printed */
export function explainInstallFailure(output, folder) {
  const known = installFailures.find(([pattern]) => pattern.test(output));
  const sentence =
    known?.[1] ?? `npm ci failed: run it in ${folder}, correct what it names, and try again.`;
  return `${lastLines(output)}\n${sentence}`;
}

/** @param {string} output what Node, or the system on its behalf, printed */
export function explainNodeFailure(output) {
  if (output.includes('libatomic')) {
    return 'Node 26 needs the library libatomic: install it (apt-get install libatomic1, or dnf install libatomic) and run the command again.';
  }
  if (/GLIBC|ENOENT|EACCES|libstdc/u.test(output)) {
    return `${lastLines(output)}\nNode 26 does not run here: it needs a Linux with glibc 2.28 or newer (Alpine has none); use Docker there (docker compose up).`;
  }
  return `${lastLines(output)}\nNode 26 (node_modules/.bin/node) does not run: remove node_modules and run the command again.`;
}

function lastLines(output) {
  return output.trim().split('\n').slice(-8).join('\n');
}
