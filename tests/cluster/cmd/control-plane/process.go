package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// process is one program of the control plane. It can be stopped and started again.
type process struct {
	name string
	path string
	args []string
	dir  string // where it runs; also its HOME
	log  string
	// ready says whether it answers.
	ready func(context.Context) error

	cmd     *exec.Cmd
	done    chan struct{} // closed when it has ended; nil before the first start
	wanted  atomic.Bool   // false once it was told to end
	failure error         // why it ended; to be read after done
}

func (p *process) running() bool {
	if p.done == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// start returns when the process answers. It has to be called on the main goroutine: see init.
func (p *process) start(ctx context.Context) error {
	if p.running() {
		return fmt.Errorf("%s runs already", p.name)
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Dir = p.dir
	p.cmd.Env = []string{"HOME=" + p.dir, "PATH=" + os.Getenv("PATH")} // no proxies or settings of the user's
	p.cmd.Stdout, p.cmd.Stderr = log, log
	// Its own group, so that Ctrl-C reaches the supervisor alone, which then ends all in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	p.wanted.Store(true)
	p.done = make(chan struct{})
	go p.wait()

	return poll(ctx, 60*time.Second, p.name, func(ctx context.Context) error {
		if !p.running() {
			return fatal{fmt.Errorf("%s ended while starting (%v), its log's last lines:\n%s", p.name, p.failure, p.logTail())}
		}
		return p.ready(ctx)
	})
}

func (p *process) wait() {
	p.failure = p.cmd.Wait()
	if p.wanted.Load() {
		fmt.Fprintf(os.Stderr, "%s ended by itself: %v\n", p.name, p.failure)
	}
	close(p.done)
}

func (p *process) signal(signal syscall.Signal) error {
	if !p.running() {
		return fmt.Errorf("%s does not run", p.name)
	}
	return p.cmd.Process.Signal(signal)
}

// stop asks the process to end, waits for at most patience, then kills it.
func (p *process) stop(patience time.Duration) error {
	if err := p.askToEnd(); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(patience):
		return p.kill()
	}
}

func (p *process) askToEnd() error {
	p.wanted.Store(false)
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := p.signal(syscall.SIGCONT); err != nil && p.running() { // a paused one would not hear of its end
		return err
	}
	return nil
}

func (p *process) kill() error {
	p.wanted.Store(false)
	if err := p.signal(syscall.SIGKILL); err != nil {
		return err
	}
	<-p.done
	return nil
}

func (p *process) logTail() string {
	const most = 2000
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text[max(0, len(text)-most):]))
}
