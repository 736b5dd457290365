package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// fatal is an error that no further attempt can mend.
type fatal struct{ error }

// poll calls attempt until it succeeds, for at most patience; the error then tells the last attempt's.
func poll(ctx context.Context, patience time.Duration, what string, attempt func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("not within %v", patience))
	defer cancel()
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		err := attempt(ctx)
		if err == nil {
			return nil
		}
		if hopeless := (fatal{}); errors.As(err, &hopeless) {
			return hopeless.error
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w: %w", what, context.Cause(ctx), err)
		case <-time.After(pause):
		}
	}
}

// inParallel calls do with 0 to count-1 and gives the first error, which stops the rest.
func inParallel(ctx context.Context, count int, do func(context.Context, int) error) error {
	const workers = 32
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	indices := make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range indices {
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := 0; i < count && ctx.Err() == nil; i++ {
		indices <- i
	}
	close(indices)
	group.Wait()
	return context.Cause(ctx)
}
