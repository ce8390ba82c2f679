import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import type { Definition, Form, Text } from '@/model/definition';
import { FormSections } from '@/records/FormFields';
import { KeyedForm } from '@/records/KeyedForm';
import { lookUp, type Model } from '@/records/model';
import { useForm } from '@/records/useForm';
import { Icon } from '@/ui/Icon';
import { Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { OutsideFrame, OutsideState } from './OutsidePage';

/** A public form as the server tells it. */
interface PublicPage {
  app: string;
  form: string;
  release: number;
  definition: Definition;
  name: Text;
  intro?: Text;
  submit?: Text;
  source: string[];
  files: boolean;
  seal: string;
  /** Seconds before the seal is taken: people need longer. */
  wait: number;
  languages: string[];
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Where the visitor came from: the parameters the form keeps, and the host of the page before. */
export function sourceOf(wanted: readonly string[], search: string, referrer: string, here: string): Record<string, string> {
  const params = new URLSearchParams(search);
  const out: Record<string, string> = {};
  for (const name of wanted) {
    const value = params.get(name);
    if (value) out[name] = value.slice(0, 200);
  }
  if (wanted.includes('referrer') && !out.referrer && referrer) {
    const host = URL.canParse(referrer) ? new URL(referrer).host : '';
    if (host && host !== here) out.referrer = host;
  }
  return out;
}

/** A form that anybody fills in by a link. */
export function PublicForm({ token }: { token: string }) {
  const path = `/public/${encodeURIComponent(token)}`;
  const page = useQuery({ queryKey: ['public', token], queryFn: ({ signal }) => api.get<PublicPage>(path, { signal }), staleTime: Infinity, refetchOnWindowFocus: false });
  const model = useMemo(
    () => (page.data ? lookUp({ app: page.data.app, release: page.data.release, definition: page.data.definition, create: [], import: [], export: [] }) : undefined),
    [page.data],
  );
  const form = page.data && model?.form(page.data.form);
  if (!page.data || !model || !form) return <OutsideState error={page.error} onRetry={() => void page.refetch()} />;
  return <Filling page={page.data} path={path} model={model} form={form} />;
}

function Filling({ page, path, model, form }: { page: PublicPage; path: string; model: Model; form: Form }) {
  const { t } = useTranslation('outside');
  const text = useText();
  const errorText = useErrorText();
  const [thanks, setThanks] = useState<Text>();
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string>();
  const [wrong, setWrong] = useState(false);
  const outside = useMemo(() => ({ model, evaluate: `${path}/evaluate` }), [model, path]);
  const state = useForm({ app: page.app, form, outside });
  const key = useRef('');
  const trap = useRef<HTMLInputElement>(null);
  const [opened] = useState(() => Date.now());
  const seal = useRef({ text: page.seal, at: opened });
  const top = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    if (thanks !== undefined) top.current?.focus();
  }, [thanks]);

  const deliver = async () => {
    // A browser that fills fields in by itself is quicker than the server believes people to be.
    const left = seal.current.at + page.wait * 1000 + 200 - Date.now();
    if (left > 0) await pause(left);
    key.current ||= operationKey();
    return api.post<{ thanks?: Text }>(
      path,
      { data: state.changes(), source: sourceOf(page.source, window.location.search, document.referrer, window.location.host), seal: seal.current.text, website: trap.current?.value ?? '' },
      { key: key.current },
    );
  };
  const send = async () => {
    if (busy || !state.ready) return;
    setBusy(true);
    setMessage(undefined);
    state.showAll();
    try {
      if (await state.settle()) {
        setWrong(true);
        requestAnimationFrame(() => document.querySelector<HTMLElement>('.field.wrong input, .field.wrong textarea')?.focus());
        return;
      }
      let sent: { thanks?: Text };
      try {
        sent = await deliver();
      } catch (error) {
        if (!isApiError(error, 'public.stale')) throw error;
        const fresh = await api.get<PublicPage>(path);
        seal.current = { text: fresh.seal, at: Date.now() };
        sent = await deliver();
      }
      setThanks(sent.thanks ?? '');
    } catch (error) {
      if (!isApiError(error) || error.status !== 0) key.current = '';
      if (isApiError(error) && error.details.length > 0) state.refuse(error.details, error.message);
      setMessage(errorText(error));
    } finally {
      setBusy(false);
    }
  };

  if (thanks !== undefined) {
    return (
      <OutsideFrame title={text(page.name)} offered={page.languages}>
        <div className="card outside-thanks" role="status">
          <Icon name="check" size={40} />
          <h1 tabIndex={-1} ref={top}>
            {t('sent')}
          </h1>
          <p>{text(thanks) || t('thanks')}</p>
        </div>
      </OutsideFrame>
    );
  }
  const problem = message ?? (state.general.length > 0 ? state.general.join(' ') : wrong && state.problems.size > 0 ? t('fixFirst') : undefined);
  return (
    <OutsideFrame title={text(page.name)} offered={page.languages}>
      <header className="outside-head">
        <h1>{text(page.name)}</h1>
        {page.intro ? <p>{text(page.intro)}</p> : null}
      </header>
      <KeyedForm className="outside-form" onSend={() => void send()}>
        {state.ready ? (
          <FormSections app={page.app} definition={model.definition} form={form} state={state} uploads={`${path}/files`} untitled />
        ) : (
          <div className="card">
            <Skeleton rows={5} height={56} />
          </div>
        )}
        {/* People do not see it and do not get there by keyboard; programs fill in every field. */}
        <div className="outside-trap" aria-hidden="true">
          <label htmlFor="website">Website</label>
          <input id="website" name="website" type="text" tabIndex={-1} autoComplete="off" ref={trap} />
        </div>
        {problem ? (
          <p className="bad row" role="alert">
            <Icon name="alert" />
            {problem}
          </p>
        ) : null}
        <Button type="primary" size="large" block loading={busy} disabled={!state.ready} onClick={() => void send()}>
          {text(page.submit) || t('send')}
        </Button>
      </KeyedForm>
    </OutsideFrame>
  );
}
