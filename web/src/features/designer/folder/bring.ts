import { api } from '@/api/client';
import type { AppSummary } from '@/api/types';
import type { Definition } from '@/model/definition';
import type { Problem } from '@/model/problem';
import type { DiffItem } from '../api';

/** What a folder or a file would make of the draft; nothing is saved. */
export interface Brought {
  definition: Definition;
  changes: DiffItem[];
  problems: Problem[];
}

/** The most bytes that are read before they are sent: what the server takes. */
const MOST = 10 * 1024 * 1024;

/** What a choice of files holds: a zip as it is, a lone file as a definition, a folder as its JSON files by name. Undefined when it is too large. */
async function bodyOf(files: readonly File[]): Promise<{ zip: Blob } | { json: unknown } | undefined> {
  const [first] = files;
  if (files.length === 1 && first && !first.webkitRelativePath) {
    if (first.size > MOST) return undefined;
    if (/\.zip$/i.test(first.name)) return { zip: new Blob([first], { type: 'application/zip' }) };
    return { json: new Blob([first], { type: 'application/json' }) };
  }
  const out: Record<string, string> = {};
  let size = 0;
  for (const file of files) {
    const name = file.webkitRelativePath || file.name;
    // Of a working copy neither the history of git nor what tools keep beside it.
    if (!name.endsWith('.json') || /(^|\/)(\.[^/]+|node_modules)\//.test(name)) continue;
    size += file.size;
    if (size > MOST) return undefined;
    out[name] = await file.text();
  }
  return { json: { files: out } };
}

async function send<T>(path: string, files: readonly File[]): Promise<T | 'tooLarge'> {
  const body = await bodyOf(files);
  if (body === undefined) return 'tooLarge';
  if ('zip' in body) return api.upload<T>(path, body.zip, { type: 'application/zip' });
  if (body.json instanceof Blob) return api.upload<T>(path, body.json, { type: 'application/json' });
  return api.post<T>(path, body.json);
}

export const readFolder = (app: string, files: readonly File[]) => send<Brought>(`/apps/${app}/draft/read`, files);
export const importFolder = (files: readonly File[]) => send<AppSummary>('/apps/import', files);
