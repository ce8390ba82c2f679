import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Bone } from '@/ui/States';
import type { Release } from '../api';
import { useDraft } from '../context';
import { IconButton } from '../controls/Row';
import { Between, Diff } from './Diff';

/** What changed, in words: from what is live to the draft, or between any two that are chosen. */
export function Changes({ app, releases }: { app: string; releases: readonly Release[] | undefined }) {
  const { t } = useTranslation('designer');
  const rev = useDraft((s) => s.rev);
  const [chosen, setChosen] = useState<{ from?: number | 'draft'; to?: number | 'draft' }>({});
  const from = chosen.from ?? releases?.find((r) => r.live)?.n;
  const to = chosen.to ?? 'draft';
  const options: { value: number | 'draft'; label: string; note: string }[] = [
    { value: 'draft', label: t('draftNow'), note: '' },
    ...(releases ?? []).map((r) => ({ value: r.n, label: `v${r.n}${r.live ? ` · ${t('liveNow')}` : ''}`, note: r.note })),
  ];
  const side = (label: string, value: number | 'draft', take: (value: number | 'draft') => void) => (
    <Select
      size="small"
      aria-label={label}
      value={value}
      options={options}
      optionRender={(o) => (
        <>
          {o.label} {o.data.note ? <span className="s">{o.data.note}</span> : null}
        </>
      )}
      styles={{ popup: { root: { maxWidth: 320 } } }}
      onChange={take}
      popupMatchSelectWidth={false}
    />
  );
  return (
    <section className="card" aria-label={t('diffTitle')}>
      <header>
        <h2>{t('diffTitle')}</h2>
        <span className="sp" />
        {from === undefined ? null : (
          <span className="d-between">
            {side(t('diffFrom'), from, (v) => setChosen({ from: v, to }))}
            <IconButton icon="swap" label={t('diffSwap')} onClick={() => setChosen({ from: to, to: from })} />
            {side(t('diffTo'), to, (v) => setChosen({ from, to: v }))}
          </span>
        )}
      </header>
      {releases === undefined ? (
        <p className="d-fine">
          <Bone width={220} />
        </p>
      ) : from === undefined ? (
        <p className="d-fine s">{t('firstRelease')}</p>
      ) : to === 'draft' ? (
        <Diff app={app} from={from} rev={rev} />
      ) : (
        <Between app={app} from={from} to={to} rev={rev} />
      )}
    </section>
  );
}
