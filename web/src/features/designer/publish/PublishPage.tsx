import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input, Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { calendarsQuery, queryClient } from '@/api/queries';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { countProblems } from '@/model/problem';
import { checkDraft, publish, releasesQuery, restore, type Release } from '../api';
import { useDefinition, useDraft, useDraftStore, usePlaceInDesigner } from '../context';
import { ProblemCounts, ProblemRows } from '../ProblemDrawer';
import { ranQuery } from '../tests/ran';
import { RanCard } from '../tests/RanCard';
import { UpgradeNotice } from '../upgrade/UpgradeNotice';
import { Backtest } from './Backtest';
import { Between } from './Diff';
import { Changes } from './Changes';
import { Migrations } from './Migrations';
import { askFor, powersQuery, waits } from './powers';
import { PowersCard } from './PowersCard';
import { Readers } from './Readers';

/** Check and publish: what is wrong, what changed, and what was published before. */
export function PublishPage() {
  const rev = useDraft((s) => s.rev);
  const { t } = useTranslation('designer');
  const store = useDraftStore();
  const { app } = usePlaceInDesigner();
  const problems = useDraft((s) => s.problems);
  const state = useDraft((s) => s.state);
  const releases = useQuery(releasesQuery(app));
  const live = releases.data?.find((r) => r.live);
  const check = useMutation({
    mutationFn: async () => {
      await store.actions.flush();
      return checkDraft(app);
    },
    onSuccess: (result) => store.actions.setProblems(result.problems),
  });
  const { mutate: runCheck } = check;
  useEffect(() => runCheck(), [runCheck]);
  const checked = check.isSuccess && state === 'saved';
  const counts = countProblems(problems);
  const next = Math.max(0, ...(releases.data ?? []).map((r) => r.n)) + 1;

  return (
    <div className="d-publish">
      <div className="d-publishmain">
        <UpgradeNotice />
        <section className="card">
          <header>
            <h2>{t('checkTitle')}</h2>
            {checked ? <ProblemCounts problems={problems} /> : <span className="s">{t('checking')}</span>}
            <span className="sp" />
            <Button size="small" icon={<Icon name="refresh" size={14} />} loading={check.isPending} onClick={() => runCheck()}>
              {t('checkAgain')}
            </Button>
          </header>
          {check.error ? <ErrorBox error={check.error} onRetry={() => runCheck()} /> : null}
          {problems.length > 0 ? (
            <ProblemRows problems={problems} />
          ) : check.error ? null : (
            // As many words while it is under way: what stands below stays where it is.
            <p className={`d-fine ${checked ? 'ok' : 's'}`}>{t(checked ? 'checkFine' : 'checkUnderWay')}</p>
          )}
        </section>
        <PowersCard app={app} rev={rev} />
        <Changes app={app} releases={releases.data} />
        <RanCard lead />
        {live ? <Backtest app={app} /> : null}
        <Migrations app={app} />
      </div>
      <aside className="d-panel" aria-label={t('publishTitle', { n: next })}>
        <header className="d-panelhead">
          <h2>{t('publishTitle', { n: next })}</h2>
        </header>
        <div className="d-panelbody">
          <PublishForm app={app} ready={checked} errors={counts.errors} warnings={counts.warnings} />
          <Releases app={app} list={releases.data} />
        </div>
      </aside>
    </div>
  );
}

