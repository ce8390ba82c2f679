import { useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sandbox } from '@/api/base';
import { api } from '@/api/client';
import { putGuide } from '@/api/guide';
import { meQuery, queryClient } from '@/api/queries';
import { useSignOut } from '@/records/useSignOut';
import { Avatar } from '@/ui/Avatar';
import { Icon } from '@/ui/Icon';
import { languages, useSpeak } from '@/ui/languages';
import { MenuItem, Popup } from '@/ui/Popup';
import { useErrorText } from '@/ui/States';
import { useTheme } from '@/ui/themeContext';
import { toast } from '@/ui/toast';
import { KeptHere } from './KeptHere';
import { Notices } from './Notices';

// The palette is loaded after the page, so that it is there when somebody types at once.
const loadPalette = () => import('./Palette');
const Palette = lazy(() => loadPalette().then((m) => ({ default: m.Palette })));
// Only when asked for.
const Shortcuts = lazy(() => import('@/ui/Shortcuts').then((m) => ({ default: m.Shortcuts })));

/** The bar over every page: the page's own head, search, notices, the person. */
export function TopBar({ slot }: { slot: (element: HTMLElement | null) => void }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState(false);
  const [keys, setKeys] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => {}), 1000);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable="true"]') !== null;
      if ((event.key === 'k' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && !typing)) {
        event.preventDefault();
        setSearch(true);
      } else if ((event.key === '?' || event.key === '？') && !typing) {
        event.preventDefault();
        setKeys(true);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <header className="top">
      <div className="head" ref={slot} />
      <button type="button" className="find" onClick={() => setSearch(true)}>
        <Icon name="search" size={18} />
        <span className="hide">{t('search')}</span>
        <span className="el">{t('searchHint')}</span>
        <kbd>Ctrl K</kbd>
      </button>
      <KeptHere />
      <Notices />
      <PersonMenu onKeys={() => setKeys(true)} />
      {search ? (
        <Suspense>
          <Palette onClose={() => setSearch(false)} />
        </Suspense>
      ) : null}
      {keys ? (
        <Suspense>
          <Shortcuts onClose={() => setKeys(false)} />
        </Suspense>
      ) : null}
    </header>
  );
}

function PersonMenu({ onKeys }: { onKeys: () => void }) {
  const { t, i18n } = useTranslation();
  const { data: me } = useSuspenseQuery(meQuery());
  const { choice, setChoice } = useTheme();
  const navigate = useNavigate();

  const speak = useSpeak();
  const setLanguage = async (language: string) => {
    if (!(await speak(language)) || me.seeing) return;
    await api.patch('/me', { language });
    await queryClient.invalidateQueries({ queryKey: ['me'] });
  };
  const signOut = useSignOut();
  const errorText = useErrorText();
  const showGuide = async () => {
    try {
      await putGuide(false);
      await navigate({ to: '/' });
      window.scrollTo(0, 0);
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
  };
  return (
    <Popup kind="menu" label={t('account', { name: me.user.name })} face={<Avatar name={me.user.name} large me />}>
      {(close) => (
        <>
          {sandbox || me.seeing ? null : (
            <>
              <MenuItem
                onChoose={() => {
                  close();
                  void navigate({ to: '/profile' });
                }}
              >
                <b>{me.user.name}</b>
              </MenuItem>
              <hr />
            </>
          )}
          <div role="group" aria-label={t('language')}>
            <p className="group">{t('language')}</p>
            {languages.map((l) => (
              <MenuItem key={l.key} lang={l.key} chosen={i18n.language === l.key} onChoose={() => void setLanguage(l.key)}>
                {l.name}
              </MenuItem>
            ))}
          </div>
          <div role="group" aria-label={t('theme')}>
            <p className="group">{t('theme')}</p>
            {(['system', 'light', 'dark'] as const).map((c) => (
              <MenuItem key={c} chosen={choice === c} onChoose={() => setChoice(c)}>
                {t(`theme.${c}`)}
              </MenuItem>
            ))}
          </div>
          <hr />
          {sandbox || me.seeing ? null : (
            <MenuItem
              onChoose={() => {
                close();
                void showGuide();
              }}
            >
              {t('guide')}
            </MenuItem>
          )}
          <MenuItem
            onChoose={() => {
              close();
              onKeys();
            }}
          >
            {t('shortcuts')}
          </MenuItem>
          {sandbox ? null : (
            <>
              <hr />
              <MenuItem
                onChoose={() => {
                  close();
                  signOut();
                }}
              >
                {t('signOut')}
              </MenuItem>
            </>
          )}
        </>
      )}
    </Popup>
  );
}
