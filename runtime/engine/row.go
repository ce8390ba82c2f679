package engine

import (
	"encoding/json"
	"errors"
	"fmt"

	"pipewright/forms"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// rowReader reads of records their state, or of that only what a list shows. Most of a document is something else: operations, effects
// that wait, tables, what is remembered field by field for the next edit. That is stepped over.
type rowReader struct {
	// brief leaves out what a list does not show: bulk, and when fields were last touched and stages entered.
	brief bool
	// bulk are the storage keys of tables. A storage key means the same in every release, so those of the current one will do.
	bulk map[string]bool
	rest []byte // of the state, when it is read apart from its data; used again for the next row
}

// decodeState reads only the state of a document; it is nil for one that holds no record.
func decodeState(d store.Doc) (*record, error) {
	s, err := (&rowReader{}).state(d)
	return &record{State: s}, err
}

// storedData reads of a record the values of fields alone, without those under the storage keys to skip; none of a document that holds no record.
func storedData(d store.Doc, skip map[string]bool) (data forms.Stored, err error) {
	err = forms.StoredMembers(d.Body, func(key string, state []byte) error {
		if key != "state" {
			return nil
		}
		err := forms.StoredMembers(state, func(key string, value []byte) (err error) {
			if key == "data" {
				data, err = forms.ReadStored(value, skip)
			}
			return err
		})
		if err != nil {
			return err
		}
		return errRead
	})
	if err != nil && err != errRead {
		return nil, fmt.Errorf("engine: record %s: %w", d.ID, err)
	}
	return data, nil
}

// errRead ends the walk through a document when its state has been found.
var errRead = errors.New("engine: the state has been read")

// state reads the state of a document; nil for one that holds no record.
func (r *rowReader) state(d store.Doc) (*process.State, error) {
	var s *process.State
	err := forms.StoredMembers(d.Body, func(key string, value []byte) error {
		if key != "state" {
			return nil
		}
		s = &process.State{}
		if err := r.read(value, s); err != nil {
			return err
		}
		return errRead
	})
	if err != nil && err != errRead {
		return nil, fmt.Errorf("engine: record %s: %w", d.ID, err)
	}
	return s, nil
}

func (r *rowReader) read(raw []byte, s *process.State) error {
	r.rest = append(r.rest[:0], '{')
	var data forms.Stored
	err := forms.StoredMembers(raw, func(key string, value []byte) (err error) {
		switch key {
		case "data":
			data, err = forms.ReadStored(value, r.bulk)
			return err
		case "touched", "entered":
			if r.brief {
				return nil
			}
		}
		if len(r.rest) > 1 {
			r.rest = append(r.rest, ',')
		}
		r.rest = append(append(append(append(r.rest, '"'), key...), '"', ':'), value...)
		return nil
	})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(append(r.rest, '}'), s); err != nil {
		return err
	}
	s.Data = data
	return nil
}
