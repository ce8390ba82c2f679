import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery, modelQuery } from '@/api/queries';
import { Icon } from '@/ui/Icon';
import { placesOf } from '@/records/places';

const active = { className: 'on', 'aria-current': 'page' as const };
const lastAppKey = 'pipewright.app';

/** Phones: the four places people go to, and the rest behind "more". */
export function BottomTabs({ onMore }: { onMore: () => void }) {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(meQuery());
  const path = useRouterState({ select: (s) => s.location.pathname });
  const here = /^\/a\/([^/]+)/.exec(path)?.[1];
  const stored = localStorage.getItem(lastAppKey);
  if (here && here !== stored) localStorage.setItem(lastAppKey, here);
  const live = me.apps.filter((a) => a.release > 0);
  const app = here ?? (live.some((a) => a.key === stored) ? stored : live[0]?.key);
  const { data: model } = useQuery({ ...modelQuery(app ?? ''), enabled: Boolean(app) });
  const places = model ? placesOf(model.definition) : [];
  const board = places.find((p) => p.kind === 'board');
  const table = places.find((p) => p.kind === 'list');
  return (
    <nav className="tabs-bottom" aria-label={t('tabs')}>
      <Link to="/" activeProps={active} activeOptions={{ exact: true }}>
        <Icon name="work" size={22} />
        {t('myWork')}
      </Link>
      <Link to="/inbox" activeProps={active}>
        <Icon name="stamp" size={22} />
        {t('inbox')}
        {me.openTasks > 0 ? <em>{me.openTasks}</em> : null}
      </Link>
      {app && board ? (
        <Link to="/a/$app/board/$view" params={{ app, view: board.key }} activeProps={active} activeOptions={{ includeSearch: false }}>
          <Icon name="board" size={22} />
          {t('board')}
        </Link>
      ) : app && table ? (
        <Link to="/a/$app/list/$form" params={{ app, form: table.key }} activeProps={active} activeOptions={{ includeSearch: false }}>
          <Icon name="list" size={22} />
          {t('list')}
        </Link>
      ) : null}
      <button type="button" onClick={onMore}>
        <Icon name="more" size={22} />
        {t('more')}
      </button>
    </nav>
  );
}
