package designer

import (
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	appsColl     = "apps"
	draftsColl   = "drafts"
	historyColl  = "draftHistory"
	editorsColl  = "draftEditors"
	releasesColl = "releases"
	codesColl    = "codes"
	sourcesColl  = "templateSources"
)

// Collections are those of the designer itself.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: appsColl},
		{Name: draftsColl, Columns: []store.Column{{Name: "digest", Type: query.Text}, {Name: "name", Type: query.Text}, {Name: "template", Type: query.Text}}},
		{Name: historyColl, Columns: []store.Column{{Name: "app", Type: query.Text}, {Name: "rev", Type: query.Int}, {Name: "at", Type: query.Time}, {Name: "digest", Type: query.Text}, {Name: "again", Type: query.Int}},
			Indexes: []store.Index{{Name: "byApp", Cols: []string{"app", "-rev"}}, {Name: "byDigest", Cols: []string{"app", "digest", "-rev"}}}},
		{Name: editorsColl, Columns: []store.Column{{Name: "app", Type: query.Text}}, Indexes: []store.Index{{Name: "byApp", Cols: []string{"app"}}}},
		{Name: releasesColl, Columns: []store.Column{{Name: "app", Type: query.Text}, {Name: "n", Type: query.Int}, {Name: "digest", Type: query.Text}},
			Indexes: []store.Index{{Name: "byApp", Cols: []string{"app", "-n"}}}},
		{Name: codesColl},
		{Name: sourcesColl},
	}
}