function PublishForm({ app, ready, errors, warnings }: { app: string; ready: boolean; errors: number; warnings: number }) {
  const { t } = useTranslation(['designer', 'scenarios']);
  const store = useDraftStore();
  const rev = useDraft((s) => s.rev);
  const { data: ran } = useQuery(ranQuery(app, rev));
  const errorText = useErrorText();
  // What counts working days is sound without them, and a year is the company's to enter: said here, and in nobody's way.
  const counts = useDefinition().calendar !== undefined;
  const { data: calendars } = useQuery({ ...calendarsQuery(), enabled: counts });
  const missing = counts ? (calendars?.missing ?? []) : [];
  const [note, setNote] = useState('');
  const [accepted, setAccepted] = useState(false);
  const run = useMutation({
    mutationFn: async () => {
      if (!(await store.actions.flush())) throw new Error('unsaved');
      return publish(app, { note: note.trim(), acceptWarnings: accepted, rev: store.getState().rev });
    },
    onSuccess: (r) => {
      toast(r.same ? t('publishedSame', { n: r.release }) : t('published', { n: r.release }));
      store.actions.setBase(r.release);
      setNote('');
      setAccepted(false);
      afterPublish(app);
    },
    onError: (error) => {
      // The app's own scenarios are walked only now: what they say is in the refusal, and nowhere else.
      if (isApiError(error, 'check.failed'))
        store.actions.setProblems(error.details.map((d) => ({ ...d, severity: d.severity ?? 'error' })));
    },
  });
  const { data: powers } = useQuery(powersQuery(app, rev));
  const needed = powers?.needed ?? false;
  const waiting = powers !== undefined && waits(powers);
  const ask = useMutation({
    mutationFn: async () => {
      if (!(await store.actions.flush())) throw new Error('unsaved');
      await askFor(app, note.trim());
    },
    onSuccess: () => toast(t('powersAsked')),
  });
  const failed = needed ? ask.error : run.error;
  const blocked = errors > 0 || (warnings > 0 && !accepted) || note.trim() === '' || !ready;
  return (
    <form
      className="d-part"
      onSubmit={(e) => {
        e.preventDefault();
        if (!blocked && needed && !waiting) ask.mutate();
        else if (!blocked && !needed) run.mutate();
      }}
    >
      <label className="d-label" htmlFor="publish-note">
        {t('note')}
      </label>
      <Input.TextArea
        id="publish-note"
        autoSize={{ minRows: 3, maxRows: 8 }}
        value={note}
        placeholder={t('notePlaceholder')}
        onChange={(e) => setNote(e.target.value)}
      />
      <h3 className="d-ready">{t('readiness')}</h3>
      <ul className="d-readylist">
        <li className={errors > 0 ? 'bad' : 'ok'}>
          <Icon name={errors > 0 ? 'error' : 'checkCircle'} size={14} />
          {errors > 0 ? t('errorsBlock', { count: errors }) : t('noErrors')}
        </li>
        {warnings > 0 ? (
          <li className="warn">
            <Icon name="alert" size={14} />
            <span className="sp">{t('warnings', { count: warnings })}</span>
            <Checkbox checked={accepted} onChange={(e) => setAccepted(e.target.checked)}>
              {t('iKnow')}
            </Checkbox>
          </li>
        ) : null}
        {ran && ran.failed > 0 ? (
          <li className="bad">
            <Icon name="error" size={14} />
            {t('scenarios:readyFailed', { count: ran.failed })}
          </li>
        ) : null}
        {missing.length > 0 ? (
          <li className="warn">
            <Icon name="calendar" size={14} />
            {t('yearMissing', { years: missing.join(', ') })}
          </li>
        ) : null}
        <li className={note.trim() === '' ? 'dim' : 'ok'}>
          <Icon name={note.trim() === '' ? 'edit' : 'checkCircle'} size={14} />
          {t(note.trim() === '' ? 'noteNeeded' : 'noteThere')}
        </li>
      </ul>
      <Button type="primary" htmlType="submit" block disabled={blocked || (needed && waiting)} loading={run.isPending || ask.isPending}>
        {t(!needed ? 'publish' : waiting ? 'powersWaiting' : 'powersAsk')}
      </Button>
      <p className="s">{t('publishHint')}</p>
      {failed && !(errors === 0 && isApiError(failed, 'check.failed')) ? (
        <p className="bad" role="alert">
          {failed.message === 'unsaved' ? t('saveFailed') : errorText(failed)}
        </p>
      ) : null}
    </form>
  );
}

/** What is published is read anew everywhere: lists of apps, the live model, the history. */
function afterPublish(app: string) {
  for (const queryKey of [['releases', app], ['powers', app], ['apps'], ['me'], ['model', app], ['diff', app], ['migrations', app]])
    void queryClient.invalidateQueries({ queryKey });
}

function Releases({ app, list }: { app: string; list: readonly Release[] | undefined }) {
  const { t } = useTranslation('designer');
  const format = useFormat();
  const errorText = useErrorText();
  const { actions } = useDraftStore();
  const [chosen, setChosen] = useState<Release>();
  const live = list?.find((r) => r.live);
  const back = useMutation({
    mutationFn: async (n: number) => {
      await actions.flush();
      return restore(app, n);
    },
    onSuccess: (r) => {
      setChosen(undefined);
      toast(t('rolledBack', { n: r.release }));
      void actions.takeTheirs();
      afterPublish(app);
    },
  });
  return (
    <section className="d-part">
      <h3>{t('releases')}</h3>
      {list && list.length === 0 ? <p className="s">{t('noReleases')}</p> : null}
      <ul className="d-releases">
        {(list ?? []).map((r) => (
          <li key={r.n}>
            <b>v{r.n}</b>
            <span className="d-releasenote">
              <span>{r.note || t('noNote')}</span>
              <span className="s">
                {format.moment(r.at)} {r.by?.name ?? ''}
              </span>
              {r.live ? <Readers app={app} n={r.n} /> : null}
            </span>
            {r.live ? (
              <span className="tag ok">{t('liveNow')}</span>
            ) : (
              <button type="button" className="link" onClick={() => setChosen(r)}>
                {t('rollBack')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Modal
        open={chosen !== undefined}
        width={640}
        title={t('rollBackTitle', { n: chosen?.n ?? 0 })}
        okText={t('rollBack')}
        cancelText={t('cancel')}
        confirmLoading={back.isPending}
        onCancel={() => setChosen(undefined)}
        onOk={() => chosen && back.mutate(chosen.n)}
      >
        <p>{t('rollBackText')}</p>
        <p>{t('rollBackRecords')}</p>
        {chosen && live ? (
          <>
            <h3>{t('rollBackChanges')}</h3>
            {/* Changes scroll, by keyboard too. */}
            {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <div className="d-rollback" role="region" aria-label={t('rollBackChanges')} tabIndex={0}>
              <Between app={app} from={live.n} to={chosen.n} />
            </div>
          </>
        ) : null}
        {back.error ? (
          <p className="bad" role="alert">
            {errorText(back.error)}
          </p>
        ) : null}
      </Modal>
    </section>
  );
}
