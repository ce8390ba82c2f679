import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { fixChange, problemId, type Problem } from '@/model/problem';
import { useActions } from '../context';

/** A titled part of a panel. `question` is the one of the five questions that the part answers. */
export function Part({
  title,
  note,
  question,
  action,
  children,
}: {
  title?: string;
  note?: string;
  question?: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="d-part">
      {title ? (
        <header>
          <h3>{title}</h3>
          {question ? <span className="d-q">{question}</span> : null}
          {note ? <span className="s">{note}</span> : null}
          {action ? <span className="d-act">{action}</span> : null}
        </header>
      ) : null}
      {children}
    </section>
  );
}

interface RowProps {
  label: string;
  question?: string;
  hint?: string;
  problems?: readonly Problem[];
  path?: string;
  /** Beside the label, at the right. */
  aside?: ReactNode;
  /** The control names itself; the label is then not tied to it by an id. */
  children: (id: string) => ReactNode;
}

/** A label, a control, what is wrong with it, and a hint. */
export function Row({ label, question, hint, problems = [], path, aside, children }: RowProps) {
  const id = useId();
  return (
    <div className="d-row" data-path={path}>
      <div className="d-label">
        <label htmlFor={id}>{label}</label>
        {question ? <span className="d-q">{question}</span> : null}
        {aside ? <span className="d-act">{aside}</span> : null}
      </div>
      {children(id)}
      {hint ? <p className="s">{hint}</p> : null}
      <Problems list={problems} />
    </div>
  );
}

/** Problems at their place: the words, and the offered fix. */
export function Problems({ list }: { list: readonly Problem[] }) {
  if (list.length === 0) return null;
  return (
    <ul className="d-problems">
      {list.map((p) => (
        <li key={problemId(p)} className={p.severity === 'error' ? 'bad' : 'warn'}>
          <Icon name={p.severity === 'error' ? 'error' : 'alert'} size={14} />
          <ProblemText problem={p} />
          <FixButton problem={p} />
        </li>
      ))}
    </ul>
  );
}

function ProblemText({ problem }: { problem: Problem }) {
  const text = useText();
  return <span>{text(problem.message)}</span>;
}

export function FixButton({ problem }: { problem: Problem }) {
  const text = useText();
  const { apply, now } = useActions();
  const { t } = useTranslation('designer');
  const fix = problem.fix;
  if (!fix || fixChange(now(), fix) === undefined) return null;
  return (
    <button
      type="button"
      className="link"
      onClick={() => {
        const change = fixChange(now(), fix);
        if (change) apply(change);
      }}
    >
      {text(fix.title, t('fixIt'))}
    </button>
  );
}

/** A small button that adds something, in the head of a part. */
export function AddButton({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="link d-add" onClick={onClick}>
      <Icon name="plus" size={14} />
      {children}
    </button>
  );
}

/** A square button with an icon only; the label is its name and its tooltip. */
export function IconButton({
  icon,
  label,
  onClick,
  disabled,
}: {
  icon: Parameters<typeof Icon>[0]['name'];
  label: string;
  onClick: () => void;
  disabled?: boolean;
}) {
  return (
    <button type="button" className="ib d-ib" title={label} aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon name={icon} size={14} />
    </button>
  );
}
