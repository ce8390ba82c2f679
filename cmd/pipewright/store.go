package main

import (
	"context"

	"pipewright/runtime/store"
	"pipewright/runtime/store/mongostore"
	"pipewright/runtime/store/sqlitestore"
)

// storeOptions say where the state lives: on MongoDB when a URI is given, else embedded in a data directory ("" is a throw-away).
type storeOptions struct {
	Data, MongoURI, Database string
	AllowStandalone          bool
}

func openStore(ctx context.Context, o storeOptions) (store.Store, error) {
	if o.MongoURI != "" {
		if o.Database == "" {
			o.Database = "pipewright"
		}
		return mongostore.Open(ctx, mongostore.Options{URI: o.MongoURI, Database: o.Database, AllowStandalone: o.AllowStandalone})
	}
	return sqlitestore.Open(ctx, sqlitestore.Options{Dir: o.Data})
}
