import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useDeferredValue } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { PaperFrame, type Printed } from '@/ui/PaperFrame';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import type { Print, Text } from '@/model/definition';
import { exactText, withText } from '@/model/text';
import { useDefinition, useDraft, useLanguages, useNameOf, useSlot } from '../context';
import { useFormChoices, useReaderLanguage, useRoleChoices } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { Insertable, useInserts } from '../controls/Insertable';
import { KeySlot } from '../controls/KeySlot';
import { Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, TextSlot, WordSlot } from '../controls/slots';
import { OneHead } from './OneHead';
import { firstBody } from './papers';
import { useRecord } from './RecordPicker';

const PAGES = ['A4', 'A4 landscape', 'A5', 'A5 landscape'] as const;

/** One paper: its words at the left, how it looks with a real record below them. */
export function PrintOne({ print, index }: { print: Print; index: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const text = useText();
  const def = useDefinition();
  const forms = useFormChoices();
  const roles = useRoleChoices();
  const languages = useLanguages();
  const lang = useReaderLanguage();
  const at = ['prints', index];
  const body = useSlot<Text>([...at, 'body']);
  const rest = useSlot<Print>(at, ['name', 'form', 'if', 'by', 'body', 'header', 'footer', 'css', 'page']);
  const form = def.forms?.find((f) => f.key === print.form);
  const tables = (form?.fields ?? []).filter((f) => f.type === 'table');
  const inserts = [
    ...useInserts(form),
    ...tables.map((f) => ({
      value: `\n<table><tr data-each="${f.key}">${(f.fields ?? []).map((c) => `<td>{{ ${c.key} }}</td>`).join('')}</tr></table>`,
      label: `${text(f.name, f.key)} …`,
    })),
  ];
  return (
    <div className="card d-one">
      <OneHead list="prints" index={index} name={nameOf(print)} />
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <KeySlot path={`/prints/${print.key}`} value={print.key} label={t('key')} />
        <div className="d-two">
          <ChoiceSlot at={[...at, 'form']} label={t('word_form')} choices={forms} />
          <ChoiceSlot at={[...at, 'page']} label={t('printPaper')} choices={PAGES.filter((p) => p !== 'A4').map((p) => ({ value: p, label: t(`paper_${p.replace(' ', '_')}`) }))} unset={t('paper_A4')} unsetAs="A4" />
        </div>
        <FormulaSlot at={[...at, 'if']} form={print.form} label={t('printIf')} placeholder="stage == 'approved'" />
        <ChoicesSlot at={[...at, 'by']} label={t('printBy')} choices={roles} placeholder={t('whoeverSees')} />
        <Problems list={rest.problems} />
      </Part>
      <Part title={t('printBody')}>
        <p className="s">{t('printBodyHelp')}</p>
        <Insertable
          at={[...at, 'body']}
          inserts={inserts}
          aside={form && exactText(body.value, lang) === '' ? <Button onClick={() => body.set(withText(body.value, lang, firstBody(form, lang), languages))}>{t('printFirst')}</Button> : null}
        >
          <TextSlot at={[...at, 'body']} label={t('printBody')} rows={8} />
        </Insertable>
        <TextSlot at={[...at, 'header']} label={t('printHeader')} rows={2} />
        <TextSlot at={[...at, 'footer']} label={t('printFooter')} rows={2} />
        <WordSlot at={[...at, 'css']} label={t('printCss')} placeholder="h1 { text-align: center }" />
      </Part>
      <Part title={t('preview')}>
        <PaperPreview print={print} />
      </Part>
    </div>
  );
}

function PaperPreview({ print }: { print: Print }) {
  const { t, i18n } = useTranslation('designer');
  const errorText = useErrorText();
  const def = useDefinition();
  const app = useDraft((s) => s.app);
  const { record, picker, none } = useRecord(print.form);
  const asked = useDeferredValue(def);
  const paper = useQuery<Printed>({
    queryKey: ['preview-paper', app, print.key, record, i18n.language, asked],
    enabled: record !== undefined,
    gcTime: 10_000,
    retry: false,
    placeholderData: (last) => last,
    queryFn: ({ signal }) => api.post<Printed>(`/apps/${app}/preview-paper`, { definition: asked, print: print.key, record }, { query: { lang: i18n.language }, signal }),
  });
  if (none) return <p className="s">{t('previewNoRecord')}</p>;
  return (
    <>
      <Row label={t('previewRecord')}>{() => picker}</Row>
      {paper.error ? <p className="notice warn">{errorText(paper.error)}</p> : null}
      {paper.data ? (
        // A wide paper scrolls, by keyboard too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className="d-paper" role="region" aria-label={t('preview')} tabIndex={0}>
          <PaperFrame paper={paper.data} label={t('preview')} />
        </div>
      ) : null}
    </>
  );
}
