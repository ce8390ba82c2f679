// Servers of a story: the real program on a port of its own, stopped by its process id when the story is over.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What still runs; it is not left behind when the run itself is ended. */
const alive = new Set();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** Starts a program, answers the first match of `ready` in what it prints, and keeps the last lines for a failure. */
function start(command, args, options, ready) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  const lines = [];
  const keep = (line) => {
    lines.push(line);
    if (lines.length > 400) lines.shift();
  };
  alive.add(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  void ended.then(() => alive.delete(child));
  const found = new Promise((resolve, reject) => {
    child.once('error', reject);
    void ended.then((code) => reject(new Error(`${command} ended with ${code} before it was ready:\n${lines.slice(-20).join('\n')}`)));
    createInterface({ input: child.stderr }).on('line', keep);
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      const match = ready.exec(line);
      if (match) resolve(match);
    });
  });
  return found.then((match) => ({ child, ended, lines, match }));
}

/** A running Pipewright. */
class Server {
  constructor(running) {
    Object.assign(this, running);
    this.address = running.match[1];
  }

  get pid() {
    return this.child.pid;
  }

  /** The console's one-time code; it is printed just after the address. */
  async code() {
    for (;;) {
      const line = this.lines.map((l) => /One-time code: (\S+)/.exec(l)).find(Boolean);
      if (line) return line[1];
      await new Promise((resolve) => this.child.stdout.once('data', resolve));
    }
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.ended;
  }
}

/** Starts `pipewright serve` with the arguments given. */
export async function serve(bin, args, env = {}) {
  const running = await start(bin, ['serve', '--addr', '127.0.0.1:0', ...args], { env: { ...process.env, ...env } }, /(https?:\/\/127\.0\.0\.1:\d+)/);
  return new Server(running);
}

/** A directory of its own for a story, removed by `remove`. */
export async function temporary() {
  const path = await mkdtemp(join(tmpdir(), 'pipewright-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * A server that speaks the MongoDB protocol: the one of PIPEWRIGHT_TEST_MONGODB_URI, or the independent one of the store's tests, which
 * runs until its standard input ends.
 */
export async function mongo() {
  const given = process.env.PIPEWRIGHT_TEST_MONGODB_URI;
  if (given) return { uri: given, stop: async () => {} };
  const root = new URL('../../..', import.meta.url).pathname;
  const running = await start('go', ['run', './runtime/store/mongostore/mongotest/serve'], { cwd: root }, /(mongodb:\/\/\S+)/);
  return {
    uri: running.match[1],
    stop: async () => {
      running.child.stdin.end();
      await running.ended;
    },
  };
}
