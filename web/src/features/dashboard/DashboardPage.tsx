import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useLayoutEffect, useRef, useState, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { dashboardQuery } from '@/api/queries';
import type { ReportResult } from '@/api/types';
import { useModel, type Model } from '@/records/model';
import { isTile, ReportCard } from '@/records/ReportCard';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { useMedia } from '@/ui/useMedia';
import { runsOf, twelfths, twoColumns, type Run, type Slot } from './layout';
import './dashboard.css';

/** Cards of figures; every figure opens the records behind it. */
export function DashboardPage() {
  const { app, key } = useParams({ from: '/signedIn/shell/a/$app/dashboards/$key' });
  const { t } = useTranslation('dashboard');
  const text = useText();
  const format = useFormat();
  const { model } = useModel(app);
  const { data, error, isPending, refetch, dataUpdatedAt } = useQuery(dashboardQuery(app, key));
  const boards = model?.definition.dashboards ?? [];
  const name = text(data?.name ?? boards.find((d) => d.key === key)?.name, key);
  const cards = data?.cards ?? [];
  return (
    <>
      <PageHead title={name}>
        {boards.length > 1 ? (
          <nav className="seg" aria-label={t('dashboards')}>
            {boards.map((d) => (
              <Link key={d.key} to="/a/$app/dashboards/$key" params={{ app, key: d.key }} activeProps={{ 'aria-current': 'page' }}>
                {text(d.name, d.key)}
              </Link>
            ))}
          </nav>
        ) : null}
      </PageHead>
      <div className="body">
        {dataUpdatedAt > 0 ? <p className="s" style={{ textAlign: 'right' }}>{t('updated', { time: format.moment(new Date(dataUpdatedAt).toISOString()) })}</p> : null}
        {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
        {isPending ? (
          <div className="dash">
            {[0, 1, 2, 3].map((i) => (
              <div className="card" key={i}>
                <Skeleton rows={3} />
              </div>
            ))}
          </div>
        ) : null}
        {data && cards.length === 0 ? <Empty title={t('empty')} text={t('emptyText')} /> : null}
        <div className="dash">{model ? runsOf(cards, isTile).map((run) => <Placed key={run.cards[0]?.key} run={run} model={model} />) : null}</div>
      </div>
    </>
  );
}

/** Single figures are small tiles that fill their rows, everything else stands in two columns. */
function Placed({ run, model }: { run: Run<ReportResult>; model: Model }) {
  if (!run.small) return <Pairs cards={run.cards} model={model} />;
  const [wide, narrow] = [twelfths(run.cards.length, 4), twelfths(run.cards.length, 2)];
  return run.cards.map((card, i) => (
    <div key={card.key} className="tile" style={{ '--wide': wide[i], '--narrow': narrow[i] } as CSSProperties}>
      <ReportCard report={card} model={model} />
    </div>
  ));
}

/** Cards of unequal height in two columns without holes between them. They stand in the document as they are ordered, so keyboard and reader go that way. */
function Pairs({ cards, model }: { cards: ReportResult[]; model: Model }) {
  const box = useRef<HTMLDivElement>(null);
  const [slots, setSlots] = useState<Slot[]>();
  const two = useMedia('(min-width: 1101px)') && cards.length > 1;
  useLayoutEffect(() => {
    const all = box.current;
    if (!all || !two) return undefined;
    const inner = () => [...all.querySelectorAll<HTMLElement>(':scope > .half > .fit')];
    const measure = () => {
      const gap = Number.parseFloat(window.getComputedStyle(all).columnGap) || 16;
      // Each as tall as what is in it, not as it was stretched.
      all.classList.add('measuring');
      const next = twoColumns(inner().map((el) => el.offsetHeight), gap);
      all.classList.remove('measuring');
      setSlots((was) => (JSON.stringify(was) === JSON.stringify(next) ? was : next));
    };
    measure();
    const watch = new ResizeObserver(measure);
    for (const el of inner()) watch.observe(el);
    return () => watch.disconnect();
  }, [two, cards]);
  if (cards.length === 1) {
    return (
      <div className="half">
        <ReportCard report={cards[0] as ReportResult} model={model} />
      </div>
    );
  }
  const placed = two ? slots : undefined;
  const end = Math.max(0, ...(placed ?? []).map((s) => s.top + s.height));
  return (
    <div ref={box} className={`pairs${placed ? ' placed' : ''}`} style={placed ? { height: end } : undefined}>
      {cards.map((card, i) => {
        const slot = placed?.[i];
        return (
          <div key={card.key} className="half" style={slot ? { top: slot.top, height: slot.height, ...(slot.column === 0 ? { left: 0 } : { right: 0 }) } : undefined}>
            <div className="fit">
              <ReportCard report={card} model={model} />
            </div>
          </div>
        );
      })}
    </div>
  );
}
