import { useQuery } from '@tanstack/react-query';
import { useMemo, type CSSProperties, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { handOvers } from '@/model/map';
import { leaving } from '@/model/questions';
import type { Definition, Lang, Process, Stage, Step, Transition } from '@/model/definition';
import { drawFlow, drawMap, paint, pictureOf } from '@/ui/flowDrawing';
import { FlowDrawing } from '@/ui/FlowDrawing';
import { hueOf } from '@/ui/flowPlan';
import { useDurationText, useFlowWords, type FlowWords } from '@/ui/flowWords';
import { Icon } from '@/ui/Icon';
import { PictureButtons } from '@/ui/PictureButtons';
import { useMedia } from '@/ui/useMedia';
import { OutsideFrame, OutsideState } from './OutsidePage';
import './shared.css';

/** The live flows of an app as the server tells them to anybody. */
interface Shared {
  release: number;
  definition: Definition;
  /** The one that is shown; empty: all. */
  process: string;
  languages: Lang[];
}

/** The picture of a flow, or of all flows of an app, for whoever has its link. It can be read, taken along and printed, and nothing else. */
export function SharedFlow({ token }: { token: string }) {
  const page = useQuery({
    queryKey: ['shared', token],
    queryFn: ({ signal }) => api.get<Shared>(`/shared/${encodeURIComponent(token)}`, { signal }),
    staleTime: 60_000,
  });
  if (!page.data) return <OutsideState error={page.error} onRetry={() => void page.refetch()} />;
  return <Flows shared={page.data} />;
}

function Flows({ shared }: { shared: Shared }) {
  const { t, i18n } = useTranslation('flow');
  const def = shared.definition;
  const words = useFlowWords(def);
  const processes = def.processes ?? [];
  const app = words.name(def);
  const title = shared.process ? words.name(processes[0]) : app;
  const release = t('release', { n: shared.release });
  const map = useMemo(() => drawMap(def, words), [def, words]);
  return (
    <OutsideFrame title={title} offered={shared.languages} wide>
      <header className="outside-head shared-head">
        <h1>{title}</h1>
        <p className="s">{[shared.process ? app : '', release, t('readOnly')].filter(Boolean).join(' · ')}</p>
      </header>
      {shared.process || processes.length < 2 ? null : (
        <section className="shared-flow" aria-label={t('map')}>
          <header>
            <h2>{t('map')}</h2>
            <span className="s sp">{t('mapFacts', { processes: processes.length, hands: handOvers(def).length })}</span>
            <PictureButtons name={[app, t('map')]} make={() => pictureOf(map, `${app} – ${t('map')}`, release, i18n.language)} />
          </header>
          <FlowDrawing drawing={map} label={t('mapNote')} />
        </section>
      )}
      {processes.map((p) => (
        <Flow key={p.key} def={def} process={p} words={words} app={app} release={release} only={shared.process !== ''} />
      ))}
    </OutsideFrame>
  );
}

interface FlowProps {
  def: Definition;
  process: Process;
  words: FlowWords;
  app: string;
  release: string;
  /** It is the only one on the page, whose title names it. */
  only: boolean;
}

function Flow({ def, process, words, app, release, only }: FlowProps) {
  const { t, i18n } = useTranslation('flow');
  const narrow = useMedia('(max-width: 599px)');
  const name = words.name(process);
  const drawing = useMemo(() => drawFlow(def, process, words, { columns: narrow ? 2 : 4 }), [def, process, words, narrow]);
  const file = () => pictureOf(drawFlow(def, process, words), `${app} – ${name}`, release, i18n.language);
  return (
    <section className="shared-flow" aria-label={name}>
      <header>
        <h2>{only ? t('pictureOf') : name}</h2>
        <span className="s sp">{t('facts', { stages: process.stages.length, transitions: process.transitions?.length ?? 0 })}</span>
        <PictureButtons name={[app, name]} make={file} />
      </header>
      <FlowDrawing drawing={drawing} label={t('picture', { name })} />
      <ol className="shared-stages" aria-label={t('stages')}>
        {process.stages.map((s, i) => (
          <li key={s.key} className="card" style={{ '--c': paint(hueOf(s, i)) } as CSSProperties}>
            <StageText def={def} process={process} stage={s} words={words} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A stage in words: what it is for, who does it, when it is complete, where it goes on. */
function StageText({ def, process, stage, words }: { def: Definition; process: Process; stage: Stage; words: FlowWords }) {
  const { t } = useTranslation('flow');
  const goal = words.goal(stage);
  const owner = words.owner(process, stage);
  const time = words.time(process, stage);
  const enter = (stage.enterIf ?? []).map((c) => t('orElse', { text: words.name({ key: '', name: c.message }) }));
  const complete = useConditions(process, stage, words);
  const ways = leaving(process, stage.key);
  const hands = handOvers(def).filter((h) => h.from === process.key && h.stage === stage.key);
  return (
    <>
      <h3>
        {words.name(stage)}
        {stage.key === process.start ? <span className="tag">{words.start}</span> : null}
        {stage.end ? <span className="tag">{words.end(stage)}</span> : null}
        <span className="sp" />
        <span className="s">{words.chance(stage)}</span>
      </h3>
      <dl>
        {goal ? <Said what={t('goal')}>{goal}</Said> : null}
        {owner ? <Said what={t('owner')}>{owner}</Said> : null}
        {stage.kind ? <Said what={t('kind')}>{t(`kind_${stage.kind}`)}</Said> : null}
        {time ? <Said what={t('time')}>{time}</Said> : null}
        {enter.length > 0 ? <Said what={t('enter')}>{lines(enter)}</Said> : null}
        {complete.length > 0 ? <Said what={t('complete')}>{lines(complete)}</Said> : null}
        {ways.length > 0 ? (
          <Said what={t('next')}>
            <ul>
              {ways.map((x) => (
                <li key={x.key}>
                  <Way def={def} process={process} way={x} words={words} />
                </li>
              ))}
            </ul>
          </Said>
        ) : null}
        {hands.length > 0 ? <Said what={t('next')}>{lines(hands.map((h) => t('goesTo', { name: words.name(def.processes?.find((p) => p.key === h.to)) })))}</Said> : null}
      </dl>
    </>
  );
}

function Said({ what, children }: { what: string; children: ReactNode }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const lines = (list: readonly string[]) => (
  <ul>
    {list.map((l) => (
      <li key={l}>{l}</li>
    ))}
  </ul>
);

/** What must be so before a record goes on. */
function useConditions(process: Process, stage: Stage, words: FlowWords): string[] {
  const { t } = useTranslation('flow');
  const duration = useDurationText();
  const fields = stage.fields?.require ?? [];
  return [
    ...(stage.checklist ?? []).filter((c) => c.required).map((c) => t('conditionTick', { name: words.name(c) })),
    ...(stage.activities ?? [])
      .filter((a) => a.required)
      .map((a) => t('conditionActivity', { who: words.who(a.who, process.form), name: [words.name(a), a.due ? duration(a.due) : ''].filter(Boolean).join(' · ') })),
    ...(fields.length > 0 ? [t('conditionField', { fields: words.fields(process, fields) })] : []),
    ...(stage.leaveIf ?? []).map((c) => t('orElse', { text: words.name({ key: '', name: c.message }) })),
    ...(stage.approval ? [t('conditionApproval', { name: words.chain(stage.approval.chain) })] : []),
  ];
}

function Way({ def, process, way, words }: { def: Definition; process: Process; way: Transition; words: FlowWords }) {
  const { t } = useTranslation('flow');
  const to = words.name(process.stages.find((s) => s.key === way.to) ?? { key: way.to });
  const chain = def.approvals?.find((c) => c.key === way.approval);
  const facts = [
    way.auto ? t('wayAuto') : way.by?.length ? t('wayBy', { roles: words.roles(way.by) }) : '',
    way.ask?.length ? t('wayAsks', { fields: words.fields(process, way.ask) }) : '',
    way.message === undefined ? '' : t('orElse', { text: words.name({ key: '', name: way.message }) }),
  ].filter(Boolean);
  return (
    <>
      <span className="shared-way">
        {words.way(way)} <Icon name="arrowSmall" size={12} label="→" /> {to}
      </span>
      {facts.length > 0 ? <span className="s">{facts.join(' · ')}</span> : null}
      {chain ? (
        <span className="shared-chain s">
          <Icon name="diamond" size={12} />
          <span>
            {chain.skipIf === undefined ? t('approval', { name: words.name(chain) }) : t('approvalSome', { name: words.name(chain) })}
            {': '}
            <Steps steps={chain.steps} form={process.form} words={words} />
          </span>
        </span>
      ) : null}
    </>
  );
}

function Steps({ steps, form, words }: { steps: readonly Step[]; form: string; words: FlowWords }) {
  const { t } = useTranslation('flow');
  const one = (s: Step): string => {
    const who = s.parallel?.length ? s.parallel.map(one).join(' + ') : words.who(s.who, form);
    const notes = [who, s.runIf === undefined ? '' : t('sometimes')].filter(Boolean).join(t('listSeparator'));
    return notes ? t('stepOf', { name: words.name(s), who: notes }) : words.name(s);
  };
  return steps.map(one).join(' → ');
}
