import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { RecordFull, RecordItem, TransitionInfo } from '@/api/types';
import type { Process } from '@/model/definition';
import { move, recordPath } from '@/records/actions';
import { stageOf, type Model } from '@/records/model';
import { needsNothing } from '@/records/needs';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

/** Why a card came back, and where it may go instead. */
export interface Refusal {
  title: string;
  text: string;
  ways: { key: string; name: string }[];
}

export interface Moves {
  /** Cards shown in another column until the server agrees. */
  moved: ReadonlyMap<string, { record: RecordItem; to: string }>;
  refusals: ReadonlyMap<string, Refusal>;
  asking: { record: RecordFull; transition: TransitionInfo } | undefined;
  /** Spoken to screen readers. */
  said: string;
  say: (text: string) => void;
  drop: (id: string, stage: string) => void;
  cancel: () => void;
  done: (record: RecordFull) => void;
  forget: (id: string) => void;
}

/** A record out of any list that is loaded. */
export function findLoaded(id: string): RecordItem | undefined {
  for (const [, data] of queryClient.getQueriesData<{ pages?: { items: RecordItem[] }[] }>({ queryKey: ['records'] })) {
    for (const page of data?.pages ?? []) {
      const found = page.items.find((r) => r.id === id);
      if (found) return found;
    }
  }
  return undefined;
}

/** Moving cards: shown at once, asked when something is missing, back with the reason when refused. */
export function useMoves(model: Model, process: Process): Moves {
  const { t } = useTranslation('board');
  const text = useText();
  const errorText = useErrorText();
  const [moved, setMoved] = useState<ReadonlyMap<string, { record: RecordItem; to: string }>>(new Map());
  const [refusals, setRefusals] = useState<ReadonlyMap<string, Refusal>>(new Map());
  const [asking, setAsking] = useState<Moves['asking']>();
  const [said, say] = useState('');
  const stageName = useCallback((key: string | undefined) => text(stageOf(process, key)?.name, key), [process, text]);

  const back = useCallback((id: string) => setMoved((now) => new Map([...now].filter(([key]) => key !== id))), []);
  const forget = useCallback((id: string) => setRefusals((now) => new Map([...now].filter(([key]) => key !== id))), []);

  const settle = useCallback(
    async (record: RecordFull) => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['records', record.app, record.form] }),
        queryClient.invalidateQueries({ queryKey: ['board', record.app] }),
      ]);
      back(record.id);
    },
    [back],
  );

  const arrived = useCallback(
    (record: RecordFull, from: string | undefined) => {
      void settle(record);
      if (record.round && record.stage === from) {
        toast(t('submitted', { title: record.title }));
        say(t('submitted', { title: record.title }));
        return;
      }
      const there = stageName(record.stage);
      say(t('movedTo', { title: record.title, stage: there }));
      // Undo is offered where the process knows a way back that asks nothing.
      const form = model.form(record.form);
      const way = form ? record.transitions?.find((w) => w.to === from && w.allowed && w.ready && w.ask.length === 0 && !w.approval && !w.confirm) : undefined;
      toast(t('movedTo', { title: record.title, stage: there }), way ? { undo: () => void move(record.id, way.key, {}, operationKey()).then((r) => settle(r)) } : {});
    },
    [model, settle, stageName, t],
  );

  const refuse = useCallback(
    (record: RecordItem, to: string, reason: string, full?: RecordFull) => {
      back(record.id);
      const ways = (full?.transitions ?? []).filter((w) => w.allowed && !w.back && w.end !== 'lost').map((w) => ({ key: w.to, name: stageName(w.to) }));
      const title = t('refused', { from: stageName(record.stage), to: stageName(to) });
      setRefusals((now) => new Map(now).set(record.id, { title, text: reason, ways: ways.filter((w) => w.key !== to).slice(0, 2) }));
      say(`${title} ${reason}`);
    },
    [back, stageName, t],
  );

  const drop = useCallback(
    (id: string, to: string) => {
      const record = findLoaded(id);
      if (!record || record.stage === to) return;
      forget(id);
      setMoved((now) => new Map(now).set(id, { record, to }));
      void (async () => {
        let full: RecordFull | undefined;
        try {
          full = await api.get<RecordFull>(recordPath(id));
          queryClient.setQueryData(['record', id], full);
          const ways = (full.transitions ?? []).filter((w) => w.to === to);
          const way = ways.find((w) => w.allowed && w.ready) ?? ways.find((w) => w.allowed) ?? ways[0];
          const form = model.form(full.form);
          if (!way || !form) {
            refuse(record, to, full.round ? t('inApproval') : t('noWay'), full);
          } else if (!way.allowed) {
            refuse(record, to, way.missing.map((m) => text(m.message)).join(' ') || t('notYou'), full);
          } else if (needsNothing(form, process, way)) {
            arrived(await move(id, way.key, {}, operationKey()), record.stage);
          } else {
            setAsking({ record: full, transition: way });
          }
        } catch (error) {
          const reason = isApiError(error) && error.details.length > 0 ? error.details.map((d) => d.message).join(' ') : errorText(error);
          refuse(record, to, reason, full);
        }
      })();
    },
    [arrived, errorText, forget, model, process, refuse, t, text],
  );

  return useMemo(
    () => ({
      moved,
      refusals,
      asking,
      said,
      say,
      drop,
      forget,
      cancel: () => {
        if (asking) back(asking.record.id);
        setAsking(undefined);
      },
      done: (record: RecordFull) => {
        arrived(record, asking?.record.stage);
        setAsking(undefined);
      },
    }),
    [moved, refusals, asking, said, drop, forget, back, arrived],
  );
}
