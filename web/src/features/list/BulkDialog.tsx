import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useEffect, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { usePeople } from '@/api/people';
import { recordQuery } from '@/api/queries';
import type { Data, ListButton, Page, Picking, RecordItem, TransitionInfo } from '@/api/types';
import { FieldEnvContext, isEmpty, type FormNow } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import type { Field, Form } from '@/model/definition';
import { useEnv } from '@/records/FormFields';
import { toWire } from '@/records/merge';
import { chainOf, fieldOf, stageOf, type Model } from '@/records/model';
import { People } from '@/records/People';
import { Icon } from '@/ui/Icon';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { useClearable } from '@/ui/clearable';
import { sharedFields } from './bulk';
import { ManyDialog } from './ManyDialog';

/** What is to be done to the records chosen. */
export type Task = { do: 'edit' | 'move' | 'assign' | 'delete' } | { do: 'press'; button: ListButton };

interface Props {
  model: Model;
  formKey: string;
  task: Task;
  records: readonly RecordItem[];
  onRefused: (ids: readonly string[]) => void;
  onClose: () => void;
}

/** Asks once for what is to be done, and does it to each. */
export function BulkDialog({ task, records: asked, ...rest }: Props) {
  // What was asked about stands still, whatever the list does behind it.
  const [records] = useState(asked);
  const props = { ...rest, records };
  switch (task.do) {
    case 'press':
      return <Press {...props} button={task.button} />;
    case 'edit':
      return <Edit {...props} />;
    case 'move':
      return <Move {...props} />;
    case 'assign':
      return <Assign {...props} />;
    case 'delete':
      return <Delete {...props} />;
  }
}

type PartProps = Omit<Props, 'task'>;

/** The words of outcomes, and the address, that all but buttons share. */
function useCommon({ model, formKey, records, onRefused, onClose }: PartProps) {
  const { t } = useTranslation(['list', 'common']);
  return {
    t,
    common: { records, onRefused, onClose, outcome: (counts: { done: number; refused: number }) => t('bulkResult', counts), done: t('bulkOk') },
    bulk: (body: Record<string, unknown>) => ({ path: `/apps/${model.app}/forms/${formKey}/bulk`, body: { ...body, items: records.map((r) => ({ id: r.id, rev: r.rev })) } }),
  };
}

function Press({ button, ...props }: PartProps & { button: ListButton }) {
  const { t, common } = useCommon(props);
  const name = useText()(button.name, button.key);
  return (
    <ManyDialog
      {...common}
      title={t('bulkAsk', { name, count: props.records.length })}
      name={name}
      request={{ path: `/apps/${props.model.app}/buttons/${button.key}`, body: { ids: props.records.map((r) => r.id) } }}
      outcome={(counts) => t('bulkOutcome', counts)}
      done={t('bulkDone')}
    />
  );
}

function Edit(props: PartProps) {
  const { model, formKey, records } = props;
  const { t, common, bulk } = useCommon(props);
  const text = useText();
  const [keys, setKeys] = useState<readonly string[]>([]);
  const [data, setData] = useState<Data>({});
  const form = model.form(formKey)!;
  const offered = sharedFields(model, formKey, records);
  return (
    <ManyDialog {...common} title={t('bulkEditTitle', { count: records.length })} name={t('bulkEditDo')} request={keys.length > 0 ? bulk({ do: 'edit', data: wireOf(form, data, keys) }) : undefined}>
      <Inputs
        model={model}
        form={form}
        keys={keys}
        data={data}
        onChange={setData}
        emptied
        onDrop={(key) => {
          setKeys(keys.filter((k) => k !== key));
          setData((was) => Object.fromEntries(Object.entries(was).filter(([k]) => k !== key)));
        }}
      />
      <Select
        style={{ width: '100%' }}
        value={null}
        aria-label={t('bulkField')}
        placeholder={t(keys.length > 0 ? 'bulkFieldMore' : 'bulkField')}
        options={offered.filter((f) => !keys.includes(f.key)).map((f) => ({ value: f.key, label: text(f.name, f.key) }))}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(key: string | null) => key && setKeys([...keys, key])}
      />
      <p className="s bulk-note">{t('bulkEditEach')}</p>
    </ManyDialog>
  );
}

/** Everything that is given, also what was left empty: that empties the field. */
function wireOf(form: Form, data: Data, keys: readonly string[]): Data {
  const wire = toWire(form.fields, data, keys);
  return Object.fromEntries(keys.map((k) => [k, wire[k] ?? null]));
}

interface InputsProps {
  model: Model;
  form: Form;
  keys: readonly string[];
  data: Data;
  onChange: (change: (was: Data) => Data) => void;
  /** Says that what is left empty is emptied. */
  emptied?: boolean;
  onDrop?: (key: string) => void;
}

