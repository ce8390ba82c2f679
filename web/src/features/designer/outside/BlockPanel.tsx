import { Button, Select } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import type { Block, Form } from '@/model/definition';
import type { Path } from '@/model/path';
import { useSlot } from '../context';
import { FormulaSlot } from '../controls/FormulaSlot';
import { Insertable, useInserts } from '../controls/Insertable';
import { Problems, Row } from '../controls/Row';
import { ChoiceSlot, NumberSlot, SwitchSlot, TextSlot } from '../controls/slots';
import { TemplateSlot } from '../controls/TemplateSlot';
import { AlignSlot, PickSlot } from './AlignSlot';
import { BlockCells, useValueChoices, ValueSlot } from './BlockCells';
import { cellsOf } from './blocks';

const MEMBERS = ['text', 'level', 'align', 'look', 'value', 'words', 'rows', 'numbered', 'cells', 'across', 'source', 'width', 'html', 'on', 'if'];
const MONEY = ['money', 'number'] as const;

/** The settings of one block. */
export function BlockPanel({ at, block, form }: { at: Path; block: Block; form: Form | undefined }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const slot = useSlot<Block>(at, MEMBERS);
  const table = block.kind === 'table' ? form?.fields.find((f) => f.type === 'table' && f.key === block.rows) : undefined;
  const tables = (form?.fields ?? []).filter((f) => f.type === 'table').map((f) => ({ value: f.key, label: text(f.name, f.key) }));
  const inserts = useInserts(form);
  const amounts = useValueChoices(form, undefined, MONEY);
  const values = useValueChoices(form, undefined);
  const key = form?.key ?? '';
  const across = [1, 2, 3, 4].map((n) => ({ value: n, label: String(n) }));
  return (
    <div className="d-blockbody">
      <Problems list={slot.problems} />
      {block.kind === 'heading' ? <TemplateSlot at={[...at, 'text']} label={t('blockText')} form={key} inserts={inserts} single /> : null}
      {block.kind === 'text' ? <TemplateSlot at={[...at, 'text']} label={t('blockText')} form={key} inserts={inserts} hint={t('blockTextHint')} /> : null}
      {block.kind === 'heading' ? <PickSlot at={[...at, 'level']} label={t('blockLevel')} ways={[1, 2, 3].map((n) => ({ value: n, label: t(`blockLevel${n as 1 | 2 | 3}`) }))} /> : null}
      {block.kind === 'table' ? (
        <>
          <RowsSlot at={at} tables={tables} form={form} known={block.rows === undefined || tables.some((x) => x.value === block.rows)} />
          <BlockCells at={at} block={block} form={form} table={table} />
          <SwitchSlot at={[...at, 'numbered']} label={t('blockNumbered')} />
          {(block.cells ?? []).some((c) => c.sum) ? <TextSlot at={[...at, 'text']} label={t('blockSumName')} placeholder={t('blockSumNameDefault')} /> : null}
        </>
      ) : null}
      {block.kind === 'fields' || block.kind === 'sign' ? (
        <>
          <BlockCells at={at} block={block} form={form} table={undefined} />
          <PickSlot at={[...at, 'across']} label={t('blockAcross')} ways={across} unset={2} />
        </>
      ) : null}
      {block.kind === 'fields' ? <PickSlot at={[...at, 'look']} label={t('blockLook')} ways={[{ value: '', label: t('lookPlain') }, { value: 'box', label: t('lookBox') }]} /> : null}
      {block.kind === 'amount' ? (
        <>
          <ValueSlot at={[...at, 'value']} label={t('blockAmount')} form={key} choices={amounts} />
          <TemplateSlot at={[...at, 'text']} label={t('blockBefore')} form={key} inserts={inserts} single hint={t('blockBeforeHint')} />
          <PickSlot at={[...at, 'words']} label={t('blockWords')} ways={[{ value: '', label: t('wordsNone') }, { value: 'beside', label: t('wordsBeside') }, { value: 'below', label: t('wordsBelow') }]} />
        </>
      ) : null}
      {block.kind === 'image' ? <PictureSlot at={[...at, 'source']} /> : null}
      {block.kind === 'code' ? (
        <>
          <ValueSlot at={[...at, 'value']} label={t('blockValue')} form={key} choices={values} />
          <PickSlot at={[...at, 'look']} label={t('blockLook')} ways={[{ value: '', label: t('lookSquare') }, { value: 'bars', label: t('lookBars') }]} />
        </>
      ) : null}
      {block.kind === 'html' ? (
        <>
          <p className="s">{t('printBodyHelp')}</p>
          <Insertable at={[...at, 'html']} inserts={inserts}>
            <TextSlot at={[...at, 'html']} label="HTML" rows={4} />
          </Insertable>
        </>
      ) : null}
      {block.kind === 'image' || block.kind === 'code' ? <NumberSlot at={[...at, 'width']} label={t('blockWidth')} min={5} max={300} suffix="mm" /> : null}
      {['heading', 'text', 'amount', 'image', 'code'].includes(block.kind) ? <AlignSlot at={[...at, 'align']} /> : null}
      {block.kind === 'text' ? <PickSlot at={[...at, 'look']} label={t('blockLook')} ways={[{ value: '', label: t('lookNormal') }, { value: 'note', label: t('lookNote') }, { value: 'box', label: t('lookBox') }]} /> : null}
      {block.kind === 'break' ? null : <ChoiceSlot at={[...at, 'on']} label={t('blockOn')} choices={[{ value: 'top', label: t('onTop') }, { value: 'bottom', label: t('onBottom') }]} unset={t('onHere')} />}
      <FormulaSlot at={[...at, 'if']} form={key} label={t('blockIf')} placeholder={t('blockAlways')} />
    </div>
  );
}

