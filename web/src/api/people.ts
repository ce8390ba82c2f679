import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { usersQuery } from './queries';
import type { User } from './types';

/** Names of people by id; an unknown id shows as itself. */
export function usePeople(): { users: User[]; nameOf: (id: string | undefined | null) => string } {
  const { data } = useQuery(usersQuery());
  const byId = useMemo(() => new Map((data ?? []).map((u) => [u.id, u])), [data]);
  const nameOf = useCallback((id: string | undefined | null) => (id ? (byId.get(id)?.name ?? id) : ''), [byId]);
  return { users: data ?? [], nameOf };
}
