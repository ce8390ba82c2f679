// What lets the workspace start while the line is down, as the service worker of /sw.js. It keeps the parts of the app, and of what the server
// tells only what a new record is filled in by: who one is, which apps there are, and their forms. No record is ever kept here.

/** The build of the app this worker belongs to. Paths begin with "/assets/". */
export interface Build {
  /** The files that the first page, and filling in a form, are made of. */
  first: readonly string[];
  /** Every file there is; what is not among them is of an older build. */
  all: readonly string[];
  /** What the page of this build names: another build's page may be answered while a server is being replaced. */
  page: readonly string[];
  /** The program of the rules. It is as large as everything else together and comes last. */
  rules: readonly string[];
}

export interface Host {
  caches: Pick<CacheStorage, 'open' | 'delete' | 'keys'>;
  fetch: (request: Request | string, init?: RequestInit) => Promise<Response>;
  origin: string;
  /** Ends when the line has been waited for long enough. */
  patience: () => Promise<void>;
}

/** The parts of the app; what the server told. The page throws the latter away when somebody signs out. */
export const appCache = 'pipewright-app';
export const ownCache = 'pipewright-own';
/** Marks an answer that was kept: the server has not been reached. */
const keptHeader = 'Pipewright-Kept'; // api/line.ts

const me = '/api/me';
const own = /^\/api\/(me|apps|apps\/[^/]+\/model)$/;
const start = '/';

/** What is kept of the server's answers. */
export const isOwn = (path: string): boolean => own.test(path);

/** Pages of the workspace: not those for people outside, nor a sandbox, nor what else the server answers. */
export function isPage(path: string): boolean {
  const [first = ''] = path.slice(1).split('/');
  return !/^(api|assets|p|t|share|sandbox|hooks|healthz|readyz|metrics)$/.test(first) && !/\.[^/]*$/.test(path);
}

/** Somebody on the way answers for a server that is not there; its own refusals are JSON. */
const unreached = (response: Response) => response.status >= 502 && response.status <= 504 && !response.headers.get('Content-Type')?.includes('json');

export class Keeper {
  /** Goes up whenever what is kept is thrown away: an answer asked for before is not kept any more. */
  private turn = 0;

  constructor(
    private readonly host: Host,
    private readonly build: Build,
  ) {}

  /** Takes this build in; fails as a whole, and the browser tries again later. */
  async install(): Promise<void> {
    const app = await this.host.caches.open(appCache);
    const page = await this.host.fetch(start, { cache: 'no-cache' });
    const text = await page.clone().text();
    if (!page.ok || !this.build.page.every((path) => text.includes(path))) throw new Error('the page is of another build');
    await Promise.all(this.build.first.map((path) => this.take(app, path)));
    await app.put(start, page); // last: a page that is kept has its parts
  }

  /** Throws away what older builds have left. */
  async activate(): Promise<void> {
    for (const name of await this.host.caches.keys()) if (name.startsWith('pipewright-') && name !== appCache && name !== ownCache) await this.host.caches.delete(name);
    const app = await this.host.caches.open(appCache);
    const current = new Set<string>([start, ...this.build.all]);
    for (const { url } of await app.keys()) if (!current.has(new URL(url).pathname)) await app.delete(url);
  }

  /** Takes in what a page has loaded before there was this worker (not: through it); and the program of the rules for whoever has forms to fill in. */
  async loaded(paths: readonly string[], through = false): Promise<void> {
    const app = await this.host.caches.open(appCache);
    const { all, rules } = this.build;
    const assets = paths.filter((path) => all.includes(path));
    if (paths.some((path) => path.endsWith('/model') || rules.includes(path))) assets.push(...rules);
    await Promise.allSettled(assets.map((path) => this.take(app, path)));
    if (through) return;
    for (const path of [me, ...paths.filter((p) => p !== me)]) if (isOwn(path)) await this.ask(new Request(this.host.origin + path, { credentials: 'same-origin', headers: { Accept: 'application/json' } })).catch(() => undefined);
  }

  /** The answer to a request, or undefined: it goes its ordinary way. */
  answer(request: Request): Promise<Response> | undefined {
    const { origin, pathname, search } = new URL(request.url);
    if (origin !== this.host.origin) return undefined;
    if (request.method === 'POST' && pathname === '/api/logout') return this.leave(request);
    if (request.method !== 'GET') return undefined;
    if (request.mode === 'navigate') return isPage(pathname) ? this.page(request) : undefined;
    if (this.build.all.includes(pathname)) return this.asset(request);
    // What an admin sees as somebody else is not his own.
    return isOwn(pathname) && search === '' && !request.headers.has('Pipewright-Seeing') ? this.ask(request) : undefined;
  }

  private async take(app: Cache, path: string): Promise<void> {
    if (await app.match(path, { ignoreVary: true })) return;
    const response = await this.host.fetch(path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    await app.put(path, response);
  }

  /** Files carry a hash of what is in them: one that is kept is the right one. */
  private async asset(request: Request): Promise<Response> {
    const app = await this.host.caches.open(appCache);
    const path = new URL(request.url).pathname;
    const kept = await app.match(path, { ignoreVary: true });
    if (kept) return kept;
    const response = await this.host.fetch(request);
    if (response.status === 200) await app.put(path, response.clone()).catch(() => undefined); // no room: it goes without
    return response;
  }

  /** The server's page as long as it answers, so that nobody goes on with an old app; else the one that is kept. */
  private async page(request: Request): Promise<Response> {
    const kept = await (await this.host.caches.open(appCache)).match(start, { ignoreVary: true });
    const asked = this.host.fetch(request);
    if (!kept) return asked;
    const answer = await Promise.race([asked.catch(() => undefined), this.host.patience()]);
    return answer && !unreached(answer) ? answer : kept;
  }

  /** The server's answer, kept for when there is none. */
  private async ask(request: Request): Promise<Response> {
    const { turn } = this;
    const path = new URL(request.url).pathname;
    let response: Response | undefined;
    let failure: unknown;
    try {
      response = await this.host.fetch(request);
    } catch (error) {
      failure = error;
    }
    if (!response || unreached(response)) {
      const kept = await (await this.host.caches.open(ownCache)).match(path, { ignoreVary: true });
      if (kept) return new Response(kept.body, { status: kept.status, headers: { 'Content-Type': 'application/json', [keptHeader]: '1' } });
      if (response) return response;
      throw failure;
    }
    if (response.status === 401) await this.forget();
    else if (response.ok && turn === this.turn) await this.keep(path, response.clone()).catch(() => undefined);
    return response;
  }

  /** Keeps an answer of the person who is signed in; of nobody else is anything left. */
  private async keep(path: string, response: Response): Promise<void> {
    const { turn } = this;
    const cache = await this.host.caches.open(ownCache);
    const known = await cache.match(me, { ignoreVary: true });
    if (path !== me) {
      if (known && turn === this.turn) await cache.put(path, response);
      return;
    }
    const now = (await response.clone().json()) as { user: { id: string }; seeing?: unknown };
    const before = known ? ((await known.json()) as { user: { id: string } }).user.id : undefined;
    if (turn !== this.turn) return;
    if (now.seeing || now.user.id !== before) await this.forget();
    if (!now.seeing) await (await this.host.caches.open(ownCache)).put(path, response);
  }

  private async leave(request: Request): Promise<Response> {
    this.turn += 1;
    const response = await this.host.fetch(request);
    if (response.ok) await this.forget();
    return response;
  }

  private async forget(): Promise<void> {
    this.turn += 1;
    await this.host.caches.delete(ownCache);
  }
}
