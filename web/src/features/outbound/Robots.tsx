import { useQuery } from '@tanstack/react-query';
import { Button, Input, Modal, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { Icon } from '@/ui/Icon';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { KINDS, robotsQuery, type Delivery, type Robot } from './api';

/** The group robots, and whether mail works. */
export function Robots() {
  const { t } = useTranslation('outbound');
  const errorText = useErrorText();
  const robots = useQuery(robotsQuery());
  const [editing, setEditing] = useState<Robot | 'new'>();
  const [busy, setBusy] = useState('');
  const test = async (path: string) => {
    setBusy(path);
    try {
      const d = await api.post<Delivery>(path);
      if (d.state === 'sent') toast(t('testSent'));
      else toast(d.state === 'dead' ? t('testFailed', { why: d.answer ?? '' }) : t('testWaits'), { kind: d.state === 'dead' ? 'bad' : 'ok' });
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    } finally {
      setBusy('');
      await queryClient.invalidateQueries({ queryKey: ['deliveries'] });
    }
  };
  const remove = async (key: string) => {
    try {
      await api.delete(`/robots/${encodeURIComponent(key)}`);
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    }
    await queryClient.invalidateQueries({ queryKey: ['robots'] });
  };
  return (
    <>
      <div className="bar">
        <Button loading={busy === '/mail/test'} icon={<Icon name="mail" />} onClick={() => void test('/mail/test')}>
          {t('testMail')}
        </Button>
        <span className="sp" />
        <Button type="primary" icon={<Icon name="plus" />} onClick={() => setEditing('new')}>
          {t('addRobot')}
        </Button>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        {robots.isPending ? (
          <div className="card">
            <Skeleton rows={3} />
          </div>
        ) : null}
        {robots.isError ? <ErrorBox error={robots.error} onRetry={() => void robots.refetch()} /> : null}
        {robots.isSuccess && robots.data.length === 0 ? <Empty title={t('noRobots')} text={t('noRobotsHelp')} /> : null}
        {robots.data && robots.data.length > 0 ? (
          <ul className="card deliveries">
            {robots.data.map((r) => (
              <li key={r.key}>
                <div className="out-what">
                  <b className="el">{r.name}</b>
                  <span className="s el">
                    {t(`kind.${r.kind}`)} · {r.key} · {r.host}
                    {r.signed ? ` · ${t('signed')}` : ''}
                  </span>
                </div>
                <span className="out-acts">
                  <Button size="small" loading={busy === `/robots/${r.key}/test`} onClick={() => void test(`/robots/${r.key}/test`)}>
                    {t('test')}
                  </Button>
                  <Button size="small" onClick={() => setEditing(r)}>
                    {t('edit')}
                  </Button>
                  <Popconfirm title={t('removeAsk', { name: r.name })} okText={t('remove')} cancelText={t('keep')} onConfirm={() => remove(r.key)}>
                    <Button size="small">{t('remove')}</Button>
                  </Popconfirm>
                </span>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {editing ? <RobotDialog robot={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} /> : null}
    </>
  );
}

/** A robot: its address and secret are written here and never shown again. */
function RobotDialog({ robot, onClose }: { robot: Robot | undefined; onClose: () => void }) {
  const { t } = useTranslation(['outbound', 'common']);
  const errorText = useErrorText();
  const [values, setValues] = useState({ key: robot?.key ?? '', name: robot?.name ?? '', kind: robot?.kind ?? KINDS[0], url: '', secret: '' });
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (patch: Partial<typeof values>) => setValues({ ...values, ...patch });
  const save = async () => {
    setBusy(true);
    setError(undefined);
    const { key, name, kind, url, secret } = values;
    try {
      await api.put(`/robots/${encodeURIComponent(key.trim())}`, { name, kind, ...(url ? { url } : {}), ...(secret ? { secret } : {}) });
      await queryClient.invalidateQueries({ queryKey: ['robots'] });
      toast(t('common:saved'));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={robot ? robot.name : t('addRobot')} onCancel={onClose} onOk={() => void save()} okText={t('common:save')} cancelText={t('common:cancel')} confirmLoading={busy} okButtonProps={{ disabled: values.key.trim() === '' }}>
      <div className="out-form">
        <div className="setting">
          <label htmlFor="robot-name">{t('robotName')}</label>
          <Input id="robot-name" value={values.name} onChange={(e) => set({ name: e.target.value })} autoComplete="off" />
        </div>
        {robot ? null : (
          <div className="setting">
            <label htmlFor="robot-key">{t('robotKey')}</label>
            <Input id="robot-key" value={values.key} onChange={(e) => set({ key: e.target.value })} placeholder="sales" autoComplete="off" />
            <p className="s">{t('robotKeyHelp')}</p>
          </div>
        )}
        <div className="setting">
          <label htmlFor="robot-kind">{t('robotKind')}</label>
          <Select id="robot-kind" value={values.kind} options={KINDS.map((k) => ({ value: k, label: t(`kind.${k}`) }))} onChange={(kind) => set({ kind })} />
        </div>
        <div className="setting">
          <label htmlFor="robot-url">{t('robotURL')}</label>
          <Input.Password id="robot-url" value={values.url} onChange={(e) => set({ url: e.target.value })} placeholder={robot ? t('keepIt') : 'https://'} autoComplete="off" />
          <p className="s">{t('robotURLHelp')}</p>
        </div>
        <div className="setting">
          <label htmlFor="robot-secret">{t('robotSecret')}</label>
          <Input.Password id="robot-secret" value={values.secret} onChange={(e) => set({ secret: e.target.value })} placeholder={robot?.signed ? t('keepIt') : ''} autoComplete="new-password" />
        </div>
        {error ? (
          <p className="notice bad" role="alert">
            {error}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}
