package query

// Type is the type of a stored column. Every queryable scalar of a record is laid out as one flat column next to the
// document, so that both stores index, filter, sort and sum the very same value.
type Type string

const (
	// Text is UTF-8; compared and sorted by bytes. A text that people sort by is stored twice: the value and its
	// collation key (see semantics 11), each a column of its own.
	Text Type = "text"
	// Int is a signed 64-bit integer: counts, scaled decimals, money in minor units.
	Int Type = "int"
	// Bool is true or false.
	Bool Type = "bool"
	// Time is an instant in milliseconds since the Unix epoch, carried as int64 in Go.
	Time Type = "time"
	// Texts is a set of texts: people of a record, chosen options, search tokens. It can be filtered with HasAny and HasPrefix only.
	Texts Type = "texts"
)

// Op is a comparison.
type Op string

const (
	Eq Op = "=="
	Ne Op = "!="
	Lt Op = "<"
	Le Op = "<="
	Gt Op = ">"
	Ge Op = ">="
)

// Filter is a closed set of nodes; a nil Filter accepts every document. Filters are two-valued: a comparison
// with an absent value is false (also Ne), in both stores and in Match (semantics 15). Not negates that two-valued result.
type Filter interface{ filter() }

type (
	// And accepts what every part accepts; an empty And accepts everything.
	And []Filter
	// Or accepts what any part accepts; an empty Or accepts nothing.
	Or []Filter
	// Not accepts what Of refuses.
	Not struct{ Of Filter }
	// Cmp compares a column with a constant of the column's type: string, int64 (Int, Time) or bool.
	Cmp struct {
		Col   string
		Op    Op
		Value any
	}
	// In accepts a column equal to any of the values; an empty list accepts nothing.
	In struct {
		Col    string
		Values []any
	}
	// IsNull accepts a document whose column is absent.
	IsNull struct{ Col string }
	// StartsWith accepts a Text column that begins with Prefix, byte for byte.
	StartsWith struct{ Col, Prefix string }
	// Contains accepts a Text column that contains Part, byte for byte. No index serves it.
	Contains struct{ Col, Part string }
	// HasPrefix accepts a document whose Texts column holds at least one text that begins with Prefix, byte for byte.
	HasPrefix struct{ Col, Prefix string }
	// Among accepts the documents with these ids, which ascend.
	Among struct{ IDs []string }
	// Some accepts a record with a row in Table that Of accepts, which is over the columns of the record and, as row.column, those of the row.
	// What it accepts Wide accepts too, which is over the columns of the record alone. No store looks into rows, so none takes it: whoever
	// asks finds the records first and puts Among in its place.
	Some struct {
		Table    string
		Of, Wide Filter
	}
	// HasAny accepts a document whose Texts column holds at least one of Values.
	HasAny struct {
		Col    string
		Values []string
	}
)

func (And) filter()        {}
func (Or) filter()         {}
func (Not) filter()        {}
func (Cmp) filter()        {}
func (In) filter()         {}
func (IsNull) filter()     {}
func (StartsWith) filter() {}
func (Contains) filter()   {}
func (HasPrefix) filter()  {}
func (HasAny) filter()     {}
func (Among) filter()      {}
func (Some) filter()       {}

// Sort is one level of an order. Absent values come first when ascending, last when descending, in both stores.
type Sort struct {
	Col  string
	Desc bool
}

// Query asks for one page of documents. The id is always the last level of the order, in the direction of the level before it
// (ascending when there is none), so that one index serves an order and its reverse.
type Query struct {
	Filter Filter
	Sort   []Sort
	// Limit is the page size, 1 to 1000.
	Limit int
	// After is the cursor a former page of the same query returned; empty for the first page.
	After string
	// Cols, when not empty, asks only for these columns; the body is then left out.
	Cols []string
}

// Scan asks for columns of all documents that a filter accepts.
type Scan struct {
	Filter Filter
	// Sort is the order; any when there is none. The id is its last level, as in a Query.
	Sort []Sort
	// Cols are the columns read; none is enough where the ids are asked for.
	Cols []string
}

// Unit rounds a Time column down when grouping, in the group's own time zone.
type Unit string

const (
	Day   Unit = "day"
	Week  Unit = "week" // starts on Monday
	Month Unit = "month"
	Year  Unit = "year"
)

// Group is one level of grouping by a column. A Time column is bucketed by Bounds when they are given.
type Group struct {
	Col string
	// Bounds, ascending int64, splits an Int or Time column into half-open ranges; the row's key is the index of the
	// range: 0 for values below Bounds[0], len(Bounds) for values at or above the last. Absent values keep a nil key.
	Bounds []int64
}

// Measure is one figure for each group.
type Measure struct {
	// Kind is "count", "sum", "min" or "max".
	Kind string
	// Col is an Int or Time column; unused by count. Absent values are left out.
	Col string
	// Where narrows the documents of this measure further; the groups stay those of all. nil accepts all.
	Where Filter
}

// Aggregate asks for measures by group. Groups come back in ascending key order, absent first.
type Aggregate struct {
	Filter   Filter
	Groups   []Group
	Measures []Measure
	// Limit bounds the number of groups, 1 to 10000; more groups than that is an error, never a silent cut.
	Limit int
}
