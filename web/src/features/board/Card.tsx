import { Link, useNavigate } from '@tanstack/react-router';
import { Dropdown } from 'antd';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { present } from '@/api/base';
import { usePeople } from '@/api/people';
import type { BoardColumn, RecordItem } from '@/api/types';
import { readRef } from '@/fields/ref';
import type { Process } from '@/model/definition';
import { fieldOf, rest, stageOf, wholeDays, type Model } from '@/records/model';
import { Avatar } from '@/ui/Avatar';
import { useThing } from '@/ui/drag';
import { daysSince, isMoney } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { findLoaded, type Moves } from './useMoves';

interface Props {
  model: Model;
  process: Process;
  record: RecordItem;
  columns: BoardColumn[];
  moves: Moves;
  waiting: boolean;
}

/** One record: drag it, move it by menu, or pick it up with the space bar. */
export function Card({ model, process, record, columns, moves, waiting }: Props) {
  const { t } = useTranslation('board');
  const text = useText();
  const navigate = useNavigate();
  const { ref, isDragging } = useThing(record.id);
  const [picked, setPicked] = useState<string>();
  const refusal = moves.refusals.get(record.id);
  const stageName = (key: string) => text(columns.find((c) => c.stage === key)?.name ?? stageOf(process, key)?.name, key);

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const at = columns.findIndex((c) => c.stage === (picked ?? record.stage));
    if (event.key === 'Enter' && picked === undefined) void navigate({ to: '/r/$id', params: { id: record.id } });
    else if (event.key === ' ' || (event.key === 'Enter' && picked !== undefined)) {
      if (picked === undefined) {
        setPicked(record.stage);
        moves.say(t('pickedUp', { title: record.title, stage: stageName(record.stage ?? '') }));
      } else {
        setPicked(undefined);
        if (picked !== record.stage) moves.drop(record.id, picked);
        else moves.say(t('putBack', { title: record.title }));
      }
    } else if (picked !== undefined && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      const next = columns[Math.min(columns.length - 1, Math.max(0, at + (event.key === 'ArrowRight' ? 1 : -1)))];
      if (next) {
        setPicked(next.stage);
        moves.say(t('over', { stage: stageName(next.stage) }));
      }
    } else if (event.key === 'Escape' && picked !== undefined) {
      setPicked(undefined);
      moves.say(t('putBack', { title: record.title }));
    } else return;
    event.preventDefault();
  };

  const targets = process.transitions?.filter((w) => !w.auto && (w.from.includes('*') || w.from.includes(record.stage ?? '')) && w.to !== record.stage) ?? [];
  return (
    <li>
      {/* The card is a group that takes the focus: its title is the link, the rest of it is a handle. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div
        ref={ref}
        id={`card-${record.id}`}
        className={`deal${isDragging ? ' gap' : ''}${picked !== undefined ? ' picked' : ''}${waiting ? ' waiting' : ''}`}
        role="group"
        aria-roledescription={t('card')}
        aria-label={record.title}
        aria-describedby="board-help"
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onKeyDown={onKey}
        onBlur={() => setPicked(undefined)}
        onClick={(e) => {
          // What is chosen in the menu stands elsewhere on the page, and comes here all the same.
          const target = e.target as HTMLElement;
          if (e.currentTarget.contains(target) && !target.closest('a, button')) void navigate({ to: '/r/$id', params: { id: record.id } });
        }}
      >
        <CardFace model={model} record={record} id={record.id} linked />
        <Dropdown
          autoFocus
          trigger={['click']}
          menu={{
            items: targets.map((w) => ({
              key: w.key,
              label: (
                <span className="row">
                  <span className="sp">{text(w.name) || t('moveTo', { stage: stageName(w.to) })}</span>
                  <span className="s">{stageName(w.to)}</span>
                </span>
              ),
              onClick: ({ domEvent }) => {
                domEvent.preventDefault(); // the key that chooses presses nothing in the dialog it opens
                moves.drop(record.id, w.to);
              },
            })),
          }}
        >
          <button type="button" className="ib move" aria-label={t('moveMenu', { title: record.title })}>
            <Icon name="more" size={14} />
          </button>
        </Dropdown>
        {picked !== undefined ? (
          <p className="to">
            <Icon name="arrow" size={14} />
            {picked === record.stage ? t('useArrows') : stageName(picked)}
          </p>
        ) : null}
      </div>
      {refusal ? (
        <div className="refusal" role="alert">
          <Icon name="lock" className="bad" />
          <div>
            <b>{refusal.title}</b>
            <p className="s">{refusal.text}</p>
            {refusal.ways.map((w) => (
              <button type="button" className="link s" key={w.key} onClick={() => moves.drop(record.id, w.key)}>
                {t('moveTo', { stage: w.name })}
              </button>
            ))}
          </div>
          <button type="button" className="ib" onClick={() => moves.forget(record.id)} aria-label={t('dismiss')}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ) : null}
    </li>
  );
}

/** What a card shows; also under the pointer while it is dragged. */
export function CardFace({ model, id, record: given, linked = false }: { model: Model; id: string; record?: RecordItem; linked?: boolean }) {
  const { t } = useTranslation('board');
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const record = given ?? findLoaded(id);
  if (!record) return null;
  const process = model.process(record.process) ?? model.processOf(record.form);
  const form = model.form(record.form);
  const value = process?.value ? record.data[process.value] : undefined;
  const account = form?.fields.find((f) => f.type === 'reference' && readRef(record.data[f.key]));
  const closing = process?.closing ? record.data[process.closing] : undefined;
  const next = nextStep(model, record);
  const [figure, unit] = isMoney(value) ? format.short(value) : ['', ''];
  const stage = stageOf(process, record.stage);
  const now = present();
  const idle = record.open && record.idleAt && Date.parse(record.idleAt) < now ? (rest(record, stage, now)?.days ?? daysSince(record.updatedAt, now)) : undefined;
  const over = record.open && record.dueAt && Date.parse(record.dueAt) < now && record.since ? daysSince(record.since, now) : undefined;
  const limit = wholeDays(stage?.due);
  const title = linked ? (
    <Link to="/r/$id" params={{ id: record.id }} tabIndex={-1} draggable={false}>
      {record.title}
    </Link>
  ) : (
    record.title
  );
  const date = next?.date ?? (typeof closing === 'string' ? closing : undefined);
  return (
    <>
      <h3 className="el">{title}</h3>
      <div className="l2">
        <span className="el">{account ? readRef(record.data[account.key])?.title : (record.number ?? '')}</span>
        {figure ? (
          <b>
            {figure}
            <u>{unit}</u>
          </b>
        ) : null}
      </div>
      <div className="l3">
        {record.owner ? <Avatar name={nameOf(record.owner)} /> : null}
        <span className="el">{next?.text ?? nameOf(record.owner)}</span>
        {date ? (
          <time dateTime={date} className={record.open && date < format.today() ? 'bad' : ''}>
            {record.open && date < format.today() ? <span className="hide">{t('past')}</span> : null}
            {format.day(date)}
          </time>
        ) : null}
      </div>
      {idle !== undefined || over !== undefined || record.approval ? (
        <div className="mk">
          {record.approval ? (
            <span className="acc el">
              <Icon name="stamp" size={14} />
              <span className="el">
                {text(record.approval.step)}
                {record.approval.waitingFor[0] ? ` · ${nameOf(record.approval.waitingFor[0])}` : ''}
              </span>
            </span>
          ) : null}
          {over !== undefined ? (
            <span className="bad">
              <Icon name="history" size={14} />
              {limit ? t('overDue', { days: over, limit }) : t('overDuePlain', { days: over })}
            </span>
          ) : idle !== undefined ? (
            <span className="warn">
              <Icon name="clock" size={14} />
              {t('idle', { days: idle })}
            </span>
          ) : null}
        </div>
      ) : null}
    </>
  );
}

/** The next step and its date, where the form has fields of those names. */
function nextStep(model: Model, record: RecordItem): { text: string; date?: string } | undefined {
  const form = model.form(record.form);
  const step = ['nextStep', 'nextAction'].find((k) => fieldOf(form, k)?.type === 'text');
  const day = ['nextDate', 'nextStepDate'].find((k) => fieldOf(form, k)?.type === 'date');
  const words = step ? record.data[step] : undefined;
  const date = day ? record.data[day] : undefined;
  if (typeof words !== 'string' || words === '') return undefined;
  return typeof date === 'string' && date !== '' ? { text: words, date } : { text: words };
}
