import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/client';
import type { Change } from '@/model/change';
import type { Definition } from '@/model/definition';
import type { Draft } from './api';
import { openDraft, SAVE_AFTER, type DraftServer } from './draft';

const start: Definition = { spec: 'pipewright/1', key: 'app', name: 'A' };
const draft: Draft = { definition: start, rev: 1, base: 0 };
const rename = (name: string): Change => ({ op: 'set', at: ['name'], value: name });

/** A server that keeps what it is given, and refuses a stale rev. */
function server() {
  const state = { definition: start, rev: 1, by: 'me', puts: [] as string[], fail: 0, past: {} as Record<number, Definition> };
  const api: DraftServer = {
    get: () => Promise.resolve({ definition: state.definition, rev: state.rev, base: 0 }),
    past: (rev) => Promise.resolve(state.past[rev] ?? start),
    put: (definition, rev) => {
      state.puts.push(String(definition.name));
      if (state.fail > 0) {
        state.fail--;
        return Promise.reject(new ApiError(503, 'busy', '忙'));
      }
      if (rev !== state.rev)
        return Promise.reject(new ApiError(409, 'draft.conflict', '…', [], { by: { id: 's', name: '孙静' }, rev: state.rev }));
      state.definition = definition;
      state.rev++;
      return Promise.resolve({
        rev: state.rev,
        savedAt: 't',
        problems: [{ path: '/name', code: 'x', severity: 'error', message: '' }],
      });
    },
  };
  return { state, api };
}

