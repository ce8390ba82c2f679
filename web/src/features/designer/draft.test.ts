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
  const state = { definition: start, rev: 1, by: 'me', puts: [] as string[], fail: 0 };
  const api: DraftServer = {
    get: () => Promise.resolve({ definition: state.definition, rev: state.rev, base: 0 }),
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

  it('names who saved first, and lets mine stand', async () => {
    const { state, api } = server();
    const d = openDraft('app', draft, api);
    state.rev = 7;
    d.actions.apply(rename('B'));
    expect(await d.actions.flush()).toBe(false);
    expect(d.getState()).toMatchObject({ state: 'conflict', conflict: { by: { name: '孙静' }, rev: 7 } });
    d.actions.apply(rename('C'));
    await vi.advanceTimersByTimeAsync(SAVE_AFTER * 3);
    expect(state.puts).toEqual(['B']);
    expect(await d.actions.keepMine()).toBe(true);
    expect(state.definition.name).toBe('C');
    expect(d.getState()).toMatchObject({ state: 'saved', rev: 8, conflict: undefined });
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
