import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { diffQuery, type DiffItem } from '../api';
import { useJump } from '../context';

const AREAS = [
  'app',
  'roles',
  'options',
  'forms',
  'processes',
  'approvals',
  'rules',
  'automations',
  'views',
  'reports',
  'dashboards',
  'pools',
  'messages',
  'public',
  'tracking',
  'prints',
  'tests',
  'layout',
] as const;
type Area = (typeof AREAS)[number];
const MARKS = { added: 'plus', removed: 'minus', changed: 'tilde' } as const;

/** What changed, grouped by area, in words; each line leads to its place. */
export function Diff({ app, from, rev }: { app: string; from: number | string; rev: number }) {
  const jump = useJump();
  const query = useQuery(diffQuery(app, from, 'draft', rev));
  if (query.error) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton rows={3} height={30} />;
  return <DiffList items={query.data} jump={jump} />;
}

/** What is otherwise in one release than in another, or than in the draft as it was saved last. */
export function Between({ app, from, to, rev = 0 }: { app: string; from: number | string; to: number; rev?: number }) {
  const query = useQuery(diffQuery(app, from, to, rev));
  if (query.error) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton rows={2} height={30} />;
  return <DiffList items={query.data} />;
}

/** Changes grouped by area, in words; each leads to its place where there is a jump and the place is still there. */
export function DiffList({ items, jump }: { items: readonly DiffItem[]; jump?: (path: string) => void }) {
  const { t } = useTranslation('designer');
  const text = useText();
  if (items.length === 0) return <p className="d-fine s">{t('noDiff')}</p>;
  const groups = new Map<Area, DiffItem[]>();
  for (const item of items) {
    const area = (AREAS as readonly string[]).includes(item.area) ? (item.area as Area) : 'app';
    groups.set(area, [...(groups.get(area) ?? []), item]);
  }
  return (
    <div className="d-diff">
      {AREAS.filter((a) => groups.has(a)).map((area) => (
        <section key={area}>
          <h3>
            {t(`area_${area}`)} <span className="s">{groups.get(area)?.length}</span>
          </h3>
          <ul>
            {groups.get(area)?.map((item) => (
              <li key={`${item.kind} ${item.path}`}>
                <Icon
                  name={MARKS[item.kind]}
                  size={14}
                  className={item.kind === 'added' ? 'ok' : item.kind === 'removed' ? 'bad' : 'acc'}
                  label={t(`diff_${item.kind}`)}
                />
                {item.kind === 'removed' || !jump ? (
                  <span>{text(item.text, item.path)}</span>
                ) : (
                  <button type="button" className="d-difftext" onClick={() => jump(item.path)}>
                    {text(item.text, item.path)}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
