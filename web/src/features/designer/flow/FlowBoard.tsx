import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FlowCanvas, type FlowArrow, type FlowCard } from '@/ui/flow';
import { paint } from '@/ui/flowDrawing';
import { hueOf, planFlow, CARD, STUB } from '@/ui/flowPlan';
import { Icon } from '@/ui/Icon';
import { useMedia } from '@/ui/useMedia';
import type { Process, Transition } from '@/model/definition';
import { addTransition } from '@/model/edits';
import { problemsUnder } from '@/model/problem';
import { useActions, useDefinition, useDraft, useNameOf, useSelection } from '../context';
import { useNewText } from '../controls/choices';
import { StageCard } from './StageCard';

interface Props {
  process: Process;
  selectedStage: string | undefined;
  selectedTransition: string | undefined;
  onAddStage: (end: boolean) => void;
  /** Leads from each stage to the next where no way does; nothing when all are connected. */
  onConnect: (() => void) | undefined;
}

export function FlowBoard({ process, selectedStage, selectedTransition, onAddStage, onConnect }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const problems = useDraft((s) => s.problems);
  const { select } = useSelection();
  const { apply, edit } = useActions();
  const wide = useMedia('(min-width: 1680px)');
  const columns = wide ? 5 : 4;
  const own = def.layout?.[process.key];
  const plan = useMemo(() => planFlow(process, own, columns), [process, own, columns]);
  const base = `/processes/${process.key}`;
  const startIndex = process.stages.findIndex((s) => s.key === process.start);

  const stageCards = process.stages.map<FlowCard>((s, i) => ({
    id: s.key,
    ...(plan.places.get(s.key) ?? { x: 0, y: 0 }),
    ...CARD,
    content: (
      <StageCard
        process={process}
        stage={s}
        hue={paint(hueOf(s, i))}
        start={i === startIndex}
        on={s.key === selectedStage}
        problems={problemsUnder(problems, `${base}/stages/${s.key}`)}
        onSelect={() => select(`${base}/stages/${s.key}`)}
      />
    ),
  }));

  const stubs = plan.stubs.map<FlowCard>(({ id, x, y, transition }) => ({
    id,
    x,
    y,
    ...STUB,
    fixed: true,
    content: <Label list={[transition]} prefix={t('anyStage')} selected={selectedTransition} base={base} />,
  }));
  const arrows = [
    ...plan.stubs.map<FlowArrow>(({ id, transition: x }) => ({
      id: `a${x.key}`,
      from: id,
      to: x.to,
      label: null,
      dashed: true,
      on: selectedTransition === x.key,
      out: 'bottom',
      in: 'top',
    })),
    ...plan.arrows.map<FlowArrow>((a) => ({
      id: a.id,
      from: a.from,
      to: a.to,
      dashed: a.back,
      on: a.list.some((x) => x.key === selectedTransition),
      out: a.out,
      in: a.in,
      ...(a.lane === undefined ? { above: true } : { lane: a.lane }),
      label: <Label list={a.list} selected={selectedTransition} base={base} plain={a.lane === undefined} />,
    })),
  ];
  const cards = [...stageCards, ...stubs];
  // All is shown again when the layout places the cards anew, or is asked to; moving one card by hand leaves the view alone.
  const [arranged, setArranged] = useState(0);
  const fitKey = `${process.key} ${plan.layout} ${arranged}`;
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
              {onConnect ? (
                <button type="button" title={t('connectStagesHint')} onClick={onConnect}>
                  <Icon name="arrowSmall" size={14} />
                  {t('connectStages')}
                </button>
              ) : null}
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
