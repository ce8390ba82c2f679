package forms

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestTypeWords holds that problems call a field type what the designer calls it.
func TestTypeWords(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
		raw, err := os.ReadFile("../web/src/locales/" + lang + "/fields.json")
		if err != nil {
			t.Fatal(err)
		}
		var words map[string]string
		if err := json.Unmarshal(raw, &words); err != nil {
			t.Fatal(err)
		}
		for _, name := range Types() {
			if got, want := SayType(name).In(lang), words["type."+name]; !strings.EqualFold(got, want) {
				t.Errorf("%s in %s: %q, the designer says %q", name, lang, got, want)
			}
		}
	}
	if got := SayType("colour").In("en"); got != "colour" {
		t.Errorf("no type: %q", got)
	}
}