describe('draft', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('saves once after a burst of changes, and shows the problems of what it saved', async () => {
    const { state, api } = server();
    const d = openDraft('app', draft, api);
    d.actions.apply(rename('B'));
    await vi.advanceTimersByTimeAsync(SAVE_AFTER - 1);
    d.actions.apply(rename('C'));
    expect(d.getState().state).toBe('waiting');
    expect(d.getState().stale).toBe(true);
    await vi.advanceTimersByTimeAsync(SAVE_AFTER);
    expect(state.puts).toEqual(['C']);
    expect(d.getState()).toMatchObject({ state: 'saved', rev: 2, stale: false });
    expect(d.getState().problems).toHaveLength(1);
  });

  it('does not save what was taken back', async () => {
    const { state, api } = server();
    const d = openDraft('app', draft, api);
    d.actions.apply(rename('B'));
    d.actions.undo();
    await vi.advanceTimersByTimeAsync(SAVE_AFTER);
    // The text is the same again, but it is another object; the server is told, and nothing is lost either way.
    expect(d.getState().state).toBe('saved');
    expect(state.definition.name).toBe('A');
  });

  it('sends changes made while a save runs after it, with the new rev', async () => {
    const { state, api } = server();
    let release = () => {};
    const slow: DraftServer = {
      ...api,
      put: async (def, rev) => (await new Promise<void>((r) => (release = r)), api.put(def, rev)),
    };
    const d = openDraft('app', draft, slow);
    d.actions.apply(rename('B'));
    await vi.advanceTimersByTimeAsync(SAVE_AFTER);
    d.actions.apply(rename('C'));
    release();
    await vi.advanceTimersByTimeAsync(SAVE_AFTER);
    release();
    await vi.advanceTimersByTimeAsync(SAVE_AFTER);
    expect(state.puts).toEqual(['B', 'C']);
    expect(d.getState()).toMatchObject({ state: 'saved', rev: 3 });
  });

  it('puts together what two people changed at different places, and undo takes back only mine', async () => {
    const { state, api } = server();
    const d = openDraft('app', draft, api);
    d.actions.apply(rename('Mine'));
    state.rev = 7;
    state.definition = { ...start, currency: 'EUR' };
    expect(await d.actions.flush()).toBe(true);
    expect(state.definition).toMatchObject({ name: 'Mine', currency: 'EUR' });
    expect(d.getState()).toMatchObject({ state: 'saved', rev: 8, conflict: undefined, joined: { by: { name: '孙静' } } });
    d.actions.undo();
    await d.actions.flush();
    expect(state.definition).toMatchObject({ name: 'A', currency: 'EUR' });
  });

  it('names who changed the same, keeps both meanwhile, and takes what is chosen', async () => {
    const { state, api } = server();
    const d = openDraft('app', draft, api);
    state.rev = 7;
    state.definition = { ...start, name: 'Theirs', currency: 'EUR' };
    d.actions.apply(rename('B'));
    expect(await d.actions.flush()).toBe(false);
    expect(d.getState()).toMatchObject({ state: 'conflict', conflict: { by: { name: '孙静' }, rev: 7, clashes: [{ at: ['name'], mine: 'B', theirs: 'Theirs' }] } });
    d.actions.apply({ op: 'set', at: ['timezone'], value: 'UTC' });
    await vi.advanceTimersByTimeAsync(SAVE_AFTER * 3);
    expect(state.puts).toEqual(['B']);
    expect(await d.actions.resolve(() => 'mine')).toBe(true);
    expect(state.definition).toEqual({ ...start, name: 'B', currency: 'EUR', timezone: 'UTC' });
    expect(d.getState()).toMatchObject({ state: 'saved', rev: 8, conflict: undefined });
    expect(d.getState().history.back).toHaveLength(1);
  });

  it('fetches what others saved, and does not save it again', async () => {
    const { state, api } = server();
    const d = openDraft('app', draft, api);
    state.rev = 3;
    state.definition = { ...start, currency: 'EUR' };
    await d.actions.pull();
    await vi.advanceTimersByTimeAsync(SAVE_AFTER * 2);
    expect(d.getState()).toMatchObject({ state: 'saved', rev: 3 });
    expect(d.getState().history.now.currency).toBe('EUR');
    expect(state.puts).toEqual([]);
  });

  it('takes up what a closed editor did not save, on top of what others saved since', async () => {
    const { state, api } = server();
    let kept: { rev: number; definition: Definition } | undefined;
    const unsaved = { read: () => kept, write: (w: typeof kept) => void (kept = w) };
    const killed = openDraft('app', draft, api, unsaved);
    killed.actions.apply(rename('Mine'));
    killed.actions.close();
    expect(kept).toMatchObject({ rev: 1, definition: { name: 'Mine' } });
    state.past[1] = start;
    state.rev = 5;
    state.definition = { ...start, currency: 'EUR' };
    const again = openDraft('app', { definition: state.definition, rev: 5, base: 0 }, api, unsaved);
    expect(await again.actions.recover()).toBe(true);
    await vi.advanceTimersByTimeAsync(SAVE_AFTER * 2);
    expect(state.definition).toMatchObject({ name: 'Mine', currency: 'EUR' });
    expect(again.getState().state).toBe('saved');
    expect(kept).toBeUndefined();
    expect(await again.actions.recover()).toBe(false);
  });

  it('takes theirs, which undo takes back', async () => {
    const { state, api } = server();
    const d = openDraft('app', draft, api);
    state.rev = 7;
    state.definition = { ...start, name: 'Theirs' };
    d.actions.apply(rename('Mine'));
    await d.actions.flush();
    await d.actions.takeTheirs();
    expect(d.getState()).toMatchObject({ state: 'saved', rev: 7 });
    expect(d.getState().history.now.name).toBe('Theirs');
    d.actions.undo();
    await vi.advanceTimersByTimeAsync(SAVE_AFTER);
    expect(state.definition.name).toBe('Mine');
  });

  it('keeps what could not be saved, says why, and saves it at the next try', async () => {
    const { state, api } = server();
    state.fail = 1;
    const d = openDraft('app', draft, api);
    d.actions.apply(rename('B'));
    expect(await d.actions.flush()).toBe(false);
    expect(d.getState()).toMatchObject({ state: 'failed', failure: '忙' });
    expect(await d.actions.flush()).toBe(true);
    expect(state.definition.name).toBe('B');
  });
});
