// Package templates holds the apps that ship with the product: one folder an app, with its definition and scenarios
// (app.json, and for a large one processes/*.json, which are joined to it), sample data (sample.json) and a README. It owns the
// files and nothing else: checking, publishing and loading them is done by those who ask for them.
package templates
