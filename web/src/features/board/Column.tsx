import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { recordsQuery, standing, type RecordsFilter } from '@/api/queries';
import type { BoardColumn, Money } from '@/api/types';
import type { Process } from '@/model/definition';
import { stageColor, stageOf, type Model } from '@/records/model';
import { usePlace } from '@/ui/drag';
import { shiftDecimal } from '@/ui/format';
import { useFormat } from '@/ui/locale';
import { Bone, ErrorBox } from '@/ui/States';
import { useText } from '@/ui/text';
import { Card } from './Card';
import type { Moves } from './useMoves';

interface Props {
  model: Model;
  process: Process;
  column: BoardColumn;
  columns: BoardColumn[];
  filter: RecordsFilter;
  moves: Moves;
}

/** One stage: its figures, and its cards as far as they were scrolled to. */
export function Column({ model, process, column, columns, filter, moves }: Props) {
  const { t } = useTranslation(['board', 'common']);
  const text = useText();
  const { ref, isOver } = usePlace(column.stage);
  const query = useInfiniteQuery(recordsQuery(model.app, process.form, { ...filter, stage: column.stage, limit: 30 }));
  const { wrong, pending } = standing(query);
  const loaded = query.data?.pages.flatMap((p) => p.items) ?? [];
  const arriving = [...moves.moved.values()].filter((m) => m.to === column.stage && m.record.stage !== column.stage && !loaded.some((r) => r.id === m.record.id));
  const cards = [...arriving.map((m) => m.record), ...loaded.filter((r) => (moves.moved.get(r.id)?.to ?? column.stage) === column.stage)];

  const more = useRef<HTMLLIElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    const mark = more.current;
    if (!mark || !hasNextPage || isFetchingNextPage) return undefined;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((e) => e.isIntersecting)) void fetchNextPage();
    }, { rootMargin: '200px' });
    seen.observe(mark);
    return () => seen.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  const name = text(column.name, column.stage);
  return (
    <section
      ref={ref}
      className={`col${isOver ? ' drop' : ''}`}
      data-stage={column.stage}
      aria-label={name}
      style={{ '--c': stageColor(process, { key: column.stage, color: column.color, end: column.end }) } as React.CSSProperties}
    >
      <Figures process={process} column={column} name={name} />
      <ul className="cards">
        {cards.map((record) => (
          <Card key={record.id} model={model} process={process} record={record} columns={columns} moves={moves} waiting={moves.moved.has(record.id)} />
        ))}
        {pending
          ? [0, 1].map((i) => (
              <li className="deal" key={i} style={{ height: 86, display: 'grid', gap: 8, alignContent: 'center' }}>
                <Bone width="70%" />
                <Bone width="40%" />
              </li>
            ))
          : null}
        {wrong ? (
          <li>
            <ErrorBox error={wrong} onRetry={() => void query.refetch()} />
          </li>
        ) : null}
        {query.isSuccess && cards.length === 0 ? <li className="slot">{isOver ? t('dropHere') : t('emptyColumn')}</li> : null}
        <li ref={more} aria-hidden="true" style={{ height: 1 }} />
        {isFetchingNextPage ? (
          <li className="s" style={{ textAlign: 'center', padding: 8 }}>
            {t('common:loading')}
          </li>
        ) : null}
      </ul>
    </section>
  );
}

function Figures({ process, column, name }: { process: Process; column: BoardColumn; name: string }) {
  const { t } = useTranslation(['board', 'common']);
  const format = useFormat();
  const stage = stageOf(process, column.stage);
  const entries = Object.entries(column.sums ?? {});
  const weighted = entries.find(([key]) => key === 'weighted')?.[1];
  const main = entries.find(([key]) => key !== 'weighted')?.[1];
  const show = (value: Money | string) => {
    const [figure, unit] = format.short(value);
    return `${figure}${unit}`;
  };
  // A process of which no stage has a chance is no matter of chances.
  const chances = process.stages.some((s) => !s.end && (s.probability ?? 0) > 0);
  const chance = chances ? (column.probability ?? stage?.probability) : undefined;
  return (
    <header className="ch">
      <div className="n">
        <h2 className="el">{name}</h2>
        <span>{column.count}</span>
        {chance !== undefined && !column.end ? <span className="pc">{shiftDecimal(String(chance), 0)}%</span> : null}
      </div>
      <div className="m">
        {main === undefined ? <span /> : <b>{show(main)}</b>}
        {weighted === undefined || column.end ? null : (
          <span>
            {t('common:weighted')} {show(weighted)}
          </span>
        )}
      </div>
    </header>
  );
}
