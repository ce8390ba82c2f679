package engine

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// EndedRound is a round that has ended, as it is kept.
type EndedRound struct {
	process.Round
	EndedAt time.Time `json:"endedAt"`
}

// Related are the records of another form that point here.
type Related struct {
	Form, Via string
	Name      rules.Text
	Items     []Linked
	// Building says why there are no items yet.
	Building rules.Text
}

// Linked is another record in a few words. Why is "started" or "startedFrom" for links.
type Linked struct {
	ID, Form, Process, Title, Number, Stage, Why string
}

// rounds reads the ended rounds, with those that are still on their way.
func (e *Engine) rounds(ctx context.Context, v *View, r *record) error {
	if v.State.RoundCount == 0 {
		return nil
	}
	page, err := e.store.Query(ctx, collRounds, query.Query{Filter: query.Cmp{Col: "record", Op: query.Eq, Value: v.State.ID},
		Sort: []query.Sort{{Col: "endedAt", Desc: true}}, Limit: 50})
	if err != nil {
		return err
	}
	seen := map[int]bool{}
	for _, d := range page.Docs {
		var round EndedRound
		if err := json.Unmarshal(d.Body, &round); err != nil {
			return err
		}
		seen[round.N] = true
		v.Rounds = append(v.Rounds, round)
	}
	for _, b := range r.Pending {
		for i := range b.Effects {
			if x := &b.Effects[i]; x.Kind == "round" && !seen[x.Round.N] {
				seen[x.Round.N] = true
				v.Rounds = append(v.Rounds, EndedRound{Round: *x.Round, EndedAt: time.UnixMilli(b.At).UTC()})
			}
		}
	}
	slices.SortFunc(v.Rounds, func(a, b EndedRound) int { return b.N - a.N })
	return nil
}

// around finds the records that this one is linked with and that point to it, as far as the person may see them.
func (e *Engine) around(ctx context.Context, v *View, dir *org.Directory) error {
	user := v.Actor.User
	live, err := e.current(ctx, v.App.Def.Key) // its grants say what a person may see of others
	if err != nil {
		return err
	}
	byForm := map[string][]string{}
	for _, l := range v.State.Links {
		byForm[l.Form] = append(byForm[l.Form], l.ID)
	}
	found := map[string]Linked{}
	for form, ids := range byForm {
		target := live.Forms[form]
		if target == nil {
			continue
		}
		docs, err := e.store.GetMany(ctx, RecordCollection(target), ids)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if l, ok, err := e.linked(target, dir, user, d); err != nil {
				return err
			} else if ok {
				found[d.ID] = l
			}
		}
	}
	for _, l := range v.State.Links {
		if item, ok := found[l.ID]; ok {
			item.Why = l.Why
			v.Links = append(v.Links, item)
		}
	}
	for _, rel := range v.Form.Def.Related {
		target, shown := v.App.Forms[rel.Form], live.Forms[rel.Form]
		if target == nil || shown == nil {
			continue
		}
		col, err := referenceColumn(target, rel.Via)
		if err != nil {
			return err
		}
		filter := query.And{query.Cmp{Col: col, Op: query.Eq, Value: v.State.ID}, query.IsNull{Col: "deleted"}}
		if f := access.Filter(live, rel.Form, dir, user); f != nil {
			filter = append(filter, f)
		}
		page, err := e.store.Query(ctx, RecordCollection(target), query.Query{Filter: filter, Sort: []query.Sort{{Col: "updatedAt", Desc: true}}, Limit: 50,
			Cols: []string{"title", "number", "stage"}})
		out := Related{Form: rel.Form, Via: rel.Via, Name: rel.Name}
		if wait, building := asBuilding(err); building {
			out.Building = wait.Message
		} else if err != nil {
			return err
		}
		if out.Name.IsZero() {
			out.Name = target.Def.Name
		}
		if out.Items, err = e.related(ctx, shown, dir, user, page.Docs); err != nil {
			return err
		}
		v.Related = append(v.Related, out)
	}
	return nil
}

// related lays out records found by their columns. Where a person sees the title in some records only, the records themselves are asked.
func (e *Engine) related(ctx context.Context, target *process.Form, dir *org.Directory, user string, docs []store.Doc) ([]Linked, error) {
	called, problem := access.FindColumn(target, "title", access.Viewer{App: target.App, Dir: dir, User: user})
	whole := map[string]Linked{}
	if problem == nil && called.Seen != nil && len(docs) > 0 {
		ids := make([]string, len(docs))
		for i := range docs {
			ids[i] = docs[i].ID
		}
		read, err := e.store.GetMany(ctx, RecordCollection(target), ids)
		if err != nil {
			return nil, err
		}
		for _, d := range read {
			l, ok, err := e.linked(target, dir, user, d)
			if err != nil {
				return nil, err
			}
			if ok {
				whole[d.ID] = l
			}
		}
	}
	var out []Linked
	for _, d := range docs {
		item := linkedOf(target, d)
		if l, ok := whole[d.ID]; ok {
			item = l
		} else if problem != nil || called.Seen != nil {
			if item.Title = item.Number; item.Title == "" {
				item.Title = hiddenTitle
			}
		}
		out = append(out, item)
	}
	return out, nil
}

func (e *Engine) linked(target *process.Form, dir *org.Directory, user string, d store.Doc) (Linked, bool, error) {
	r, err := decodeRecord(d)
	if err != nil || r.State == nil || !r.State.Deleted.IsZero() {
		return Linked{}, false, err
	}
	if !access.Rights(target.App, target.Def.Key, dir, user, r.State).Read {
		return Linked{}, false, nil
	}
	l := linkedOf(target, d)
	l.Title = viewOf(target.App, target.App, target.Def.Key, dir, user, r, d.Cols, d.Ver).Title()
	return l, true, nil
}

func linkedOf(target *process.Form, d store.Doc) Linked {
	l := Linked{ID: d.ID, Form: target.Def.Key}
	l.Title, _ = d.Cols["title"].(string)
	l.Number, _ = d.Cols["number"].(string)
	l.Stage, _ = d.Cols["stage"].(string)
	if target.Process != nil {
		l.Process = target.Process.Def.Key
	}
	return l
}