/** The inputs of some fields over no record in particular. */
function Inputs({ model, form, keys, data, onChange, emptied = false, onDrop }: InputsProps) {
  const { t } = useTranslation(['list', 'common']);
  const text = useText();
  const id = useId();
  const env = useEnv(model.app, model.definition, false);
  const now = useMemo((): FormNow => ({ states: {}, problems: new Map(), warnings: new Map(), data }), [data]);
  const fields = keys.map((k) => fieldOf(form, k)).filter((f): f is Field => f !== undefined);
  return (
    <FieldEnvContext.Provider value={env}>
      {fields.map((field) => {
        const kind = kindOf(field.type);
        const name = text(field.name, field.key);
        return (
          <div className="setting bulk-field" key={field.key} data-field={field.key}>
            {kind.ownLabel ? null : <label htmlFor={`${id}-${field.key}`}>{name}</label>}
            <div className="row">
              <div className="sp">
                <kind.Input id={`${id}-${field.key}`} field={field} path={field.key} value={data[field.key]} now={now} onChange={(value) => onChange((was) => ({ ...was, [field.key]: value }))} />
              </div>
              {onDrop ? (
                <Button type="text" aria-label={t('bulkNotThis', { name })} icon={<Icon name="close" size={14} />} onClick={() => onDrop(field.key)} />
              ) : null}
            </div>
            {emptied && field.type !== 'bool' && isEmpty(data[field.key]) ? <p className="s">{t('bulkEmpties')}</p> : null}
          </div>
        );
      })}
    </FieldEnvContext.Provider>
  );
}

interface Way {
  way: TransitionInfo;
  /** How many of the records stand where it starts. */
  count: number;
}

/** The ways that lead on from the stages of the records, as one record of each stage tells them. */
function useWays(model: Model, formKey: string, records: readonly RecordItem[]): { ways: Way[] | undefined } {
  const stages = new Map<string, RecordItem[]>();
  for (const r of records) stages.set(r.stage ?? '', [...(stages.get(r.stage ?? '') ?? []), r]);
  const lists = [...stages.values()];
  const answers = useQueries({ queries: lists.map((list) => recordQuery((list.find((r) => !r.approval) ?? list[0]!).id)) });
  if (answers.some((a) => a.isPending)) return { ways: undefined };
  const ways = new Map<string, Way>();
  for (const [i, list] of lists.entries()) {
    for (const way of answers[i]?.data?.transitions ?? []) {
      if (way.allowed) ways.set(way.key, { way, count: (ways.get(way.key)?.count ?? 0) + list.length });
    }
  }
  const order = model.processOf(formKey)?.transitions?.map((x) => x.key) ?? [];
  return { ways: [...ways.values()].sort((a, b) => order.indexOf(a.way.key) - order.indexOf(b.way.key)) };
}

/** A value once it has stood for a moment, so that nothing is asked at every key. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const later = setTimeout(() => setSettled(value), 250);
    return () => clearTimeout(later);
  }, [value]);
  return settled;
}

/**
 * The steps whose people are picked by whoever moves the records, told of all of them at once: which of them come to a step depends on what
 * they hold and on what is asked here. `sure` once the answer is about what stands in the dialog now.
 */
