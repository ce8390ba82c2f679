import { useMutation } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { isApiError } from '@/api/client';
import type { Rule } from '@/model/definition';
import { toNames } from '@/model/formula/names';
import { problemId } from '@/model/problem';
import { readRuleSheet, ruleSheet, type CellSwing, type SheetRead } from '../api';
import { useDefinition, useDraftStore, useNameOf, usePlaceInDesigner } from '../context';
import { useLexica } from '../controls/useLexica';
import { useArounds } from './Grid';

/** Takes a decision table out as a workbook, and in again: what a file would change is shown first. */
export function SheetPart({ at, rule, form }: { at: (string | number)[]; rule: Rule; form: string }) {
  const { t } = useTranslation('designer');
  const errorText = useErrorText();
  const def = useDefinition();
  const { app } = usePlaceInDesigner();
  const picker = useRef<HTMLInputElement>(null);
  const save = useMutation({
    mutationFn: () => ruleSheet(app, rule.key, def),
    onSuccess: (content) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(content);
      link.download = `${rule.key}.xlsx`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    },
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
  });
  const [file, setFile] = useState<string>();
  const read = useMutation({ mutationFn: async (file: string) => ({ rule, got: await readRuleSheet(app, rule.key, def, file) }) });
  const close = () => {
    setFile(undefined);
    read.reset();
  };
  return (
    <div className="row d-sheetpart">
      <Button size="small" icon={<Icon name="download" size={14} />} loading={save.isPending} onClick={() => save.mutate()}>
        {t('sheetOut')}
      </Button>
      <Button size="small" icon={<Icon name="attach" size={14} />} loading={read.isPending} onClick={() => picker.current?.click()}>
        {t('sheetIn')}
      </Button>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".xlsx"
        aria-label={t('sheetIn')}
        onChange={async (e) => {
          const chosen = e.target.files?.[0];
          e.target.value = '';
          if (!chosen) return;
          const text = base64(new Uint8Array(await chosen.arrayBuffer()));
          setFile(text);
          read.mutate(text);
        }}
      />
      {file !== undefined && !read.isPending ? (
        <SheetDialog at={at} rule={rule} form={form} read={read.data} error={read.error} onAgain={() => read.mutate(file)} onClose={close} />
      ) : null}
    </div>
  );
}

function base64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 0x8000) out += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(out);
}

interface DialogProps {
  at: (string | number)[];
  rule: Rule;
  form: string;
  /** What the file comes to, and the table it was read against. */
  read: { rule: Rule; got: SheetRead } | undefined;
  error: Error | null;
  onAgain: () => void;
  onClose: () => void;
}

const MARKS = { added: 'plus', removed: 'minus', changed: 'tilde', moved: 'tilde', hit: 'tilde', columnAdded: 'plus', columnRemoved: 'minus', columnsMoved: 'tilde' } as const;
const TONES = { added: 'ok', removed: 'bad', changed: 'acc', moved: 'acc', hit: 'acc', columnAdded: 'ok', columnRemoved: 'bad', columnsMoved: 'acc' } as const;
/** How many changes are told one by one. */
const MOST = 100;

