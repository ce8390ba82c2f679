import { Button, Dropdown, Input, Select, type InputRef } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DragArea } from '@/ui/drag';
import { Icon } from '@/ui/Icon';
import { Empty } from '@/ui/States';
import { FIELD_TYPES, type Field, type FieldType, type Form } from '@/model/definition';
import { addField, addForm, addSection, groupsOf, moveField } from '@/model/edits';
import { keyFromName } from '@/model/keys';
import { splitKeyPath } from '@/model/path';
import { useActions, useDefinition, useNameOf, useSelection } from '../context';
import { useNewText } from '../controls/choices';
import { Canvas } from './Canvas';
import { FieldPanel } from './FieldPanel';
import { FormPanel } from './FormPanel';
import { Palette } from './Palette';
import { SectionPanel } from './SectionPanel';
import { iconOf, newField, useTypeName } from './types';

/** What is selected on the form page, read from its key path. */
export interface Selected {
  form: number;
  field?: number;
  column?: number;
  section?: number;
}

function read(forms: readonly Form[], at: string): Selected {
  const parts = splitKeyPath(at);
  const form = parts[0] === 'forms' ? forms.findIndex((f) => f.key === parts[1]) : -1;
  if (form < 0) return { form: 0 };
  const it = forms[form] as Form;
  if (parts[2] === 'sections') {
    const section = it.sections?.findIndex((s) => s.key === parts[3]) ?? -1;
    return section < 0 ? { form } : { form, section };
  }
  if (parts[2] !== 'fields') return { form };
  const field = it.fields.findIndex((f) => f.key === parts[3]);
  if (field < 0) return { form };
  const column = parts[4] === 'fields' ? (it.fields[field]?.fields?.findIndex((c) => c.key === parts[5]) ?? -1) : -1;
  return column < 0 ? { form, field } : { form, field, column };
}

