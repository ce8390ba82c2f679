import { queryOptions, useQuery } from '@tanstack/react-query';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { Secret } from './Secret';

interface Factor {
  on: boolean;
  recoveryLeft: number;
}
interface Begun {
  secret: string;
  url: string;
  picture: string;
}

const factorQuery = () => queryOptions({ queryKey: ['totp'], queryFn: ({ signal }) => api.get<Factor>('/me/totp', { signal }) });

/** Signing in with a code of an authenticator app besides the password. */
export function SecondFactor() {
  const { t } = useTranslation(['profile', 'common']);
  const { data, error, isPending, refetch } = useQuery(factorQuery());
  const [dialog, setDialog] = useState<'on' | 'off'>();
  const close = () => {
    setDialog(undefined);
    void queryClient.invalidateQueries({ queryKey: ['totp'] });
  };
  return (
    <section className="card" aria-label={t('factor')}>
      <header>
        <h2>{t('factor')}</h2>
        <span className="sp" />
        {data ? (
          <Button size="small" onClick={() => setDialog(data.on ? 'off' : 'on')}>
            {t(data.on ? 'switchOff' : 'switchOn')}
          </Button>
        ) : null}
      </header>
      {isPending ? <Skeleton rows={1} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? <p className="s pad">{data.on ? t('factorOn', { n: data.recoveryLeft }) : t('factorHelp')}</p> : null}
      {dialog === 'on' ? <OnDialog onClose={close} /> : null}
      {dialog === 'off' ? <OffDialog onClose={close} /> : null}
    </section>
  );
}

/** Password, then picture and first code, then the recovery codes. */
function OnDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['profile', 'common']);
  const [password, setPassword] = useState('');
  const [begun, setBegun] = useState<Begun>();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState<string[]>();
  const { busy, error, run } = useRun();
  if (recovery) {
    return (
      <Modal open title={t('recovery')} onCancel={onClose} onOk={onClose} okText={t('recoveryKept')} cancelButtonProps={{ hidden: true }} maskClosable={false}>
        <p>{t('recoveryHelp')}</p>
        <Secret value={recovery.join('\n')} label={t('recovery')} />
      </Modal>
    );
  }
  const next = () =>
    run(async () => {
      if (!begun) setBegun(await api.post<Begun>('/me/totp', { password }));
      else setRecovery((await api.post<{ recovery: string[] }>('/me/totp/confirm', { code })).recovery);
    });
  return (
    <Modal open title={t('factor')} onCancel={onClose} onOk={() => void next()} okText={t(begun ? 'switchOn' : 'next')} cancelText={t('common:cancel')} confirmLoading={busy} maskClosable={false}>
      <div className="dialog-form">
        {begun ? (
          <>
            <p>{t('scan')}</p>
            <img className="qr" src={begun.picture} alt={t('qr')} width={240} height={240} />
            <Secret value={begun.secret} label={t('factorSecret')} />
            <Code value={code} onChange={setCode} />
          </>
        ) : (
          <Password value={password} onChange={setPassword} />
        )}
        <Alert text={error} />
      </div>
    </Modal>
  );
}

function OffDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['profile', 'common']);
  const [password, setPassword] = useState('');
  const { busy, error, run } = useRun();
  const off = () =>
    run(async () => {
      await api.post('/me/totp/off', { password });
      toast(t('common:saved'));
      onClose();
    });
  return (
    <Modal open title={t('factorOff')} onCancel={onClose} onOk={() => void off()} okText={t('switchOff')} cancelText={t('common:cancel')} confirmLoading={busy}>
      <div className="dialog-form">
        <Password value={password} onChange={setPassword} />
        <Alert text={error} />
      </div>
    </Modal>
  );
}

/** A request of a dialog: whether it is under way, and what went wrong. */
function useRun() {
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const run = async (request: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try {
      await request();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}

function Alert({ text }: { text: string | undefined }) {
  return text ? (
    <p className="notice bad" role="alert">
      {text}
    </p>
  ) : null;
}

interface Slot {
  value: string;
  onChange: (value: string) => void;
}

function Password({ value, onChange }: Slot) {
  const { t } = useTranslation('profile');
  return (
    <div className="setting">
      <label htmlFor="factor-password">{t('yourPassword')}</label>
      <Input.Password id="factor-password" autoFocus autoComplete="current-password" value={value} onChange={(e) => onChange(e.target.value)} />
    </div>
  );
}

function Code({ value, onChange }: Slot) {
  const { t } = useTranslation('profile');
  return (
    <div className="setting">
      <label htmlFor="factor-code">{t('code')}</label>
      <Input id="factor-code" inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={value} onChange={(e) => onChange(e.target.value)} />
    </div>
  );
}
