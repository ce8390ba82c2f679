import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Checkbox, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient, templatesQuery } from '@/api/queries';
import type { AppSummary, Template, TemplatePart } from '@/api/types';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { TemplatePicture } from '@/ui/TemplatePicture';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import './templates.css';

/** The gallery of apps one can install. */
export function TemplatesPage() {
  const { t } = useTranslation('templates');
  const { data, error, isPending, refetch } = useQuery(templatesQuery());
  const [chosen, setChosen] = useState<Template>();
  const [looked, setLooked] = useState<Template>();
  return (
    <>
      <PageHead title={t('title')} />
      <div className="body">
        {isPending ? (
          <div className="card">
            <Skeleton rows={5} />
          </div>
        ) : null}
        {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
        {data?.length === 0 ? <Empty title={t('none')} /> : null}
        <ul className="gallery">
          {data?.map((template) => (
            <TemplateCard key={template.key} template={template} onInstall={() => setChosen(template)} onLook={() => setLooked(template)} />
          ))}
        </ul>
      </div>
      {looked ? (
        <InsideDialog
          template={looked}
          onClose={() => setLooked(undefined)}
          onInstall={() => {
            setChosen(looked);
            setLooked(undefined);
          }}
        />
      ) : null}
      {chosen ? <InstallDialog template={chosen} onClose={() => setChosen(undefined)} /> : null}
    </>
  );
}

function TemplateCard({ template, onInstall, onLook }: { template: Template; onInstall: () => void; onLook: () => void }) {
  const { t } = useTranslation('templates');
  const text = useText();
  const counts = (['processes', 'stages', 'forms', 'approvals', 'automations', 'tests'] as const).filter((k) => (template.counts?.[k] ?? 0) > 0);
  return (
    <li className="card tpl">
      <button type="button" className="picture" onClick={onLook} aria-label={t('look', { name: text(template.name, template.key) })}>
        <TemplatePicture template={template} shot="board" alt="" />
      </button>
      <div className="pad">
        <h2>{text(template.name, template.key)}</h2>
        <p className="dim">{text(template.help)}</p>
        <ul className="stages">
          {template.processes.slice(0, 3).map((p) => (
            <li key={p.key} className="s el">
              <b>{text(p.name, p.key)}</b> {p.stages.map((s) => text(s.name, s.key)).join(' → ')}
            </li>
          ))}
        </ul>
        <div className="row" style={{ flexWrap: 'wrap' }}>
          {counts.map((k) => (
            <span className="tag" key={k}>
              {t(`count.${k}`, { count: template.counts[k] })}
            </span>
          ))}
        </div>
        <div className="row acts">
          <Button type={template.installed ? 'default' : 'primary'} onClick={onInstall}>
            {template.installed ? t('installAgain') : t('install')}
          </Button>
          <Button onClick={onLook}>{t('inside')}</Button>
          {template.installed ? <span className="tag ok">{t('installed')}</span> : null}
        </div>
      </div>
    </li>
  );
}

/** What one gets: pictures, every process with its stages, and the rest by name. */
function InsideDialog({ template, onClose, onInstall }: { template: Template; onClose: () => void; onInstall: () => void }) {
  const { t } = useTranslation(['templates', 'common']);
  const text = useText();
  const parts = (['forms', 'approvals', 'automations', 'dashboards'] as const).filter((k) => template[k].length > 0);
  return (
    <Modal open width={860} title={text(template.name, template.key)} onCancel={onClose} onOk={onInstall} okText={template.installed ? t('installAgain') : t('install')} cancelText={t('common:close')}>
      <div className="tpl-inside">
        <p className="dim">{text(template.help)}</p>
        <div className="shots">
          {(['board', 'dashboard'] as const).map((shot) => (
            <figure key={shot}>
              <TemplatePicture template={template} shot={shot} alt={t(`shot.${shot}`, { name: text(template.name, template.key) })} />
              <figcaption className="s">{t(`caption.${shot}`)}</figcaption>
            </figure>
          ))}
        </div>
        <section>
          <h3>{t('count.processes', { count: template.counts.processes })}</h3>
          <ul>
            {template.processes.map((p) => (
              <li key={p.key}>
                <b>{text(p.name, p.key)}</b> <span className="s">{p.stages.map((s) => text(s.name, s.key)).join(' → ')}</span>
              </li>
            ))}
          </ul>
        </section>
        <div className="parts">
          {parts.map((k) => (
            <section key={k}>
              <h3>{t(`count.${k}`, { count: template[k].length })}</h3>
              <Parts parts={template[k]} />
            </section>
          ))}
        </div>
      </div>
    </Modal>
  );
}

function Parts({ parts }: { parts: TemplatePart[] }) {
  const text = useText();
  return (
    <ul>
      {parts.map((part) => (
        <li key={part.key}>
          {text(part.name, part.key)}
          {text(part.help) ? <div className="s">{text(part.help)}</div> : null}
        </li>
      ))}
    </ul>
  );
}

function InstallDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const { t } = useTranslation(['templates', 'common']);
  const text = useText();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const [sample, setSample] = useState(true);
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const name = text(template.name, template.key);

  const install = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const app = await api.post<AppSummary>(`/templates/${template.key}/install`, { sample, ...(key.trim() ? { app: key.trim() } : {}) });
      await Promise.all(['templates', 'apps', 'me'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      toast(t('installedNow', { name }), { action: { text: t('openDesign'), run: () => void navigate({ to: '/design/$app', params: { app: app.key } }) } });
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('installTitle', { name })} onCancel={onClose} onOk={() => void install()} okText={t('install')} cancelText={t('common:cancel')} confirmLoading={busy}>
      <Checkbox checked={sample} onChange={(e) => setSample(e.target.checked)}>
        {t('sample')}
      </Checkbox>
      {template.installed ? (
        <div className="setting" style={{ marginTop: 12 }}>
          <label htmlFor="app-key">{t('key')}</label>
          <Input id="app-key" value={key} onChange={(e) => setKey(e.target.value)} placeholder={`${template.key}2`} />
          <p className="s">{t('keyHelp')}</p>
        </div>
      ) : null}
      {error ? (
        <p className="notice bad" role="alert" style={{ marginTop: 12 }}>
          {error}
        </p>
      ) : null}
      <p className="s" style={{ marginTop: 12 }}>
        <Link to="/design">{t('designHint')}</Link>
      </p>
    </Modal>
  );
}
