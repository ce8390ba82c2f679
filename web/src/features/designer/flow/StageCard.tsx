import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { useFlowWords } from '@/ui/flowWords';
import { Icon } from '@/ui/Icon';
import type { Process, Stage, Whos } from '@/model/definition';
import type { Problem } from '@/model/problem';
import { answers, leaving, QUESTIONS } from '@/model/questions';
import { useDefinition, useNameOf } from '../context';
import { useWhoText } from '../controls/Who';

interface Props {
  process: Process;
  stage: Stage;
  hue: string;
  start: boolean;
  on: boolean;
  problems: readonly Problem[];
  onSelect: () => void;
}

/** Who may own records in a stage, however it is written. */
export function ownerWho(stage: Stage): Whos | undefined {
  const owner = stage.owner;
  return owner !== undefined && !Array.isArray(owner) && 'who' in owner ? owner.who : (owner as Whos | undefined);
}

/** A stage on the canvas: name and probability, owner, limit and checklist, the five dots. */
export function StageCard({ process, stage, hue, start, on, problems, onSelect }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const who = useWhoText(process.form);
  const said = answers(process, stage);
  const n = QUESTIONS.filter((q) => said[q]).length;
  const bad = problems.some((p) => p.severity === 'error');
  const probability =
    stage.end === 'won' ? 100 : stage.end === 'lost' ? 0 : stage.end === undefined ? stage.probability : undefined;
  const due = useFlowWords(def).time(process, stage) || t('noLimit');
  const asked =
    stage.end === undefined
      ? []
      : [...new Set((process.transitions ?? []).filter((x) => x.to === stage.key).flatMap((x) => x.ask ?? []))];
  const fields = def.forms?.find((f) => f.key === process.form)?.fields;
  return (
    <div className={`d-stage${on ? ' on' : ''}${stage.end ? ' end' : ''}`} style={{ '--c': hue } as CSSProperties}>
      <button
        type="button"
        className="d-hit nodrag-click"
        aria-pressed={on}
        onClick={onSelect}
        aria-label={[
          nameOf(stage),
          start ? t('startStage') : '',
          stage.end ? t(`end_${stage.end}`) : t('questionsSaid', { n }),
          problems.length > 0 ? t('problemCount', { count: problems.length }) : '',
        ]
          .filter(Boolean)
          .join(', ')}
      />
      {problems.length > 0 ? (
        <span className={`d-badge ${bad ? 'bad' : 'warn'}`}>
          <Icon name={bad ? 'error' : 'alert'} size={12} />
          {problems.length}
        </span>
      ) : null}
      <div className="d-stagehead">
        <b className="el">{nameOf(stage)}</b>
        {start ? <span className="tag">{t('startTag')}</span> : null}
        {stage.end ? (
          <span className={`tag ${stage.end === 'won' || stage.end === 'done' ? 'ok' : ''}`}>{t(`end_${stage.end}`)}</span>
        ) : null}
        <span className="sp" />
        {probability === undefined ? null : <span className="s">{probability}%</span>}
      </div>
      {stage.end ? (
        <div className="d-stagerow">
          {asked.length > 0 ? (
            <>
              <Icon name="edit" size={14} />
              <span className="el">
                {t('asks', {
                  fields: asked.map((k) => nameOf(fields?.find((f) => f.key === k) ?? { key: k })).join(t('listSeparator')),
                })}
              </span>
            </>
          ) : null}
        </div>
      ) : (
        <>
          <div className="d-stagerow">
            <Icon name="user" size={14} />
            <span className="el">{who(ownerWho(stage)) || <span className="warn">{t('nobodyYet')}</span>}</span>
          </div>
          <div className="d-stagerow">
            <Icon name="clock" size={14} />
            <span className="el">{due}</span>
            <span className="sp" />
            {stage.checklist?.length ? (
              <>
                <Icon name="task" size={14} />
                <span>{t('checklistCount', { count: stage.checklist.length })}</span>
              </>
            ) : null}
          </div>
        </>
      )}
      <div className="d-stagefoot">
        {stage.end ? (
          t('endStageWord')
        ) : (
          <>
            <span className="d-dots" aria-hidden="true">
              {QUESTIONS.map((q) => (
                <i key={q} className={`d-dot ${said[q] ? 'yes' : 'no'}`} title={t(`q_${q}`)} />
              ))}
            </span>
            {t('questionsOf', { n })}
            <span className="sp" />
            <span>{leaving(process, stage.key).length > 0 ? '' : t('deadEnd')}</span>
          </>
        )}
      </div>
    </div>
  );
}