/** Which rows: those of a table, or of a formula. Another table brings its own columns. */
function RowsSlot({ at, tables, form, known }: { at: Path; tables: { value: string; label: string }[]; form: Form | undefined; known: boolean }) {
  const { t } = useTranslation('designer');
  const block = useSlot<Block>(at);
  const rows = useSlot<string>([...at, 'rows']);
  if (!known) return <FormulaSlot at={[...at, 'rows']} label={t('blockRows')} form={form?.key ?? ''} />;
  return (
    <Row label={t('blockRows')} path={rows.path} problems={rows.problems}>
      {(id) => (
        <Select
          id={id}
          className="d-wide"
          aria-label={t('blockRows')}
          value={rows.value || null}
          placeholder={t('blockNoTable')}
          options={tables}
          onChange={(v: string | null) => {
            if (block.value && v) block.set({ ...block.value, rows: v, cells: cellsOf(form?.fields.find((f) => f.key === v)) });
          }}
        />
      )}
    </Row>
  );
}

/** The most a picture takes up in the definition, in characters of its address. */
const MOST = 500_000;

function PictureSlot({ at }: { at: Path }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<string>(at);
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      slot.set(await pictureOf(file));
    } catch {
      toast(t('pictureBad'));
    }
  };
  return (
    <Row label={t('block_image')} path={slot.path} problems={slot.problems} hint={t('pictureHint')}>
      {() => (
        <div className="row">
          {slot.value ? <img className="d-picture" src={slot.value} alt={t('block_image')} /> : null}
          <Button size="small" onClick={() => input.current?.click()}>
            {slot.value ? t('pictureOther') : t('pictureChoose')}
          </Button>
          <input
            ref={input}
            type="file"
            hidden
            accept="image/png,image/jpeg,image/gif,image/webp"
            aria-label={t('pictureChoose')}
            onChange={(e) => {
              void take(e.target.files?.[0]);
              e.target.value = '';
            }}
          />
        </div>
      )}
    </Row>
  );
}

/** A picture as an address that holds it; a large one is made smaller. */
async function pictureOf(file: File): Promise<string> {
  const whole = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(new Error('unread')));
    reader.readAsDataURL(file);
  });
  if (whole.length <= MOST && /^data:image\/(png|jpeg|gif|webp);/.test(whole)) return whole;
  const image = await createImageBitmap(file);
  for (const side of [1200, 800, 500, 300]) {
    const scale = Math.min(1, side / Math.max(image.width, image.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const small = canvas.toDataURL('image/png');
    if (small.length <= MOST) return small;
  }
  throw new Error('too large');
}
