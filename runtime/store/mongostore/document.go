package mongostore

import (
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// encode writes a document with checked columns as it is stored.
func encode(s *store.Schema, d store.Doc, cols map[string]any) (bson.Raw, error) {
	start, b := bsoncore.AppendDocumentStart(make([]byte, 0, len(d.Body)+len(d.Body)/2+256))
	b = bsoncore.AppendStringElement(b, "_id", d.ID)
	b = bsoncore.AppendInt64Element(b, "ver", d.Ver)
	c, b := bsoncore.AppendDocumentElementStart(b, "c")
	for _, col := range s.Columns {
		switch v := cols[col.Name].(type) {
		case string:
			b = bsoncore.AppendStringElement(b, col.Name, v)
		case int64:
			b = bsoncore.AppendInt64Element(b, col.Name, v)
		case bool:
			b = bsoncore.AppendBooleanElement(b, col.Name, v)
		case []string:
			set := bsoncore.NewArrayBuilder()
			for _, text := range v {
				set.AppendString(text)
			}
			b = bsoncore.AppendArrayElement(b, col.Name, set.Build())
		}
	}
	b, err := bsoncore.AppendDocumentEnd(b, c)
	if err != nil {
		return nil, err
	}
	if b, err = encodeBody(bsoncore.AppendHeader(b, bsoncore.TypeEmbeddedDocument, "body"), d.Body); err != nil {
		return nil, err
	}
	if b, err = bsoncore.AppendDocumentEnd(b, start); err != nil {
		return nil, err
	}
	if len(b) > maxDocument {
		return nil, fmt.Errorf("%w: %s/%s takes %d bytes in MongoDB, at most %d are possible", store.ErrInvalid, s.Name, d.ID, len(b), maxDocument)
	}
	return b, nil
}

// decode reads a stored document. Columns that this process has not declared are left out.
func decode(s *store.Schema, raw bson.Raw) (store.Doc, error) {
	d := store.Doc{Cols: map[string]any{}}
	elems, err := raw.Elements()
	if err != nil {
		return d, fmt.Errorf("mongostore: %s: %w", s.Name, err)
	}
	for _, e := range elems {
		v, ok := e.Value(), true
		switch e.Key() {
		case "_id":
			d.ID, ok = v.StringValueOK()
		case "ver":
			d.Ver, ok = v.AsInt64OK()
		case "c":
			err = columns(s, d.Cols, v)
		case "body":
			d.Body, err = decodeBody(v.Value)
		}
		if !ok {
			err = errShape
		}
		if err != nil {
			return d, fmt.Errorf("mongostore: %s/%s: %s: %w", s.Name, d.ID, e.Key(), err)
		}
	}
	return d, nil
}

var errShape = errors.New("not as this program writes it")

func columns(s *store.Schema, cols map[string]any, stored bson.RawValue) error {
	doc, ok := stored.DocumentOK()
	if !ok {
		return errShape
	}
	elems, err := doc.Elements()
	if err != nil {
		return err
	}
	for _, e := range elems {
		if s.Type(e.Key()) == "" {
			continue
		}
		if cols[e.Key()], err = scalar(s.Type(e.Key()), e.Value()); err != nil {
			return fmt.Errorf("%s: %w", e.Key(), err)
		}
	}
	return nil
}

// scalar reads a stored value as the type its column declares; null is nil.
func scalar(t query.Type, v bson.RawValue) (any, error) {
	switch t {
	case query.Text:
		if s, ok := v.StringValueOK(); ok {
			return s, nil
		}
	case query.Int, query.Time:
		if n, ok := v.AsInt64OK(); ok && v.Type != bson.TypeDouble {
			return n, nil
		}
	case query.Bool:
		if b, ok := v.BooleanOK(); ok {
			return b, nil
		}
	case query.Texts:
		if vs, ok := v.ArrayOK(); ok {
			values, err := vs.Values()
			set := make([]string, len(values))
			for i, v := range values {
				if set[i], ok = v.StringValueOK(); !ok {
					return nil, errShape
				}
			}
			return set, err
		}
	}
	if v.Type == bson.TypeNull {
		return nil, nil
	}
	return nil, errShape
}
