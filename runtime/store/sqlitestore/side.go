package sqlitestore

import (
	"database/sql/driver"
	"slices"

	"pipewright/runtime/query"
)

// side is the table beside a collection that holds the texts of one Texts column, a row for each text of a document. It
// carries the columns that indexes name behind the Texts column, so that the documents with a text can be read in an order.
type side struct {
	name string   // quoted
	cols []string // carried, by declared name

	add, drop string
}

// fill turns the texts a document has in a side table from one sorted set into another. New rows take what they carry from the
// document as it stands.
func (s *side) fill(c *conn, id string, from, to []string) error {
	for _, v := range from {
		if _, kept := slices.BinarySearch(to, v); !kept {
			if _, err := c.exec(s.drop, v, id); err != nil {
				return err
			}
		}
	}
	for _, v := range to {
		if _, had := slices.BinarySearch(from, v); !had {
			if _, err := c.exec(s.add, v, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// renew brings the rows of a side table to a document that has been replaced: its set of texts, and what the kept rows carry.
func (t *table) renew(c *conn, s *side, id string, stale driver.Value, after []string, cols map[string]any, changed []string) error {
	set, err := value(query.Texts, stale)
	if err != nil {
		return err
	}
	before, _ := set.([]string)
	if err := s.fill(c, id, before, after); err != nil {
		return err
	}
	update := ""
	var args []any
	for _, name := range s.cols {
		if slices.Contains(changed, name) {
			update += ", " + t.quoted[name] + " = ?"
			args = append(args, stored(cols[name]))
		}
	}
	if update == "" {
		return nil
	}
	for _, v := range after {
		if _, kept := slices.BinarySearch(before, v); kept {
			if _, err := c.exec("UPDATE "+s.name+" SET "+update[2:]+" WHERE v = ? AND id = ?", append(args, v, id)...); err != nil {
				return err
			}
		}
	}
	return nil
}
