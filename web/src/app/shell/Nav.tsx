import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery, modelQuery } from '@/api/queries';
import type { AppSummary } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { Bone } from '@/ui/States';
import { useText } from '@/ui/text';
import { placesOf, type Place } from '@/records/places';

const active = { className: 'on', 'aria-current': 'page' as const };

/** The left navigation: my work, apps with their pages, then design, people and the profile. */
export function Nav() {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(meQuery());
  const path = useRouterState({ select: (s) => s.location.pathname });
  const current = /^\/a\/([^/]+)/.exec(path)?.[1];
  const [open, setOpen] = useState<Record<string, boolean>>({});
  const apps = me.apps.filter((a) => a.release > 0);
  const isOpen = (app: AppSummary) => open[app.key] ?? (app.key === current || (current === undefined && app.key === apps[0]?.key));
  return (
    <nav className="nav" aria-label={t('navigation')}>
      <Link to="/" className="brand" style={{ height: 32 }}>
        <Logo />
        Pipewright
        <small className="el">{me.company.name}</small>
      </Link>
      <Link to="/" activeProps={active} activeOptions={{ exact: true }}>
        <Icon name="work" />
        {t('myWork')}
      </Link>
      <Link to="/inbox" activeProps={active}>
        <Icon name="stamp" />
        {t('inbox')}
        {me.openTasks > 0 ? <em className="n">{me.openTasks}</em> : null}
      </Link>
      {apps.length > 0 ? <h2>{t('apps')}</h2> : null}
      {apps.map((app) => (
        <AppPlaces key={app.key} app={app} open={isOpen(app)} onToggle={() => setOpen({ ...open, [app.key]: !isOpen(app) })} />
      ))}
      <span className="gap" />
      <div className="foot">
        {me.can.design ? (
          <>
            <Link to="/templates" activeProps={active}>
              <Icon name="layers" />
              {t('templates')}
            </Link>
            <Link to="/design" activeProps={active}>
              <Icon name="design" />
              {t('design')}
            </Link>
          </>
        ) : null}
        {me.can.people ? (
          <Link to="/people" activeProps={active}>
            <Icon name="users" />
            {t('people')}
          </Link>
        ) : null}
        {me.can.oversee ? (
          <Link to="/usage" activeProps={active}>
            <Icon name="chart" />
            {t('usage')}
          </Link>
        ) : null}
        {me.can.people ? (
          <Link to="/outbound" activeProps={active}>
            <Icon name="share" />
            {t('outbound')}
          </Link>
        ) : null}
        {me.can.people ? (
          <Link to="/system" activeProps={active} activeOptions={{ includeSearch: false }}>
            <Icon name="desktop" />
            {t('system')}
          </Link>
        ) : null}
        {me.seeing ? null : (
          <Link to="/profile" activeProps={active}>
            <Icon name="settings" />
            {t('settings')}
          </Link>
        )}
      </div>
    </nav>
  );
}

function AppPlaces({ app, open, onToggle }: { app: AppSummary; open: boolean; onToggle: () => void }) {
  const text = useText();
  const { data } = useQuery({ ...modelQuery(app.key), enabled: open });
  return (
    <>
      <button type="button" className="app" aria-expanded={open} onClick={onToggle}>
        <Icon name={open ? 'down' : 'right'} />
        <span className="el">{text(app.name, app.key)}</span>
      </button>
      {open ? (
        <div className="sub">
          {data
            ? placesOf(data.definition).map((place) => (
                <PlaceLink key={`${place.kind}.${place.key}`} app={app.key} place={place}>
                  <Icon name={place.icon} />
                  <span className="el">{text(place.name, place.key)}</span>
                </PlaceLink>
              ))
            : [0, 1, 2].map((i) => (
                <div key={i} style={{ padding: '11px 34px' }}>
                  <Bone width={60 + i * 14} />
                </div>
              ))}
        </div>
      ) : null}
    </>
  );
}

/** A link to a page of an app. */
export function PlaceLink({ app, place, children }: { app: string; place: Place; children: ReactNode }) {
  if (place.kind === 'board') {
    return (
      <Link to="/a/$app/board/$view" params={{ app, view: place.key }} activeProps={active} activeOptions={{ includeSearch: false }}>
        {children}
      </Link>
    );
  }
  if (place.kind === 'list') {
    return (
      <Link to="/a/$app/list/$form" params={{ app, form: place.key }} activeProps={active} activeOptions={{ includeSearch: false }}>
        {children}
      </Link>
    );
  }
  if (place.kind === 'pool') {
    return (
      <Link to="/a/$app/pool/$key" params={{ app, key: place.key }} activeProps={active}>
        {children}
      </Link>
    );
  }
  if (place.kind === 'compliance') {
    return (
      <Link to="/a/$app/compliance/$process" params={{ app, process: place.key }} activeProps={active} activeOptions={{ includeSearch: false }}>
        {children}
      </Link>
    );
  }
  if (place.kind === 'forecast') {
    return (
      <Link to="/a/$app/forecast/$process" params={{ app, process: place.key }} activeProps={active} activeOptions={{ includeSearch: false }}>
        {children}
      </Link>
    );
  }
  return (
    <Link to="/a/$app/dashboards/$key" params={{ app, key: place.key }} activeProps={active}>
      {children}
    </Link>
  );
}

function Logo() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d="M3 5h8a4 4 0 0 1 0 8H8" />
      <circle cx="5" cy="13" r="2.5" />
    </svg>
  );
}
