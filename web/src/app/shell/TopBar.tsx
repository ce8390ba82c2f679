import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Dropdown } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import { Avatar } from '@/ui/Avatar';
import { Icon } from '@/ui/Icon';
import { useTheme } from '@/ui/themeContext';
import { languages } from '../i18n';
import { Notices } from './Notices';
import { Palette } from './Palette';

/** The bar over every page: the page's own head, search, notices, the person. */
export function TopBar({ slot }: { slot: (element: HTMLElement | null) => void }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable="true"]') !== null;
      if ((event.key === 'k' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && !typing)) {
        event.preventDefault();
        setSearch(true);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <header className="top">
      <div className="head" ref={slot} />
      <button type="button" className="find" onClick={() => setSearch(true)} aria-label={t('search')}>
        <Icon name="search" size={18} />
        <span className="el">{t('searchHint')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <Notices />
      <PersonMenu />
      <Palette open={search} onClose={() => setSearch(false)} />
    </header>
  );
}

function PersonMenu() {
  const { t, i18n } = useTranslation();
  const { data: me } = useSuspenseQuery(meQuery());
  const { choice, setChoice } = useTheme();
  const navigate = useNavigate();

  const setLanguage = async (language: string) => {
    await i18n.changeLanguage(language);
    await api.patch('/me', { language });
    await queryClient.invalidateQueries({ queryKey: ['me'] });
  };
  const signOut = async () => {
    await api.post('/logout');
    queryClient.clear();
    await navigate({ to: '/login', search: {} });
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [i18n.language, `theme.${choice}`],
        items: [
          { key: 'name', label: <b>{me.user.name}</b>, onClick: () => void navigate({ to: '/profile' }) },
          { type: 'divider' },
          {
            type: 'group',
            label: t('language'),
            children: languages.map((l) => ({ key: l.key, label: <span lang={l.key}>{l.name}</span>, onClick: () => void setLanguage(l.key) })),
          },
          {
            type: 'group',
            label: t('theme'),
            children: (['system', 'light', 'dark'] as const).map((c) => ({ key: `theme.${c}`, label: t(`theme.${c}`), onClick: () => setChoice(c) })),
          },
          { type: 'divider' },
          { key: 'out', label: t('signOut'), onClick: () => void signOut() },
        ],
      }}
    >
      <button type="button" className="ib" aria-label={t('account', { name: me.user.name })}>
        <Avatar name={me.user.name} large me />
      </button>
    </Dropdown>
  );
}
