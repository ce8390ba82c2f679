import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { usersQuery } from './queries';
import type { User } from './types';

/** What a person is found by: name, user name, pinyin and initials. */
export const findBy = (u: Pick<User, 'id' | 'name' | 'spelled'>) => `${u.name} ${u.id} ${u.spelled ?? ''}`.toLowerCase();

/** A person in a list one chooses from; the list is looked through by `find`. */
export const personOption = (u: Pick<User, 'id' | 'name' | 'spelled'>) => ({ value: u.id, label: u.name, find: findBy(u) });

/** Names of people by id; an unknown id shows as itself. */
export function usePeople(): { users: User[]; nameOf: (id: string | undefined | null) => string } {
  const { data } = useQuery(usersQuery());
  const byId = useMemo(() => new Map((data ?? []).map((u) => [u.id, u])), [data]);
  const nameOf = useCallback((id: string | undefined | null) => (id ? (byId.get(id)?.name ?? id) : ''), [byId]);
  return { users: data ?? [], nameOf };
}
