package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// sampleRecord is a record of a template's sample.json. Instants are RFC 3339 or durations before now ("-P10D"); dates in the data may
// be durations from now as well.
type sampleRecord struct {
	Ref     string                     `json:"ref"`
	Form    string                     `json:"form"`
	Data    map[string]json.RawMessage `json:"data"`
	Stage   string                     `json:"stage,omitempty"`
	Since   string                     `json:"since,omitempty"`
	Owner   string                     `json:"owner,omitempty"`
	Created string                     `json:"created,omitempty"`
	Closed  string                     `json:"closed,omitempty"`
	// Do is a transition that its owner then asks for, so that there is something to approve.
	Do string `json:"do,omitempty"`
}

// sampleFile is a template's sample.json.
type sampleFile struct {
	Records []sampleRecord `json:"records"`
	Plans   []samplePlan   `json:"plans,omitempty"`
	Rates   []sampleRate   `json:"rates,omitempty"`
}

func readSample(sample []byte) (file sampleFile, err error) {
	dec := json.NewDecoder(bytes.NewReader(sample))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return file, badRequest(rules.Say("示例数据格式不对：{why}", "範例資料格式不對：{why}", "The sample data is malformed: {why}", "why", err.Error()))
	}
	return file, nil
}

// sampleID is the id of a sample record: it follows from app and ref, so that loading twice makes one record and removing finds it.
func sampleID(f *process.Form, app, ref string) string {
	return codeOf(f) + "-" + hashID("sample", app, ref)
}

// ImportSample loads a template's sample data into an app, in the name of a user: records as imported ones, for which no automation runs,
// with a past, the rates they need where the company has none, and targets and calls where there are none. Loading again changes nothing. It returns how many
// records the sample has. Errors: *process.Rejection for the first record or plan that does not fit, with its place.
func (e *Engine) ImportSample(ctx context.Context, user, app string, sample []byte) (int, error) {
	file, err := readSample(sample)
	records := file.Records
	if err != nil {
		return 0, err
	}
	a, err := e.current(ctx, app)
	if err != nil {
		return 0, err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return 0, err
	}
	ids := map[string]string{}
	for _, r := range records {
		if f := a.Forms[r.Form]; f != nil && r.Ref != "" {
			ids[r.Ref] = sampleID(f, app, r.Ref)
		}
	}
	now := e.instant()
	if err := e.sampleRates(ctx, user, file.Rates, rules.DateOf(now, a.Zone)); err != nil {
		return 0, err
	}
	calendar := calendarOf(a, dir, "")
	when := func(text string) (time.Time, error) {
		if text == "" {
			return time.Time{}, nil
		}
		if d, err := rules.ParseDuration(text); err == nil {
			return d.Add(now, a.Zone, calendar), nil
		}
		return time.Parse(time.RFC3339, text)
	}
	past := samplePast{}
	var asked []Request
	for i, r := range records {
		place := fmt.Sprintf("/records/%d", i)
		f := a.Forms[r.Form]
		if f == nil {
			return i, sampleError(place+"/form", fmt.Errorf("no form %q", r.Form))
		}
		c := process.Command{Kind: process.Import, App: app, Form: r.Form, Op: "sample|" + app + "|" + r.Ref, Stage: r.Stage, Owner: r.Owner,
			Data: process.Dated(a, r.Form, refer(f, r.Data, ids), now, calendar)}
		if r.Ref == "" {
			c.Op = fmt.Sprintf("sample|%s|%d", app, i)
		}
		c.ID = sampleID(f, app, r.Ref)
		if r.Ref == "" {
			c.ID = sampleID(f, app, c.Op)
		}
		if r.Owner != "" && !dir.Active(r.Owner) {
			c.Owner = user // the sample company may not be there
		}
		for _, t := range []struct {
			name, text string
			at         *time.Time
		}{{"since", r.Since, &c.Since}, {"created", r.Created, &c.Created}, {"closed", r.Closed, &c.Closed}} {
			if *t.at, err = when(t.text); err != nil {
				return i, sampleError(place+"/"+t.name, err)
			}
		}
		if c.Created.IsZero() {
			c.Created = c.Since
		}
		res, err := e.Do(ctx, Request{User: user, Command: c, service: true})
		if err == nil && !res.State.Deleted.IsZero() { // removed since it was loaded
			_, err = e.Do(ctx, Request{User: user, service: true, Command: process.Command{Kind: process.Restore, ID: c.ID}})
		}
		if rej, refused := asRejection(err); refused {
			for j := range rej.Details {
				rej.Details[j].Path = place + rej.Details[j].Path
			}
			return i, rej
		}
		if err != nil {
			return i, err
		}
		if err := past.add(f, res.State, now, calendar); err != nil {
			return i, err
		}
		if r.Do != "" && !res.Repeated {
			asked = append(asked, Request{User: res.State.Owner, service: true,
				Command: process.Command{Kind: process.Move, ID: c.ID, Transition: r.Do, Op: "sample|do|" + app + "|" + r.Ref}})
		}
	}
	if err := e.savePast(ctx, a, past, now); err != nil {
		return len(records), err
	}
	for _, r := range asked {
		if _, err := e.Do(ctx, r); err != nil {
			if _, refused := asRejection(err); !refused { // in a company of other people there may be nobody to ask
				return len(records), err
			}
		}
	}
	return len(records), e.samplePlans(ctx, user, a, dir, file.Plans, now)
}

