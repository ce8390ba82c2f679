import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { drawFlow, type Mark } from '@/ui/flowDrawing';
import { FlowDrawing } from '@/ui/FlowDrawing';
import { useFlowWords } from '@/ui/flowWords';
import { Icon } from '@/ui/Icon';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useMedia } from '@/ui/useMedia';
import type { Definition, Process } from '@/model/definition';
import { splitKeyPath } from '@/model/path';
import { diffQuery, releaseQuery, releasesQuery, type Release } from '../api';
import { useDefinition, useDraft, useNameOf, usePlaceInDesigner, useSelection } from '../context';
import { useCalled } from '../controls/Who';
import { DiffList } from '../publish/Diff';
import { differencesOf, marksOf, processesOf } from './differences';

/** A release by its number, or the draft. */
type Side = number | 'draft';

/** The flow as it is and as it is to be, next to each other: what was added, removed and changed is marked on both, and told in words. */
export function ComparePage() {
  const { t } = useTranslation('designer');
  const { app } = usePlaceInDesigner();
  const releases = useQuery(releasesQuery(app));
  if (releases.error) return <ErrorBox error={releases.error} onRetry={() => void releases.refetch()} />;
  if (!releases.data) return <Skeleton rows={6} />;
  const first = releases.data.find((r) => r.live) ?? releases.data[0];
  if (!first) {
    return (
      <div className="d-empty">
        <Empty title={t('compareNothing')} text={t('compareNothingText')} />
      </div>
    );
  }
  return <Compare app={app} releases={releases.data} first={first.n} />;
}

/** The definition of a side; undefined while it loads. */
function useSide(app: string, side: Side): { def: Definition | undefined; error: Error | null; retry: () => void } {
  const draft = useDefinition();
  const release = useQuery({ ...releaseQuery(app, side === 'draft' ? 0 : side), enabled: side !== 'draft' });
  if (side === 'draft') return { def: draft, error: null, retry: () => undefined };
  return { def: release.data?.definition, error: release.error, retry: () => void release.refetch() };
}

