import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { lazy, memo, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operationKey } from '@/api/client';
import { recordQuery } from '@/api/queries';
import type { RecordFull, TransitionInfo } from '@/api/types';
import type { Form, Process } from '@/model/definition';
import { move } from '@/records/actions';
import { FormSections } from '@/records/FormFields';
import { IncidentsCard } from '@/records/Incidents';
import { chainOf, stageOf, useModel, type Model } from '@/records/model';
import { needsNothing } from '@/records/needs';
import { useForm } from '@/records/useForm';
import { isMoney } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { useOwnBottomBar } from '@/ui/shellContext';
import { Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { usePhone } from '@/ui/useMedia';
import * as head from './Header';
import { Merged } from './Merged';
import { NotSeen } from './NotSeen';
import { ClaimButton } from './Pool';
import * as rail from './Rail';
import * as path from './StagePath';
import { useSave } from './useSave';
import './record.css';

// Dialogs come when they are asked for.
const TransitionDialog = lazy(() => import('@/records/TransitionDialog').then((m) => ({ default: m.TransitionDialog })));
// What history tells is beside the point of opening a record.
const Precedents = lazy(() => import('./Precedents').then((m) => ({ default: m.PrecedentsCard })));
const ConflictDialog = lazy(() => import('./ConflictDialog').then((m) => ({ default: m.ConflictDialog })));

// What stands around the form does not render at every keystroke.
const Header = memo(head.Header);
const Transitions = memo(head.Transitions);
const MoreMenu = memo(head.MoreMenu);
const StagePath = memo(path.StagePath);
const LeaveCard = memo(rail.LeaveCard);
const ApprovalCard = memo(rail.ApprovalCard);
const RelatedCard = memo(rail.RelatedCard);
const TimelineCard = memo(rail.TimelineCard);

/** One record. */
export function RecordPage() {
  const { id } = useParams({ from: '/signedIn/shell/r/$id' });
  const { data: record, error, refetch } = useQuery(recordQuery(id));
  const { model, error: modelError, refetch: refetchModel } = useModel(record?.app);
  const form = record && model?.form(record.form);
  const failed = error ?? modelError;
  if (failed && !record) return <NotSeen id={id} error={failed} onRetry={() => void (error ? refetch() : refetchModel())} />;
  if (!record || !model || !form) {
    return (
      <div className="body">
        <div className="card">
          <Skeleton rows={7} />
        </div>
      </div>
    );
  }
  if (record.mergedInto) return <Navigate to="/r/$id" params={{ id: record.mergedInto }} replace />;
  return <RecordBody key={record.id} record={record} model={model} form={form} />;
}

type Tab = 'form' | 'next' | 'approval' | 'timeline' | 'related';

function RecordBody({ record, model, form }: { record: RecordFull; model: Model; form: Form }) {
  const { t } = useTranslation('record');
  const text = useText();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const phone = usePhone();
  const search = useSearch({ from: '/signedIn/shell/r/$id' });
  const state = useForm({ app: model.app, form, record });
  const { status, message, conflict, save, resolve } = useSave(record, state);
  const [asking, setAsking] = useState<TransitionInfo>();
  const process = model.process(record.process);
  const main = head.mainTransition(record);
  useOwnBottomBar();

  // Leaving the page with something unsaved saves it; nobody should lose what they typed.
  const saveRef = useRef(save);
  useEffect(() => {
    saveRef.current = save;
  });
  useEffect(() => () => void saveRef.current(), []);
  const saveNow = useCallback(() => void saveRef.current(), []);

  const arrived = (after: RecordFull) => {
    setAsking(undefined);
    const there = text(stageOf(process, after.stage)?.name, after.stage);
    toast(after.round && after.stage === record.stage ? t('submittedNow') : t('movedTo', { stage: there }));
  };
  const onMove = async (transition: TransitionInfo) => {
    if (!(await save())) {
      state.showAll();
      return;
    }
    if (!needsNothing(form, process, transition)) {
      setAsking(transition);
      return;
    }
    try {
      arrived(await move(record.id, transition.key, {}, operationKey()));
    } catch (error) {
      // What it lacks is shown by the dialog, which asks for it.
      setAsking(transition);
      toast(errorText(error), { kind: 'bad' });
    }
  };

  const moveRef = useRef(onMove);
  useEffect(() => {
    moveRef.current = onMove;
  });
  const moveNow = useCallback((transition: TransitionInfo) => void moveRef.current(transition), []);

  const tabs: { key: Tab; name: string }[] = [
    { key: 'form', name: t('tab.form') },
    ...(record.path?.length && record.open ? [{ key: 'next' as const, name: t('tab.next') }] : []),
    ...(record.round || (main && chainOf(process, main)) || record.rounds?.length ? [{ key: 'approval' as const, name: t('tab.approval') }] : []),
    { key: 'timeline', name: t('tab.timeline') },
    ...(record.links?.length || record.related?.length ? [{ key: 'related' as const, name: t('tab.related') }] : []),
  ];
  const tab = (tabs.find((x) => x.key === search.tab)?.key ?? 'form') satisfies Tab;
  const crumbs = useMemo(() => <Crumbs model={model} form={form} process={process} title={record.title} />, [model, form, process, record.title]);
  const history = (
    <Suspense>
      <Precedents record={record} />
    </Suspense>
  );
  const formPart = (
    <>
      <Merged record={record} />
      {state.general.length > 0 ? (
        <p className="notice bad" role="alert">
          <Icon name="alert" />
          {state.general.join(' ')}
        </p>
      ) : null}
      <FormSections app={model.app} definition={model.definition} form={form} state={state} readOnly={!record.can.edit} recordId={record.id} onLeave={saveNow} />
    </>
  );
  return (
    <>
      <PageHead title={record.title} lead={crumbs} />
      <div className="band">
        <Header model={model} record={record} status={status} message={message} onMove={moveNow} onSave={saveNow} />
        <StagePath record={record} process={process} />
        {phone ? (
          <div className="phone-tabs" role="tablist">
            {tabs.map((x) => (
              <button key={x.key} type="button" role="tab" aria-selected={x.key === tab} onClick={() => void navigate({ to: '.', search: { tab: x.key }, replace: true })}>
                {x.name}
              </button>
            ))}
          </div>
        ) : null}
      </div>
      {phone ? (
        <div className="record-body phone">
          {tab === 'form' ? (
            <>
              <IncidentsCard record={record.id} />
              {formPart}
            </>
          ) : null}
          {tab === 'next' ? (
            <>
              <LeaveCard record={record} model={model} />
              {history}
            </>
          ) : null}
          {tab === 'approval' ? <ApprovalCard record={record} model={model} next={main} /> : null}
          {tab === 'timeline' ? <TimelineCard key={search.note ?? ''} record={record} model={model} {...(search.note ? { note: Number(search.note) } : {})} /> : null}
          {tab === 'related' ? <RelatedCard record={record} model={model} /> : null}
        </div>
      ) : (
        <div className="record-body">
          <div className="left">
            {formPart}
            <RelatedCard record={record} model={model} />
          </div>
          <aside className="rail" aria-label={t('rail')}>
            <IncidentsCard record={record.id} />
            <LeaveCard record={record} model={model} />
            {history}
            <ApprovalCard record={record} model={model} next={main} />
            <TimelineCard key={search.note ?? ''} record={record} model={model} {...(search.note ? { note: Number(search.note) } : {})} />
          </aside>
        </div>
      )}
      {phone ? <BottomBar record={record} model={model} state={state} dirty={state.dirty.size > 0} saving={status === 'saving'} onSave={saveNow} onMove={moveNow} /> : null}
      <Suspense>
        {asking ? <TransitionDialog model={model} record={record} transition={asking} onClose={() => setAsking(undefined)} onDone={arrived} /> : null}
        {conflict ? <ConflictDialog model={model} form={form} conflict={conflict} onResolve={(mine) => void resolve(mine)} /> : null}
      </Suspense>
    </>
  );
}

/** Where the record stands: the app, the board or list it came from, its title. */
function Crumbs({ model, form, process, title }: { model: Model; form: Form; process: Process | undefined; title: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const board = model.definition.views?.find((v) => v.kind === 'board' && v.process === process?.key);
  return (
    <nav className="crumb" aria-label={t('crumbs')}>
      <span className="el wide-only">{text(model.definition.name)}</span>
      <Icon name="right" size={14} className="wide-only" />
      {board ? (
        <Link to="/a/$app/board/$view" params={{ app: model.app, view: board.key }}>
          {text(process?.name)}
        </Link>
      ) : (
        <Link to="/a/$app/list/$form" params={{ app: model.app, form: form.key }}>
          {text(form.name, form.key)}
        </Link>
      )}
      <Icon name="right" size={14} className="wide-only" />
      <span className="el wide-only">{title}</span>
    </nav>
  );
}

/** Phones: the live total on the left, what to do on the right. */
function BottomBar({ record, model, state, dirty, saving, onSave, onMove }: {
  record: RecordFull; model: Model; state: ReturnType<typeof useForm>; dirty: boolean; saving: boolean; onSave: () => void; onMove: (w: TransitionInfo) => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const process = model.process(record.process);
  const value = process?.value ? state.data[process.value] : undefined;
  const [figure, unit] = isMoney(value) ? format.short(value, 2) : ['', ''];
  return (
    <div className="bottom-bar">
      <span className="sp amount">
        {figure}
        <small>{unit}</small>
      </span>
      <div className="bar-acts">
        {dirty ? (
          <Button loading={saving} onClick={onSave}>
            {t('save')}
          </Button>
        ) : null}
        <ClaimButton record={record} />
        <Transitions record={record} model={model} onMove={onMove} />
      </div>
      <MoreMenu record={record} model={model} />
    </div>
  );
}
