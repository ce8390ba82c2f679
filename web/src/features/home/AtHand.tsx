import { useQueries, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery, modelQuery } from '@/api/queries';
import { lookUp } from '@/records/model';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';

/** What can be done while the line is down and nothing is here: the forms that this device has kept, to be filled in. */
export function AtHand() {
  const { t } = useTranslation('home');
  const text = useText();
  const { data: me } = useSuspenseQuery(meQuery());
  const apps = me.apps.filter((a) => a.release > 0);
  const models = useQueries({ queries: apps.map((a) => ({ ...modelQuery(a.key), retry: false })) });
  const found = models.flatMap(({ data }, i) => {
    if (!data) return [];
    const model = lookUp(data);
    const forms = (model.definition.forms ?? []).filter((f) => model.mayCreate(f.key));
    return forms.length > 0 ? [{ app: apps[i]!, forms }] : [];
  });
  return (
    <div className="body">
      {found.map(({ app, forms }) => (
        <section className="card" key={app.key} aria-label={text(app.name, app.key)}>
          <header>
            <h2>{t('atHand')}</h2>
            <span className="s">{text(app.name, app.key)}</span>
          </header>
          <ul>
            {forms.map((f) => (
              <li className="line" key={f.key}>
                <Link to="/a/$app/new/$form" params={{ app: app.key, form: f.key }} className="row" aria-label={t('atHandOf', { name: text(f.name, f.key) })}>
                  <Icon name="plus" size={14} />
                  {text(f.name, f.key)}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p className="dim">{t('atHandText')}</p>
    </div>
  );
}
