package process

import (
	"reflect"
	"slices"
	"strings"
	"time"
)

// Indexed is a record as the search knows it: its words, and what decides who may find it (semantics 16).
type Indexed struct {
	Owner  string
	Team   string
	People []string
	// Words are "word|field" (semantics 10): a storage key, "title" or "number". "=" begins a whole number, "^" a whole title.
	Words []string
	At    time.Time
}

// The fields of words that are no fields of the form.
const (
	FoundTitle  = "title"
	FoundNumber = "number"
)

// Indexed lays a record out for the search; one in the recycle bin has no words.
func (f *Form) Indexed(s *State) Indexed {
	x := Indexed{Owner: s.Owner, Team: s.Team, People: s.users(), At: s.UpdatedAt}
	if !s.Deleted.IsZero() {
		return x
	}
	add := func(field string, list []string) {
		for _, w := range list {
			x.Words = append(x.Words, w+"|"+field)
		}
	}
	add(FoundTitle, words(wordsText, s.Title))
	if t := folded(s.Title); t != "" {
		x.Words = append(x.Words, "^"+clipWord(t)+"|"+FoundTitle)
		if rs := runs(s.Title); len(rs) > 0 {
			full, initials := spell(rs[0][:min(len(rs[0]), maxHan)])
			for _, w := range append(full, initials...) {
				x.Words = append(x.Words, "^"+clipWord(w)+"|"+FoundTitle)
			}
		}
	}
	add(FoundNumber, words(wordsLong, s.Number))
	if n := folded(s.Number); n != "" {
		x.Words = append(x.Words, "="+n+"|"+FoundNumber)
	}
	for _, t := range f.Schema.Searched(f.Schema.DecodeScalars(s.Data)) {
		add(t.Storage, words(t.Kind, t.Text))
	}
	return x
}

// NoteWords are the words that a note is found by.
func NoteWords(text string) []string { return wordsUpTo(maxNoted, wordsLong, text) }

// NumberTerm and TitleTerm are the words of a record whose number is what is asked, and the beginning of those whose title begins with it.
func NumberTerm(asked string) string { return "=" + folded(asked) + "|" }

// TitleTerm: see NumberTerm.
func TitleTerm(asked string) string { return "^" + clipWord(folded(asked)) }

// FoundIn names the fields by which a term finds a record with these words.
func FoundIn(words []string, term string) []string {
	var out []string
	for _, w := range words {
		if strings.HasPrefix(w, term) {
			if field := w[strings.LastIndexByte(w, '|')+1:]; !slices.Contains(out, field) {
				out = append(out, field)
			}
		}
	}
	return out
}

// sameIndexed compares what the search knows of both states.
func sameIndexed(f *Form, a, b *State) bool {
	if a.Title != b.Title || a.Number != b.Number || a.Owner != b.Owner || a.Team != b.Team || a.Deleted.IsZero() != b.Deleted.IsZero() ||
		!slices.Equal(a.People, b.People) {
		return false
	}
	for _, t := range f.Schema.SearchedFields() {
		if !reflect.DeepEqual(a.Data[t.Storage], b.Data[t.Storage]) {
			return false
		}
	}
	return true
}
