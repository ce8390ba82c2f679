import { Button, Dropdown, Input } from 'antd';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { Empty } from '@/ui/States';
import { problemsUnder } from '@/model/problem';
import { useDraft, useSelection } from './context';
import { useReveal } from './reveal';

export interface SideItem {
  path: string;
  name: string;
  note: string;
}

interface Props {
  title: string;
  groups: { title?: string; items: SideItem[] }[];
  /** What can be made here: one makes at once, several open a menu. */
  makers: { label: string; run: () => void }[];
  emptyTitle: string;
  emptyText: string;
  /** The path of the shown thing. */
  shown: string | undefined;
  children: ReactNode;
}

/** From how many things on a list has a field to search it. */
const MANY = 12;

/** A page of things in a list at the left, and one of them at the right. */
export function SidePage({ title, groups, makers, emptyTitle, emptyText, shown, children }: Props) {
  const { t } = useTranslation('designer');
  const problems = useDraft((s) => s.problems);
  const { select } = useSelection();
  const sheet = useRef<HTMLElement>(null);
  useReveal(sheet);
  const [find, setFind] = useState('');
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    // A list that scrolls shows the one that is open, however one came to it.
    list.current?.querySelector('[aria-current]')?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  }, [shown]);
  const many = groups.reduce((n, g) => n + g.items.length, 0) >= MANY;
  const wanted = find.trim().toLowerCase();
  const fits = (item: SideItem) => !many || wanted === '' || [item.name, item.note, item.path].some((x) => x.toLowerCase().includes(wanted));
  const seen = groups.map((g) => ({ ...g, items: g.items.filter(fits) }));
  const empty = groups.every((g) => g.items.length === 0);
  const make = (primary: boolean) => {
    const label = makers.length === 1 ? (makers[0]?.label ?? '') : t('add');
    const button = (
      <Button
        type={primary ? 'primary' : 'text'}
        size={primary ? 'middle' : 'small'}
        icon={<Icon name="plus" size={14} />}
        {...(primary ? {} : { 'aria-label': label, title: label })}
        {...(makers.length === 1 ? { onClick: makers[0]?.run } : {})}
      >
        {primary ? label : null}
      </Button>
    );
    if (makers.length === 1) return button;
    const items = makers.map((m, i) => ({ key: i, label: m.label }));
    return (
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => makers[Number(key)]?.run() }}>
        {button}
      </Dropdown>
    );
  };
  if (empty) {
    return (
      <div className="d-empty">
        <Empty title={emptyTitle} text={emptyText}>
          {make(true)}
        </Empty>
      </div>
    );
  }
  return (
    <div className="d-sidepage">
      <nav ref={list} className="d-side" aria-label={title}>
        <header className="d-panelhead">
          <h2>{title}</h2>
          <span className="sp" />
          {make(false)}
        </header>
        {many ? (
          <Input className="d-sidefind" size="small" allowClear prefix={<Icon name="search" size={14} />} aria-label={t('sideFind')} placeholder={t('sideFind')} value={find} onChange={(e) => setFind(e.target.value)} />
        ) : null}
        <div className="d-sidebody">
          {seen.every((g) => g.items.length === 0) ? <p className="s d-sidenone">{t('sideNone')}</p> : null}
          {seen.map((g) =>
            g.items.length === 0 ? null : (
              <section key={g.title ?? ''}>
                {g.title ? <h3 className="s">{g.title}</h3> : null}
                <ul>
                  {g.items.map((item) => {
                    const mine = problemsUnder(problems, item.path);
                    const bad = mine.some((p) => p.severity === 'error');
                    return (
                      <li key={item.path}>
                        <button
                          type="button"
                          className="d-sideitem"
                          aria-current={item.path === shown ? 'true' : undefined}
                          onClick={() => select(item.path)}
                        >
                          <span className="sp el">{item.name}</span>
                          {mine.length > 0 ? (
                            <Icon
                              name={bad ? 'error' : 'alert'}
                              size={14}
                              className={bad ? 'bad' : 'warn'}
                              label={t('problemCount', { count: mine.length })}
                            />
                          ) : null}
                          <span className="s el">{item.note}</span>
                        </button>
                      </li>
                    );
                  })}
                </ul>
              </section>
            ),
          )}
        </div>
      </nav>
      <section ref={sheet} className="d-canvas d-sheet" aria-label={t('canvas')}>
        {children}
      </section>
    </div>
  );
}
