import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { TrackedCard, type Tracked } from '@/ui/TrackedCard';
import type { Tracking, TrackingStage } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { useDefinition, useDraft, useNameOf, useSlot } from '../context';
import { useNewText, useRoleChoices, useStageChoices } from '../controls/choices';
import { DurationSlot } from '../controls/DurationInput';
import { FormulaSlot } from '../controls/FormulaSlot';
import { KeySlot } from '../controls/KeySlot';
import { AddButton, IconButton, Part, Problems, Row } from '../controls/Row';
import { ChoicesSlot, TextSlot, type Choice } from '../controls/slots';
import { OneHead } from './OneHead';
import { showable, trackedForm } from './papers';
import { useRecord } from './RecordPicker';

const NAMES = ['number', 'title', 'createdAt', 'updatedAt', 'since'] as const;

/** One tracking page: what the customer sees, in which words, and how it looks with a real record. */
export function TrackingOne({ page, index }: { page: Tracking; index: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const text = useText();
  const def = useDefinition();
  const roles = useRoleChoices();
  const at = ['tracking', index];
  const about = useSlot<Tracking>(at, ['name', 'message', 'fields', 'if', 'stages', 'expiry', 'by']);
  const form = trackedForm(def, page);
  const process = def.processes?.find((p) => p.form === form?.key);
  const abouts: Choice[] = [
    ...(def.processes ?? []).map((p) => ({ value: `process ${p.key}`, label: nameOf(p) })),
    ...(def.forms ?? []).filter((f) => !def.processes?.some((p) => p.form === f.key)).map((f) => ({ value: `form ${f.key}`, label: nameOf(f) })),
  ];
  const fields: Choice[] = [
    ...NAMES.map((n) => ({ value: n, label: t(`track_${n}`) })),
    ...showable(form).map((x) => ({ value: x.key, label: x.table ? `${text(x.table.name, x.table.key)} · ${text(x.field.name, x.field.key)}` : text(x.field.name, x.field.key) })),
  ];
  return (
    <div className="card d-one">
      <OneHead list="tracking" index={index} name={nameOf(page)} />
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <KeySlot path={`/tracking/${page.key}`} value={page.key} label={t('key')} />
        <Row label={t('trackAbout')}>
          {(id) => (
            <Select
              id={id}
              className="d-wide"
              aria-label={t('trackAbout')}
              value={page.process ? `process ${page.process}` : page.form ? `form ${page.form}` : null}
              options={abouts}
              onChange={(v: string) => {
                const [member = '', key = ''] = v.split(' ');
                const { form: _form, process: _process, ...others } = page;
                about.set({ ...others, [member]: key });
              }}
            />
          )}
        </Row>
        <TextSlot at={[...at, 'message']} label={t('trackMessage')} rows={2} placeholder="{{ account.name }}" />
        <Problems list={about.problems} />
      </Part>
      <Part title={t('trackShows')}>
        <p className="s">{t('trackShowsHelp')}</p>
        <ChoicesSlot at={[...at, 'fields']} label={t('trackFields')} choices={fields} />
        {form ? <FormulaSlot at={[...at, 'if']} form={form.key} label={t('trackIf')} hint={t('trackIfHint')} placeholder="stage == 'sent'" /> : null}
      </Part>
      {process ? (
        <Part title={t('trackSteps')}>
          <p className="s">{t('trackStepsHelp')}</p>
          <Steps at={[...at, 'stages']} process={process.key} />
        </Part>
      ) : null}
      <Part title={t('trackLinks')}>
        <DurationSlot at={[...at, 'expiry']} label={t('trackExpiry')} hint={t('trackExpiryHint')} />
        <ChoicesSlot at={[...at, 'by']} label={t('trackBy')} choices={roles} placeholder={t('whoeverEdits')} />
        <p className="s">{t('trackInTexts', { slot: `{{ trackingLink('${page.key}') }}` })}</p>
      </Part>
      <Part title={t('preview')}>
        <TrackedPreview page={page} form={form?.key} />
      </Part>
    </div>
  );
}

function Steps({ at, process }: { at: (string | number)[]; process: string }) {
  const { t } = useTranslation('designer');
  const newText = useNewText();
  const stages = useStageChoices(process);
  const slot = useSlot<TrackingStage[]>(at);
  const list = slot.value ?? [];
  const free = stages.filter((s) => !list.some((x) => (x.in ?? [x.key]).includes(s.value)));
  return (
    <div className="d-conditions" role="group" aria-label={t('trackSteps')}>
      {list.map((step, i) => (
        <div key={step.key} className="d-condition">
          <TextSlot at={[...at, i, 'name']} label={t('trackStepName', { n: i + 1 })} />
          <Row label={t('trackStepIn')}>
            {(id) => (
              <Select
                id={id}
                mode="multiple"
                className="d-wide"
                aria-label={t('trackStepIn')}
                value={step.in ?? [step.key]}
                options={stages}
                onChange={(v: string[]) => slot.set(list.map((x, j) => (j === i ? { ...x, in: v } : x)))}
              />
            )}
          </Row>
          <TextSlot at={[...at, i, 'message']} label={t('trackStepMessage')} />
          <IconButton icon="close" label={t('remove')} onClick={() => slot.set(list.length > 1 ? list.filter((_, j) => j !== i) : undefined)} />
        </div>
      ))}
      <AddButton
        onClick={() => {
          const next = free[0];
          const key = next && !list.some((x) => x.key === next.value) ? next.value : freshKey('step', keysOf(list));
          slot.set([...list, { key, name: newText(next?.label ?? t('newItem')), ...(next && next.value !== key ? { in: [next.value] } : {}) }]);
        }}
      >
        {t('trackAddStep')}
      </AddButton>
      <Problems list={list.length === 0 ? slot.problems : []} />
    </div>
  );
}

function TrackedPreview({ page, form }: { page: Tracking; form: string | undefined }) {
  const { t, i18n } = useTranslation('designer');
  const errorText = useErrorText();
  const def = useDefinition();
  const app = useDraft((s) => s.app);
  const { record, picker, none } = useRecord(form);
  const asked = useDeferredValue(def);
  const shown = useQuery<Tracked>({
    queryKey: ['preview-paper', app, 'tracking', page.key, record, i18n.language, asked],
    enabled: record !== undefined,
    gcTime: 10_000,
    retry: false,
    placeholderData: (last) => last,
    queryFn: ({ signal }) => api.post<Tracked>(`/apps/${app}/preview-paper`, { definition: asked, tracking: page.key, record }, { query: { lang: i18n.language }, signal }),
  });
  if (none) return <p className="s">{t('previewNoRecord')}</p>;
  return (
    <>
      <Row label={t('previewRecord')}>{() => picker}</Row>
      {shown.error ? <p className="notice warn">{errorText(shown.error)}</p> : null}
      {shown.data ? (
        <div className="d-phone">
          <TrackedCard page={shown.data} />
        </div>
      ) : null}
    </>
  );
}
