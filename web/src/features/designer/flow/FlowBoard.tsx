import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FlowCanvas, type FlowArrow, type FlowCard, type FlowSide } from '@/ui/flow';
import { GAP, wrapLayout } from '@/ui/flowLayout';
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

type Point = { x: number; y: number };

/** Lines between two rows run one below the other, this far apart. */
const LANE = 26;

interface Pair {
  id: string;
  from: string;
  to: string;
  list: Transition[];
  back: boolean;
}

/** The arrows of a process: transitions of the same two stages share one. "Any stage" transitions are drawn as stubs. */
function pairsOf(process: Process): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const x of process.transitions ?? []) {
    if (x.from.includes('*') || !process.stages.some((s) => s.key === x.to)) continue;
    for (const from of sources(process, x.from, x.to)) {
      if (from === x.to) continue;
      const id = `${from}>${x.to}`;
      const pair = pairs.get(id) ?? { id, from, to: x.to, list: [], back: leadsBack(process, from, x.to) };
      pair.list.push(x);
      pairs.set(id, pair);
    }
  }
  return [...pairs.values()];
}

/** Which sides an arrow leaves and enters by. */
function sides(from: Point, to: Point, back: boolean): { out: FlowSide; in: FlowSide } {
  const sameRow = Math.abs(from.y - to.y) < CARD.height / 2;
  if (sameRow && !back && to.x > from.x && to.x - from.x < 2 * CARD.width + GAP.x) return { out: 'right', in: 'left' };
  if (sameRow) return { out: 'bottom', in: 'bottom' };
  return to.y > from.y ? { out: 'bottom', in: 'top' } : { out: 'top', in: 'bottom' };
}

/** The y of the row whose lower side an arrow's level part runs along; undefined for arrows between neighbours. */
function corridor(from: Point, to: Point, back: boolean): number | undefined {
  return sides(from, to, back).out === 'right' ? undefined : Math.min(from.y, to.y);
}

/** Where the cards stand: where they were put, else by the automatic layout, with room for the lines between the rows. */
function usePlaces(process: Process, pairs: readonly Pair[], columns: number): { places: Map<string, Point>; layout: string } {
  const own = useDefinition().layout?.[process.key];
  return useMemo(() => {
    const ids = process.stages.map((s) => s.key);
    const first = wrapLayout(ids, pairs, CARD, columns);
    const stubs = new Set((process.transitions ?? []).filter((t) => t.from.includes('*')).map((t) => t.to));
    const tops = [...new Set([...first.values()].map((p) => p.y))].sort((a, b) => a - b);
    const room = (row: readonly string[]) => {
      const y = Math.max(...row.map((id) => first.get(id)?.y ?? 0));
      const lanes = pairs.filter((p) => {
        const a = first.get(p.from);
        const b = first.get(p.to);
        return a && b && corridor(a, b, p.back) === y;
      }).length;
      const next = tops.find((t) => t > y);
      const pointed = next !== undefined && ids.some((id) => first.get(id)?.y === next && stubs.has(id));
      return Math.max(GAP.y, 26 + lanes * LANE + 14) + (pointed ? 34 : 0);
    };
    const auto = wrapLayout(ids, pairs, CARD, columns, room);
    const places = new Map(ids.map((id) => [id, own?.[id] ?? auto.get(id) ?? { x: 0, y: 0 }]));
    return { places, layout: [...auto.values()].map((p) => `${p.x},${p.y}`).join(' ') };
  }, [process.stages, process.transitions, pairs, own, columns]);
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
  const pairs = useMemo(() => pairsOf(process), [process]);
  const { places, layout } = usePlaces(process, pairs, columns);
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
  for (const x of process.transitions ?? []) {
    const target = places.get(x.to);
    if (!target || !x.from.includes('*')) continue;
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
    });
  }
  const lanes = new Map<number, number>();
  for (const { id, from, to, list, back } of pairs) {
    const a = places.get(from);
    const b = places.get(to);
    if (!a || !b) continue;
    const way = sides(a, b, back);
    const row = corridor(a, b, back);
    const n = row === undefined ? 0 : (lanes.get(row) ?? 0);
    if (row !== undefined) lanes.set(row, n + 1);
    arrows.push({
      id,
      from,
      to,
      dashed: back,
      on: list.some((x) => x.key === selectedTransition),
      ...way,
      ...(row === undefined ? { above: true } : { lane: row + CARD.height + 26 + n * LANE }),
      label: <Label list={list} selected={selectedTransition} base={base} plain={row === undefined} />,
    });
  }
  const cards = [...stageCards, ...stubs];
  // All is shown again when the layout places the cards anew, or is asked to; moving one card by hand leaves the view alone.
  const [arranged, setArranged] = useState(0);
  const fitKey = `${process.key} ${layout} ${arranged}`;
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
                  setArranged(arranged + 1);
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
  plain,
}: {
  list: readonly Transition[];
  prefix?: string;
  selected: string | undefined;
  base: string;
  /** Between neighbours: bare words above the line. */
  plain?: boolean;
}) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const problems = useDraft((s) => s.problems);
  const { select } = useSelection();
  return (
    <span className={`d-arrows${plain ? ' plain' : ''}`}>
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
            title={name}
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
