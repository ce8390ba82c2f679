import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { FlowCanvas, type FlowArrow, type FlowCard, type FlowSide } from '@/ui/flow';
import { wrapLayout } from '@/ui/flowLayout';
import { Icon } from '@/ui/Icon';
import { useMedia } from '@/ui/useMedia';
import type { Process, Stage, Transition } from '@/model/definition';
import { addTransition } from '@/model/edits';
import { leadsBack, sources } from '@/model/questions';
import { problemsUnder } from '@/model/problem';
import { useActions, useDefinition, useDraft, useNameOf, useSelection } from '../context';
import { useNewText } from '../controls/choices';
import { StageCard } from './StageCard';

const CARD = { width: 188, height: 132 } as const;
const STUB = { width: 188, height: 26 } as const;

interface Props {
  process: Process;
  selectedStage: string | undefined;
  selectedTransition: string | undefined;
  onAddStage: (end: boolean) => void;
}

/** Where the cards stand: where they were put, else by the automatic layout. */
function usePlaces(process: Process, columns: number) {
  const own = useDefinition().layout?.[process.key];
  return useMemo(() => {
    const ids = process.stages.map((s) => s.key);
    const arrows = (process.transitions ?? []).flatMap((t) =>
      t.from.includes('*') ? [] : t.from.map((from) => ({ from, to: t.to })),
    );
    const auto = wrapLayout(ids, arrows, CARD, columns);
    return new Map(ids.map((id) => [id, own?.[id] ?? auto.get(id) ?? { x: 0, y: 0 }]));
  }, [process.stages, process.transitions, own, columns]);
}

/** Which sides an arrow leaves and enters by. */
function sides(
  from: { x: number; y: number },
  to: { x: number; y: number },
  back: boolean,
): { out: FlowSide; in: FlowSide; away: number } {
  const sameRow = Math.abs(from.y - to.y) < CARD.height / 2;
  if (sameRow && to.x > from.x && !back) return { out: 'right', in: 'left', away: 20 };
  if (sameRow) return { out: 'bottom', in: 'bottom', away: 26 };
  if (to.y > from.y) return { out: 'bottom', in: 'top', away: 24 };
  return { out: 'top', in: 'bottom', away: 24 };
}

