import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { guideQuery, putGuide, type GuideStep } from '@/api/guide';
import { meQuery } from '@/api/queries';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import './firstSteps.css';

/** Somebody's first steps, each with the way there; nothing once they are put away. What is taken the server knows. */
export function FirstSteps() {
  const { t } = useTranslation('guide');
  const errorText = useErrorText();
  const { data: me } = useSuspenseQuery(meQuery());
  const { data } = useQuery(guideQuery());
  const away = useMutation({ mutationFn: () => putGuide(true), onSuccess: () => toast(t('putAway')), onError: (error) => toast(errorText(error), { kind: 'bad' }) });
  if (!data || data.away || data.steps.length === 0) return null;
  const taken = data.steps.filter((s) => s.taken).length;
  const next = data.steps.find((s) => !s.taken);
  return (
    <section className="card" aria-label={t('title')}>
      <header>
        <h2>{t('title')}</h2>
        <span className="s">{t('progress', { n: taken, of: data.steps.length })}</span>
        <span className="sp" />
        {me.seeing ? null : (
          <Button type="text" size="small" loading={away.isPending} onClick={() => away.mutate()}>
            {t('away')}
          </Button>
        )}
      </header>
      <ol className="first-steps">
        {data.steps.map((step) => (
          <li key={step.key} className={step.taken ? 'taken' : step === next ? 'next' : ''}>
            <span className="mark" aria-hidden="true">
              {step.taken ? <Icon name="check" size={12} /> : null}
            </span>
            <span className="what">
              <StepLink step={step} label={t(`step.${step.key}`)} />
              {step.taken ? <span className="hide">{t('taken')}</span> : null}
              <span className="s">{t(`hint.${step.key}`)}</span>
            </span>
          </li>
        ))}
      </ol>
      {next ? null : <p className="s all">{t('all')}</p>}
    </section>
  );
}

/** The way to where a step is taken. */
function StepLink({ step, label }: { step: GuideStep; label: string }) {
  const { app = '', of = '' } = step;
  switch (step.key) {
    case 'create':
      return (
        <Link to="/a/$app/new/$form" params={{ app, form: of }}>
          {label}
        </Link>
      );
    case 'move':
    case 'log':
    case 'board':
      return (
        <Link to="/a/$app/board/$view" params={{ app, view: of }}>
          {label}
        </Link>
      );
    case 'forecast':
      return (
        <Link to="/a/$app/forecast/$process" params={{ app, process: of }}>
          {label}
        </Link>
      );
    case 'design':
    case 'publish':
      return app ? (
        <Link to="/design/$app/$" params={{ app, _splat: step.key === 'design' ? 'forms' : 'publish' }}>
          {label}
        </Link>
      ) : (
        <Link to="/design">{label}</Link>
      );
    case 'calendar':
      return (
        <Link to="/people" search={{ tab: 'calendars' }}>
          {label}
        </Link>
      );
    case 'app':
      return <Link to="/templates">{label}</Link>;
    case 'told':
      return <Link to="/profile">{label}</Link>;
    case 'decide':
      return <Link to="/inbox">{label}</Link>;
    case 'usage':
      return <Link to="/usage">{label}</Link>;
    case 'people':
      return <Link to="/people">{label}</Link>;
  }
}
