package mongostore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"pipewright/runtime/store"
)

// Options says which database to use.
type Options struct {
	// URI is a MongoDB connection string, with its host names, credentials and TLS settings.
	URI string
	// Database is the company's database.
	Database string
	// AllowStandalone accepts a server that is no replica set: a write is then as durable as that one machine, and a lost reply
	// is not retried. For tests and trials.
	AllowStandalone bool

	monitor *event.CommandMonitor
}

// Store implements store.Store.
type Store struct {
	client *mongo.Client
	db     *mongo.Database

	mu    sync.Mutex // held while declarations change
	colls atomic.Pointer[map[string]*collection]

	gate    sync.RWMutex // held for reading by every operation
	closed  bool
	closing sync.Once
	ending  context.Context // until Close begins
	end     context.CancelFunc
	outcome error // of Close
}

type collection struct {
	*store.Schema
	coll *mongo.Collection
}

var _ store.Store = (*Store)(nil)

const (
	// selectTimeout is how long an operation waits for a primary, as during an election.
	selectTimeout = 10 * time.Second
	// opTimeout bounds an operation whose caller sets no nearer deadline.
	opTimeout = 30 * time.Second
	// buildTimeout bounds the building of indexes, which takes as long as there are documents.
	buildTimeout = 12 * time.Hour
)

var errTooSlow = errors.New("no answer in time")

// Open connects and checks that the server will do: MongoDB 5.0 or newer, a replica set (see Options.AllowStandalone).
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Database == "" || strings.ContainsAny(o.Database, "/\\. \"$*<>:|?\x00") || len(o.Database) > 63 {
		return nil, fmt.Errorf("mongostore: %q cannot be the name of a database", o.Database)
	}
	co := options.Client().ApplyURI(o.URI).
		SetAppName("pipewright").
		SetServerSelectionTimeout(selectTimeout).
		SetReadPreference(readpref.Primary()).
		SetWriteConcern(&writeconcern.WriteConcern{W: "majority", Journal: new(true)}).
		SetRetryReads(true).
		SetRetryWrites(true)
	if !o.AllowStandalone { // a standalone server knows no majority to read from
		co.SetReadConcern(readconcern.Majority())
	}
	if o.monitor != nil {
		co.SetMonitor(o.monitor)
	}
	if err := co.Validate(); err != nil {
		return nil, fmt.Errorf("mongostore: connection string: %w", err)
	}
	client, err := mongo.Connect(co)
	if err != nil {
		return nil, fmt.Errorf("mongostore: %w", err)
	}
	s := &Store{client: client, db: client.Database(o.Database)}
	s.colls.Store(&map[string]*collection{})
	s.ending, s.end = context.WithCancel(context.WithoutCancel(ctx))
	if _, err := s.server(ctx, o.AllowStandalone); err != nil {
		// A server that does not answer is not waited for: the driver ends its watch on its own time.
		go client.Disconnect(context.WithoutCancel(ctx))
		s.end()
		return nil, err
	}
	return s, nil
}

// server asks the server what it is and whether it will do.
func (s *Store) server(ctx context.Context, allowStandalone bool) (store.Info, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, opTimeout, errTooSlow)
	defer cancel()
	admin := s.client.Database("admin")
	var build struct {
		Version string  `bson:"version"`
		Parts   []int32 `bson:"versionArray"`
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return store.Info{}, fmt.Errorf("%w: MongoDB does not answer: %w", store.ErrUnavailable, err)
	}
	if len(build.Parts) == 0 || build.Parts[0] < 5 {
		return store.Info{}, fmt.Errorf("mongostore: the server is MongoDB %s; 5.0 or newer is needed", build.Version)
	}
	var hello struct {
		Set string `bson:"setName"`
		Msg string `bson:"msg"`
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&hello); err != nil {
		return store.Info{}, fmt.Errorf("%w: MongoDB does not answer: %w", store.ErrUnavailable, err)
	}
	info := store.Info{Kind: "mongodb", Version: build.Version}
	switch {
	case hello.Set != "":
		info.Detail = "replica set " + hello.Set
	case hello.Msg == "isdbgrid":
		info.Detail = "sharded cluster"
	case allowStandalone:
		info.Detail = "standalone server"
	default:
		return store.Info{}, errors.New("mongostore: this MongoDB server is not part of a replica set, so an acknowledged write could be lost; " +
			"start mongod with --replSet rs0 and run rs.initiate() once (one member is enough), or allow a standalone server for a trial")
	}
	info.Detail += ", database " + s.db.Name()
	return info, nil
}

