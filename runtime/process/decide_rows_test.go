package process

import (
	"fmt"
	"testing"
)

// TestPlaceRows: what is kept from who edits goes with its row, or the edit is refused.
func TestPlaceRows(t *testing.T) {
	t.Parallel()
	rows := func(text string) (out []map[string]any) {
		for i := 0; i+1 < len(text); i += 2 {
			out = append(out, map[string]any{"a": string(text[i]), "cost": string(text[i+1])})
		}
		return out
	}
	for _, c := range []struct{ was, now, want string }{
		{"", "a_b_", "[-1 -1]"},
		{"a1b2", "a_b_", "[0 1]"},
		{"a1b2", "a_x_", "[0 1]"},
		{"a1b2", "x_y_", "[0 1]"},
		{"a1b2", "a_b_c_", "[0 1 -1]"},
		{"a1b2", "c_a_b_", "[-1 0 1]"},
		{"a1b2c3", "a_c_", "[0 2]"},
		{"a1b2c3", "b_c_", "[1 2]"},
		{"a1b2", "b_a_", "unclear"},    // swapped
		{"a1b2", "b_c_", "unclear"},    // one removed and one added
		{"a1b2c3", "x_c_", "unclear"},  // one removed and one changed
		{"a1a2", "a_", "unclear"},      // which of them?
		{"a1a1", "a_", "[0]"},          // it does not matter
		{"a1b1", "b_a_", "[0 1]"},      // nor here
		{"a1b2", "a_b_b_", "[0 1 -1]"}, // a copy
		{"a1b2c3", "", "[]"},
	} {
		place, clear := placeRows(rows(c.now), rows(c.was), []string{"a"}, []string{"cost"})
		got := fmt.Sprint(place)
		if !clear {
			got = "unclear"
		}
		if got != c.want {
			t.Errorf("%s to %s: %s, want %s", c.was, c.now, got, c.want)
		}
	}
}
