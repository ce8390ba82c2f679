import { Button, Select } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { drawFlow, pictureOf } from '@/ui/flowDrawing';
import { useFlowWords } from '@/ui/flowWords';
import { Icon } from '@/ui/Icon';
import { usePrinted } from '@/ui/PictureButtons';
import { Empty } from '@/ui/States';
import type { Form, Process } from '@/model/definition';
import { addProcess, addStage, connectStages } from '@/model/edits';
import { splitKeyPath } from '@/model/path';
import { useActions, useDefinition, useNameOf, usePlaceInDesigner, useSelection } from '../context';
import { useNewText } from '../controls/choices';
import { AddButton } from '../controls/Row';
import { useCalled } from '../controls/Who';
import { FlowBoard } from './FlowBoard';
import { ProcessPanel } from './ProcessPanel';
import { StagePanel } from './StagePanel';
import { TransitionPanel } from './TransitionPanel';

const ShareDialog = lazy(() => import('./ShareDialog').then((m) => ({ default: m.ShareDialog })));

interface Selected {
  process: number;
  stage?: number;
  transition?: number;
}

function read(processes: readonly Process[], at: string): Selected {
  const parts = splitKeyPath(at);
  const process = parts[0] === 'processes' ? processes.findIndex((p) => p.key === parts[1]) : -1;
  if (process < 0) return { process: 0 };
  const it = processes[process] as Process;
  const index = (list: readonly { key: string }[] | undefined) => list?.findIndex((x) => x.key === parts[3]) ?? -1;
  if (parts[2] === 'stages' && index(it.stages) >= 0) return { process, stage: index(it.stages) };
  if (parts[2] === 'transitions' && index(it.transitions) >= 0) return { process, transition: index(it.transitions) };
  return { process };
}

/** The flow of one process: stages and transitions on a canvas, and a panel of what is selected. */
export function FlowPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const { at } = useSelection();
  const { edit } = useActions();
  const processes = def.processes ?? [];
  const selected = useMemo(() => read(def.processes ?? [], at), [def.processes, at]);
  const process = processes[selected.process];
  const free = (def.forms ?? []).filter((f) => !processes.some((p) => p.form === f.key));
  const create = (form: string) =>
    edit(
      addProcess(
        def,
        form,
        newText(nameOf(def.forms?.find((f) => f.key === form))),
        newText(t('firstStage')),
        newText(t('endStage')),
        newText(t('finish')),
      ),
    );

  if (!process) {
    return (
      <div className="d-empty">
        <Empty title={t('noProcesses')} text={free.length > 0 ? t('noProcessesText') : t('noFormsForProcess')}>
          {free.map((f) => (
            <Button key={f.key} onClick={() => create(f.key)}>
              {t('makeProcessFor', { name: nameOf(f) })}
            </Button>
          ))}
        </Empty>
      </div>
    );
  }
  return <Flow process={process} selected={selected} free={free} create={create} />;
}

interface FlowProps {
  process: Process;
  selected: Selected;
  /** The forms that have no process yet. */
  free: readonly Form[];
  create: (form: string) => void;
}

function Flow({ process, selected, free, create }: FlowProps) {
  const { t, i18n } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const { at, select } = useSelection();
  const { go } = usePlaceInDesigner();
  const { apply, edit } = useActions();
  const words = useFlowWords(def, useCalled());
  const [sharing, setSharing] = useState(false);
  const names = [nameOf(def), nameOf(process)];
  const picture = () => pictureOf(drawFlow(def, process, words), names.join(' – '), t('draftWord'), i18n.language);
  const print = usePrinted(picture, true);
  const processes = def.processes ?? [];
  const addOne = (end: boolean) =>
    edit(
      addStage(
        def,
        process.key,
        end ? { key: 'end', name: newText(t('endStage')), end: 'done' } : { key: 'stage', name: newText(t('newStage')) },
      ),
    );
  const connected = useMemo(() => connectStages(def, process.key), [def, process.key]);
  const connect = connected ? () => apply(connected) : undefined;
  const chains = new Set((process.transitions ?? []).map((x) => x.approval).filter(Boolean)).size;
  return (
    <div className="d-two-panes">
      <section className="d-canvas flowpane" aria-label={t('canvas')}>
        <header className="d-bar">
          <Select
            aria-label={t('word_process')}
            value={process.key}
            options={processes.map((p) => ({ value: p.key, label: nameOf(p) }))}
            onChange={(key) => select(`/processes/${key}`)}
            popupMatchSelectWidth={false}
          />
          <span className="s d-facts">
            {t('processFacts', { stages: process.stages.length, transitions: process.transitions?.length ?? 0, chains })}
          </span>
          <span className="sp" />
          <Button type="text" size="small" onClick={() => go('map')}>
            {t('map')}
          </Button>
          <Button type="text" size="small" onClick={() => go('compare', `/processes/${process.key}`)}>
            {t('compare')}
          </Button>
          <Button type="text" size="small" icon={<Icon name="share" size={14} />} onClick={() => setSharing(true)}>
            {t('share')}
          </Button>
          <Button type="text" size="small" onClick={() => select(`/processes/${process.key}`)}>
            {t('processSettings')}
          </Button>
          {free.length > 0 ? (
            <Select
              size="small"
              aria-label={t('newProcess')}
              value={null}
              placeholder={t('newProcess')}
              options={free.map((f) => ({ value: f.key, label: nameOf(f) }))}
              onChange={(v: string | null) => v && create(v)}
              popupMatchSelectWidth={false}
            />
          ) : null}
        </header>
        <FlowBoard
          process={process}
          selectedStage={selected.stage === undefined ? undefined : process.stages[selected.stage]?.key}
          selectedTransition={selected.transition === undefined ? undefined : process.transitions?.[selected.transition]?.key}
          onAddStage={addOne}
          onConnect={connect}
        />
        <StageList process={process} onAdd={addOne} onConnect={connect} />
        {sharing ? (
          <Suspense>
            <ShareDialog process={process.key} make={picture} name={names} onPrint={print} onClose={() => setSharing(false)} />
          </Suspense>
        ) : null}
      </section>
      {selected.stage !== undefined ? (
        <StagePanel key={at} process={process} processIndex={selected.process} stageIndex={selected.stage} />
      ) : selected.transition !== undefined ? (
        <TransitionPanel key={at} process={process} processIndex={selected.process} transitionIndex={selected.transition} />
      ) : (
        <ProcessPanel key={process.key} process={process} processIndex={selected.process} />
      )}
    </div>
  );
}

/** Small screens get the stages as a list; the canvas needs room. */
function StageList({ process, onAdd, onConnect }: { process: Process; onAdd: (end: boolean) => void; onConnect: (() => void) | undefined }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { select } = useSelection();
  return (
    <div className="d-stagelist">
      <ul aria-label={t('stages')}>
        {process.stages.map((s) => (
          <li key={s.key}>
            <button type="button" onClick={() => select(`/processes/${process.key}/stages/${s.key}`)}>
              <span className="sp el">{nameOf(s)}</span>
              <span className="s">{s.end ? t(`end_${s.end}`) : s.probability !== undefined ? `${s.probability}%` : ''}</span>
              <Icon name="caretRight" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <p className="d-stageadd">
        <AddButton onClick={() => onAdd(false)}>{t('word_stage')}</AddButton>
        <AddButton onClick={() => onAdd(true)}>{t('endStageWord')}</AddButton>
        {onConnect ? <AddButton onClick={onConnect}>{t('connectStages')}</AddButton> : null}
      </p>
    </div>
  );
}
