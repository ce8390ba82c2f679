import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '@/api/queries';
import { Avatar } from '@/ui/Avatar';
import { Icon, type IconName } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { IconButton } from './controls/Row';
import { useDefinition, useDraft, useDraftStore, usePlaceInDesigner, type PageKey } from './context';
import { Conflict } from './drafts/Conflict';
import { usePresence } from './drafts/usePresence';
import { placeOf } from '@/model/place';
import { ProblemDrawer } from './ProblemDrawer';

const pages = {
  app: lazy(() => import('./AppPage').then((m) => ({ default: m.AppPage }))),
  forms: lazy(() => import('./form/FormsPage').then((m) => ({ default: m.FormsPage }))),
  flow: lazy(() => import('./flow/FlowPage').then((m) => ({ default: m.FlowPage }))),
  map: lazy(() => import('./flow/MapPage').then((m) => ({ default: m.MapPage }))),
  compare: lazy(() => import('./flow/ComparePage').then((m) => ({ default: m.ComparePage }))),
  approvals: lazy(() => import('./approval/ApprovalsPage').then((m) => ({ default: m.ApprovalsPage }))),
  rules: lazy(() => import('./rules/RulesPage').then((m) => ({ default: m.RulesPage }))),
  automations: lazy(() => import('./automation/AutomationsPage').then((m) => ({ default: m.AutomationsPage }))),
  pools: lazy(() => import('./pool/PoolsPage').then((m) => ({ default: m.PoolsPage }))),
  outside: lazy(() => import('./outside/OutsidePage').then((m) => ({ default: m.OutsidePage }))),
  views: lazy(() => import('./views/ViewsPage').then((m) => ({ default: m.ViewsPage }))),
  json: lazy(() => import('./JsonPage').then((m) => ({ default: m.JsonPage }))),
  tests: lazy(() => import('./tests/TestsPage').then((m) => ({ default: m.TestsPage }))),
  upgrade: lazy(() => import('./upgrade/UpgradePage').then((m) => ({ default: m.UpgradePage }))),
  history: lazy(() => import('./drafts/HistoryPage').then((m) => ({ default: m.HistoryPage }))),
  publish: lazy(() => import('./publish/PublishPage').then((m) => ({ default: m.PublishPage }))),
};

// Only when asked for.
const Shortcuts = lazy(() => import('@/ui/Shortcuts').then((m) => ({ default: m.Shortcuts })));
const TryDialog = lazy(() => import('./sandbox/TryDialog').then((m) => ({ default: m.TryDialog })));

const TABS = [
  'forms',
  'flow',
  'approvals',
  'rules',
  'automations',
  'pools',
  'outside',
  'views',
  'json',
  'publish',
] as const satisfies readonly PageKey[];

/** The designer's own frame: rail, top bar, the page, the problems below it. */
export function Frame() {
  const { t } = useTranslation(['designer', 'sandbox']);
  const { app, page, go } = usePlaceInDesigner();
  const [trying, setTrying] = useState(false);
  const def = useDefinition();
  const text = useText();
  const name = text(def.name, app);
  const shown = page in pages ? (page as keyof typeof pages) : 'json';
  const Page = pages[shown];
  useEffect(() => {
    document.title = `${t('design')} · ${name} · Pipewright`;
  }, [t, name]);
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the tabs are wider than the screen: the one of this page is brought into it.
    const bar = tabs.current;
    const tab = bar?.querySelector<HTMLElement>('[aria-current]');
    if (bar && tab && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }, [shown]);
  return (
    <div className="d-app">
      <a className="skip" href="#design-main">
        {t('skip')}
      </a>
      <Rail />
      <div className="d-main">
        <header className="d-top">
          <h1 className="d-topname">
            <button
              type="button"
              className="d-appname"
              onClick={() => go('app')}
              aria-current={page === 'app' ? 'page' : undefined}
              title={t('appSettings')}
            >
              <span className="el">{name}</span>
              <Icon name="settings" size={14} />
            </button>
          </h1>
          <nav ref={tabs} className="d-tabs" aria-label={t('pages')}>
            {TABS.map((key) => (
              <Link key={key} to="/design/$app/$" params={{ app, _splat: key }} aria-current={shown === key || ((shown === 'map' || shown === 'compare') && key === 'flow') || (shown === 'tests' && key === 'publish') ? 'page' : undefined}>
                {t(`tab_${key}`)}
              </Link>
            ))}
          </nav>
          <span className="sp" />
          <Others />
          <SaveStatus />
          <UndoRedo />
          <Button icon={<Icon name="flask" size={14} />} aria-label={t('sandbox:tryOut')} onClick={() => setTrying(true)}>
            <span className="d-trywords">{t('sandbox:tryOut')}</span>
          </Button>
          {shown === 'publish' ? null : (
            <Button type="primary" aria-label={t('checkAndPublish')} onClick={() => go('publish')}>
              <span className="d-publishlong">{t('checkAndPublish')}</span>
              <span className="d-publishshort">{t('publish')}</span>
            </Button>
          )}
        </header>
        <Conflict />
        {trying ? (
          <Suspense>
            <TryDialog onClose={() => setTrying(false)} />
          </Suspense>
        ) : null}
        <main id="design-main" className="d-page" tabIndex={-1}>
          <Suspense fallback={<Skeleton rows={6} />}>
            <Page />
          </Suspense>
        </main>
        {shown === 'publish' || shown === 'compare' || shown === 'json' || shown === 'history' || shown === 'upgrade' ? null : <ProblemDrawer />}
      </div>
    </div>
  );
}