func sampleError(path string, err error) error {
	msg := rules.Say("示例数据不对：{why}", "範例資料不對：{why}", "The sample data is not right: {why}", "why", err.Error())
	return badRequest(msg, rules.Errorf(path, "bad.request", msg))
}

// refer puts record ids in place of refs, in reference fields and in those of table rows.
func refer(f *process.Form, data map[string]json.RawMessage, ids map[string]string) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(data))
	swap := func(raw json.RawMessage) json.RawMessage {
		var ref string
		if json.Unmarshal(raw, &ref) != nil {
			return raw
		}
		if id, ok := ids[ref]; ok {
			return json.RawMessage(fmt.Sprintf("%q", id))
		}
		return raw
	}
	for key, raw := range data {
		out[key] = raw
		def := fieldOf(f, key)
		switch {
		case def == nil:
		case def.Type == "reference":
			out[key] = swap(raw)
		case def.Type == "table":
			var rows []map[string]json.RawMessage
			if json.Unmarshal(raw, &rows) != nil {
				continue
			}
			for _, row := range rows {
				for j := range def.Fields {
					if cell, ok := row[def.Fields[j].Key]; ok && def.Fields[j].Type == "reference" {
						row[def.Fields[j].Key] = swap(cell)
					}
				}
			}
			if b, err := json.Marshal(rows); err == nil {
				out[key] = b
			}
		}
	}
	return out
}

// RemoveSample moves a template's sample records to the recycle bin, and takes its rates, targets and calls out; it returns how many records
// were there.
func (e *Engine) RemoveSample(ctx context.Context, user, app string, sample []byte) (int, error) {
	file, err := readSample(sample)
	records := file.Records
	if err != nil {
		return 0, err
	}
	a, err := e.current(ctx, app)
	if err != nil {
		return 0, err
	}
	n := 0
	slices.Reverse(records) // what points to others goes first
	for i, r := range records {
		f := a.Forms[r.Form]
		if f == nil {
			continue
		}
		id := sampleID(f, app, r.Ref)
		if r.Ref == "" {
			id = sampleID(f, app, fmt.Sprintf("sample|%s|%d", app, len(records)-1-i))
		}
		if _, err := e.store.Get(ctx, RecordCollection(f), id); errors.Is(err, store.ErrNotFound) {
			continue
		} else if err != nil {
			return n, err
		}
		_, err := e.Do(ctx, Request{User: user, service: true, Command: process.Command{Kind: process.Delete, ID: id}})
		if r, refused := asRejection(err); refused && (r.Code == "not.found" || r.Code == "record.deleted") {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	if err := e.dropSampleRates(ctx, file.Rates); err != nil {
		return n, err
	}
	return n, e.dropSamplePlans(ctx, user, a)
}
