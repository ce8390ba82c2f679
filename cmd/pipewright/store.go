package main

import (
	"context"

	"github.com/spf13/pflag"

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

// storeFlags are the flags of every command that opens the store.
func storeFlags(f *pflag.FlagSet, o *storeOptions) {
	f.StringVar(&o.Data, "data", env("DATA", "data"), "data directory of the embedded store")
	f.StringVar(&o.MongoURI, "mongodb-uri", env("MONGODB_URI", ""), "use this MongoDB instead of the embedded store")
	f.StringVar(&o.Database, "db", env("DB", "pipewright"), "name of the MongoDB database: one company, one database")
	f.BoolVar(&o.AllowStandalone, "allow-standalone", env("ALLOW_STANDALONE", "") != "", "accept a MongoDB that is no replica set (for trials)")
}
