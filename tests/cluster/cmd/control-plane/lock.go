package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var errLocked = errors.New("in use by another process")

// tryLock locks the file at path, which is made if absent. The kernel gives the lock up when this process ends,
// however it ends, and no child inherits it.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", path, errLocked)
		}
		return nil, err
	}
	return file, nil
}

// waitLock is tryLock with patience.
func waitLock(ctx context.Context, path string, patience time.Duration) (file *os.File, err error) {
	waited := poll(ctx, patience, "the lock "+path, func(context.Context) error {
		file, err = tryLock(path)
		return err
	})
	return file, waited
}

// lockWithPID locks the file and writes this process's number into it, for lockHolder.
func lockWithPID(path string) (*os.File, error) {
	file, err := tryLock(path)
	if err != nil {
		return nil, err
	}
	if err := file.Truncate(0); err != nil {
		return nil, err
	}
	_, err = file.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return file, err
}

// lockHolder gives the number of the process that holds the lock, 0 if none does. As the lock ends with its process, the
// number is never that of a stranger that came to it later.
func lockHolder(path string) (int, error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	file, err := tryLock(path)
	if err == nil {
		return 0, file.Close()
	}
	if !errors.Is(err, errLocked) {
		return 0, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}
