import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Modal, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operationKey } from '@/api/client';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { useTypeName } from '../form/types';
import {
  getPlan,
  getPreview,
  startMigration,
  type Behind,
  type Migration,
  type MigrationAsk,
  type MigrationChange,
  type MigrationPreview,
  type MigrationThing,
} from './migrations';

/** The plan of a migration: what becomes of each thing, what would change for each record, and the start. */
export function MigrationPlanDialog(props: { app: string; behind: Behind; onClose: () => void; onStarted: (m: Migration) => void }) {
  const { app, behind, onClose, onStarted } = props;
  const { t } = useTranslation('designer');
  const text = useText();
  const errorText = useErrorText();
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [closed, setClosed] = useState(false);
  const [skip, setSkip] = useState<ReadonlySet<string>>(new Set());
  // One key a dialog: a start whose answer was lost is not a second one.
  const [key] = useState(operationKey);
  const ask = useMemo<MigrationAsk>(() => ({ form: behind.form, from: behind.release, mapping, closed }), [behind, mapping, closed]);
  const plan = useQuery({ queryKey: ['migrationPlan', app, ask], queryFn: () => getPlan(app, ask), placeholderData: keepPreviousData });
  const run = useMutation({ mutationFn: () => startMigration(app, ask, [...skip], key), onSuccess: onStarted });
  const choose = (path: string, to: string | undefined) =>
    setMapping((was) => {
      const rest = Object.entries(was).filter(([k]) => k !== path);
      return Object.fromEntries(to === undefined ? rest : [...rest, [path, to]]);
    });
  const things = plan.data?.things ?? [];
  const open = things.filter((x) => x.fate === 'choose' && x.kind === 'stage' && (x.records ?? 0) > 0);
  const count = Math.max(0, (plan.data?.total ?? 0) - skip.size);

  return (
    <Modal
      open
      width={880}
      className="d-migration"
      title={t('migPlanTitle', { name: text(behind.name, behind.form), from: behind.release, to: behind.live })}
      onCancel={onClose}
      maskClosable={false}
      footer={
        <div className="d-migfoot">
          <Checkbox checked={closed} onChange={(e) => setClosed(e.target.checked)}>
            {t('migClosed')}
          </Checkbox>
          <span className="sp" />
          {open.length > 0 ? <span className="bad">{t('migOpen', { count: open.length })}</span> : null}
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="primary" disabled={open.length > 0 || count === 0 || plan.isFetching} loading={run.isPending} onClick={() => run.mutate()}>
            {t('migStart', { count })}
          </Button>
        </div>
      }
    >
      {run.error ? (
        <p className="bad" role="alert">
          {errorText(run.error)}
        </p>
      ) : null}
      <h3>{t('migPlan')}</h3>
      {plan.error ? (
        <ErrorBox error={plan.error} onRetry={() => void plan.refetch()} />
      ) : plan.data ? (
        <>
          {things.length === 0 ? <p className="s">{t('migNothing')}</p> : null}
          <ul className="d-things">
            {[...things].sort(byUrgency).map((thing, i) => (
              <Thing key={thing.path ?? `${thing.kind} ${i}`} thing={thing} chosen={thing.path === undefined ? undefined : mapping[thing.path]} onChoose={choose} />
            ))}
          </ul>
          {plan.data.same > 0 ? <p className="s">{t('migSame', { count: plan.data.same })}</p> : null}
        </>
      ) : (
        <Skeleton rows={3} height={34} />
      )}
      <Preview
        app={app}
        ask={ask}
        total={plan.data?.total}
        skip={skip}
        onSkip={(id, out) =>
          setSkip((was) => {
            const next = new Set(was);
            if (out) next.add(id);
            else next.delete(id);
            return next;
          })
        }
      />
    </Modal>
  );
}

const URGENCY = { choose: 0, lost: 1, mapped: 2 } as const;

function byUrgency(a: MigrationThing, b: MigrationThing): number {
  return URGENCY[a.fate] - URGENCY[b.fate];
}