function usePicks({ model, formKey, records }: PartProps, transition: string | undefined, data: Data) {
  const text = JSON.stringify({ transition, items: records.map((r) => ({ id: r.id })), data });
  const asked = useSettled(text);
  const answer = useQuery<Picking[]>({
    queryKey: ['picks', model.app, formKey, asked],
    queryFn: ({ signal }) => api.post<Page<Picking>>(`/apps/${model.app}/forms/${formKey}/bulk/picks`, JSON.parse(asked), { signal }).then((p) => p.items),
    enabled: transition !== undefined && asked === text,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return { answer, steps: transition === undefined ? [] : (answer.data ?? []), sure: transition === undefined || (asked === text && answer.isSuccess && !answer.isPlaceholderData) };
}

function Move(props: PartProps) {
  const { model, formKey, records } = props;
  const { t, common, bulk } = useCommon(props);
  const { t: r } = useTranslation('record');
  const clearable = useClearable();
  const text = useText();
  const process = model.processOf(formKey);
  const form = model.form(formKey)!;
  const { ways } = useWays(model, formKey, records);
  const [key, setKey] = useState<string>();
  const [data, setData] = useState<Data>({});
  const [comment, setComment] = useState('');
  const [owner, setOwner] = useState<string>();
  const [people, setPeople] = useState<Record<string, string[]>>({});
  const way = ways?.find((w) => w.way.key === key)?.way;
  const name = (w: TransitionInfo) => text(w.name) || r('moveTo', { stage: text(stageOf(process, w.to)?.name, w.to) });
  const chain = way && chainOf(process, way);
  const given = (way?.ask ?? []).filter((k) => !isEmpty(data[k]));
  const wantsOwner = way?.pick !== undefined && !way.pick.stays && owner === undefined;
  const picks = usePicks(props, chain === undefined ? undefined : way?.key, wireOf(form, data, given));
  const wantsPeople = !picks.sure || picks.steps.some((s) => !people[s.key]?.length);
  const body =
    way && !wantsOwner && !wantsPeople
      ? {
          do: 'move',
          transition: way.key,
          data: wireOf(form, data, given),
          ...(comment.trim() ? { comment: comment.trim() } : {}),
          ...(owner ? { owner } : {}),
          ...(picks.steps.length > 0 ? { pick: Object.fromEntries(picks.steps.map((s) => [s.key, people[s.key]])) } : {}),
        }
      : undefined;
  return (
    <ManyDialog
      {...common}
      title={t('bulkMoveTitle', { count: records.length })}
      name={way ? name(way) : t('bulkMoveDo')}
      danger={way?.end === 'lost' || way?.end === 'cancelled'}
      request={body && bulk(body)}
    >
      {ways ? (
        <Select
          style={{ width: '100%' }}
          value={key ?? null}
          aria-label={t('bulkWay')}
          placeholder={t(ways.length > 0 ? 'bulkWay' : 'bulkNoWay')}
          options={ways.map(({ way: w, count }) => ({ value: w.key, label: t('bulkWayCount', { name: name(w), count }) }))}
          onChange={(next: string | null) => {
            setKey(next ?? undefined);
            setOwner(undefined);
            setPeople({});
          }}
        />
      ) : (
        <Skeleton rows={1} height={32} />
      )}
      {way ? (
        <>
          <Inputs model={model} form={form} keys={way.ask} data={data} onChange={setData} />
          {way.pick ? (
            <div className="setting">
              <label htmlFor="bulk-owner">{r('nextOwner')}</label>
              <Select
                id="bulk-owner"
                style={{ width: '100%' }}
                value={owner ?? null}
                allowClear={clearable(way.pick.stays)}
                options={way.pick.people.map((p) => ({ value: p.id, label: p.name }))}
                placeholder={way.pick.stays ? r('ownerStays') : t('common:choose')}
                showSearch={{ optionFilterProp: 'label' }}
                onChange={(v: string | null | undefined) => setOwner(v ?? undefined)}
              />
            </div>
          ) : null}
          {picks.answer.isError ? <ErrorBox error={picks.answer.error} onRetry={() => void picks.answer.refetch()} /> : null}
          {picks.steps.map((step) => {
            const label = r('pickFor', { step: text(step.name, step.key) });
            const from = step.from?.map((p) => (p.count < step.count ? { id: p.id, name: t('bulkPickSome', { name: p.name, count: p.count }) } : p));
            return (
              <div className="setting" key={step.key}>
                <b>
                  {label}
                  <span className="bad"> *</span>
                </b>
                <People label={label} value={people[step.key] ?? []} onChange={(list) => setPeople((was) => ({ ...was, [step.key]: list }))} from={from ?? null} max={20} />
                {step.count < records.length ? <p className="s">{t('bulkPickFor', { count: step.count })}</p> : null}
              </div>
            );
          })}
          {way.confirm ? <p className="bulk-note">{text(way.confirm)}</p> : null}
          {chain || way.back ? (
            <Input.TextArea
              className="bulk-note"
              value={comment}
              onChange={(e) => setComment(e.target.value)}
              placeholder={r(chain ? 'submitComment' : 'backComment')}
              aria-label={r('comment')}
              autoSize={{ minRows: 2, maxRows: 6 }}
              maxLength={2000}
            />
          ) : null}
        </>
      ) : null}
      <p className="s bulk-note">{t('bulkMoveEach')}</p>
    </ManyDialog>
  );
}

function Assign(props: PartProps) {
  const { t, common, bulk } = useCommon(props);
  const { nameOf } = usePeople();
  const [to, setTo] = useState<string[]>([]);
  return (
    <ManyDialog
      {...common}
      title={t('bulkAssignTitle', { count: props.records.length })}
      name={t('bulkAssignDo')}
      request={to[0] ? bulk({ do: 'assign', owner: to[0] }) : undefined}
      done={t('bulkAssigned', { name: nameOf(to[0] ?? '') })}
    >
      <People label={t('bulkAssignTo')} value={to} onChange={setTo} />
      <p className="s bulk-note">{t('bulkEditEach')}</p>
    </ManyDialog>
  );
}

function Delete(props: PartProps) {
  const { t, common, bulk } = useCommon(props);
  const { records } = props;
  const { path } = bulk({});
  return (
    <ManyDialog
      {...common}
      danger
      title={t('bulkDeleteTitle', { count: records.length })}
      name={t('common:delete')}
      request={bulk({ do: 'delete' })}
      done={t('bulkDeleted')}
      undo={(ids) => ({ path, body: { do: 'restore', items: ids.map((id) => ({ id })) } })}
    >
      <p>{t('bulkDeleteEach')}</p>
    </ManyDialog>
  );
}
