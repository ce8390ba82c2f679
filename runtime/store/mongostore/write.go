package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pipewright/runtime/store"
)

// Insert adds a document.
func (s *Store) Insert(ctx context.Context, coll string, d store.Doc) error {
	c, raw, err := s.prepare(coll, d)
	if err != nil {
		return err
	}
	ctx, done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	if _, err := c.coll.InsertOne(ctx, raw); err != nil {
		return fmt.Errorf("%w: %s/%s", writeError(err), coll, d.ID)
	}
	return nil
}

func (s *Store) prepare(coll string, d store.Doc) (*collection, bson.Raw, error) {
	c, err := s.collection(coll)
	if err != nil {
		return nil, nil, err
	}
	cols, err := c.CheckDoc(d)
	if err != nil {
		return nil, nil, err
	}
	raw, err := encode(c.Schema, d, cols)
	return c, raw, err
}

// InsertMany adds documents in one unordered insert; the driver splits it where it is too large for one message.
func (s *Store) InsertMany(ctx context.Context, coll string, ds []store.Doc) ([]bool, error) {
	c, err := s.collection(coll)
	if err != nil {
		return nil, err
	}
	raws := make([]bson.Raw, len(ds))
	for i, d := range ds {
		if _, raws[i], err = s.prepare(coll, d); err != nil {
			return nil, err
		}
	}
	ctx, done, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	added := make([]bool, len(ds))
	for i := range added {
		added[i] = true
	}
	if len(ds) == 0 {
		return added, nil
	}
	_, err = c.coll.InsertMany(ctx, raws, options.InsertMany().SetOrdered(false))
	var bulk mongo.BulkWriteException
	if errors.As(err, &bulk) && bulk.WriteConcernError == nil && len(bulk.WriteErrors) > 0 {
		for _, e := range bulk.WriteErrors {
			if e.Code != duplicateKey {
				return nil, fmt.Errorf("%w: %s: %w", store.ErrUnknown, coll, err)
			}
			added[e.Index] = false
		}
		return added, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s", writeError(err), coll)
	}
	return added, nil
}

const duplicateKey = 11000

func guarded(id string, ver int64) bson.D {
	return bson.D{{Key: "_id", Value: id}, {Key: "ver", Value: ver}}
}

// Replace puts a document in place of one version of it.
func (s *Store) Replace(ctx context.Context, coll string, d store.Doc, ver int64) error {
	c, raw, err := s.prepare(coll, d)
	if err != nil {
		return err
	}
	if err := store.CheckReplace(d, ver); err != nil {
		return err
	}
	ctx, done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	r, err := c.coll.ReplaceOne(ctx, guarded(d.ID, ver), raw)
	if err != nil {
		return fmt.Errorf("%w: %s/%s", writeError(err), coll, d.ID)
	}
	if r.MatchedCount == 0 {
		return c.missed(ctx, d.ID, ver)
	}
	return nil
}

// Delete removes one version of a document.
func (s *Store) Delete(ctx context.Context, coll, id string, ver int64) error {
	c, err := s.collection(coll)
	if err != nil {
		return err
	}
	if err := store.CheckID(id); err != nil {
		return err
	}
	ctx, done, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	r, err := c.coll.DeleteOne(ctx, guarded(id, ver))
	if err != nil {
		return fmt.Errorf("%w: %s/%s", writeError(err), coll, id)
	}
	if r.DeletedCount == 0 {
		return c.missed(ctx, id, ver)
	}
	return nil
}

// missed tells why a guarded write matched nothing. The document may change again before it is looked up: either answer is then
// one that was true at some moment after the call began.
func (c *collection) missed(ctx context.Context, id string, ver int64) error {
	ds, err := c.find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$eq", Value: id}}}}, options.Find().SetLimit(1).SetProjection(bson.D{{Key: "ver", Value: 1}}))
	switch {
	case err != nil:
		return err
	case len(ds) == 0:
		return fmt.Errorf("%w: %s/%s", store.ErrNotFound, c.Name, id)
	}
	return fmt.Errorf("%w: %s/%s is at %d, not %d", store.ErrConflict, c.Name, id, ds[0].Ver, ver)
}
