import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Page } from '@/api/types';
import { FlowCanvas, type FlowArrow, type FlowCard } from '@/ui/flow';
import { wrapLayout } from '@/ui/flowLayout';
import { Icon } from '@/ui/Icon';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useTriggerText } from '../automation/words';
import { useDefinition, useDraft, useNameOf, usePlaceInDesigner } from '../context';
import { inOrder, type SetsOff } from './triggers';

const CARD = { width: 200, height: 64 } as const;
const COLUMNS = 4;

/** How many cards can be read when all are shown at once, and how many are shown first when there are more. */
const READABLE = 24;
const FIRST = 12;

const nothing = () => undefined;

/** Which automation sets off which, drawn and listed; those that go round in a circle are marked. */
export function TriggerGraph() {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const def = useDefinition();
  const nameOf = useNameOf();
  const when = useTriggerText();
  const { go } = usePlaceInDesigner();
  const asked = useDeferredValue(def);
  const { data, error, refetch } = useQuery<Page<SetsOff>>({
    queryKey: ['triggers', app, asked],
    gcTime: 10_000,
    placeholderData: (last) => last,
    queryFn: ({ signal }) => api.post<Page<SetsOff>>(`/apps/${app}/draft/triggers`, { definition: asked }, { signal }),
  });
  const edges = useMemo(() => data?.items ?? [], [data]);
  const ids = useMemo(() => inOrder((def.automations ?? []).map((a) => a.key), edges), [def.automations, edges]);
  const places = useMemo(() => wrapLayout(ids, edges, CARD, COLUMNS), [ids, edges]);
  if (error) return <ErrorBox error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={6} />;
  if (edges.length === 0) return <Empty title={t('triggersNone')} text={t('triggersNoneText')} />;
  const automation = (key: string) => def.automations?.find((a) => a.key === key);
  const name = (key: string) => nameOf(automation(key) ?? { key });
  const looped = new Set(edges.filter((e) => e.loop).flatMap((e) => [e.from, e.to]));
  const open = (key: string) => go('automations', `/automations/${key}`);
  const cards = ids.map<FlowCard>((key) => {
    const auto = automation(key);
    return {
      id: key,
      ...(places.get(key) ?? { x: 0, y: 0 }),
      ...CARD,
      fixed: true,
      content: (
        <button type="button" className={`d-trigger${looped.has(key) ? ' loop' : ''}`} onClick={() => open(key)}>
          <b className="el">{name(key)}</b>
          <span className="s el">{auto ? when(auto) : ''}</span>
        </button>
      ),
    };
  });
  // One line for each pair, however many actions lead along it.
  const pairs = new Map(edges.map((e) => [`${e.from} ${e.to}`, e]));
  const arrows = [...pairs].map<FlowArrow>(([id, e]) => {
    const back = ids.indexOf(e.from) >= ids.indexOf(e.to);
    const same = edges.filter((x) => x.from === e.from && x.to === e.to);
    return { id, from: e.from, to: e.to, label: null, dashed: same.every((x) => x.later), on: same.some((x) => x.loop), out: back ? 'bottom' : 'right', in: back ? 'bottom' : 'left' };
  });
  return (
    <div className="d-triggers">
      <div className="d-flow">
        <FlowCanvas
          label={t('triggers')}
          cards={cards}
          arrows={arrows}
          fitKey={ids.join(' ')}
          begin={ids.length > READABLE ? top(ids, places) : undefined}
          onBackground={nothing}
          onMoved={nothing}
          onLinked={nothing}
          tools={(zoom) => (
            <div className="d-tools right">
              <button type="button" onClick={zoom.fit}>
                <Icon name="grid" size={14} />
                {t('triggersFit')}
              </button>
            </div>
          )}
        />
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it is reached by keyboard */}
      <ul className="d-triggerlist" aria-label={t('triggers')} tabIndex={0}>
        {edges.map((e) => (
          <li key={`${e.path} ${e.to} ${e.what}`}>
            <button type="button" onClick={() => go('automations', e.path)}>
              {name(e.from)}
            </button>
            <Icon name="right" size={12} />
            <button type="button" onClick={() => open(e.to)}>
              {name(e.to)}
            </button>
            <span className="s">{t(`sets_${e.what}`)}</span>
            {e.later ? <span className="tag">{t('triggersLater')}</span> : null}
            {e.loop ? <span className="tag bad">{t('triggersLoop')}</span> : null}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The cards that stand highest. */
function top(ids: readonly string[], places: ReadonlyMap<string, { x: number; y: number }>): string[] {
  const y = (id: string) => places.get(id)?.y ?? 0;
  return [...ids].sort((a, b) => y(a) - y(b)).slice(0, FIRST);
}
