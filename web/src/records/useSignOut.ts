import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import { toast } from '@/ui/toast';
import { forget, keptOf } from './kept';

/** Signs out. Nothing that was typed stays behind for whoever uses this device next; what has not been sent is asked about first. */
export function useSignOut(): () => void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery());
  const user = me?.user.id ?? '';
  const signOut = async () => {
    await api.post('/logout');
    forget(user);
    queryClient.clear();
    await navigate({ to: '/login', search: {} });
  };
  return () => {
    const unsent = keptOf(user).filter((k) => k.state !== 'draft').length;
    if (unsent === 0) void signOut();
    else toast(t('keptLeave', { count: unsent }), { kind: 'bad', action: { text: t('signOut'), run: () => void signOut() } });
  };
}
