import type { ViewLook } from '@/api/types';

/** What the address of a list holds. */
export type ListSearch = Partial<Record<'view' | 'where' | 'f' | 'sort' | 'scope' | 'q' | 'columns' | 'title' | 'saved', string | undefined>>;

const list = (text: string | undefined) => (text ? text.split(',').filter(Boolean) : []);

/** What a list shows, out of its address; what is not there is left out. */
export function lookOf(search: ListSearch): ViewLook {
  const look: ViewLook = { filters: search.f, where: search.where, title: search.title, view: search.view, scope: search.scope, q: search.q, sort: list(search.sort), columns: list(search.columns) };
  return Object.fromEntries(Object.entries(look).filter(([, v]) => v !== undefined && v !== '' && !(Array.isArray(v) && v.length === 0)));
}

/** The address of a kept view. */
export function searchOf(look: ViewLook): ListSearch {
  return { f: look.filters, where: look.where, title: look.title, view: look.view, scope: look.scope, q: look.q, sort: look.sort?.join(',') || undefined, columns: look.columns?.join(',') || undefined };
}

export function sameLook(a: ViewLook, b: ViewLook): boolean {
  const text = (look: ViewLook) => JSON.stringify(Object.entries(lookOf(searchOf(look))));
  return text(a) === text(b);
}
