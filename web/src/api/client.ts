import { base } from './base';
import { keptHeader, lineHolds } from './line';

/** One problem of a refused request: where, which kind, and what to tell the person. */
export interface Detail {
  path: string;
  code: string;
  message: string;
  severity?: 'error' | 'warning';
}

/** The current state a conflict is about; its shape depends on the code. */
export type Current = Record<string, unknown>;

/** Every answer that is not a success, and every failure to get one (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Detail[];
  readonly current: Current | undefined;

  constructor(status: number, code: string, message: string, details: Detail[] = [], current?: Current) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
    this.current = current;
  }
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Options {
  query?: Query;
  signal?: AbortSignal;
  /** The rev the change is based on. */
  ifMatch?: number | string;
  /** What a file that is sent is; otherwise it is only bytes. */
  type?: string;
  /** The answer is a file. */
  file?: boolean;
  /** From inside a sandbox: ask the installation it is in. */
  outside?: boolean;
  /** One key a user action, the same again when that action is repeated after a lost answer. */
  key?: string;
}

interface Context {
  /** The language errors are answered in. */
  language: () => string;
  /** Called when the session is gone. */
  onSignedOut: () => void;
  /** Called when the sandbox this page is in is gone. */
  onSandboxGone?: () => void;
  /** Called when the page shows somebody else's workspace and that is over. */
  onSeeingOver?: () => void;
}

let context: Context = { language: () => 'zh-CN', onSignedOut: () => {} };

export function configureApi(next: Context): void {
  context = next;
}

/** As whom an admin sees this page; the server refuses what a page asks that is out of date. */
let seeing: string | undefined;

export function seeAs(user: string | undefined): void {
  seeing = user;
}

/** A new operation key. */
export function operationKey(): string {
  return crypto.randomUUID();
}

export function url(path: string, query?: Query, outside = false): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const search = params.toString();
  const root = outside ? '/api' : `${base}/api`;
  return search ? `${root}${path}?${search}` : `${root}${path}`;
}

async function send<T>(method: string, path: string, body: unknown, options: Options): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': context.language() };
  const raw = body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = raw ? (options.type ?? 'application/octet-stream') : 'application/json';
  if (options.ifMatch !== undefined) headers['If-Match'] = `"${options.ifMatch}"`;
  if (options.key !== undefined) headers['Idempotency-Key'] = options.key;
  if (seeing !== undefined) headers['Pipewright-Seeing'] = encodeURIComponent(seeing);
  const request: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) request.body = raw ? body : JSON.stringify(body);
  if (options.signal) request.signal = options.signal;

  let response: Response;
  let text = '';
  try {
    response = await fetch(url(path, options.query, options.outside), request);
    // The line may go down in the middle of the answer, too.
    if (options.file && response.ok) return (await response.blob()) as T;
    text = await response.text();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    lineHolds(false);
    throw new ApiError(0, 'network', 'network');
  }
  const data = parse(text);
  // What the service worker has kept is no word of the server's, nor what somebody on the way says.
  const others = data === undefined && (response.ok ? text !== '' : response.status >= 502 && response.status <= 504);
  lineHolds(!response.headers.has(keptHeader) && !others);
  if (response.ok) {
    // Somebody else answered: a hotspot's sign-in page, a proxy.
    if (data === undefined && text !== '') throw new ApiError(0, 'network', 'network');
    return data as T;
  }
  const error = errorOf(response.status, data);
  if (response.status === 401 && error.code !== 'login.failed') context.onSignedOut();
  if (error.code === 'sandbox.gone') context.onSandboxGone?.();
  if (error.code === 'seeing.over') context.onSeeingOver?.();
  throw error;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function errorOf(status: number, data: unknown): ApiError {
  const body = (data as { error?: { code?: string; message?: string; details?: Detail[]; current?: Current } } | undefined)?.error;
  return new ApiError(status, body?.code ?? `http.${status}`, body?.message ?? `HTTP ${status}`, body?.details ?? [], body?.current);
}

export const api = {
  get: <T>(path: string, options: Options = {}): Promise<T> => send<T>('GET', path, undefined, options),
  /** Sends content as it is. */
  upload: <T>(path: string, content: Blob, options: Options = {}): Promise<T> => send<T>('POST', path, content, options),
  /** Asks for a file. */
  download: (path: string, body: unknown): Promise<Blob> => send<Blob>('POST', path, body, { file: true }),
  post: <T>(path: string, body: unknown = {}, options: Options = {}): Promise<T> => send<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown, options: Options = {}): Promise<T> => send<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options: Options = {}): Promise<T> => send<T>('PATCH', path, body, options),
  delete: <T>(path: string, options: Options = {}): Promise<T> => send<T>('DELETE', path, undefined, options),
};
