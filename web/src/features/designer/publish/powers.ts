import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Person, Text } from '@/api/types';

/** Something the app may do that one who only designs does not decide alone. */
export interface Power {
  key: string;
  path: string;
  text: Text;
  granted: boolean;
}

/** What was asked for; `answer` is empty while it waits. */
export interface Asked {
  by: Person;
  at: string;
  note: string;
  powers: Power[];
  answer: '' | 'granted' | 'refused';
  reason: string;
  answerer: Person | null;
  answered: string | null;
}

/** What publishing the draft would newly let the app do; `needed`: it has to be asked for first. */
export interface Powers {
  new: Power[];
  needed: boolean;
  asked: Asked | null;
}

export const powersQuery = (app: string, rev: number) =>
  queryOptions({ queryKey: ['powers', app, rev], queryFn: ({ signal }) => api.get<Powers>(`/apps/${app}/powers`, { signal }), placeholderData: (before) => before });

export const askFor = async (app: string, note: string) => {
  await api.post(`/apps/${app}/powers`, { note });
  await queryClient.invalidateQueries({ queryKey: ['powers', app] });
};

/** Whether what waits is just what the draft needs now. */
export function waits(p: Powers): boolean {
  if (!p.asked || p.asked.answer !== '') return false;
  const asked = p.asked.powers.map((x) => x.key);
  return p.new.every((x) => x.granted || asked.includes(x.key));
}
