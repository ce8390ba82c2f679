import { QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import type { ReactNode } from 'react';
import { cleanup, fireEvent, render as draw, screen, waitFor } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Task, TaskFull } from '@/api/types';
import common from '@/locales/zh-CN/common.json';
import inbox from '@/locales/zh-CN/inbox.json';
import { Batch } from './Batch';
import { Decide } from './Decide';

const hash = 'a'.repeat(64);
const li = { id: 'rep.li', name: '李雷' };

const task = (more: Partial<TaskFull>): TaskFull =>
  ({
    id: 'R|manager|1|0', kind: 'approval', state: 'open', name: '经理', user: 'mgr.wang', createdAt: '2026-11-23T02:00:00Z', step: 'manager',
    can: ['approve', 'reject', 'return', 'transfer', 'delegate', 'addSign'],
    round: { hash, initiator: li, steps: [] }, recordFull: { id: 'R' },
    ...more,
  }) as unknown as TaskFull;

const post = vi.spyOn(api, 'post');

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, inbox } } });
});

beforeEach(() => {
  cleanup();
  post.mockReset();
  post.mockResolvedValue({});
  queryClient.setQueryData(['users'], [li, { id: 'dir.sun', name: '孙浩' }].map((u) => ({ ...u, active: true })));
});

/** As the app draws it: buttons of two characters keep them together. */
const render = (what: ReactNode) =>
  draw(
    <ConfigProvider button={{ autoInsertSpace: false }}>
      <QueryClientProvider client={queryClient}>{what}</QueryClientProvider>
    </ConfigProvider>,
  );

function show(t: TaskFull) {
  const onNext = vi.fn();
  render(<Decide task={t} fields={() => ({})} onNext={onNext} />);
  return onNext;
}

const say = (words: string) => fireEvent.change(screen.getByRole('textbox', { name: '意见' }), { target: { value: words } });

/** Chooses the first person offered in the people box. */
async function person(name: string) {
  const box = screen.getByRole('combobox', { name: '选择人员' });
  fireEvent.mouseDown(box);
  fireEvent.click(await screen.findByText(name, { selector: '.ant-select-item-option-content' }));
}

it('approves on what was seen, and goes on', async () => {
  const onNext = show(task({}));
  fireEvent.click(screen.getByRole('button', { name: '同意' }));
  await waitFor(() => expect(onNext).toHaveBeenCalled());
  expect(post.mock.calls[0]?.slice(0, 2)).toEqual(['/tasks/R%7Cmanager%7C1%7C0/approve', { comment: '', hash, pick: {} }]);
});

it('asks for a reason before it rejects or passes on, and offers nobody who submitted it', async () => {
  show(task({}));
  fireEvent.click(screen.getByRole('button', { name: '拒绝' }));
  expect(screen.getByRole('alert').textContent).toContain('要写明原因');
  fireEvent.click(screen.getByRole('button', { name: '其他' }));
  fireEvent.click(await screen.findByRole('menuitem', { name: '转交' }));
  say('归孙总看');
  fireEvent.click(screen.getByRole('button', { name: '转交' }));
  expect(screen.getByRole('alert').textContent).toContain('请选择人员');
  fireEvent.mouseDown(screen.getByRole('combobox', { name: '选择人员' }));
  await screen.findByText('孙浩', { selector: '.ant-select-item-option-content' });
  expect(screen.queryByText('李雷', { selector: '.ant-select-item-option-content' })).toBeNull();
  fireEvent.click(screen.getByText('孙浩', { selector: '.ant-select-item-option-content' }));
  fireEvent.click(screen.getByRole('button', { name: '转交' }));
  await waitFor(() => expect(post).toHaveBeenCalledTimes(1));
  expect(post.mock.calls[0]?.slice(0, 2)).toEqual(['/tasks/R%7Cmanager%7C1%7C0/transfer', { comment: '归孙总看', hash, people: ['dir.sun'] }]);
});

it('adds people after oneself', async () => {
  show(task({}));
  fireEvent.click(screen.getByRole('button', { name: '其他' }));
  fireEvent.click(await screen.findByRole('menuitem', { name: '加签' }));
  await person('孙浩');
  fireEvent.click(screen.getByRole('button', { name: '我同意后' }));
  fireEvent.click(screen.getByRole('button', { name: '加签' }));
  await waitFor(() => expect(post).toHaveBeenCalledTimes(1));
  expect(post.mock.calls[0]?.[1]).toEqual({ comment: '', hash, people: ['dir.sun'], position: 'after', pick: {} });
});

it('returns to the initiator unless a step is chosen', async () => {
  show(task({ returnTo: [{ key: 'first', name: '初审' }] }));
  fireEvent.click(screen.getByRole('button', { name: '退回' }));
  say('补资料');
  fireEvent.click(screen.getByRole('button', { name: '退回' }));
  await waitFor(() => expect(post).toHaveBeenCalledTimes(1));
  expect(post.mock.calls[0]?.[1]).toEqual({ comment: '补资料', hash, to: 'initiator' });
});

it('takes back whom one has asked, and decides nothing meanwhile', async () => {
  show(task({ state: 'done', can: ['removeSign'], removable: [{ id: 'dir.sun', name: '孙浩' }] }));
  expect(screen.queryByRole('button', { name: '同意' })).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: '收回 孙浩' }));
  await waitFor(() => expect(post).toHaveBeenCalledTimes(1));
  expect(post.mock.calls[0]?.slice(0, 2)).toEqual(['/tasks/R%7Cmanager%7C1%7C0/removeSign', { comment: '', hash, people: ['dir.sun'] }]);
});

it('sends the people picked for the next step', async () => {
  show(task({ picks: [{ key: 'next', name: '终审', people: [], state: 'will', pick: 'previous', from: null }] }));
  await person('孙浩');
  fireEvent.click(screen.getByRole('button', { name: '同意' }));
  await waitFor(() => expect(post).toHaveBeenCalledTimes(1));
  expect(post.mock.calls[0]?.[1]).toMatchObject({ pick: { next: ['dir.sun'] } });
});

const waiting = (id: string, title: string, batch = true) => ({ id, name: '经理', batch, record: { id: `R${id}`, title } }) as unknown as Task;

it('says by name which of several were not decided, and keeps those alone', async () => {
  const onDone = vi.fn();
  const onChosen = vi.fn();
  post.mockResolvedValue({ items: [{ id: 'a', ok: true, error: null }, { id: 'b', ok: false, error: { code: 'approval.single', message: '请单独处理' } }] });
  render(<Batch tasks={[waiting('a', '甲单'), waiting('b', '乙单')]} chosen={new Set(['a', 'b'])} onChosen={onChosen} onDone={onDone} />);
  fireEvent.click(screen.getByRole('button', { name: '同意' }));
  expect((await screen.findByRole('alert')).textContent).toContain('“乙单”：请单独处理');
  expect(onDone).not.toHaveBeenCalled();
  expect([...(onChosen.mock.calls[0]![0] as Set<string>)]).toEqual(['b']);
  expect(post.mock.calls[0]?.slice(0, 2)).toEqual(['/tasks/batch', { ids: ['a', 'b'], decision: 'approve', comment: '' }]);
});

it('chooses all that may be decided together', () => {
  const onChosen = vi.fn();
  render(<Batch tasks={[waiting('a', '甲单'), waiting('b', '乙单', false), waiting('c', '丙单')]} chosen={new Set()} onChosen={onChosen} onDone={vi.fn()} />);
  fireEvent.click(screen.getByRole('button', { name: '全选' }));
  expect([...(onChosen.mock.calls[0]![0] as Set<string>)]).toEqual(['a', 'c']);
});