function Rail() {
  const { t } = useTranslation('designer');
  const [keys, setKeys] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable="true"], [role="grid"]') !== null;
      if ((event.key !== '?' && event.key !== '？') || typing) return;
      event.preventDefault();
      setKeys(true);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const { data: me } = useQuery(meQuery());
  const items: { to: string; icon: IconName; text: string; on?: boolean }[] = [
    { to: '/', icon: 'work', text: t('rail_work') },
    { to: '/design', icon: 'design', text: t('rail_design'), on: true },
    { to: '/templates', icon: 'grid', text: t('rail_templates') },
    ...(me?.can.people ? [{ to: '/people', icon: 'users' as const, text: t('rail_people') }] : []),
  ];
  return (
    <nav className="d-rail" aria-label={t('rail')}>
      {items.map((i) => (
        <Link key={i.to} to={i.to} className={i.on ? 'on' : ''} aria-current={i.on ? 'true' : undefined}>
          <Icon name={i.icon} size={18} />
          {i.text}
        </Link>
      ))}
      <span className="sp" />
      <button type="button" className="d-keys" title={t('keys')} aria-label={t('keys')} onClick={() => setKeys(true)}>
        <kbd>?</kbd>
      </button>
      {keys ? (
        <Suspense>
          <Shortcuts designing onClose={() => setKeys(false)} />
        </Suspense>
      ) : null}
      <Link to="/profile" aria-label={t('rail_profile')}>
        <Avatar name={me?.user.name ?? '?'} large />
      </Link>
    </nav>
  );
}

/** Who else has this draft open, and where in it they are. */
function Others() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const text = useText();
  const others = usePresence();
  if (others.length === 0) return null;
  const [first] = others;
  const tell = (o: (typeof others)[number]) => {
    const name = o.user?.name ?? t('somebody');
    const thing = o.place.startsWith('/') ? placeOf(def, o.place).things.at(-1) : undefined;
    return thing ? t('editsThing', { name, thing: text(thing.name, '') }) : t('edits', { name });
  };
  return (
    <span className="d-others" role="status" title={others.map(tell).join('\n')}>
      {others.slice(0, 3).map((o) => (
        <Avatar key={o.user?.id ?? o.place} name={o.user?.name ?? '?'} />
      ))}
      <span className="el">{others.length === 1 && first ? tell(first) : t('othersEdit', { count: others.length })}</span>
    </span>
  );
}

function SaveStatus() {
  const { t } = useTranslation('designer');
  const state = useDraft((s) => s.state);
  const savedAt = useDraft((s) => s.savedAt);
  const failure = useDraft((s) => s.failure);
  const { actions } = useDraftStore();
  const { go } = usePlaceInDesigner();
  const format = useFormat();
  const words = {
    saved: savedAt ? t('savedAt', { time: format.moment(savedAt) }) : t('saved'),
    waiting: t('saving'),
    saving: t('saving'),
    failed: failure ?? t('saveFailed'),
    conflict: t('notSaved'),
  }[state];
  return (
    <span className={`d-saved ${state}`} role="status">
      <Icon
        name={state === 'saved' ? 'checkCircle' : state === 'failed' || state === 'conflict' ? 'alert' : 'refresh'}
        size={14}
      />
      <button type="button" className="el d-savedwords" title={t('openHistory')} onClick={() => go('history')}>
        {words}
      </button>
      {state === 'failed' ? (
        <button type="button" className="link" onClick={() => void actions.flush()}>
          {t('tryAgain')}
        </button>
      ) : null}
    </span>
  );
}

function UndoRedo() {
  const { t } = useTranslation('designer');
  const { actions } = useDraftStore();
  const back = useDraft((s) => s.history.back.length > 0);
  const forth = useDraft((s) => s.history.forth.length > 0);
  return (
    <span className="d-undo">
      <IconButton icon="undo" label={t('undo')} disabled={!back} onClick={actions.undo} />
      <IconButton icon="redo" label={t('redo')} disabled={!forth} onClick={actions.redo} />
    </span>
  );
}