export function FlowBoard({ process, selectedStage, selectedTransition, onAddStage }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const problems = useDraft((s) => s.problems);
  const { select } = useSelection();
  const { apply, edit } = useActions();
  const wide = useMedia('(min-width: 1680px)');
  const columns = wide ? 5 : 4;
  const places = usePlaces(process, columns);
  const base = `/processes/${process.key}`;
  const startIndex = process.stages.findIndex((s) => s.key === process.start);

  const stageCards = process.stages.map<FlowCard>((s, i) => ({
    id: s.key,
    ...(places.get(s.key) ?? { x: 0, y: 0 }),
    ...CARD,
    content: (
      <StageCard
        process={process}
        stage={s}
        hue={hueOf(s, i)}
        start={i === startIndex}
        on={s.key === selectedStage}
        problems={problemsUnder(problems, `${base}/stages/${s.key}`)}
        onSelect={() => select(`${base}/stages/${s.key}`)}
      />
    ),
  }));

  const arrows: FlowArrow[] = [];
  const stubs: FlowCard[] = [];
  const pairs = new Map<string, { from: string; to: string; list: Transition[] }>();
  for (const x of process.transitions ?? []) {
    const target = places.get(x.to);
    if (!target) continue;
    if (x.from.includes('*')) {
      // "Any open stage → lost" is one stub, not a line from every stage.
      const n = stubs.filter((c) => c.id.startsWith(`*${x.to} `)).length;
      const id = `*${x.to} ${x.key}`;
      stubs.push({
        id,
        x: target.x,
        y: target.y - 54 - n * 32,
        ...STUB,
        fixed: true,
        content: <Label list={[x]} prefix={t('anyStage')} selected={selectedTransition} base={base} />,
      });
      arrows.push({
        id: `a${x.key}`,
        from: id,
        to: x.to,
        label: null,
        dashed: true,
        on: selectedTransition === x.key,
        out: 'bottom',
        in: 'top',
        away: 8,
      });
      continue;
    }
    for (const from of sources(process, x.from, x.to)) {
      if (from === x.to) continue;
      const id = `${from}>${x.to}`;
      const pair = pairs.get(id) ?? { from, to: x.to, list: [] };
      pair.list.push(x);
      pairs.set(id, pair);
    }
  }
  const lanes = new Map<number, number>();
  for (const [id, { from, to, list }] of pairs) {
    const a = places.get(from);
    const b = places.get(to);
    if (!a || !b) continue;
    const back = leadsBack(process, from, to);
    const way = sides(a, b, back);
    // Loops below the same row keep apart from each other.
    const lane = way.out === 'bottom' && way.in === 'bottom' ? (lanes.get(a.y) ?? 0) : 0;
    if (way.out === 'bottom' && way.in === 'bottom') lanes.set(a.y, lane + 1);
    arrows.push({
      id,
      from,
      to,
      dashed: back,
      on: list.some((x) => x.key === selectedTransition),
      ...way,
      away: way.away + lane * 14,
      label: <Label list={list} selected={selectedTransition} base={base} />,
    });
  }
  const cards = [...stageCards, ...stubs];
  const placed = def.layout?.[process.key] !== undefined;
  const fitKey = useMemo(
    () => `${process.key} ${process.stages.length} ${placed} ${columns}`,
    [process.key, process.stages.length, placed, columns],
  );

  return (
    <div className="d-flow">
      <FlowCanvas
        label={t('flowOf', { name: nameOf(process) })}
        cards={cards}
        arrows={arrows}
        fitKey={fitKey}
        onBackground={() => select(base)}
        onMoved={(id, x, y) => apply({ op: 'set', at: ['layout', process.key, id], value: { x, y } })}
        onLinked={(from, to) => {
          if (from !== to)
            edit(addTransition(def, process.key, from, to, newText(nameOf(process.stages.find((s) => s.key === to)))));
        }}
        tools={(zoom) => (
          <>
            <div className="d-tools left">
              <button type="button" onClick={() => onAddStage(false)}>
                <Icon name="stage" size={14} />
                {t('word_stage')}
              </button>
              <button type="button" onClick={() => onAddStage(true)}>
                <Icon name="flag" size={14} />
                {t('endTool')}
              </button>
            </div>
            <div className="d-tools right">
              <button
                type="button"
                onClick={() => {
                  if (def.layout?.[process.key]) apply({ op: 'set', at: ['layout', process.key] });
                  zoom.fit();
                }}
              >
                <Icon name="layout" size={14} />
                {t('autoLayout')}
              </button>
              <button type="button" aria-label={t('zoomOut')} title={t('zoomOut')} onClick={zoom.out}>
                <Icon name="minus" size={14} />
              </button>
              <button type="button" aria-label={t('zoomIn')} title={t('zoomIn')} onClick={zoom.in}>
                <Icon name="plus" size={14} />
              </button>
            </div>
            <p className="d-legend s">
              <i className="d-dot yes" /> {t('said')} <i className="d-dot no" /> {t('notSaid')}
              <span className="d-legendlong">{t('fiveQuestions')}</span>
            </p>
          </>
        )}
      />
    </div>
  );
}

/** The names on an arrow; each opens its transition. A ◇ marks one that waits for approval. */
function Label({
  list,
  prefix,
  selected,
  base,
}: {
  list: readonly Transition[];
  prefix?: string;
  selected: string | undefined;
  base: string;
}) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const problems = useDraft((s) => s.problems);
  const { select } = useSelection();
  return (
    <span className="d-arrows">
      {list.map((x) => {
        const path = `${base}/transitions/${x.key}`;
        const mine = problemsUnder(problems, path);
        const bad = mine.some((p) => p.severity === 'error');
        const chain =
          x.approval === undefined ? undefined : (def.approvals?.find((c) => c.key === x.approval) ?? { key: x.approval });
        const name = x.name === undefined ? t('unnamed') : nameOf(x);
        return (
          <button
            key={x.key}
            type="button"
            className={`d-arrow${selected === x.key ? ' on' : ''}${mine.length > 0 ? (bad ? ' bad' : ' warn') : ''}`}
            aria-pressed={selected === x.key}
            onClick={() => select(path)}
          >
            {mine.length > 0 ? <Icon name={bad ? 'error' : 'alert'} size={12} /> : null}
            <span className="el">{prefix ? `${prefix} · ${name}` : name}</span>
            {chain ? (
              <span className="d-chain">
                <Icon name="diamond" size={12} label={t('word_chain')} />
                <span className="el">{nameOf(chain)}</span>
              </span>
            ) : null}
          </button>
        );
      })}
    </span>
  );
}

/** A stage's hue: its own, by its end, else by its place. */
export function hueOf(stage: Stage, index: number): string {
  if (stage.color) return /^\d$/.test(stage.color) ? `var(--stage-${stage.color})` : stage.color;
  if (stage.end === 'won' || stage.end === 'done') return 'var(--stage-won)';
  if (stage.end === 'lost' || stage.end === 'cancelled') return 'var(--stage-lost)';
  return `var(--stage-${(index % 7) + 1})`;
}
