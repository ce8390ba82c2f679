//go:build !js

package forms

import (
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
)

// richtextPolicy is made when it is first needed: most apps have no such field.
var richtextPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "strong", "b", "em", "i", "u", "s", "sub", "sup", "code", "pre", "blockquote",
		"h1", "h2", "h3", "h4", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
})

func cleanHTML(s string) string { return strings.TrimSpace(richtextPolicy().Sanitize(s)) }

// CleanHTML takes out of rich text whatever is not its own: what a stored value has been through already, once more before it stands in a page.
func CleanHTML(s string) string { return cleanHTML(s) }
