package outbound

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
)

// letterPolicy is what the HTML part of a mail may hold: text, lists, emphasis and links to http, https and mail addresses. No pictures: they
// would tell who reads it.
var letterPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "hr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoReferrerOnLinks(true)
	return p
})

// HTML makes the HTML part of a mail.
func HTML(markdown string) (string, error) {
	var b bytes.Buffer
	if err := goldmark.Convert([]byte(markdown), &b); err != nil {
		return "", fmt.Errorf("the text cannot be written as HTML: %w", err)
	}
	return "<!doctype html><html><body style=\"font-family:sans-serif;line-height:1.5\">" + letterPolicy().Sanitize(b.String()) + "</body></html>", nil
}

// Link writes a link of ours in Markdown; text is ours as well.
func Link(text, url string) string {
	return "[" + text + "](<" + strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "").Replace(url) + ">)"
}
