package designer

import (
	"regexp"
	"slices"
	"strings"
)

var (
	sheetDay  = regexp.MustCompile(`^(>=|<=|==|!=|>|<)?\s*([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$`)
	sheetWord = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}\p{M} _-]*$`)
	// lostQuote is a text whose first quote the spreadsheet took for its own mark of a text.
	lostQuote = regexp.MustCompile(`^[^'"]*'$`)
	exprWords = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches", "true", "false", "nil", "null"}
)

// read is what a cell of the sheet is in the table: as it is written, but for what a spreadsheet makes of values (dates, percents, signs in
// thousands), and words where only a text can be meant.
func (c *sheetColumn) read(cell string) string {
	if c.kind == sheetNote {
		return cell
	}
	s := strings.TrimSpace(cell)
	if lostQuote.MatchString(s) {
		s = "'" + s
	}
	switch {
	case s == "":
		return ""
	case len(c.names) > 0:
		return c.readOption(s)
	}
	switch c.typ {
	case "number", "money", "percent", "duration", "rating", "slider":
		return readFigures(s)
	case "date":
		if m := sheetDay.FindStringSubmatch(s); m != nil {
			return sign(m[1]) + "date('" + m[2] + "-" + two(m[3]) + "-" + two(m[4]) + "')"
		}
	case "bool":
		switch strings.ToLower(s) {
		case "true", "1", "yes", "y", "是", "√":
			return "true"
		case "false", "0", "no", "n", "否", "×":
			return "false"
		}
	case "text", "longtext", "user", "role", "team", "phone", "email", "url", "idcode", "barcode":
		if c.isWord(s) {
			return "'" + s + "'"
		}
	}
	return s
}

func sign(op string) string {
	if op == "" {
		return ""
	}
	return op + " "
}

func two(n string) string {
	if len(n) == 1 {
		return "0" + n
	}
	return n
}

// isWord says that a cell can only be meant as a text: it is no expression that names something.
func (c *sheetColumn) isWord(s string) bool {
	return sheetWord.MatchString(s) && !slices.ContainsFunc(strings.Fields(s), func(w string) bool { return c.known[w] || slices.Contains(exprWords, w) })
}

// option is the key of the option that a word means: its key, else its name in any language; "" if none or several.
func (c *sheetColumn) option(word string) string {
	if _, ok := c.names[word]; ok {
		return word
	}
	found := ""
	for key, name := range c.names {
		for _, n := range name {
			if n == word && found != key {
				if found != "" {
					return ""
				}
				found = key
			}
		}
	}
	return found
}

// readOption reads options by name or key: alone, several with a mark between, or in the texts of an expression.
func (c *sheetColumn) readOption(s string) string {
	if key := c.option(s); key != "" && !c.known[s] {
		return "'" + key + "'"
	}
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，;；、|\n", r) })
	var keys []string
	for _, w := range words {
		if key := c.option(strings.TrimSpace(w)); key != "" {
			keys = append(keys, "'"+key+"'")
		}
	}
	if len(words) > 1 && len(keys) == len(words) {
		return "[" + strings.Join(keys, ", ") + "]"
	}
	return eachText(s, func(word string) string {
		if key := c.option(word); key != "" {
			return key
		}
		return word
	})
}
