import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { Button, Dropdown, Select } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { base, sandbox } from '@/api/base';
import { queryClient } from '@/api/queries';
import { endSandbox, moveClock, openSandbox, sandboxPath, sandboxQuery, type Move, type Sandbox } from '@/api/sandbox';
import { Icon } from '@/ui/Icon';
import { wallClock } from '@/ui/format';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import './sandbox.css';

const Tray = lazy(() => import('./Tray').then((m) => ({ default: m.Tray })));
const Keep = lazy(() => import('./Keep').then((m) => ({ default: m.Keep })));
const ToDate = lazy(() => import('./ToDate').then((m) => ({ default: m.ToDate })));

/** How far the clock goes at a press. */
const steps = ['P1D', 'P7D', 'P30D', 'P90D'] as const;

/** Over everything in a sandbox: that it is one, whom one plays, its clock, and what it has caught. */
export function SandboxBar() {
  const { t } = useTranslation('sandbox');
  const box = useQuery({ ...sandboxQuery(sandbox?.id ?? ''), enabled: sandbox !== undefined });
  if (!sandbox) return null;
  return (
    <section className="sandbox-bar" aria-label={t('title')}>
      <span className="sandbox-name" title={t('hint', { minutes: box.data?.idleMinutes ?? 30 })}>
        <Icon name="flask" size={18} />
        <b>{t('title')}</b>
        {box.data ? <Name box={box.data} /> : null}
      </span>
      {box.data ? <Controls box={box.data} me={sandbox.person} /> : null}
    </section>
  );
}

function Name({ box }: { box: Sandbox }) {
  const { t } = useTranslation('sandbox');
  const text = useText();
  return (
    <>
      <span className="el s">{text(box.name, box.app)}</span>
      {box.stale ? (
        <span className="tag warn" title={t('staleHint')}>
          {t('stale')}
        </span>
      ) : null}
      {box.notCopied.length > 0 ? (
        <span className="tag warn" title={box.notCopied.map((x) => `${x.title}${x.field ? ` · ${text(x.field)}` : ''}: ${text(x.why)}`).join('\n')}>
          {t('notCopied', { count: box.notCopied.length })}
        </span>
      ) : null}
      {box.sampleError ? (
        <span className="tag warn" title={t('sampleStopped', { why: text(box.sampleError, '') })}>
          {t('sampleShort')}
        </span>
      ) : null}
    </>
  );
}

function Controls({ box, me }: { box: Sandbox; me: string }) {
  const { t } = useTranslation('sandbox');
  const format = useFormat();
  const errorText = useErrorText();
  const [open, setOpen] = useState<'tray' | 'date' | 'keep'>();
  const path = useRouterState({ select: (s) => s.location.pathname });
  const move = useMutation({
    mutationFn: (how: Move) => moveClock(box.id, how),
    onSuccess: (moved) => {
      queryClient.setQueryData(sandboxQuery(box.id).queryKey, moved.sandbox);
      void queryClient.invalidateQueries();
      const words = t('moved', { time: format.full(moved.to), count: moved.fired });
      toast(moved.stopped ? `${words} ${t('stoppedThere')}` : words, { action: { text: t('look'), run: () => setOpen('tray') } });
    },
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
  });
  const again = useMutation({
    mutationFn: async () => {
      await endSandbox(box.id);
      return openSandbox(box.app, { sample: box.sample > 0, records: box.copiedFrom, at: box.at });
    },
    onSuccess: (fresh) => window.location.assign(sandboxPath(fresh.id, me)),
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
  });
  const leave = `/design/${box.app}/flow`;
  const end = useMutation({ mutationFn: () => endSandbox(box.id), onSettled: () => window.location.assign(leave) });
  const clock = wallClock(box.now, box.zone);
  const busy = move.isPending || again.isPending || end.isPending;
  return (
    <>
      <Person box={box} me={me} path={path} />
      <span className="sandbox-clock" role="timer" aria-label={t('clock')}>
        <Icon name="clock" size={14} />
        <time dateTime={box.now}>
          {clock.date} {clock.time}
        </time>
        <span className="s">{format.weekday(clock.date)}</span>
      </span>
      <span className="sandbox-steps" role="group" aria-label={t('moveClock')}>
        <Button size="small" icon={<Icon name="stepForward" size={14} />} loading={move.isPending} disabled={busy} onClick={() => move.mutate({ next: true })}>
          {t('next')}
        </Button>
        {steps.map((by) => (
          <Button key={by} size="small" disabled={busy} onClick={() => move.mutate({ by })} aria-label={t(`ahead_${by}`)}>
            {t(`step_${by}`)}
          </Button>
        ))}
        <Button size="small" icon={<Icon name="calendar" size={14} />} disabled={busy} onClick={() => setOpen('date')} aria-label={t('toDate')} title={t('toDate')} />
      </span>
      <span className="sp" />
      <Button size="small" icon={<Icon name="mail" size={14} />} onClick={() => setOpen(open === 'tray' ? undefined : 'tray')} aria-expanded={open === 'tray'}>
        {t('tray', { count: box.sent })}
      </Button>
      <Button size="small" className="sandbox-wide" icon={<Icon name="checkbox" size={14} />} onClick={() => setOpen('keep')}>
        {t('keep')}
      </Button>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'keep', label: t('keep') },
            { key: 'again', label: t('again') },
            { key: 'end', label: t('end') },
            { key: 'back', label: t('back') },
          ],
          onClick: ({ key }) => {
            if (key === 'keep') setOpen('keep');
            else if (key === 'again') again.mutate();
            else if (key === 'end') end.mutate();
            else window.location.assign(leave);
          },
        }}
      >
        <Button size="small" type="text" icon={<Icon name="more" size={16} />} aria-label={t('more')} disabled={busy} />
      </Dropdown>
      <Button size="small" href={leave} className="sandbox-wide">
        {t('back')}
      </Button>
      <Suspense>
        {open === 'keep' ? <Keep box={box} onClose={() => setOpen(undefined)} /> : null}
        {open === 'tray' ? <Tray box={box} onClose={() => setOpen(undefined)} /> : null}
        {open === 'date' ? (
          <ToDate
            box={box}
            onClose={() => setOpen(undefined)}
            onChoose={(to) => {
              setOpen(undefined);
              move.mutate({ to });
            }}
          />
        ) : null}
      </Suspense>
    </>
  );
}

/** Whom one plays. Another person is another address, so two windows can be two people; the page stays the same. */
function Person({ box, me, path }: { box: Sandbox; me: string; path: string }) {
  const { t } = useTranslation('sandbox');
  const text = useText();
  const inner = path.startsWith(base) ? path.slice(base.length) || '/' : path;
  return (
    <Select
      className="sandbox-person"
      size="small"
      aria-label={t('play')}
      value={me}
      popupMatchSelectWidth={false}
      onChange={(id) => window.location.assign(sandboxPath(box.id, id, inner))}
      options={box.people.map((p) => ({
        value: p.id,
        label: (
          <span className="sandbox-who">
            <b>{p.name}</b>
            <span className="s">{p.roles.map((r) => text(r, '')).join(t('comma')) || text(p.title, p.id)}</span>
            {p.tasks > 0 ? <em title={t('tasks', { count: p.tasks })}>{p.tasks}</em> : null}
          </span>
        ),
      }))}
    />
  );
}
