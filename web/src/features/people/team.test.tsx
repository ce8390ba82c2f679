import { QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, expect, test, vi } from 'vitest';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Team } from '@/api/types';
import common from '@/locales/en/common.json';
import people from '@/locales/en/people.json';
import { TeamDialog } from './TeamDialog';

const someone = (id: string, name: string) => ({ id, username: id, name, language: 'en', admin: false, rights: [], roles: [], team: '', active: true });

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', defaultNS: 'common', keySeparator: false, resources: { en: { common, people } } });
  vi.spyOn(api, 'get').mockResolvedValue({ items: [someone('li', 'Li'), someone('chen', 'Chen')], next: '' });
});

test('a team is saved with who comes and who goes, in the words of the server', async () => {
  const team: Team = { key: 'east', name: 'East', parent: '', manager: '', members: ['li'] };
  const patch = vi.spyOn(api, 'patch').mockResolvedValue({});
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={queryClient}>
      <TeamDialog team={team} teams={[team]} onClose={onClose} />
    </QueryClientProvider>,
  );
  fireEvent.mouseDown(screen.getByLabelText('Members'));
  fireEvent.click(await screen.findByTitle('Chen'));
  fireEvent.click(screen.getAllByTitle('Li').at(-1)!);
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(patch).toHaveBeenCalledWith('/teams/east', { name: 'East', parent: '', manager: '', join: ['chen'], leave: ['li'] });
});

test('a new team needs no key: the server makes one of its name', async () => {
  const post = vi.spyOn(api, 'post').mockResolvedValue({});
  const onClose = vi.fn();
  render(
    <QueryClientProvider client={queryClient}>
      <TeamDialog team={undefined} teams={[]} onClose={onClose} />
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByLabelText('Name of the team'), { target: { value: '华东' } });
  fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(post).toHaveBeenCalledWith('/teams', { name: '华东', parent: '', manager: '', join: [], leave: [] });
});
