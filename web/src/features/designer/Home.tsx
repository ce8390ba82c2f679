import { Link, useNavigate } from '@tanstack/react-router';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Modal } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { appsQuery, queryClient } from '@/api/queries';
import type { AppSummary } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { KEY, keyFromName } from '@/model/keys';
import './designer.css';

const FolderDialog = lazy(() => import('./folder/FolderDialog').then((m) => ({ default: m.FolderDialog })));

/** The apps one may design, and how to begin another. */
export function DesignHome() {
  const { t } = useTranslation('designer');
  const text = useText();
  const query = useQuery(appsQuery());
  const [creating, setCreating] = useState(false);
  const [importing, setImporting] = useState(false);
  const navigate = useNavigate();
  const apps = query.data?.filter((a) => a.canDesign) ?? [];
  return (
    <div className="d-home">
      <PageHead title={t('design')} />
      <header className="row">
        <p className="s sp">{t('homeHint')}</p>
        <Link to="/templates" className="link">
          {t('fromTemplate')}
        </Link>
        <Button onClick={() => setImporting(true)}>{t('importApp')}</Button>
        <Button type="primary" icon={<Icon name="plus" size={14} />} onClick={() => setCreating(true)}>
          {t('newApp')}
        </Button>
      </header>
      {query.error ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton rows={4} /> : null}
      {query.data && apps.length === 0 ? (
        <Empty title={t('noApps')} text={t('noAppsText')}>
          <Button type="primary" onClick={() => setCreating(true)}>
            {t('newApp')}
          </Button>
        </Empty>
      ) : null}
      {apps.length > 0 ? (
        <ul className="d-apps">
          {apps.map((a) => (
            <li key={a.key} className="card">
              <Link to="/design/$app/$" params={{ app: a.key, _splat: 'forms' }}>
                <b className="el">{text(a.name, a.key)}</b>
                <span className="s">{a.key}</span>
                <span className="row">
                  <span className="tag">{a.release > 0 ? t('live', { n: a.release }) : t('neverPublished')}</span>
                  {a.draft ? <span className="tag warn">{t('unpublished')}</span> : null}
                  {a.upgrade ? <span className="tag acc">{t('upgradeTag')}</span> : null}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
      {importing ? (
        <Suspense>
          <FolderDialog
            onClose={() => setImporting(false)}
            onMade={(app) => {
              void queryClient.invalidateQueries({ queryKey: ['apps'] });
              void navigate({ to: '/design/$app/$', params: { app: app.key, _splat: 'publish' } });
            }}
          />
        </Suspense>
      ) : null}
      {creating ? <NewApp taken={query.data ?? []} onClose={() => setCreating(false)} /> : null}
    </div>
  );
}

function NewApp({ taken, onClose }: { taken: readonly AppSummary[]; onClose: () => void }) {
  const { t, i18n } = useTranslation('designer');
  const navigate = useNavigate();
  const errorText = useErrorText();
  const [form] = Form.useForm<{ name: string; key?: string }>();
  const create = useMutation({
    mutationFn: (v: { name: string; key?: string }) =>
      api.post<AppSummary>('/apps', { ...(v.key ? { key: v.key } : {}), name: { [i18n.language]: v.name } }),
    onSuccess: (app) => {
      void queryClient.invalidateQueries({ queryKey: ['apps'] });
      void navigate({ to: '/design/$app/$', params: { app: app.key, _splat: 'forms' } });
    },
  });
  return (
    <Modal
      open
      title={t('newApp')}
      okText={t('create')}
      cancelText={t('cancel')}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={create.isPending}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => create.mutate(v)}>
        <Form.Item name="name" label={t('appName')} rules={[{ required: true, whitespace: true, message: t('appNameNeeded') }]}>
          <Input
            autoFocus
            onChange={(e) => {
              const key = keyFromName(e.target.value);
              if (key && !form.isFieldTouched('key')) form.setFieldValue('key', key);
            }}
          />
        </Form.Item>
        <Form.Item
          name="key"
          label={t('appKey')}
          extra={t('appKeyHint')}
          rules={[
            { pattern: KEY, message: t('keyInvalid') },
            {
              validator: (_r, v) =>
                taken.some((a) => a.key === v) ? Promise.reject(new Error(t('keyTaken'))) : Promise.resolve(),
            },
          ]}
        >
          <Input placeholder={t('appKeyMade')} />
        </Form.Item>
      </Form>
      {create.error ? (
        <p className="bad" role="alert">
          {errorText(create.error)}
        </p>
      ) : null}
    </Modal>
  );
}
