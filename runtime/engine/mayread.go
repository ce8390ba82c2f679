package engine

import (
	"context"
)

// MayRead says whether a person may read a record; no, too, when there is none.
func (e *Engine) MayRead(ctx context.Context, user, id string) (bool, error) {
	_, _, err := e.load(ctx, user, id)
	if _, refused := asRejection(err); refused {
		return false, nil
	}
	return err == nil, err
}
