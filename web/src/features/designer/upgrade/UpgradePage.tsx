import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '@/api/queries';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { takeUpgrade, upgradeQuery, type MergeConflict, type Side, type Upgrade } from '../api';
import { useDraft, useDraftStore, useJump, usePlaceInDesigner } from '../context';
import { SideWords } from '../drafts/SideWords';
import { ProblemCounts, ProblemRows } from '../ProblemDrawer';
import { DiffList } from '../publish/Diff';
import './upgrade.css';

/** A newer version of the app's template: what is new, whose counts where both changed the same, and the way into the draft. */
export function UpgradePage() {
  const { t } = useTranslation('designer');
  const { app } = usePlaceInDesigner();
  const store = useDraftStore();
  const rev = useDraft((s) => s.rev);
  const state = useDraft((s) => s.state);
  const [choices, setChoices] = useState<Record<string, Side>>({});
  // The server merges what is saved.
  useEffect(() => void store.actions.flush(), [store]);
  const query = useQuery({ ...upgradeQuery(app, rev, choices), enabled: state === 'saved', placeholderData: keepPreviousData });
  if (query.error) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton rows={6} />;
  if (!query.data.available)
    return (
      <div className="d-empty">
        <Empty title={t('upgradeNone')} text={t('upgradeNoneText')} />
      </div>
    );
  return <Offer upgrade={query.data} busy={query.isFetching} choices={choices} onChoose={setChoices} />;
}

interface OfferProps {
  upgrade: Upgrade;
  /** The check of what was chosen last is still on its way. */
  busy: boolean;
  choices: Record<string, Side>;
  onChoose: (choices: Record<string, Side>) => void;
}

function Offer({ upgrade, busy, choices, onChoose }: OfferProps) {
  const { t } = useTranslation('designer');
  const text = useText();
  const errorText = useErrorText();
  const { app, go } = usePlaceInDesigner();
  const { actions } = useDraftStore();
  const open = upgrade.conflicts.filter((c) => !choices[c.path]).length;
  const take = useMutation({
    mutationFn: () => takeUpgrade(app, upgrade.rev, upgrade.to ?? '', choices),
    onSuccess: async () => {
      await actions.takeTheirs();
      toast(t('upgradeTaken'), { undo: actions.undo });
      void queryClient.invalidateQueries({ queryKey: ['apps'] });
      go('publish');
    },
  });
  // Once some are decided, a word for all is one for those that are left.
  const some = open > 0 && open < upgrade.conflicts.length;
  const all = (side: Side) => onChoose({ ...Object.fromEntries(upgrade.conflicts.map((c) => [c.path, side])), ...(some ? choices : {}) });
  return (
    <div className="d-scroll">
      <div className="d-upgrade">
        <section className="card d-upgradehead">
          <h2>{t('upgradeTitle', { name: text(upgrade.name, '') })}</h2>
          <p className="s">{t('upgradeText')}</p>
          <span className="row">
            <Button type="primary" disabled={open > 0 || busy} loading={take.isPending} onClick={() => take.mutate()}>
              {open > 0 ? t('upgradeOpen', { count: open }) : t('upgradeTake')}
            </Button>
          </span>
          {take.error ? (
            <p className="bad" role="alert">
              {errorText(take.error)}
            </p>
          ) : null}
        </section>
        <section className="card" aria-label={t('upgradeConflicts')}>
          <header>
            <h2>{t('upgradeConflicts')}</h2>
            <span className="s">{upgrade.conflicts.length}</span>
            <span className="sp" />
            {upgrade.conflicts.length > 1 ? (
              <>
                <Button size="small" onClick={() => all('mine')}>
                  {some ? t('upgradeRestMine', { count: open }) : t('upgradeAllMine')}
                </Button>
                <Button size="small" onClick={() => all('theirs')}>
                  {some ? t('upgradeRestTheirs', { count: open }) : t('upgradeAllTheirs')}
                </Button>
              </>
            ) : null}
          </header>
          <p className="d-fine s">{t(upgrade.conflicts.length === 0 ? 'upgradeNoConflicts' : 'upgradeConflictsText')}</p>
          {upgrade.conflicts.map((c) => (
            <OneConflict key={c.path} conflict={c} side={choices[c.path]} onChoose={(side) => onChoose({ ...choices, [c.path]: side })} />
          ))}
        </section>
        <section className="card">
          <header>
            <h2>{t('upgradeNew')}</h2>
            <span className="s">{upgrade.changes.length}</span>
          </header>
          <DiffList items={upgrade.changes} />
        </section>
        <section className="card">
          <header>
            <h2>{t('upgradeResult')}</h2>
            <ProblemCounts problems={upgrade.problems} />
          </header>
          {upgrade.problems.length > 0 ? <ProblemRows problems={upgrade.problems} /> : <p className="d-fine ok">{t('upgradeFine')}</p>}
        </section>
      </div>
    </div>
  );
}

function OneConflict({ conflict, side, onChoose }: { conflict: MergeConflict; side: Side | undefined; onChoose: (side: Side) => void }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const jump = useJump();
  const says = (which: Side | 'base', told: string) => <SideWords conflict={conflict} side={which} told={told} />;
  const option = (which: Side, label: string, told: string) => (
    <label className={side === which ? 'on' : ''}>
      <input type="radio" name={conflict.path} aria-label={label} checked={side === which} onChange={() => onChoose(which)} />
      <b>{label}</b>
      {says(which, told)}
    </label>
  );
  return (
    <fieldset className="d-upgradeconflict">
      <legend>
        <button type="button" className="link" onClick={() => jump(conflict.path)}>
          {text(conflict.place, conflict.path)}
        </button>
      </legend>
      {conflict.lines.length === 0 ? null : (
        <div className="d-upgradewas">
          <b>{t('upgradeWas')}</b>
          {says('base', '')}
        </div>
      )}
      {option('mine', t('upgradeMine'), text(conflict.mineText, ''))}
      {option('theirs', t('upgradeTheirs'), text(conflict.theirsText, ''))}
    </fieldset>
  );
}
