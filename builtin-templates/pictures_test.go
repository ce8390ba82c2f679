package templates

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPictures: the gallery has a picture of every template's board and dashboard, in Chinese and in English, small enough to load at
// once. `make pictures` takes them.
func TestPictures(t *testing.T) {
	each(t, func(t *testing.T, tpl Template) {
		for _, shot := range []string{"board", "dashboard"} {
			for _, language := range []string{"zh-CN", "en"} {
				name := tpl.Key + "-" + shot + "-" + language + ".webp"
				info, err := os.Stat(filepath.Join("..", "web", "public", "gallery", name))
				switch {
				case err != nil:
					t.Errorf("no picture %s; run make pictures", name)
				case info.Size() == 0 || info.Size() > 60<<10:
					t.Errorf("%s is %d bytes", name, info.Size())
				}
			}
		}
	})
}
