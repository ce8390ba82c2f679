import type { Call, Reply, Start } from './protocol';

/**
 * How long a call may take before its worker is ended, in milliseconds. Loading waits for a slow line, and opening a form for the browser
 * to have translated the program.
 */
const standard = { start: 60_000, open: 15_000, call: 2_000 };
/** A program that fails this often is left alone: the server decides everything until the page is loaded anew. */
const maxFailures = 3;

/** What a worker is to this module; tests give one of their own. */
export interface Port {
  postMessage: (message: Start | Call) => void;
  terminate: () => void;
  addEventListener: ((type: 'message', hear: (event: MessageEvent<Reply>) => void) => void) & ((type: 'error', hear: () => void) => void);
}

interface Waiting {
  resolve: (out: string) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** The program in its worker. Each worker has a generation: what was opened in one is not open in the next. */
export class Engine {
  generation = 0;
  private port: Port | undefined;
  private ready: Promise<void> | undefined;
  private waiting = new Map<number, Waiting>();
  private last = 0;
  private failures = 0;

  constructor(
    private readonly make: () => Port,
    private readonly where: Start | undefined,
    private readonly limits = standard,
  ) {}

  /** There is a program, and it has not failed too often. */
  get usable(): boolean {
    return this.where !== undefined && this.failures < maxFailures;
  }

  /** Starts the worker if it does not run. */
  start(): Promise<void> {
    if (!this.usable || !this.where) return Promise.reject(new Error('no program'));
    if (this.ready) return this.ready;
    const port = this.make();
    this.port = port;
    this.generation += 1;
    port.addEventListener('message', ({ data }) => this.take(data));
    port.addEventListener('error', () => this.end(new Error('the worker failed')));
    this.ready = this.wait(0, this.limits.start).then(() => undefined);
    port.postMessage(this.where);
    return this.ready;
  }

  async call(method: Call['method'], input: unknown): Promise<unknown> {
    await this.start();
    this.last += 1;
    const id = this.last;
    const answer = this.wait(id, method === 'open' ? this.limits.open : this.limits.call);
    this.port?.postMessage({ id, method, input: JSON.stringify(input) });
    return JSON.parse(await answer);
  }

  private wait(id: number, ms: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end(new Error('the rules took too long')), ms);
      this.waiting.set(id, { resolve, reject, timer });
    });
  }

  private take({ id, out, error }: Reply) {
    const w = this.waiting.get(id);
    if (!w) return;
    if (id === 0 && error !== undefined) {
      this.end(new Error(error));
      return;
    }
    this.waiting.delete(id);
    clearTimeout(w.timer);
    if (error === undefined) w.resolve(out ?? '');
    else w.reject(new Error(error));
  }

  /** Ends the worker; the next call starts another. */
  private end(error: Error) {
    this.port?.terminate();
    this.port = undefined;
    this.ready = undefined;
    this.failures += 1;
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    for (const w of waiting) {
      clearTimeout(w.timer);
      w.reject(error);
    }
  }
}
