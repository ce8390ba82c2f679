// Package web holds the built web app inside the binary and serves it.
//
// It owns the static files and how they are cached and compressed. It knows nothing of the API, of sessions or of records.
// The app itself is TypeScript in src/ and is built by `npm run build` into dist/, which is embedded; dist/placeholder.txt
// is committed so that the package compiles before the first build.
package web