/** The form builder: palette, canvas, panel. */
export function FormsPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { at, select } = useSelection();
  const { edit, apply } = useActions();
  const newText = useNewText();
  const typeName = useTypeName();
  const forms = def.forms ?? [];
  const selected = useMemo(() => read(def.forms ?? [], at), [def.forms, at]);
  const form = forms[selected.form];
  // A table begins with one column: without any it is an error at once.
  const fresh = (type: FieldType): Field => {
    const field = newField(type, newText(typeName(type)));
    return type === 'table' ? { ...field, fields: [{ ...newField('text', newText(t('nameField'))), key: 'name' }] } : field;
  };
  const create = (name: string) =>
    edit(
      addForm(def, keyFromName(name) ?? 'form', newText(name), {
        ...newField('text', undefined),
        key: 'name',
        name: newText(t('nameField')),
        required: true,
        list: true,
        search: true,
      }),
    );

  if (!form) {
    return (
      <div className="d-empty">
        <Empty title={t('noForms')} text={t('noFormsText')}>
          <NewForm onCreate={create} />
        </Empty>
      </div>
    );
  }

  /** Puts a new field after the selected one, else at the end. */
  const add = (type: FieldType) => {
    const groups = groupsOf(form);
    const key = selected.field === undefined ? undefined : form.fields[selected.field]?.key;
    const bySelection = key === undefined ? -1 : groups.findIndex((g) => g.fields.includes(key));
    const bySection = selected.section === undefined ? -1 : groups.findIndex((g) => g.index === selected.section);
    const group = bySelection >= 0 ? bySelection : bySection >= 0 ? bySection : groups.length - 1;
    const fields = groups[group]?.fields ?? [];
    edit(
      addField(
        def,
        form.key,
        fresh(type),
        group,
        bySelection >= 0 ? fields.indexOf(key as string) + 1 : fields.length,
      ),
    );
  };
  const drop = (thing: string, place: string) => {
    const [kind, what] = thing.split(':') as [string, string];
    const [g, p] = place.split(':').map(Number) as [number, number];
    if (kind === 'new') {
      edit(addField(def, form.key, fresh(what as FieldType), g, p));
    } else {
      const own = groupsOf(form)[g]?.fields.indexOf(what) ?? -1;
      apply(moveField(def, form.key, what, g, own >= 0 && own < p ? p - 1 : p));
      select(`/forms/${form.key}/fields/${what}`);
    }
  };
  const ghost = (id: string) => {
    const [kind, what] = id.split(':') as [string, string];
    const type = kind === 'new' ? (what as FieldType) : form.fields.find((f) => f.key === what)?.type;
    if (type === undefined || !(FIELD_TYPES as readonly string[]).includes(type)) return null;
    return (
      <div className="d-ghost">
        <Icon name={iconOf(type)} />
        <b>{kind === 'new' ? typeName(type) : nameOf(form.fields.find((f) => f.key === what))}</b>
        <span className="s">{t('dropHere')}</span>
      </div>
    );
  };

  return (
    <DragArea onDrop={drop} ghost={ghost}>
      <div className="d-three">
        <Palette onAdd={add} />
        <section className="d-canvas" aria-label={t('canvas')}>
          <header className="d-bar">
            <Select
              aria-label={t('form')}
              value={form.key}
              options={forms.map((f) => ({ value: f.key, label: nameOf(f) }))}
              onChange={(key) => select(`/forms/${key}`)}
              popupMatchSelectWidth={false}
            />
            <span className="s d-facts">
              {t('formFacts', { fields: form.fields.length, sections: form.sections?.length ?? 0 })}
            </span>
            <span className="sp" />
            <Button type="text" size="small" onClick={() => select(`/forms/${form.key}`)}>
              {t('formSettings')}
            </Button>
            <NewForm onCreate={create} />
          </header>
          <Canvas def={def} form={form} formIndex={selected.form} selected={selected} />
          <button
            type="button"
            className="d-addsection"
            onClick={() => edit(addSection(def, form.key, newText(t('newSection'))))}
          >
            <Icon name="plus" size={14} />
            {t('addSection')}
          </button>
        </section>
        {selected.field !== undefined ? (
          <FieldPanel
            key={at}
            form={form}
            formIndex={selected.form}
            fieldIndex={selected.field}
            {...(selected.column === undefined ? {} : { columnIndex: selected.column })}
          />
        ) : selected.section !== undefined ? (
          <SectionPanel key={at} form={form} formIndex={selected.form} sectionIndex={selected.section} />
        ) : (
          <FormPanel key={form.key} form={form} formIndex={selected.form} />
        )}
      </div>
    </DragArea>
  );
}

function NewForm({ onCreate }: { onCreate: (name: string) => void }) {
  const { t } = useTranslation('designer');
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const input = useRef<InputRef>(null);
  // It takes the focus once it shows; before that the browser gives it none, and by Tab nobody gets there.
  useEffect(() => {
    if (!open) return undefined;
    let frame = 0;
    let tries = 60;
    const enter = () => {
      input.current?.focus();
      if (tries-- > 0 && (!input.current || document.activeElement !== input.current.input)) frame = requestAnimationFrame(enter);
    };
    enter();
    return () => cancelAnimationFrame(frame);
  }, [open]);
  const create = () => {
    if (name.trim() === '') return;
    onCreate(name.trim());
    setName('');
    setOpen(false);
  };
  return (
    <Dropdown
      open={open}
      onOpenChange={setOpen}
      trigger={['click']}
      popupRender={() => (
        <form
          className="d-pop"
          onSubmit={(e) => {
            e.preventDefault();
            create();
          }}
        >
          <Input
            ref={input}
            aria-label={t('formName')}
            placeholder={t('formName')}
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
          <Button htmlType="submit" type="primary" disabled={name.trim() === ''}>
            {t('create')}
          </Button>
        </form>
      )}
    >
      <Button size="small" icon={<Icon name="plus" size={14} />}>
        {t('newForm')}
      </Button>
    </Dropdown>
  );
}