function SheetDialog({ at, rule, form, read, error, onAgain, onClose }: DialogProps) {
  const { t } = useTranslation('designer');
  const text = useText();
  const nameOf = useNameOf();
  const errorText = useErrorText();
  const { actions } = useDraftStore();
  const changes = read?.got.changes ?? [];
  const problems = read?.got.problems ?? [];
  const errors = problems.filter((p) => p.severity === 'error').length;
  // Somebody has changed the table while this stood open: what is told here is no longer what would happen.
  const stale = read !== undefined && read.rule !== rule;
  const accept = () => {
    if (!read) return;
    const { hit, in: ins, out, rows } = read.got.rule;
    actions.apply({
      op: 'all',
      changes: [
        { op: 'set', at: [...at, 'in'], value: ins ?? [] },
        { op: 'set', at: [...at, 'out'], value: out ?? [] },
        { op: 'set', at: [...at, 'rows'], value: rows ?? [] },
        { op: 'set', at: [...at, 'hit'], value: hit },
      ],
    });
    toast(t('sheetTaken', { name: nameOf(rule) }), { undo: actions.undo });
    onClose();
  };
  const count = (kind: string) => changes.filter((c) => c.kind === kind).length;
  return (
    <Modal
      open
      title={t('sheetTitle', { name: nameOf(rule) })}
      width={680}
      onCancel={onClose}
      cancelText={t('cancel')}
      okText={stale ? t('sheetAgain') : errors > 0 ? t('sheetTakeWrong', { count: errors }) : t('sheetTake')}
      okButtonProps={{ disabled: !stale && (error !== null || changes.length === 0) }}
      onOk={stale ? onAgain : accept}
    >
      {error ? (
        <div role="alert">
          <p className="bad">{errorText(error)}</p>
          <ul className="d-problems">
            {(isApiError(error) ? error.details : []).map((d) => (
              <li key={`${d.path} ${d.message}`} className="bad">
                <Icon name="error" size={14} />
                <span>
                  <code>{d.path}</code> {d.message}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : changes.length === 0 ? (
        <p>{t('sheetSame')}</p>
      ) : (
        <>
          <p>{stale ? t('sheetStale') : t('sheetCounts', { added: count('added'), removed: count('removed'), changed: count('changed') })}</p>
          <div className="d-diff">
            <ul>
              {changes.slice(0, MOST).map((c) => (
                <li key={`${c.kind} ${c.column ?? ''} ${c.was ?? ''} ${c.row ?? ''}`}>
                  <Icon name={MARKS[c.kind]} size={14} className={TONES[c.kind]} label={t(`sheet_${c.kind}`)} />
                  <span>
                    {c.kind === 'hit'
                      ? t('sheetHitChanged', { before: t(`hit_${c.before}` as 'hit_first'), after: t(`hit_${c.after}` as 'hit_first') })
                      : c.kind === 'moved' || c.kind === 'columnsMoved'
                        ? t(`sheet_${c.kind}`)
                        : c.kind === 'columnAdded' || c.kind === 'columnRemoved'
                          ? t(c.kind === 'columnAdded' ? 'sheetColumnAdded' : 'sheetColumnRemoved', { name: text(c.name, c.column) })
                        : c.kind === 'removed'
                          ? t('sheetRowRemoved', { n: c.was })
                          : t(c.kind === 'added' ? 'sheetRowAdded' : 'sheetRowChanged', { n: c.row, line: c.sheetRow })}
                    <Swings rule={read?.got.rule ?? rule} form={form} list={c.cells ?? []} whole={c.kind !== 'changed'} />
                  </span>
                </li>
              ))}
            </ul>
            {changes.length > MOST ? <p className="s">{t('sheetMore', { count: changes.length - MOST })}</p> : null}
          </div>
        </>
      )}
      {problems.length > 0 ? (
        <section aria-label={t('sheetProblems')}>
          <h3>{t('sheetProblems')}</h3>
          <ul className="d-problems">
            {problems.map((p) => (
              <li key={problemId(p)} className={p.severity === 'error' ? 'bad' : 'warn'}>
                <Icon name={p.severity === 'error' ? 'error' : 'alert'} size={14} />
                <span>
                  {p.cell ? <code>{p.cell}</code> : null} {text(p.message)}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </Modal>
  );
}

/** Cells as they were and as they would be, as people read them. */
function Swings({ rule, form, list, whole }: { rule: Rule; form: string; list: readonly CellSwing[]; whole: boolean }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const lexica = useLexica(form);
  const around = useArounds(rule, lexica);
  const shown = (c: CellSwing, value: string | undefined) => {
    if (!value) return t('sheetNothing');
    if (c.column.startsWith('note')) return value;
    const i = (rule.in ?? []).findIndex((x) => `if ${x.key}` === c.column);
    return toNames(value, lexica, around(i < 0 ? rule.in?.length ?? 0 : i));
  };
  if (list.length === 0) return null;
  return (
    <span className="s d-swings">
      {list.map((c) => (
        <span key={c.column}>
          {text(c.name)}: {whole ? shown(c, c.after || c.before) : `${shown(c, c.before)} → ${shown(c, c.after)}`}
        </span>
      ))}
    </span>
  );
}
