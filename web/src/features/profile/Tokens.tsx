import { queryOptions, useQuery } from '@tanstack/react-query';
import { Button, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Page, Right } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { Secret } from './Secret';

interface Token {
  id: string;
  name: string;
  scope: 'read' | 'write' | 'design' | 'admin';
  createdAt: string;
  ends: string;
  lastUsed: string | null;
  token?: string;
}

const tokensQuery = () => queryOptions({ queryKey: ['tokens'], queryFn: ({ signal }) => api.get<Page<Token>>('/tokens', { signal }).then((p) => p.items) });

/** The person's API tokens: programs that act for him. */
export function Tokens({ rights }: { rights: Right[] }) {
  const { t } = useTranslation(['profile', 'common']);
  const { data, error, isPending, refetch } = useQuery(tokensQuery());
  const [making, setMaking] = useState(false);
  return (
    <section className="card" aria-label={t('tokens')}>
      <header>
        <h2>{t('tokens')}</h2>
        <span className="sp" />
        <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
          {t('makeToken')}
        </Button>
      </header>
      <p className="s pad">{t('tokensHelp')}</p>
      {isPending ? <Skeleton rows={1} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      <ul>
        {data?.map((one) => (
          <Row key={one.id} token={one} />
        ))}
      </ul>
      {making ? <TokenDialog rights={rights} onClose={() => setMaking(false)} /> : null}
    </section>
  );
}

function Row({ token }: { token: Token }) {
  const { t } = useTranslation('profile');
  const format = useFormat();
  const errorText = useErrorText();
  const over = Date.parse(token.ends) <= Date.now();
  const revoke = async () => {
    try {
      await api.delete(`/tokens/${token.id}`);
      await queryClient.invalidateQueries({ queryKey: ['tokens'] });
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    }
  };
  return (
    <li className="session">
      <span className="sp">
        <span className="el">{token.name}</span>
        <span className="s">
          {[t(`scope.${token.scope}`), t(over ? 'tokenOver' : 'tokenEnds', { date: format.date(token.ends) }), token.lastUsed ? t('lastSeen', { when: format.moment(token.lastUsed) }) : t('neverUsed')].join(' · ')}
        </span>
      </span>
      <Button size="small" aria-label={t('revokeToken', { name: token.name })} onClick={() => void revoke()}>
        {t('revoke')}
      </Button>
    </li>
  );
}

/** A token goes no further than the person. */
const scopesOf = (rights: Right[]): Token['scope'][] => ['read', 'write', ...(rights.includes('design') ? (['design'] as const) : []), ...(rights.includes('operate') ? (['admin'] as const) : [])];

function TokenDialog({ rights, onClose }: { rights: Right[]; onClose: () => void }) {
  const { t } = useTranslation(['profile', 'common']);
  const errorText = useErrorText();
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Token['scope']>('read');
  const [days, setDays] = useState(90);
  const [made, setMade] = useState<string>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const answer = await api.post<Token>('/tokens', { name, scope, days });
      await queryClient.invalidateQueries({ queryKey: ['tokens'] });
      setMade(answer.token);
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  if (made) {
    return (
      <Modal open title={t('tokenMade')} onCancel={onClose} onOk={onClose} okText={t('common:close')} cancelButtonProps={{ hidden: true }} maskClosable={false}>
        <p>{t('tokenOnce')}</p>
        <Secret value={made} label={t('token')} />
      </Modal>
    );
  }
  return (
    <Modal open title={t('makeToken')} onCancel={onClose} onOk={() => void make()} okText={t('make')} cancelText={t('common:cancel')} confirmLoading={busy}>
      <div className="dialog-form">
        <div className="setting">
          <label htmlFor="token-name">{t('tokenFor')}</label>
          <Input id="token-name" value={name} maxLength={80} autoComplete="off" onChange={(e) => setName(e.target.value)} />
        </div>
        <div className="setting">
          <label htmlFor="token-scope">{t('tokenScope')}</label>
          <Select id="token-scope" value={scope} options={scopesOf(rights).map((value) => ({ value, label: t(`scope.${value}`) }))} onChange={setScope} />
        </div>
        <div className="setting">
          <label htmlFor="token-days">{t('tokenDays')}</label>
          <Select id="token-days" value={days} options={[7, 30, 90, 366].map((value) => ({ value, label: t('days', { n: value }) }))} onChange={setDays} />
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
