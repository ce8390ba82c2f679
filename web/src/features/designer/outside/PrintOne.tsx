import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Printed } from '@/ui/PaperFrame';
import { PaperView } from '@/ui/PaperView';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import type { Form, Print, Text } from '@/model/definition';
import { splitKeyPath } from '@/model/path';
import { exactText, withText } from '@/model/text';
import { useActions, useDefinition, useDraft, useLanguages, useNameOf, useSelection, useSlot } from '../context';
import { useFormChoices, useReaderLanguage, useRoleChoices } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { Insertable, useInserts } from '../controls/Insertable';
import { KeySlot } from '../controls/KeySlot';
import { Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, TextSlot, WordSlot } from '../controls/slots';
import { BlocksEditor } from './BlocksEditor';
import { blocksFromHTML, firstBlocks } from './blocks';
import { OneHead } from './OneHead';
import { firstBody } from './papers';
import { LanguagePick } from './LanguagePick';
import { useRecord } from './RecordPicker';

const PAGES = ['A4', 'A4 landscape', 'A5', 'A5 landscape'] as const;

/** One paper: what stands on it at the left, how it looks with a real record at the right, or below. */
export function PrintOne({ print, index }: { print: Print; index: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const def = useDefinition();
  const forms = useFormChoices();
  const roles = useRoleChoices();
  const at = ['prints', index];
  const rest = useSlot<Print>(at, ['name', 'form', 'if', 'by', 'blocks', 'body', 'header', 'footer', 'css', 'page']);
  const form = def.forms?.find((f) => f.key === print.form);
  const html = print.blocks === undefined && print.body !== undefined;
  return (
    <div className="card d-one wide d-printone">
      <OneHead list="prints" index={index} name={nameOf(print)} />
      <div className="d-printpanes">
        <div>
          <Part>
            <TextSlot at={[...at, 'name']} label={t('name')} />
            <KeySlot path={`/prints/${print.key}`} value={print.key} label={t('key')} />
            <div className="d-two">
              <ChoiceSlot at={[...at, 'form']} label={t('word_form')} choices={forms} />
              <ChoiceSlot at={[...at, 'page']} label={t('printPaper')} choices={PAGES.filter((p) => p !== 'A4').map((p) => ({ value: p, label: t(`paper_${p.replace(' ', '_')}`) }))} unset={t('paper_A4')} unsetAs="A4" />
            </div>
            <FormulaSlot at={[...at, 'if']} form={print.form} label={t('printIf')} placeholder={t('blockAlways')} />
            <ChoicesSlot at={[...at, 'by']} label={t('printBy')} choices={roles} placeholder={t('whoeverSees')} />
            <Problems list={rest.problems} />
          </Part>
          {html ? <HtmlPart at={at} print={print} form={form} /> : <BlocksPart at={at} print={print} form={form} />}
        </div>
        <div className="d-printpreview">
          <Part title={t('preview')}>
            <PaperPreview print={print} />
          </Part>
        </div>
      </div>
    </div>
  );
}

function BlocksPart({ at, print, form }: { at: (string | number)[]; print: Print; form: Form | undefined }) {
  const { t } = useTranslation('designer');
  const { at: selected } = useSelection();
  const { set } = useActions();
  const body = useSlot<Text>([...at, 'body']);
  const parts = splitKeyPath(selected);
  const chosen = parts[0] === 'prints' && parts[1] === print.key && parts[2] === 'blocks' ? parts[3] : undefined;
  const written = print.header !== undefined || print.footer !== undefined || print.css !== undefined;
  const empty = (print.blocks ?? []).length === 0;
  return (
    <Part title={t('blocks')}>
      <p className="s">{t('blocksHelp')}</p>
      <BlocksEditor at={at} print={print} form={form} chosen={chosen} />
      {empty ? (
        <div className="row">
          {form ? <Button onClick={() => set([...at, 'blocks'], firstBlocks(form))}>{t('printFirst')}</Button> : null}
          <Button type="text" onClick={() => body.set('<p></p>')}>
            {t('writeHtml')}
          </Button>
        </div>
      ) : null}
      <Problems list={body.problems} />
      {written ? <HtmlAround at={at} /> : null}
    </Part>
  );
}

/** What stands around the body of every page, in HTML. */
function HtmlAround({ at }: { at: (string | number)[] }) {
  const { t } = useTranslation('designer');
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="link s" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('printMore')}
      </button>
      {open ? (
        <>
          <TextSlot at={[...at, 'header']} label={t('printHeader')} rows={2} />
          <TextSlot at={[...at, 'footer']} label={t('printFooter')} rows={2} />
          <WordSlot at={[...at, 'css']} label={t('printCss')} placeholder="h1 { text-align: center }" />
        </>
      ) : null}
    </>
  );
}

function HtmlPart({ at, print, form }: { at: (string | number)[]; print: Print; form: Form | undefined }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  const lang = useReaderLanguage();
  const languages = useLanguages();
  const { apply } = useActions();
  const body = useSlot<Text>([...at, 'body']);
  const blocks = useMemo(() => blocksFromHTML(def, print), [def, print]);
  const inserts = [
    ...useInserts(form),
    ...(form?.fields ?? [])
      .filter((f) => f.type === 'table')
      .map((f) => ({
        value: `\n<table><tr data-each="${f.key}">${(f.fields ?? []).map((c) => `<td>{{ ${c.key} }}</td>`).join('')}</tr></table>`,
        label: `${text(f.name, f.key)} …`,
      })),
  ];
  return (
    <Part title={t('printBody')}>
      {blocks ? (
        <div className="notice">
          <p>{t('blocksFromHtmlHint')}</p>
          <Button
            onClick={() =>
              apply({
                op: 'all',
                changes: [
                  { op: 'set', at: [...at, 'blocks'], value: blocks },
                  { op: 'set', at: [...at, 'body'] },
                ],
              })
            }
          >
            {t('blocksFromHtml')}
          </Button>
        </div>
      ) : null}
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
  );
}

function PaperPreview({ print }: { print: Print }) {
  const { t } = useTranslation('designer');
  const errorText = useErrorText();
  const def = useDefinition();
  const app = useDraft((s) => s.app);
  const { record, picker, none } = useRecord(print.form);
  const [lang, setLang] = useState<string>(useReaderLanguage());
  const asked = useDeferredValue(def);
  const paper = useQuery<Printed>({
    queryKey: ['preview-paper', app, print.key, record, lang, asked],
    enabled: record !== undefined,
    gcTime: 10_000,
    retry: false,
    placeholderData: (last) => last,
    queryFn: ({ signal }) => api.post<Printed>(`/apps/${app}/preview-paper`, { definition: asked, print: print.key, record }, { query: { lang }, signal }),
  });
  if (none) return <p className="s">{t('previewNoRecord')}</p>;
  return (
    <>
      <Row label={t('previewRecord')}>{() => picker}</Row>
      <LanguagePick value={lang} onChange={setLang} />
      {paper.error ? <p className="notice warn">{errorText(paper.error)}</p> : null}
      {paper.data ? <PaperView paper={paper.data} label={t('preview')} /> : null}
    </>
  );
}