function Compare({ app, releases, first }: { app: string; releases: readonly Release[]; first: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { at, select } = useSelection();
  const { go } = usePlaceInDesigner();
  const rev = useDraft((s) => s.rev);
  const [asIs, setAsIs] = useState<Side>(first);
  const [toBe, setToBe] = useState<Side>('draft');
  const from = useSide(app, asIs);
  const to = useSide(app, toBe);
  const diff = useQuery({ ...diffQuery(app, asIs, toBe, rev), placeholderData: (last) => last });
  const processes = processesOf(from.def, to.def);
  const parts = splitKeyPath(at);
  const process = processes.find((p) => parts[0] === 'processes' && p.key === parts[1]) ?? processes[0];
  const key = process?.key ?? '';
  const sides = [from.def, to.def].map((d) => d?.processes?.find((p) => p.key === key));
  const marks = marksOf(diff.data ?? [], sides, key);
  const chosen = parts.length === 4 && parts[1] === key ? at : undefined;
  const items = differencesOf(diff.data ?? [], sides, key, chosen);
  const failed = [from, to].find((s) => s.error);
  const options = [
    { value: 'draft' as Side, label: t('compareDraft') },
    ...releases.map((r) => ({ value: r.n as Side, label: `v${r.n}${r.live ? ` · ${t('liveNow')}` : ''}${r.note ? ` · ${r.note}` : ''}` })),
  ];
  const side = (i: 0 | 1, label: string, value: Side, onChange: (v: Side) => void, def: Definition | undefined) => (
    <section className="d-compareside" aria-label={label}>
      <header>
        <h3>{label}</h3>
        <Select size="small" aria-label={label} value={value} options={options} onChange={onChange} popupMatchSelectWidth={false} />
      </header>
      {def ? <Picture def={def} process={sides[i]} marks={marks} selected={chosen} label={`${label}: ${nameOf(sides[i])}`} onSelect={(path) => select(path === chosen ? `/processes/${key}` : path)} /> : <Skeleton rows={4} />}
    </section>
  );
  const thing = chosen === undefined ? undefined : nameOf(thingAt(to.def, chosen) ?? thingAt(from.def, chosen));
  return (
    <div className="d-compare">
      <header className="d-bar">
        <h2>{t('compare')}</h2>
        <Select
          aria-label={t('word_process')}
          value={key}
          options={processes.map((p) => ({ value: p.key, label: nameOf(p) }))}
          onChange={(k) => select(`/processes/${k}`)}
          popupMatchSelectWidth={false}
        />
        <Legend />
        <span className="sp" />
        <Button type="text" size="small" onClick={() => go('flow', sides[1] ? `/processes/${key}` : undefined)}>
          {t('backToFlow')}
        </Button>
        {toBe === 'draft' ? (
          <Button size="small" icon={<Icon name="right" size={12} />} onClick={() => go('publish')}>
            {t('promote')}
          </Button>
        ) : null}
      </header>
      {failed ? <ErrorBox error={failed.error} onRetry={failed.retry} /> : null}
      <div className="d-comparesides">
        {side(0, t('asIs'), asIs, setAsIs, from.def)}
        {side(1, t('toBe'), toBe, setToBe, to.def)}
      </div>
      <section className="d-comparewords" aria-label={t('diffTitle')}>
        <header>
          <h3>{thing === undefined ? t('diffTitle') : t('compareOf', { name: thing })}</h3>
          {chosen === undefined ? (
            <span className="s">{t('compareChoose')}</span>
          ) : (
            <button type="button" className="link s" onClick={() => select(`/processes/${key}`)}>
              {t('compareAll')}
            </button>
          )}
        </header>
        <div role="status">
          {diff.error ? <ErrorBox error={diff.error} onRetry={() => void diff.refetch()} /> : diff.data ? <DiffList items={items} /> : <Skeleton rows={2} />}
        </div>
      </section>
    </div>
  );
}

function thingAt(def: Definition | undefined, path: string): { key: string; name?: unknown } | undefined {
  const [, key, list, thing] = splitKeyPath(path);
  const process = def?.processes?.find((p) => p.key === key);
  return list === 'stages' ? process?.stages.find((s) => s.key === thing) : process?.transitions?.find((x) => x.key === thing);
}

const LEGEND: readonly [Mark, 'plus' | 'minus' | 'tilde', string][] = [
  ['added', 'plus', 'ok'],
  ['removed', 'minus', 'bad'],
  ['changed', 'tilde', 'warn'],
];

function Legend() {
  const { t } = useTranslation('designer');
  return (
    <span className="d-comparelegend s">
      {LEGEND.map(([mark, icon, colour]) => (
        <span key={mark} className={colour}>
          <Icon name={icon} size={12} />
          {t(`diff_${mark}`)}
        </span>
      ))}
    </span>
  );
}

interface PictureProps {
  def: Definition;
  process: Process | undefined;
  marks: ReadonlyMap<string, Mark>;
  selected: string | undefined;
  label: string;
  onSelect: (path: string) => void;
}

function Picture({ def, process, marks, selected, label, onSelect }: PictureProps) {
  const { t } = useTranslation('designer');
  const words = useFlowWords(def, useCalled());
  const wide = useMedia('(min-width: 1680px)');
  if (!process) return <p className="d-fine s">{t('compareNotThere')}</p>;
  // Both stand by the automatic layout: what was only moved on the canvas is no difference.
  const drawing = drawFlow(def, process, words, { columns: wide ? 3 : 2, auto: true, marks, markName: (m) => t(`diff_${m}`), ...(selected === undefined ? {} : { selected }) });
  return <FlowDrawing drawing={drawing} label={label} onSelect={onSelect} selected={selected} />;
}