// Info asks the server for its version.
func (s *Store) Info(ctx context.Context) (store.Info, error) {
	ctx, done, err := s.begin(ctx)
	if err != nil {
		return store.Info{}, err
	}
	defer done()
	return s.server(ctx, true)
}

// begin lets an operation in and bounds it; done lets it out.
func (s *Store) begin(ctx context.Context) (bounded context.Context, done func(), err error) {
	return s.beginFor(ctx, opTimeout)
}

// beginFor is begin for an operation that may take longer than one answer.
func (s *Store) beginFor(ctx context.Context, most time.Duration) (bounded context.Context, done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s.gate.RLock()
	if s.closed {
		s.gate.RUnlock()
		return nil, nil, fmt.Errorf("%w: closed", store.ErrUnavailable)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, most, errTooSlow)
	return ctx, func() { cancel(); s.gate.RUnlock() }, nil
}

func (s *Store) collection(name string) (*collection, error) {
	c := (*s.colls.Load())[name]
	if c == nil {
		return nil, fmt.Errorf("%w: collection %q is not declared", store.ErrInvalid, name)
	}
	return c, nil
}

// Ensure declares collections and builds their indexes. MongoDB makes a collection with its first index or document, and an index
// that is there already is left alone, so several servers may do this at once. Building goes on beside everything else, and ends with the store.
func (s *Store) Ensure(ctx context.Context, cs ...store.Collection) error {
	ctx, done, err := s.beginFor(ctx, buildTimeout)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ending, cancel)()
	for _, decl := range cs {
		known := s.schema(decl.Name)
		schema, err := known.With(decl)
		if err != nil {
			return err
		}
		coll := s.db.Collection(decl.Name)
		if models := indexes(schema.Indexes[len(known.Indexes):]); len(models) > 0 {
			if _, err := coll.Indexes().CreateMany(ctx, models); err != nil {
				return fmt.Errorf("%s: indexes: %w", decl.Name, readError(ctx, err))
			}
		}
		if err := s.declare(decl, coll); err != nil {
			return err
		}
	}
	return nil
}

// schema is what is known of a collection so far.
func (s *Store) schema(name string) *store.Schema {
	if have := (*s.colls.Load())[name]; have != nil {
		return have.Schema
	}
	return &store.Schema{Name: name}
}

// declare notes a collection whose indexes are built. Another may have declared more of it meanwhile.
func (s *Store) declare(decl store.Collection, coll *mongo.Collection) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	schema, err := s.schema(decl.Name).With(decl)
	if err != nil {
		return err
	}
	next := maps.Clone(*s.colls.Load())
	next[decl.Name] = &collection{Schema: schema, coll: coll}
	s.colls.Store(&next)
	return nil
}

// indexes lists what to build. The driver names an index after its keys, so that two declarations of the same keys are one index,
// and a changed declaration makes a new one.
func indexes(declared []store.Index) []mongo.IndexModel {
	var models []mongo.IndexModel
	var seen []string
	for _, ix := range declared {
		var keys bson.D
		dir := 1
		for _, col := range ix.Cols {
			name := strings.TrimPrefix(col, "-")
			dir = 1
			if name != col {
				dir = -1
			}
			keys = append(keys, bson.E{Key: "c." + name, Value: dir})
		}
		keys = append(keys, bson.E{Key: "_id", Value: dir}) // as the id ends every order
		for _, name := range ix.Cover {
			keys = append(keys, bson.E{Key: "c." + name, Value: 1})
		}
		if name := fmt.Sprint(keys); !slices.Contains(seen, name) {
			seen = append(seen, name)
			models = append(models, mongo.IndexModel{Keys: keys})
		}
	}
	return models
}

// Close waits for the operations under way, breaks off what builds indexes, and disconnects.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.end()
		s.gate.Lock()
		s.closed = true
		s.gate.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), opTimeout)
		defer cancel()
		s.outcome = s.client.Disconnect(ctx)
	})
	return s.outcome
}
