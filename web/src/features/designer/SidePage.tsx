import { Button, Dropdown } from 'antd';
import { useRef, type ReactNode } from 'react';
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

/** A page of things in a list at the left, and one of them at the right. */
export function SidePage({ title, groups, makers, emptyTitle, emptyText, shown, children }: Props) {
  const { t } = useTranslation('designer');
  const problems = useDraft((s) => s.problems);
  const { select } = useSelection();
  const sheet = useRef<HTMLElement>(null);
  useReveal(sheet);
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
      <nav className="d-side" aria-label={title}>
        <header className="d-panelhead">
          <h2>{title}</h2>
          <span className="sp" />
          {make(false)}
        </header>
        <div className="d-sidebody">
          {groups.map((g) =>
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
