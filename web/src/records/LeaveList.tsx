import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { usePeople } from '@/api/people';
import { meQuery } from '@/api/queries';
import type { Activity, CheckGroup, Condition, Doing, RecordFull } from '@/api/types';
import { putRecord, recordPath } from '@/records/actions';
import { HandDialog, refreshTasks, ResultDialog } from '@/records/Activities';
import type { Model } from '@/records/model';
import { fieldPath, topField } from '@/records/paths';
import { Value } from '@/records/Value';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import './leave.css';

/** Brings a field of the form into view, ready to be filled in. */
function showField(key: string): void {
  const row = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(key)}"]`);
  row?.scrollIntoView({ block: 'center' });
  row?.querySelector<HTMLElement>('input, textarea, button, [tabindex]')?.focus();
}

/** What the stage asks for, the checklist by its groups: those with people and time of their own first say how they stand. */
export function LeaveList({ record, model, conditions }: { record: RecordFull; model: Model; conditions: readonly Condition[] }) {
  const groups = record.groups ?? [];
  const groupOf = (c: Condition) => (c.kind === 'checklist' ? groups.find((g) => g.key === record.checklist?.find((i) => i.key === c.key)?.group) : undefined);
  const loose = conditions.filter((c) => c.kind !== 'group' && !groupOf(c));
  return (
    <>
      {groups.map((g) => (
        <GroupPart key={g.key} record={record} group={g} conditions={conditions.filter((c) => groupOf(c) === g)} />
      ))}
      <ul>
        {loose.map((c) => {
          const activity = c.kind === 'activity' ? record.activities?.find((a) => a.key === c.key) : undefined;
          return activity ? <ActivityRow key={`activity.${c.key}`} record={record} model={model} activity={activity} required={c.required} /> : <ConditionRow key={`${c.kind}.${c.key}`} record={record} condition={c} />;
        })}
      </ul>
    </>
  );
}

/** What a task of a stage is about: the sub-stage with its items to tick, or the activity with who has said what. `part` is its key. */
export function AskedPart({ record, model, part }: { record: RecordFull; model: Model; part: string }) {
  const group = record.groups?.find((g) => g.key === part);
  const activity = record.activities?.find((a) => a.key === part);
  if (group) {
    const items = (record.checklist ?? []).filter((i) => i.group === part).map((i) => ({ kind: 'checklist' as const, key: i.key, text: i.name, met: i.done, required: i.required }));
    return (
      <div className="card checks">
        <GroupPart record={record} group={group} conditions={items} />
      </div>
    );
  }
  if (!activity) return null;
  return (
    <div className="card checks">
      <ul>
        <ActivityRow record={record} model={model} activity={activity} required alone />
      </ul>
    </div>
  );
}

function Due({ at, done, late }: { at: string | null | undefined; done: boolean; late?: boolean | undefined }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  if (!at || done) return null;
  return (
    <span className={`s ${format.dueState(at)}`}>
      {format.due(at)}
      {late ? ` · ${t('escalated')}` : ''}
    </span>
  );
}

/** A sub-stage: how far it is, whose it is, and its items. */
function GroupPart({ record, group, conditions }: { record: RecordFull; group: CheckGroup; conditions: readonly Condition[] }) {
  const { t } = useTranslation('record');
  const text = useText();
  const [handing, setHanding] = useState(false);
  const { data: me } = useSuspenseQuery(meQuery());
  const name = text(group.name, group.key);
  return (
    <section className="check-group" aria-label={name}>
      <header>
        <h3>{name}</h3>
        <span className={`s ${group.done ? 'ok' : ''}`}>{t('met', { met: group.met, of: group.of })}</span>
        <span className="sp" />
        <Due at={group.dueAt} done={group.done} late={group.late} />
        {group.hand ? (
          <button type="button" className="link s" onClick={() => setHanding(true)}>
            {t('hand')}
          </button>
        ) : null}
      </header>
      {group.who.length > 0 || !group.begun ? <p className="s">{group.begun ? group.who.map((p) => p.name).join(t('listSeparator')) : t('groupLater')}</p> : null}
      {text(group.help) ? <p className="s">{text(group.help)}</p> : null}
      <ul>
        {conditions.map((c) => (
          <ConditionRow key={c.key} record={record} condition={c} locked={!group.begun && !c.met} own={group.who.some((p) => p.id === me.user.id)} />
        ))}
      </ul>
      {handing ? <HandDialog record={record} what={{ key: group.key, name }} me={me.user.id} waits={group.who} asked={group.who.map((p) => p.id)} onClose={() => setHanding(false)} /> : null}
    </section>
  );
}

