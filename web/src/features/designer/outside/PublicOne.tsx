import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Data, Page } from '@/api/types';
import { FormSubset } from '@/records/FormFields';
import type { FormState } from '@/records/useForm';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import type { Form, PublicForm } from '@/model/definition';
import { useDefinition, useDraft, useNameOf, useSlot } from '../context';
import { AssignsSlot } from '../controls/Assigns';
import { useFieldChoices, useFormChoices } from '../controls/choices';
import { KeySlot } from '../controls/KeySlot';
import { LinkControls, type LinkAction } from '../controls/LinkControls';
import { IconButton, Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, SwitchSlot, TextSlot } from '../controls/slots';
import { OneHead } from './OneHead';
import { askable } from './papers';

/** One public form: what is asked for, what is set beside it, its link, and how it looks on a phone. */
export function PublicOne({ form, index }: { form: PublicForm; index: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const text = useText();
  const def = useDefinition();
  const forms = useFormChoices();
  const at = ['public', index];
  const rest = useSlot<PublicForm>(at, ['name', 'form', 'intro', 'submit', 'fields', 'set', 'source', 'thanks', 'files']);
  const of = def.forms?.find((f) => f.key === form.form);
  const fields = askable(of, form.files ?? false).map((f) => ({ value: f.key, label: text(f.name, f.key) }));
  return (
    <div className="card d-one">
      <OneHead list="public" index={index} name={nameOf(form)} />
      <Part>
        <TextSlot at={[...at, 'name']} label={t('publicTitle')} />
        <KeySlot path={`/public/${form.key}`} value={form.key} label={t('key')} />
        <ChoiceSlot at={[...at, 'form']} label={t('publicForm')} choices={forms} />
        <TextSlot at={[...at, 'intro']} label={t('publicIntro')} rows={2} />
        <div className="d-two">
          <TextSlot at={[...at, 'submit']} label={t('publicSubmit')} />
          <TextSlot at={[...at, 'thanks']} label={t('publicThanks')} />
        </div>
        <Problems list={rest.problems} />
      </Part>
      <Part title={t('publicFields')}>
        <ChoicesSlot at={[...at, 'fields']} label={t('publicFields')} choices={fields} hint={t('publicFieldsHint')} />
        <SwitchSlot at={[...at, 'files']} label={t('publicFiles')} hint={t('publicFilesHint')} />
      </Part>
      <Part title={t('publicSet')}>
        <p className="s">{t('publicSetHelp')}</p>
        <AssignsSlot at={[...at, 'set']} target={form.form} reads={form.form} label={t('publicSet')} />
      </Part>
      <Part title={t('publicSource')}>
        <p className="s">{t('publicSourceHelp')}</p>
        <Sources at={[...at, 'source']} form={form.form} />
      </Part>
      <Part title={t('publicLink')}>
        <LinkPart form={form} />
      </Part>
      {of ? (
        <Part title={t('preview')}>
          <PhonePreview of={of} form={form} />
        </Part>
      ) : null}
    </div>
  );
}

/** Which field keeps which parameter of the address. */
function Sources({ at, form }: { at: (string | number)[]; form: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Record<string, string>>(at);
  const fields = useFieldChoices(form, ['text', 'longtext', 'url', 'select', 'multiselect', 'cascade', 'email', 'phone', 'number']);
  const entries = Object.entries(slot.value ?? {});
  const nameOf = (key: string) => fields.find((f) => f.value === key)?.label ?? key;
  return (
    <div className="d-conditions" role="group" aria-label={t('publicSource')}>
      {entries.map(([key, parameter]) => (
        <div key={key} className="d-assign">
          <Row label={t('publicKeeps', { field: nameOf(key) })}>
            {(id) => <Input id={id} value={parameter} placeholder="utm_source" onBlur={slot.settle} onChange={(e) => slot.type({ ...slot.value, [key]: e.target.value })} />}
          </Row>
          <IconButton icon="close" label={t('remove')} onClick={() => slot.set(entries.length > 1 ? Object.fromEntries(entries.filter(([k]) => k !== key)) : undefined)} />
        </div>
      ))}
      <Select
        className="d-wide"
        aria-label={t('publicAddSource')}
        value={null}
        placeholder={t('publicAddSource')}
        options={fields.filter((f) => !entries.some(([k]) => k === f.value))}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(key: string | null) => {
          if (key) slot.set({ ...slot.value, [key]: entries.length === 0 ? 'utm_source' : 'utm_campaign' });
        }}
      />
      <Problems list={slot.problems} />
    </div>
  );
}

interface PublicLink {
  key: string;
  path: string;
  on: boolean;
}

/** The link of the live release: made, copied, made anew, switched off. */
function LinkPart({ form }: { form: PublicForm }) {
  const { t } = useTranslation('designer');
  const errorText = useErrorText();
  const app = useDraft((s) => s.app);
  const [busy, setBusy] = useState(false);
  const key = ['public-links', app];
  const links = useQuery({ queryKey: key, retry: false, queryFn: ({ signal }) => api.get<Page<PublicLink>>(`/apps/${app}/public`, { signal }).then((p) => p.items) });
  const link = links.data?.find((l) => l.key === form.key);
  const act = async (action: LinkAction) => {
    setBusy(true);
    try {
      await api.post<PublicLink>(`/apps/${app}/public/${form.key}/link`, { action });
      await queryClient.invalidateQueries({ queryKey: key });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  if (!link) return <p className="s">{t('publicUnpublished')}</p>;
  return <LinkControls link={link} busy={busy} onAct={(action) => void act(action)} frame={form.key} />;
}

const nobody: ReadonlySet<string> = new Set();
const nothing: ReadonlyMap<string, string> = new Map();

/** The form as it will stand on a phone; it can be typed into, and keeps nothing. */
function PhonePreview({ of, form }: { of: Form; form: PublicForm }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  const app = useDraft((s) => s.app);
  const [data, setData] = useState<Data>({});
  const state = useMemo<FormState>(
    () => ({
      data,
      states: {},
      sections: {},
      problems: nothing,
      warnings: nothing,
      others: nothing,
      general: [],
      cautions: [],
      dirty: nobody,
      pending: false,
      here: nobody,
      offline: false,
      ready: true,
      set: (key, value) => setData((last) => ({ ...last, [key]: value })),
      showAll: () => {},
      refuse: () => {},
      changes: () => ({}),
      settle: async () => false,
      accept: () => {},
    }),
    [data],
  );
  const asked = of.fields.filter((f) => form.fields.includes(f.key));
  return (
    <div className="d-phone">
      <h3>{text(form.name, form.key)}</h3>
      {form.intro ? <p>{text(form.intro)}</p> : null}
      <div className="card">
        <FormSubset app={app} definition={def} form={of} state={state} keys={asked.map((f) => f.key)} must={new Set(asked.filter((f) => f.required).map((f) => f.key))} />
      </div>
      <Button type="primary" block disabled>
        {text(form.submit) || t('publicSend')}
      </Button>
    </div>
  );
}
