package engine

import (
	"context"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// sayWhose adds to what says that another record has a unique value which that is and whose; who may not read it hears the owner's name in part, so
// that he knows whom to ask.
func (e *Engine) sayWhose(ctx context.Context, user string, dir *org.Directory, form *process.Form, v forms.Values, holders map[string]string, problems []rules.Problem) error {
	if !slices.ContainsFunc(problems, func(p rules.Problem) bool { return p.Code == "unique.taken" }) {
		return nil
	}
	whose, where := map[string]rules.Text{}, map[string]string{} // by place
	for i := range form.Def.Unique {
		u := &form.Def.Unique[i]
		for _, one := range form.Schema.UniqueValues(u, v) {
			holder := holders["unique:"+process.UniqueName(form, u, one)]
			if holder == "" {
				continue
			}
			said, seen, err := e.whose(ctx, user, dir, form, holder)
			if err != nil {
				return err
			}
			whose["/data/"+one.Place] = said
			if seen {
				where["/data/"+one.Place] = holder
			}
		}
	}
	for i, p := range problems {
		said := whose[p.Path]
		if p.Code != "unique.taken" || said.IsZero() {
			continue
		}
		message := rules.Text{}
		for _, lang := range rules.Languages {
			message[lang] = p.Message.In(lang) + said.In(lang)
		}
		problems[i].Message, problems[i].Record = message, where[p.Path]
	}
	return nil
}

// whose tells a record by its title and owner to a person who may read it, and to another by its owner, in part. A record that is not there yet says
// nothing. seen says that he may read it.
func (e *Engine) whose(ctx context.Context, user string, dir *org.Directory, form *process.Form, id string) (said rules.Text, seen bool, err error) {
	doc := store.Doc{ID: id, Cols: map[string]any{"app": form.App.Def.Key, "form": form.Def.Key}}
	views, err := e.viewsOf(ctx, user, dir, []store.Doc{doc})
	if err != nil {
		return nil, false, err
	}
	if v := views[id]; v != nil {
		if err := e.titles(ctx, []*View{v}); err != nil {
			return nil, false, err
		}
		if v.State.Owner == "" {
			return rules.Say("（{title}）", "（{title}）", " ({title})", "title", v.Title()), true, nil
		}
		return rules.Say("（{title}，负责人 {owner}）", "（{title}，負責人 {owner}）", " ({title}, owned by {owner})", "title", v.Title(), "owner", dir.Name(v.State.Owner)), true, nil
	}
	found, err := e.store.GetMany(ctx, RecordCollection(form), []string{id})
	if err != nil || len(found) == 0 {
		return nil, false, err
	}
	r, err := decodeState(found[0])
	if err != nil || r.State.Owner == "" {
		return nil, false, err
	}
	return rules.Say("（负责人 {owner}）", "（負責人 {owner}）", " (owned by {owner})", "owner", masked(dir.Name(r.State.Owner))), false, nil
}

// masked is a name with no more than its first letter.
func masked(name string) string {
	runes := []rune(name)
	if len(runes) < 2 {
		return "*"
	}
	return string(runes[:1]) + strings.Repeat("*", min(len(runes)-1, 5))
}
