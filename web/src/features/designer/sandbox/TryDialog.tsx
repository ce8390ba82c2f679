import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, DatePicker, Modal, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { openSandbox, sandboxesQuery, sandboxPath, type Sandbox } from '@/api/sandbox';
import { instantIn, wallClock } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { useDefinition, useDraftStore, usePlaceInDesigner } from '../context';
import { CopiesPart } from './CopiesPart';

/** Opens the draft in a sandbox, or goes on in one that is open. */
export function TryDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('sandbox');
  const { app, go } = usePlaceInDesigner();
  const store = useDraftStore();
  const text = useText();
  const errorText = useErrorText();
  const mine = useQuery(sandboxesQuery(app));
  const hasSample = mine.data?.sample ?? false;
  const [sample, setSample] = useState(true);
  const [copies, setCopies] = useState<string[]>([]);
  const [at, setAt] = useState<Dayjs | null>(null);
  const zone = useDefinition().timezone ?? 'Asia/Shanghai';
  const players = mine.data?.people ?? [];
  const [chosen, setChosen] = useState<string>();
  const who = chosen ?? players[0]?.id ?? 'rep.li';
  const enter = (box: Sandbox) => window.location.assign(sandboxPath(box.id, box.people.some((p) => p.id === who) ? who : (box.people[0]?.id ?? who)));
  const run = useMutation({
    mutationFn: async () => {
      if (!(await store.actions.flush())) throw new Error('unsaved');
      return openSandbox(app, { sample: sample && hasSample, records: copies, at: at ? instantIn(zone, at.format('YYYY-MM-DD HH:mm')) : undefined });
    },
    onSuccess: enter,
    onError: (error) => {
      if (isApiError(error, 'sandbox.check')) store.actions.setProblems(error.details.map((d) => ({ ...d, severity: d.severity ?? 'error' })));
    },
  });
  const minutes = mine.data?.idleMinutes ?? 30;
  return (
    <Modal open title={t('tryTitle')} footer={null} onCancel={onClose} width={520}>
      <p>{t('tryText')}</p>
      {(mine.data?.items ?? []).length > 0 ? (
        <section className="d-trypart" aria-label={t('yours')}>
          <h3>{t('yours')}</h3>
          <ul className="d-releases">
            {(mine.data?.items ?? []).map((box) => {
              const w = wallClock(box.now, box.zone);
              return (
                <li key={box.id}>
                  <Icon name="flask" size={14} />
                  <span className="sp">{t('atTime', { time: `${w.date} ${w.time}`, count: box.records })}</span>
                  {box.stale ? <span className="tag warn">{t('stale')}</span> : null}
                  <button type="button" className="link" onClick={() => enter(box)}>
                    {t('goOn')}
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ) : null}
      <div className="d-trypart">
        <label className="d-label" htmlFor="try-as">
          {t('tryAs')}
        </label>
        <Select
          id="try-as"
          value={who}
          onChange={setChosen}
          style={{ width: '100%' }}
          options={players.map((p) => ({ value: p.id, label: `${p.name} · ${p.roles.map((r) => text(r, '')).join(t('comma')) || text(p.title, p.id)}` }))}
        />
        {hasSample ? (
          <Checkbox checked={sample} onChange={(e) => setSample(e.target.checked)} style={{ marginTop: 10 }}>
            {t('withSample')}
          </Checkbox>
        ) : null}
      </div>
      <CopiesPart chosen={copies} onChange={setCopies} />
      <div className="d-trypart">
        <label className="d-label" htmlFor="try-at">
          {t('tryAt', { zone })}
        </label>
        <DatePicker
          id="try-at"
          style={{ width: '100%' }}
          showTime={{ format: 'HH:mm', minuteStep: 5 }}
          format="YYYY-MM-DD HH:mm"
          placeholder={t('tryNow')}
          value={at}
          onChange={setAt}
          minDate={dayjs().subtract(2, 'year')}
          maxDate={dayjs().add(2, 'year')}
        />
      </div>
      <p className="s">{t('tryLost', { minutes })}</p>
      {run.error ? (
        <p className="bad" role="alert">
          {errorText(run.error)}{' '}
          {isApiError(run.error, 'sandbox.check') ? (
            <button
              type="button"
              className="link"
              onClick={() => {
                onClose();
                go('publish');
              }}
            >
              {t('seeProblems')}
            </button>
          ) : null}
        </p>
      ) : null}
      <div style={{ display: 'flex', justifyContent: 'flex-end', gap: 8, marginTop: 16 }}>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button type="primary" icon={<Icon name="play" size={14} />} loading={run.isPending} onClick={() => run.mutate()}>
          {t('openNew')}
        </Button>
      </div>
    </Modal>
  );
}