function Thing({ thing, chosen, onChoose }: { thing: MigrationThing; chosen: string | undefined; onChoose: (path: string, to: string | undefined) => void }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const typeName = useTypeName();
  const { path } = thing;
  const choices = (thing.choices ?? []).map((c) => ({ value: c.key, label: text(c.name, c.key) }));
  const name = text(thing.name, thing.path ?? '');
  return (
    <li className={thing.fate}>
      <span className="d-thingkind">{t(`migKind_${thing.kind}`)}</span>
      <span className="d-thingname">
        {name}
        {(thing.records ?? 0) > 0 ? <span className="s"> {t('migRecords', { count: thing.records })}</span> : null}
      </span>
      <span className="d-thingto">
        <Icon name="arrowSmall" size={14} className="dim" />
        {path !== undefined && choices.length > 0 ? (
          <Select
            size="small"
            aria-label={t('migChoiceFor', { kind: t(`migKind_${thing.kind}`), name })}
            value={chosen ?? thing.to ?? null}
            status={thing.fate === 'choose' ? 'error' : undefined}
            placeholder={t(thing.fate === 'choose' ? 'migChoose' : thing.kind === 'value' ? 'migReport' : 'migLeave')}
            options={choices}
            allowClear={chosen !== undefined}
            onChange={(to: string | null | undefined) => onChoose(path, to ?? undefined)}
            popupMatchSelectWidth={false}
          />
        ) : (
          <span>{thing.fate === 'mapped' ? text(thing.toName, thing.to) : t('migGone')}</span>
        )}
      </span>
      {thing.note ? (
        <p className="s">
          {thing.typeWas && thing.typeIs ? `${typeName(thing.typeWas)} → ${typeName(thing.typeIs)} · ` : null}
          {text(thing.note)}
        </p>
      ) : null}
    </li>
  );
}

function Preview(props: {
  app: string;
  ask: MigrationAsk;
  total: number | undefined;
  skip: ReadonlySet<string>;
  onSkip: (id: string, out: boolean) => void;
}) {
  const { app, ask, total, skip, onSkip } = props;
  const { t } = useTranslation('designer');
  const query = useInfiniteQuery({
    queryKey: ['migrationPreview', app, ask],
    queryFn: ({ pageParam }) => getPreview(app, ask, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
  });
  const list = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      <h3>
        {t('migPreview')} {total === undefined ? null : <span className="s">{total}</span>}
      </h3>
      {query.error ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton rows={4} height={34} /> : null}
      {query.isSuccess && list.length === 0 ? <p className="s">{t('migNoRecords')}</p> : null}
      <ul className="d-previews" aria-busy={query.isFetching}>
        {list.map((p) => (
          <Row key={p.id} record={p} out={skip.has(p.id)} onSkip={onSkip} />
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('migMore')}
        </Button>
      ) : null}
    </>
  );
}

function Row({ record, out, onSkip }: { record: MigrationPreview; out: boolean; onSkip: (id: string, out: boolean) => void }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const title = record.title || record.id;
  return (
    <li className={out ? 'out' : undefined}>
      <Checkbox checked={!out} onChange={(e) => onSkip(record.id, !e.target.checked)} aria-label={t('migTake', { title })} />
      <div>
        <b>{title}</b>
        {record.unread ? <span className="s"> {t('migUnread')}</span> : null}
        {record.problems.length > 0 ? (
          <ul className="d-migproblems">
            {record.problems.map((p) => (
              <li key={p.path + p.code} className="bad">
                <Icon name="error" size={14} /> {text(p.message)}
              </li>
            ))}
          </ul>
        ) : record.message ? (
          <p className="bad">{text(record.message)}</p>
        ) : record.changes.length === 0 ? (
          <span className="s"> {t('migWould')}</span>
        ) : (
          <ul className="d-migchanges">
            {record.changes.map((c, i) => (
              <li key={i}>
                <Change change={c} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

function Change({ change }: { change: MigrationChange }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const format = useFormat();
  const none = t('migEmpty');
  if (change.kind === 'due') {
    const when = (at: string | null | undefined) => (at ? format.moment(at) : none);
    return (
      <>
        {text(change.name)}: {when(change.dueWas)} → {when(change.dueIs)}
      </>
    );
  }
  const name = change.kind === 'stage' ? t('migKind_stage') : text(change.name);
  if (change.text) {
    return (
      <>
        {name}: {text(change.text)}
      </>
    );
  }
  return (
    <>
      {name}: {text(change.from) || none} → {text(change.to) || none}
    </>
  );
}