/** What other people are asked to do: by one of them, or by each. `alone` it stands unfolded over a button that finishes it. */
function ActivityRow({ record, model, activity, required, alone = false }: { record: RecordFull; model: Model; activity: Activity; required: boolean; alone?: boolean }) {
  const { t } = useTranslation('record');
  const text = useText();
  const errorText = useErrorText();
  const [open, setOpen] = useState(alone);
  const [busy, setBusy] = useState(false);
  const [dialog, setDialog] = useState<'result' | 'hand'>();
  const { data: me } = useSuspenseQuery(meQuery());
  const name = text(activity.name, activity.key);
  const waits = activity.done ? [] : activity.people.filter((p) => !activity.each || !p.done);
  const own = activity.people.find((p) => p.id === me.user.id);
  // One who may edit does it for all, where one of them is enough; what each must do is each one's own.
  const does = !alone && (activity.each ? Boolean(activity.mine) : !activity.done && (Boolean(activity.mine) || record.can.edit));
  const undoes = activity.each ? Boolean(own?.done) : activity.done && (record.can.edit || activity.who.includes(me.user.id));
  const say = async (done: boolean) => {
    setBusy(true);
    try {
      putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/activities/${activity.key}`, { done }, { key: operationKey() }));
      refreshTasks();
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  const count = activity.people.filter((p) => p.done).length;
  return (
    <li className="activity">
      <div className="row">
        <span className={`mark ${activity.done ? 'done' : ''}`} role="img" aria-label={activity.done ? t('isMet') : t('isMissing')}>
          {activity.done ? <Icon name="check" size={10} /> : null}
        </span>
        <button type="button" className="link plain sp" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className={activity.done ? 'dim' : ''}>{name}</span>
          {required ? null : <span className="s"> {t('optional')}</span>}
        </button>
        {activity.each && activity.people.length > 0 ? <span className="s">{t('peopleDone', { n: count, of: activity.people.length })}</span> : null}
        <Due at={activity.dueAt} done={activity.done} late={activity.late} />
      </div>
      {does || undoes || activity.hand || (!activity.asked && record.can.edit) ? (
        <div className="row acts">
          {does ? (
            <button type="button" className="link s" disabled={busy} onClick={() => (activity.fields?.length ? setDialog('result') : void say(true))}>
              {t('activityFinish')}
            </button>
          ) : null}
          {undoes ? (
            <button type="button" className="link s" disabled={busy} onClick={() => void say(false)}>
              {t('activityUndo')}
            </button>
          ) : null}
          {!activity.asked && record.can.edit ? (
            <button type="button" className="link s" disabled={busy} onClick={() => void say(false)}>
              {t('activityAsk')}
            </button>
          ) : null}
          {activity.hand ? (
            <button type="button" className="link s" onClick={() => setDialog('hand')}>
              {t('hand')}
            </button>
          ) : null}
        </div>
      ) : null}
      {open ? (
        <div className="doing">
          {text(activity.help) ? <p className="s">{text(activity.help)}</p> : null}
          <ul>
            {activity.people.map((p) => (
              <DoingRow key={p.id} person={p} activity={activity} />
            ))}
          </ul>
        </div>
      ) : null}
      {dialog === 'result' ? <ResultDialog record={record} model={model} activity={activity} onClose={() => setDialog(undefined)} /> : null}
      {dialog === 'hand' ? <HandDialog record={record} what={{ key: activity.key, name }} me={me.user.id} waits={waits} asked={activity.who} onClose={() => setDialog(undefined)} /> : null}
    </li>
  );
}

function DoingRow({ person, activity }: { person: Doing; activity: Activity }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const said = (activity.fields ?? []).filter((f) => person.result?.[f.key] !== undefined && person.result[f.key] !== null);
  return (
    <li>
      <div className="row">
        <span className="sp">{person.name}</span>
        <span className={`s ${person.done ? 'ok' : ''}`}>{person.done ? (person.at ? format.moment(person.at) : t('isMet')) : person.tries ? t('triedTimes', { n: person.tries }) : t('isOpen')}</span>
      </div>
      {said.map((f) => (
        <p className="s said" key={f.key}>
          {text(f.name, f.key)} <Value form={{ key: activity.key, name: activity.name, fields: activity.fields ?? [] }} field={f.key} value={person.result?.[f.key]} />
        </p>
      ))}
    </li>
  );
}

function ConditionRow({ record, condition, locked = false, own = false }: { record: RecordFull; condition: Condition; locked?: boolean; own?: boolean }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const errorText = useErrorText();
  // Shown as ticked at once; the server's answer settles it.
  const [wanted, setWanted] = useState<boolean>();
  const item = condition.kind === 'checklist' ? record.checklist?.find((i) => i.key === condition.key) : undefined;
  const tick = async (done: boolean) => {
    setWanted(done);
    try {
      putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/checklist/${condition.key}`, { done }, { key: operationKey() }));
      if (record.groups?.length) refreshTasks();
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setWanted(undefined);
    }
  };
  const note = item?.done && item.by ? `${nameOf(item.by)}${item.at ? ` ${format.moment(item.at)}` : ''}` : '';
  const words = (
    <>
      <span className={condition.met ? 'dim' : ''}>
        {text(condition.text, condition.key)}
        {condition.required ? null : <span className="s"> {t('optional')}</span>}
      </span>
      {note ? <span className="s note">{note}</span> : null}
    </>
  );
  if (item) {
    return (
      <li>
        <label>
          <input type="checkbox" checked={wanted ?? condition.met} disabled={locked || !(record.can.edit || own)} onChange={(e) => void tick(e.target.checked)} />
          {words}
        </label>
        {text(item.help) ? <p className="s help">{text(item.help)}</p> : null}
      </li>
    );
  }
  const place = condition.path ? fieldPath(condition.path) : undefined;
  return (
    <li>
      <span className={`mark ${condition.met ? 'done' : ''}`} role="img" aria-label={condition.met ? t('isMet') : t('isMissing')}>
        {condition.met ? <Icon name="check" size={10} /> : null}
      </span>
      {place && !condition.met ? (
        <button type="button" className="link" onClick={() => showField(topField(place))}>
          {text(condition.text, condition.key)}
        </button>
      ) : (
        words
      )}
    </li>
  );
}
