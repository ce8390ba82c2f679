// Package server is the HTTP API: routes, sessions, strict JSON, errors to status codes, live events and the static web app. It
// holds all of gin. Handlers are thin: they read the request, ask the engine or the designer, and shape the answer. Who may do what
// is decided there, not here, but for designing, operating and managing people, which are the rights of an admin.
package server
