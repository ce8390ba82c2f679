package store

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"

	"pipewright/runtime/query"
)

var (
	// ErrExists: a document with this id is already there.
	ErrExists = errors.New("store: a document with this id exists")
	// ErrNotFound: no document has this id.
	ErrNotFound = errors.New("store: not found")
	// ErrConflict: the document is there, with another version than the caller expected. A lost race, never a fault.
	ErrConflict = errors.New("store: version conflict")
	// ErrUnknown: the outcome of a write is not known (the connection broke after it was sent). Read back to find out.
	ErrUnknown = errors.New("store: outcome unknown")
	// ErrCursor: a page cursor that this query did not hand out.
	ErrCursor = errors.New("store: bad cursor")
	// ErrTooMany: an aggregate has more groups than its limit.
	ErrTooMany = errors.New("store: too many groups")
	// ErrColumn: a filter, sort, group or measure names a column the collection does not declare, or with a wrong type.
	ErrColumn = errors.New("store: unknown column or wrong type")
	// ErrUnavailable: the store cannot be reached or is shutting down; nothing was written.
	ErrUnavailable = errors.New("store: unavailable")
)

// Column declares one typed column of a collection. Names match [a-zA-Z][a-zA-Z0-9_]{0,63}.
type Column struct {
	Name string
	Type query.Type
}

// Index declares an index. Cols are in order; a "-" prefix means descending. The id is
// appended by the store, in the direction of the last column; an index serves its order and the exact reverse. A Texts
// column may only come first. Cover lists further Int columns carried along so that grouped sums read the index
// only (sqlitestore adds them to the index; mongostore appends them too).
type Index struct {
	Name  string
	Cols  []string
	Cover []string
}

// Collection declares where documents live. Ensure only ever adds: a column or index that is no longer declared stays.
type Collection struct {
	// Name matches [a-z][a-zA-Z0-9_]{0,99}.
	Name    string
	Columns []Column
	Indexes []Index
}

// Doc is one stored document. Body is a JSON object (no floating point numbers: every number in it is an integer within
// int64; the stores refuse others), kept member for member but not byte for byte. Cols holds a value for each column
// that is present: string, int64, bool or []string.
type Doc struct {
	ID   string
	Ver  int64
	Cols map[string]any
	Body json.RawMessage
}

// Page is one page of a query. Next is empty on the last page.
type Page struct {
	Docs []Doc
	Next string
}

// Row is one group of an aggregate. Keys align with Groups (string, int64, bool or nil), Values with Measures. A count or
// sum never overflows silently: sums are exact whatever their size. Min and max of an empty group are nil.
type Row struct {
	Keys   []any
	Values []*big.Int
}

// ByKeys orders the rows of an aggregate by their keys, what has none first.
func ByKeys(a, b Row) int {
	for i := range a.Keys {
		x, y := a.Keys[i], b.Keys[i]
		switch {
		case x == nil && y == nil:
		case x == nil:
			return -1
		case y == nil:
			return 1
		default:
			if c, _ := query.Compare(x, y); c != 0 {
				return c
			}
		}
	}
	return 0
}

// Info describes the store in use, for the start-up line and health.
type Info struct {
	Kind    string // "sqlite" or "mongodb"
	Version string
	Detail  string
}

// Store is the one way to state. Every operation is atomic for one document and nothing more; every write is durable when
// it returns (mongostore: majority and journaled; sqlitestore: synchronous=FULL). Reads see every write that returned
// before they began. Safe for concurrent use.
type Store interface {
	// Ensure declares collections: creates what is missing, adds columns (a new column is absent in a document
	// until that document is written again) and builds indexes. Idempotent, and safe when
	// several processes do it at once.
	Ensure(ctx context.Context, cs ...Collection) error
	// Insert adds a document with Ver as given. Errors: ErrExists, ErrUnknown, ErrUnavailable.
	Insert(ctx context.Context, coll string, d Doc) error
	// InsertMany adds documents; those whose id exists are left as they are and not an error. added[i] tells which were
	// new. A failure may leave some inserted.
	InsertMany(ctx context.Context, coll string, ds []Doc) (added []bool, err error)
	// Get reads one document. Errors: ErrNotFound.
	Get(ctx context.Context, coll, id string) (Doc, error)
	// GetMany reads documents by id, in no particular order; absent ones are left out. At most 1000 ids.
	GetMany(ctx context.Context, coll string, ids []string) ([]Doc, error)
	// Replace puts d in place of the document with the same id if its version is ver; d.Ver must be greater than ver.
	// Errors: ErrConflict, ErrNotFound, ErrUnknown.
	Replace(ctx context.Context, coll string, d Doc, ver int64) error
	// Delete removes the document if its version is ver. Errors: ErrConflict, ErrNotFound, ErrUnknown.
	Delete(ctx context.Context, coll, id string, ver int64) error
	// Query reads one page. Errors: ErrColumn, ErrCursor.
	Query(ctx context.Context, coll string, q query.Query) (Page, error)
	// Scan reads columns of all documents of a filter, each once. row aligns with the columns (string, int64, bool, []string or nil) and holds for
	// that call only. each may not use the store; what it answers ends the scan and is its error. Errors: ErrColumn.
	Scan(ctx context.Context, coll string, q query.Scan, each func(id string, row []any) error) error
	// Aggregate groups and measures. Errors: ErrColumn, ErrTooMany.
	Aggregate(ctx context.Context, coll string, a query.Aggregate) ([]Row, error)
	// Info tells what is behind; it fails when the store cannot be reached.
	Info(ctx context.Context) (Info, error)
	// Close releases everything; writes under way finish first.
	Close() error
}
