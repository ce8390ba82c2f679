package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"pipewright/runtime/store"
)

// readError names a failed read in the store's own words; nil stays nil.
func readError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !errors.Is(context.Cause(ctx), errTooSlow):
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}

// writeError names a failed write. Only what is known not to have been written is ErrUnavailable: the server refused it, or none
// could be chosen to send it to. Anything else may have been written.
func writeError(err error) error {
	if mongo.IsDuplicateKeyError(err) {
		return store.ErrExists
	}
	if unsent(err) || refused(err) {
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	}
	return fmt.Errorf("%w: %w", store.ErrUnknown, err)
}

func unsent(err error) bool {
	var selection topology.ServerSelectionError
	var queue topology.WaitQueueTimeoutError
	return errors.As(err, &selection) || errors.As(err, &queue) || errors.Is(err, mongo.ErrClientDisconnected) ||
		errors.Is(err, topology.ErrTopologyClosed)
}

// refusals are the answers of a server that did not begin: it is no primary (any more).
var refusals = []int{10107, 13435, 10058, 13436}

func refused(err error) bool {
	var server mongo.ServerError
	if !errors.As(err, &server) {
		return false
	}
	for _, code := range refusals {
		if server.HasErrorCode(code) {
			return true
		}
	}
	if server.HasErrorLabel("RetryableWriteError") || server.HasErrorLabel("NetworkError") || mongo.IsTimeout(err) {
		return false
	}
	// The write itself was refused, as by validation or for lack of rights; a failed write concern alone says nothing of the kind.
	var one mongo.WriteException
	if errors.As(err, &one) {
		return one.WriteConcernError == nil && len(one.WriteErrors) > 0
	}
	var many mongo.BulkWriteException
	if errors.As(err, &many) {
		return false // some of it may have been written
	}
	return true
}
