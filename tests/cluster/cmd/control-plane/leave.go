package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

func defaultState() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "kubectl-nodeusage", "cluster")
}

// logOf is beside the folder, as serve takes an empty one only.
func logOf(state string) string { return state + ".log" }

// up leaves a control plane running for a person, or adds nodes to the one that runs.
func up(ctx context.Context, state string, nodes int) error {
	holder, err := lockHolder(filepath.Join(state, lockName))
	if err != nil {
		return err
	}
	note := "a new control plane"
	if holder == 0 {
		if err := startDetached(ctx, state, nodes); err != nil {
			return err
		}
	} else {
		note = "the control plane that was running already"
	}
	told, err := readReady(state)
	if err != nil {
		return fmt.Errorf("process %d is bringing one up, and is not done yet: %w", holder, err)
	}
	if holder != 0 {
		if nodes, err = addToRunning(ctx, told, nodes); err != nil {
			return err
		}
	}
	fmt.Printf("export KUBECONFIG=%s\n", told.Kubeconfig)
	fmt.Printf("# %s: %s, %d simulated nodes, process %d; `control-plane down` stops it\n", note, told.Server, nodes, told.PID)
	return nil
}

// startDetached starts serve so that it outlives this process and its terminal, and waits until it is ready.
func startDetached(ctx context.Context, state string, nodes int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
		return err
	}
	log, err := os.Create(logOf(state))
	if err != nil {
		return err
	}
	defer log.Close()
	server := exec.Command(self, "serve", "--until-signalled", "--wait-for-samples", "--dir", state, "--nodes", strconv.Itoa(nodes))
	server.Stdout, server.Stderr = log, log
	server.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := server.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()

	fmt.Fprintf(os.Stderr, "starting a control plane with %d nodes and waiting for their first samples\n", nodes)
	patience := 5*time.Minute + time.Duration(nodes)*100*time.Millisecond
	err = poll(ctx, patience, "the control plane", func(context.Context) error {
		select {
		case err := <-ended:
			text, _ := os.ReadFile(log.Name())
			return fatal{fmt.Errorf("the control plane ended while starting (%v):\n%s", err, text)}
		default:
			_, err := readReady(state)
			return err
		}
	})
	if err != nil {
		_ = server.Process.Signal(syscall.SIGTERM) // fails only where it has ended
	}
	return err
}

func addToRunning(ctx context.Context, told ready, nodes int) (int, error) {
	config, err := clientConfig(told.Kubeconfig)
	if err != nil {
		return 0, err
	}
	present, err := countNodes(ctx, config)
	if err != nil || present >= nodes {
		return present, err
	}
	if err := createNodes(ctx, config, present, nodes, told.KwokPort); err != nil {
		return 0, err
	}
	return nodes, waitForSamples(ctx, config, nodes)
}

func readReady(state string) (told ready, err error) {
	text, err := os.ReadFile(filepath.Join(state, readyName))
	if err != nil {
		return told, err
	}
	return told, json.Unmarshal(text, &told)
}

// down stops the control plane that up left running.
func down(ctx context.Context, state string) error {
	lock := filepath.Join(state, lockName)
	holder, err := lockHolder(lock)
	if err != nil {
		return err
	}
	if holder == 0 {
		fmt.Println("no control plane is running")
		return nil
	}
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} { // its children end with it either way
		if err := syscall.Kill(holder, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		err = poll(ctx, 10*time.Second, "its end", func(context.Context) error {
			if now, err := lockHolder(lock); err != nil || now == holder {
				return errors.Join(errLocked, err)
			}
			return nil
		})
		if err == nil {
			fmt.Println("the control plane is stopped")
			return errors.Join(os.RemoveAll(state), os.RemoveAll(logOf(state)))
		}
	}
	return err
}
