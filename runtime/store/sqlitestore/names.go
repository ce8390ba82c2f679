package sqlitestore

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// table is a collection as this store keeps it, with the statements that need no thought at run time.
type table struct {
	*store.Schema
	name   string            // quoted
	cols   []string          // names as declared, in the order of the statements
	quoted map[string]string // declared name → quoted SQL name
	sides  map[string]*side  // by Texts column
	list   string            // quoted columns, comma separated, with a leading comma when there are any

	insert, find, get, remove string
}

// encode writes a name so that two names that differ in case only stay apart: SQLite ignores case even in quoted names.
func encode(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('^')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quote makes an identifier; the names it gets never hold a quote, since declarations are checked.
func quote(name string) string { return `"` + name + `"` }

func newTable(s *store.Schema) *table {
	t := &table{Schema: s, name: quote("d_" + encode(s.Name)), quoted: map[string]string{}, sides: map[string]*side{}}
	var list strings.Builder
	for _, c := range s.Columns {
		q := quote("c_" + encode(c.Name))
		t.cols = append(t.cols, c.Name)
		t.quoted[c.Name] = q
		list.WriteString(", " + q)
		if c.Type == query.Texts {
			t.sides[c.Name] = &side{name: quote("t_" + encode(s.Name) + ":" + encode(c.Name))}
		}
	}
	for _, ix := range s.Indexes {
		if side := t.sides[ix.Cols[0]]; side != nil {
			for _, col := range ix.Cols[1:] {
				if name := strings.TrimPrefix(col, "-"); !slices.Contains(side.cols, name) {
					side.cols = append(side.cols, name)
				}
			}
		}
	}
	for _, side := range t.sides {
		carried := ""
		for _, name := range side.cols {
			carried += ", " + t.quoted[name]
		}
		side.add = "INSERT INTO " + side.name + " (v, id, n" + carried + ") SELECT ?, id, n" + carried + " FROM " + t.name + " WHERE id = ?"
		side.drop = "DELETE FROM " + side.name + " WHERE v = ? AND id = ?"
	}
	t.list = list.String()
	t.insert = "INSERT INTO " + t.name + " (id, ver" + t.list + ", body) VALUES (?, ?" + strings.Repeat(", ?", len(t.cols)+1) +
		") ON CONFLICT (id) DO NOTHING"
	t.find = "SELECT n, ver" + t.list + " FROM " + t.name + " WHERE id = ?"
	t.get = "SELECT id, ver, body" + t.list + " FROM " + t.name + " WHERE id = ?"
	t.remove = "DELETE FROM " + t.name + " WHERE n = ?"
	return t
}

// ensure lists the statements that bring the database to this table; have is what was declared before, nil for a new one.
func (t *table) ensure(have *table) []string {
	var out []string
	sqlType := func(t query.Type) string {
		if t == query.Text || t == query.Texts {
			return "TEXT"
		}
		return "INTEGER"
	}
	if have == nil {
		var b strings.Builder
		b.WriteString("CREATE TABLE IF NOT EXISTS " + t.name + " (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, ver INTEGER NOT NULL")
		for _, c := range t.Columns {
			b.WriteString(", " + t.quoted[c.Name] + " " + sqlType(c.Type))
		}
		// The body comes last: a column before it is read without walking the pages of a long body.
		b.WriteString(", body TEXT NOT NULL)")
		out = append(out, b.String())
	}
	for _, c := range t.Columns {
		if have != nil && have.Type(c.Name) != "" {
			continue
		}
		if have != nil {
			out = append(out, "ALTER TABLE "+t.name+" ADD COLUMN "+t.quoted[c.Name]+" "+sqlType(c.Type))
		}
	}
	for _, c := range t.Columns {
		side := t.sides[c.Name]
		if side == nil {
			continue
		}
		var known []string
		if have != nil && have.sides[c.Name] != nil {
			known = have.sides[c.Name].cols
		} else {
			out = append(out, "CREATE TABLE IF NOT EXISTS "+side.name+" (v TEXT NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (v, id)) WITHOUT ROWID")
		}
		for _, name := range side.cols {
			if col := t.quoted[name]; !slices.Contains(known, name) {
				out = append(out, "ALTER TABLE "+side.name+" ADD COLUMN "+col+" "+sqlType(t.Type(name)),
					"UPDATE "+side.name+" AS s SET "+col+" = (SELECT d."+col+" FROM "+t.name+" AS d WHERE d.n = s.n)")
			}
		}
	}
	seen := map[string]bool{}
	for _, ix := range t.Indexes {
		name, on := t.index(ix)
		if on == "" || seen[on] { // two declarations of the same are one index, of the first one's name
			continue
		}
		seen[on] = true
		out = append(out, "CREATE INDEX IF NOT EXISTS "+name+" ON "+on)
	}
	return out
}

// index is what an index is called and holds. Its name carries a digest of what it holds, so that a changed declaration makes a
// new index beside the old. A Texts column alone is served by the key of its side table: no index then.
func (t *table) index(ix store.Index) (name, on string) {
	var parts []string
	table := t.name
	for _, col := range ix.Cols {
		name := strings.TrimPrefix(col, "-")
		if side := t.sides[name]; side != nil {
			if len(ix.Cols) == 1 {
				return "", ""
			}
			table = side.name
			parts = append(parts, "v")
			continue
		}
		part := t.quoted[name]
		if name != col {
			part += " DESC"
		}
		parts = append(parts, part)
	}
	parts = append(parts, "id"+direction(ix))
	if table != t.name {
		parts = append(parts, "n")
	} else {
		for _, name := range ix.Cover {
			parts = append(parts, t.quoted[name])
		}
	}
	on = table + " (" + strings.Join(parts, ", ") + ")"
	sum := sha256.Sum256([]byte(on))
	return quote(fmt.Sprintf("i_%s:%s:%s", encode(t.Name), encode(ix.Name), hex.EncodeToString(sum[:4]))), on
}

// columnsOf lists the given columns for a SELECT; every column when names is empty.
func (t *table) columnsOf(names []string) (list string, cols []string) {
	if len(names) == 0 {
		return t.list, t.cols
	}
	for _, name := range names {
		if !slices.Contains(cols, name) {
			cols = append(cols, name)
			list += ", " + t.quoted[name]
		}
	}
	return list, cols
}

// direction of the id behind an index: that of the column before it, as in every order.
func direction(ix store.Index) string {
	if strings.HasPrefix(ix.Cols[len(ix.Cols)-1], "-") {
		return " DESC"
	}
	return ""
}
