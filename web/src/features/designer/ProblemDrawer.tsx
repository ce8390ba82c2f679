import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { placeOf } from '@/model/place';
import { countProblems, problemId, sortProblems, type Problem } from '@/model/problem';
import { FixButton } from './controls/Row';
import { locate, valueAt } from '@/model/path';
import { toast } from '@/ui/toast';
import { useActions, useDefinition, useDraft, useDraftStore, useJump, useLanguages } from './context';

/** Where a problem is, in words: "阶段 · 谈判与提案". */
export function usePlaceText(): (path: string) => string {
  const def = useDefinition();
  const text = useText();
  const { t } = useTranslation('designer');
  return (path) => {
    const { things, rest } = placeOf(def, path);
    const last = things.at(-1);
    if (!last) return path === '' || path === '/' ? t('wholeApp') : path;
    const names = things.slice(-2).map((x) => text(x.name, ''));
    const step = last.word === 'test' ? /^steps\/(\d+)/.exec(rest)?.[1] : undefined;
    if (step) names.push(t('testStep', { n: Number(step) + 1 }));
    return `${t(`word_${last.word}`)} · ${names.join(' / ')}${things.length === 1 && rest && !names[0] ? ` ${rest}` : ''}`;
  };
}

/** The counts of a list of problems, with icons. */
export function ProblemCounts({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation('designer');
  const { errors, warnings } = countProblems(problems);
  return (
    <>
      {errors > 0 ? (
        <span className="d-count bad">
          <Icon name="error" size={14} />
          {t('errors', { count: errors })}
        </span>
      ) : null}
      {warnings > 0 ? (
        <span className="d-count warn">
          <Icon name="alert" size={14} />
          {t('warnings', { count: warnings })}
        </span>
      ) : null}
      {errors + warnings === 0 ? (
        <span className="d-count ok">
          <Icon name="checkCircle" size={14} />
          {t('noProblems')}
        </span>
      ) : null}
    </>
  );
}

/** From how many texts on that lack a language they are told in one row: what else is wrong would not be seen among them. */
const MANY = 5;

/** The list: place, what is wrong, and the fix or the way there. */
export function ProblemRows({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const place = usePlaceText();
  const jump = useJump();
  const [open, setOpen] = useState(false);
  const lacking = problems.filter((p) => p.code === 'text.missing');
  const many = lacking.length >= MANY;
  const told = many && !open ? problems.filter((p) => p.code !== 'text.missing') : problems;
  return (
    <ul className="d-proslist">
      {many ? <Lacking count={lacking.length} open={open} onToggle={() => setOpen(!open)} /> : null}
      {sortProblems(told).map((p) => (
        <li key={problemId(p)}>
          <Icon
            name={p.severity === 'error' ? 'error' : 'alert'}
            size={14}
            className={p.severity === 'error' ? 'bad' : 'warn'}
            label={t(p.severity)}
          />
          <button type="button" className="d-proplace" onClick={() => jump(p.path)} title={p.path}>
            {place(p.path)}
          </button>
          <span className="d-protext">{text(p.message)}</span>
          <span className="d-profix">
            <FixButton problem={p} />
            {p.fix ? null : (
              <button type="button" className="link" onClick={() => jump(p.path)}>
                {t('goThere')}
              </button>
            )}
            {p.code === 'test.failed' ? <DropTest path={p.path} /> : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The texts that are not in every language of the app, in one row: shown on demand, or done with by letting the app have the reader's alone. */
function Lacking({ count, open, onToggle }: { count: number; open: boolean; onToggle: () => void }) {
  const { t, i18n } = useTranslation('designer');
  const languages = useLanguages();
  const { apply } = useActions();
  const { actions } = useDraftStore();
  const mine = languages.find((l) => l === i18n.language);
  const name = (l: string) => t(`language_${l as 'en'}`);
  return (
    <li>
      <Icon name="alert" size={14} className="warn" label={t('warning')} />
      <button type="button" className="d-proplace" aria-expanded={open} onClick={onToggle}>
        {t('lackingTexts', { count })}
      </button>
      <span className="d-protext">{t('lackingWhy', { languages: languages.map(name).join(t('listComma')) })}</span>
      <span className="d-profix">
        {mine && languages.length > 1 ? (
          <button
            type="button"
            className="link"
            onClick={() => {
              apply({ op: 'set', at: ['languages'], value: [mine] });
              toast(t('onlyDone', { language: name(mine) }), { undo: actions.undo });
            }}
          >
            {t('onlyLanguage', { language: name(mine) })}
          </button>
        ) : null}
        <button type="button" className="link" onClick={onToggle}>
          {t(open ? 'lackingHide' : 'lackingShow')}
        </button>
      </span>
    </li>
  );
}

/** A scenario that says what was meant before: who changed the rule on purpose lets it go, and can take that back. */
function DropTest({ path }: { path: string }) {
  const { t } = useTranslation('designer');
  const { apply, now } = useActions();
  const index = locate(now(), path.split('/').slice(0, 3).join('/'))?.[1];
  if (typeof index !== 'number' || valueAt(now(), ['tests', index]) === undefined) return null;
  return (
    <button type="button" className="link" onClick={() => apply({ op: 'remove', at: ['tests'], index })}>
      {t('dropTest')}
    </button>
  );
}

/** Under every page: how many problems there are, and which. */
export function ProblemDrawer() {
  const { t } = useTranslation('designer');
  const problems = useDraft((s) => s.problems);
  const stale = useDraft((s) => s.stale);
  const [open, setOpen] = useState(false);
  return (
    <section className={`d-drawer${open ? ' open' : ''}`} aria-label={t('problems')}>
      <header>
        <button type="button" className="d-drawerhead" aria-expanded={open} onClick={() => setOpen(!open)}>
          <b>{t('problems')}</b>
          <ProblemCounts problems={problems} />
          <span className="s d-drawerhint">{stale ? t('checking') : t('problemsHint')}</span>
          <span className="sp" />
          <Icon name={open ? 'caretDown' : 'caretRight'} size={14} />
        </button>
      </header>
      {open ? (
        problems.length > 0 ? (
          <ProblemRows problems={problems} />
        ) : (
          <p className="s d-drawerempty">{t('noProblemsLong')}</p>
        )
      ) : null}
    </section>
  );
}
