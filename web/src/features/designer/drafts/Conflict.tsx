import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '@/api/queries';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { isObject, joinKeyPath } from '@/model/path';
import type { Clash } from '@/model/threeWay';
import type { Text } from '@/model/definition';
import { clashesQuery, type MergeConflict } from '../api';
import { useDraft, useDraftStore } from '../context';
import { usePlaceText } from '../ProblemDrawer';
import { SideWords } from './SideWords';

type Side = 'mine' | 'theirs';
const idOf = (at: readonly string[]) => joinKeyPath(at);

/**
 * Somebody else saved the same draft. What each changed alone is already together; where both changed the same, the person chooses, place by
 * place. Nothing is lost either way: every save stays in the history.
 */
export function Conflict() {
  const { t } = useTranslation('designer');
  const conflict = useDraft((s) => s.conflict);
  const { actions } = useDraftStore();
  const [chosen, setChosen] = useState<Record<string, Side>>({});
  useJoinedToast();
  const told = useClashWords();
  if (!conflict) return null;
  const name = conflict.by?.name ?? t('somebody');
  const open = conflict.clashes.filter((c) => !chosen[idOf(c.at)]).length;
  const rest = (side: Side) => setChosen({ ...Object.fromEntries(conflict.clashes.map((c) => [idOf(c.at), side])), ...chosen });
  const done = () => {
    void actions.resolve((at) => chosen[idOf(at)] ?? 'mine');
    setChosen({});
  };
  return (
    <section className="d-conflict" role="alert" aria-label={t('conflictTitle')}>
      <Icon name="alert" />
      <span className="sp">{t('conflict', { name, count: conflict.clashes.length })}</span>
      <Button size="small" onClick={() => void actions.takeTheirs()}>
        {t('takeTheirs')}
      </Button>
      {conflict.clashes.length > 1 && open > 0 ? (
        <>
          <Button size="small" onClick={() => rest('mine')}>
            {t('restMine', { count: open })}
          </Button>
          <Button size="small" onClick={() => rest('theirs')}>
            {t('restTheirs', { count: open, name })}
          </Button>
        </>
      ) : null}
      <Button size="small" type="primary" disabled={open > 0} onClick={done}>
        {open > 0 ? t('chooseFirst', { count: open }) : t('joinBoth')}
      </Button>
      <ul>
        {conflict.clashes.map((c) => (
          <OneClash
            key={idOf(c.at)}
            clash={c}
            told={told?.find((x) => x.path === idOf(c.at))}
            waiting={told === undefined}
            name={name}
            side={chosen[idOf(c.at)]}
            onChoose={(side) => setChosen({ ...chosen, [idOf(c.at)]: side })}
          />
        ))}
      </ul>
    </section>
  );
}

/** The clashes in words, by the server, which tells changes everywhere else; none where it cannot, undefined while it is asked. */
function useClashWords(): readonly MergeConflict[] | undefined {
  const store = useDraftStore();
  const app = useDraft((s) => s.app);
  const rev = useDraft((s) => s.rev);
  const theirs = useDraft((s) => s.conflict?.rev);
  const query = useQuery({ ...clashesQuery(app, rev, theirs ?? 0, () => store.getState().history.now), enabled: theirs !== undefined });
  return query.isError ? [] : query.data;
}

interface ClashProps {
  clash: Clash;
  told: MergeConflict | undefined;
  waiting: boolean;
  name: string;
  side: Side | undefined;
  onChoose: (side: Side) => void;
}

function OneClash({ clash, told, waiting, name, side, onChoose }: ClashProps) {
  const { t } = useTranslation('designer');
  const text = useText();
  const placeText = usePlaceText();
  const words = useValueWords();
  const path = idOf(clash.at);
  const option = (which: Side, label: string) => (
    <label className={side === which ? 'on' : ''}>
      <input type="radio" name={path} checked={side === which} onChange={() => onChoose(which)} />
      <b>{label}</b>
      <span className="d-clashwords">
        {told ? (
          <SideWords conflict={told} side={which} told={text(which === 'mine' ? told.mineText : told.theirsText, '')} />
        ) : waiting ? (
          '…'
        ) : (
          words(which === 'mine' ? clash.mine : clash.theirs)
        )}
      </span>
    </label>
  );
  return (
    <li>
      <fieldset>
        <legend>
          {told ? text(told.place, placeText(path)) : placeText(path)}
        </legend>
        {option('mine', t('mineIs'))}
        {option('theirs', t('theirsIs', { name }))}
      </fieldset>
    </li>
  );
}

/** A value of the definition in few words. */
function useValueWords(): (value: unknown) => string {
  const { t } = useTranslation('designer');
  const text = useText();
  return (value) => {
    if (value === undefined) return t('takenOut');
    if (typeof value === 'string') return value;
    if (Array.isArray(value) && value.every((v) => typeof v === 'string')) return value.join(', ').slice(0, 160);
    if (isObject(value)) {
      const named = value['name'] ?? value;
      const shown = text(named as Text);
      if (shown) return shown;
    }
    return JSON.stringify(value).slice(0, 160);
  };
}

/** Says whose changes came in while one was editing. */
function useJoinedToast(): void {
  const { t } = useTranslation('designer');
  const joined = useDraft((s) => s.joined);
  const { data: me } = useQuery(meQuery());
  const told = useRef(joined?.n ?? 0);
  const mine = me?.user.id;
  useEffect(() => {
    if (!joined || joined.n === told.current) return;
    told.current = joined.n;
    // A save whose answer was lost comes back as one's own.
    if (joined.by && joined.by.id !== mine) toast(t('joined', { name: joined.by.name }));
  }, [joined, mine, t]);
}
