import { Button, Dropdown } from 'antd';
import { useLayoutEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { DragArea, usePlace, useThing } from '@/ui/drag';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import type { Block, BlockKind, Form, Print } from '@/model/definition';
import { freshKey } from '@/model/keys';
import type { Path } from '@/model/path';
import { problemsUnder } from '@/model/problem';
import { useDefinition, useDraft, useDraftStore, useSelection, useSlot } from '../context';
import { useNewText } from '../controls/choices';
import { IconButton, Problems } from '../controls/Row';
import { useReadingOf } from '../controls/useLexica';
import { BlockPanel } from './BlockPanel';
import { BLOCK_KINDS, fieldOf, newBlock } from './blocks';

const ICONS: Record<BlockKind, Parameters<typeof Icon>[0]['name']> = {
  heading: 'text', text: 'paragraph', fields: 'list', table: 'table', amount: 'money', image: 'image', sign: 'signature', code: 'barcode', line: 'minus', break: 'doc', html: 'rich',
};

/** The blocks of a paper in their order: moved by drag, click and keyboard; the chosen one shows what can be set. */
export function BlocksEditor({ at, print, form, chosen }: { at: Path; print: Print; form: Form | undefined; chosen: string | undefined }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Block[]>([...at, 'blocks'], KEYS);
  const newText = useNewText();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const blocks = slot.value ?? [];
  const focus = useRef<string>(undefined);
  const list = useRef<HTMLOListElement>(null);
  // What was moved or made takes the focus with it.
  useLayoutEffect(() => {
    if (focus.current === undefined) return;
    list.current?.querySelector<HTMLElement>(`[data-block="${focus.current}"] .d-blockhit`)?.focus();
    focus.current = undefined;
  });
  const pathOf = (key: string) => `/prints/${print.key}/blocks/${key}`;
  const say = useBlockWords(form);

  const move = (key: string, to: number) => {
    const from = blocks.findIndex((b) => b.key === key);
    const target = to > from ? to - 1 : to;
    const one = blocks[from];
    if (!one || target === from || target < 0 || target >= blocks.length) return;
    focus.current = key;
    slot.set(blocks.toSpliced(from, 1).toSpliced(target, 0, one));
  };
  const add = (kind: BlockKind) => {
    const here = blocks.findIndex((b) => b.key === chosen);
    const made = newBlock(kind, form, blocks, newText, { heading: t('blockHeadingFirst'), text: t('blockTextFirst'), us: t('blockUs'), them: t('blockThem') });
    slot.set(blocks.toSpliced(here < 0 ? blocks.length : here + 1, 0, made));
    focus.current = made.key;
    select(pathOf(made.key));
  };
  const copy = (block: Block) => {
    const key = freshKey('b', blocks.map((b) => b.key));
    slot.set(blocks.toSpliced(blocks.indexOf(block) + 1, 0, { ...block, key }));
    select(pathOf(key));
  };
  const remove = (block: Block) => {
    slot.set(blocks.length > 1 ? blocks.filter((b) => b !== block) : undefined);
    select(`/prints/${print.key}`);
    toast(t('removed', { name: t(`block_${block.kind}`) }), { undo: actions.undo });
  };
  const ghost = (id: string) => {
    const block = blocks.find((b) => `block:${b.key}` === id);
    return block ? <div className="d-block ghost">{t(`block_${block.kind}`)}</div> : null;
  };
  return (
    <>
      <DragArea ghost={ghost} onDrop={(thing, place) => move(thing.slice('block:'.length), Number(place.slice('at:'.length)))}>
        <ol ref={list} className="d-blocks" aria-label={t('blocks')}>
          {blocks.map((block, i) => (
            <BlockCard
              key={block.key}
              at={[...at, 'blocks', i]}
              block={block}
              i={i}
              count={blocks.length}
              form={form}
              path={pathOf(block.key)}
              on={block.key === chosen}
              summary={say(block)}
              onSelect={() => select(block.key === chosen ? `/prints/${print.key}` : pathOf(block.key))}
              onMove={(to) => move(block.key, to)}
              onCopy={() => copy(block)}
              onRemove={() => remove(block)}
            />
          ))}
          <EndPlace n={blocks.length} />
        </ol>
      </DragArea>
      <Dropdown
        trigger={['click']}
        menu={{ items: BLOCK_KINDS.map((k) => ({ key: k, label: t(`block_${k}`), icon: <Icon name={ICONS[k]} size={14} /> })), onClick: ({ key }) => add(key as BlockKind) }}
      >
        <Button block icon={<Icon name="plus" size={14} />}>
          {t('blockAdd')}
        </Button>
      </Dropdown>
      <Problems list={slot.problems.filter((p) => p.path === slot.path)} />
    </>
  );
}

/** Problems of a block stand at it. */
const KEYS: string[] = [];

/** What a block says, in short. */
function useBlockWords(form: Form | undefined): (block: Block) => string {
  const text = useText();
  const def = useDefinition();
  const { t } = useTranslation('designer');
  const reading = useReadingOf(form?.key ?? '');
  return (block) => {
    const table = form?.fields.find((f) => f.key === block.rows);
    const plain = (s: string) => s.replace(/\{\{\s*(.*?)\s*\}\}/g, (_, e: string) => `[${reading(e)}]`);
    const said = plain(text(block.text, '')).replaceAll('**', '');
    switch (block.kind) {
      case 'fields':
      case 'sign':
        return (block.cells ?? []).map((c) => text(c.name, '') || text(fieldOf(def, form, undefined, c.value ?? '')?.name, '') || reading(c.value ?? '')).join(' · ');
      case 'table':
        return [table ? text(table.name, table.key) : reading(block.rows ?? ''), t('columns', { count: block.cells?.length ?? 0 })].join(' · ');
      case 'amount':
      case 'code':
        return reading(block.value ?? '');
      case 'html':
        return plain(text(block.html, '')).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
      default:
        return said;
    }
  };
}

interface CardProps {
  at: Path;
  block: Block;
  i: number;
  count: number;
  form: Form | undefined;
  path: string;
  on: boolean;
  summary: string;
  onSelect: () => void;
  onMove: (to: number) => void;
  onCopy: () => void;
  onRemove: () => void;
}

function BlockCard({ at, block, i, count, form, path, on, summary, onSelect, onMove, onCopy, onRemove }: CardProps) {
  const { t } = useTranslation('designer');
  const problems = problemsUnder(useDraft((s) => s.problems), path);
  const { ref: thing, handleRef, isDragging } = useThing(`block:${block.key}`);
  const { ref: place, isOver } = usePlace(`at:${i}`);
  const onKey = (event: KeyboardEvent) => {
    if (event.altKey && event.key === 'ArrowUp' && i > 0) onMove(i - 1);
    else if (event.altKey && event.key === 'ArrowDown' && i + 1 < count) onMove(i + 2);
    else if (event.key === 'Delete') onRemove();
    else return;
    event.preventDefault();
  };
  const bad = problems.some((p) => p.severity === 'error');
  return (
    <li
      ref={(el) => {
        thing(el);
        place(el);
      }}
      className={['d-block', on ? 'on' : '', isDragging ? 'dragging' : '', isOver ? 'over' : ''].join(' ')}
      data-path={path}
      data-block={block.key}
    >
      <div className="d-blockhead">
        <button
          ref={handleRef}
          type="button"
          className="d-blockhit"
          aria-expanded={on}
          title={t('blockKeys')}
          onClick={onSelect}
          onKeyDown={onKey}
        >
          <Icon name={ICONS[block.kind] ?? 'rich'} size={16} />
          <b>{t(`block_${block.kind}`)}</b>
          <span className="s el sp">{summary}</span>
          {block.on ? <span className="s">{block.on === 'top' ? t('onTop') : t('onBottom')}</span> : null}
          {problems.length > 0 ? <Icon name={bad ? 'error' : 'alert'} size={14} className={bad ? 'bad' : 'warn'} label={t('problemCount', { count: problems.length })} /> : null}
        </button>
        {on ? (
          <>
            <IconButton icon="up" label={t('moveUp')} disabled={i === 0} onClick={() => onMove(i - 1)} />
            <IconButton icon="down" label={t('moveDown')} disabled={i + 1 === count} onClick={() => onMove(i + 2)} />
            <IconButton icon="copy" label={t('blockCopy')} onClick={onCopy} />
            <IconButton icon="trash" label={t('remove')} onClick={onRemove} />
          </>
        ) : null}
      </div>
      {on ? <BlockPanel at={at} block={block} form={form} /> : null}
    </li>
  );
}

function EndPlace({ n }: { n: number }) {
  const { ref, isOver } = usePlace(`at:${n}`);
  return <li ref={ref} className={`d-blockend${isOver ? ' over' : ''}`} aria-hidden />;
}
