package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// obey carries out the commands that come in, one after the other, and answers each with one line.
func (p *plane) obey(ctx context.Context, lines <-chan string) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case line := <-lines:
			answer := "ok"
			if err := p.command(ctx, strings.Fields(line)); err != nil {
				answer = "error: " + strings.Join(strings.Fields(err.Error()), " ")
			}
			if _, err := io.WriteString(os.Stdout, answer+"\n"); err != nil {
				return err
			}
		}
	}
}

func (p *plane) command(ctx context.Context, words []string) error {
	if len(words) == 1 && words[0] == "unregister-metrics" {
		return p.unregisterMetrics(ctx)
	}
	if len(words) != 2 {
		return errors.New("a command is a verb and one argument, or unregister-metrics")
	}
	switch verb, argument := words[0], words[1]; verb {
	case "register-metrics", "nodes":
		number, err := strconv.Atoi(argument)
		if err != nil {
			return err
		}
		if verb == "register-metrics" {
			return p.registerMetrics(ctx, number)
		}
		from, err := countNodes(ctx, p.client)
		if err != nil {
			return err
		}
		return p.addNodes(ctx, from, number)
	default:
		process, known := p.processes[argument]
		if !known {
			return fmt.Errorf("no process %q; there are etcd, kube-apiserver, kwok, metrics-server", argument)
		}
		switch verb {
		case "start":
			return process.start(ctx)
		case "stop":
			return process.stop(3 * time.Second) // kube-apiserver would wait long for those who watch
		case "kill":
			return process.kill()
		case "pause":
			return process.signal(syscall.SIGSTOP)
		case "resume":
			return process.signal(syscall.SIGCONT)
		}
		return fmt.Errorf("no command %q", verb)
	}
}
