package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// errEnded is the cause of an ordinary end: stdin ended, or a signal came.
var errEnded = errors.New("told to end")

const (
	lockName  = "serve.pid"
	readyName = "ready.json"
)

type serveOptions struct {
	dir, pki         string
	nodes            int
	withoutMetrics   bool
	waitForSamples   bool
	untilSignalled   bool
	metricResolution time.Duration
}

// ready is what the first line on stdout, and DIR/ready.json, tell.
type ready struct {
	PID               int    `json:"pid"`
	Kubeconfig        string `json:"kubeconfig"`
	Server            string `json:"server"`
	CAFile            string `json:"ca_file"`
	ClientCertFile    string `json:"client_certificate_file"`
	ClientKeyFile     string `json:"client_key_file"`
	PKI               string `json:"pki"`
	Bin               string `json:"bin"`
	Logs              string `json:"logs"`
	APIServerPort     int    `json:"kube_apiserver_port"`
	EtcdPort          int    `json:"etcd_port"`
	MetricsServerPort int    `json:"metrics_server_port"`
	KwokPort          int    `json:"kwok_port"`
	Nodes             int    `json:"nodes"`
	NodesWithSamples  int    `json:"nodes_with_samples"`
}

func serve(ctx context.Context, o serveOptions) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	lines := make(chan string)
	if !o.untilSignalled {
		go readLines(lines, cancel)
	}

	if o.dir == "" {
		return errors.New("serve needs --dir")
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	lock, err := takeDir(o.dir)
	if err != nil {
		return err
	}
	defer lock.Close()
	if o.pki == "" {
		o.pki = filepath.Join(o.dir, "pki")
	} else if o.pki, err = filepath.Abs(o.pki); err != nil {
		return err
	}

	if o.metricResolution == 0 {
		o.metricResolution = resolutionFor(o.nodes)
	}
	p, err := newPlane(ctx, o.dir, o.pki, o.metricResolution)
	if err != nil {
		return err
	}
	err = p.bringUp(ctx, o)
	if err == nil {
		err = p.tellReady(o.nodes)
	}
	if err == nil {
		err = p.obey(ctx, lines)
	}
	ended := ctx.Err() != nil
	p.end()
	if err != nil && !ended {
		return err // the folder stays, for its logs
	}
	return os.RemoveAll(o.dir)
}

// takeDir makes the folder and locks it. It may hold what an earlier one left behind, but nothing else, since all of it
// is removed at the end.
func takeDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	lockPath := filepath.Join(dir, lockName)
	if _, err := os.Stat(lockPath); err != nil && len(entries) > 0 {
		return nil, fmt.Errorf("%s is neither empty nor a control plane's folder", dir)
	}
	lock, err := lockWithPID(lockPath)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if entry.Name() == lockName {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return nil, err
		}
	}
	return lock, nil
}

// readLines ends all when stdin does: the process that would have stopped this one is gone.
func readLines(lines chan<- string, end context.CancelCauseFunc) {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		lines <- input.Text()
	}
	end(errEnded)
}

// resolutionFor gives metrics-server more time where there are more nodes than can be asked within ten seconds.
func resolutionFor(nodes int) time.Duration {
	if nodes > 1000 {
		return 30 * time.Second
	}
	return 10 * time.Second
}

func (p *plane) bringUp(ctx context.Context, o serveOptions) error {
	for _, name := range []string{etcd, kubeAPIServer} {
		if err := p.processes[name].start(ctx); err != nil {
			return err
		}
	}
	if err := p.addNodes(ctx, 0, o.nodes); err != nil {
		return err
	}
	if o.withoutMetrics {
		return nil
	}
	if err := p.processes[metricsServer].start(ctx); err != nil {
		return err
	}
	if err := p.registerMetrics(ctx, p.ports[metricsServer]); err != nil {
		return err
	}
	if !o.waitForSamples {
		return nil
	}
	return waitForSamples(ctx, p.client, o.nodes)
}

// addNodes also starts kwok, which nothing needs before there are nodes.
func (p *plane) addNodes(ctx context.Context, from, to int) error {
	if from >= to {
		return nil
	}
	if !p.processes[kwok].running() {
		if err := p.processes[kwok].start(ctx); err != nil {
			return err
		}
	}
	patience := time.Minute + time.Duration(to-from)*100*time.Millisecond
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nodes not created within %v", patience))
	defer cancel()
	if err := createNodes(ctx, p.client, from, to, p.ports[kwok]); err != nil {
		return err
	}
	return p.waitForLoads(ctx, from, to)
}

func (p *plane) tellReady(nodes int) error {
	told := ready{
		PID:               os.Getpid(),
		Kubeconfig:        p.kubeconfig,
		Server:            p.server(),
		CAFile:            p.pki.file("ca.crt"),
		ClientCertFile:    p.pki.file("admin.crt"),
		ClientKeyFile:     p.pki.file("admin.key"),
		PKI:               p.pki.dir,
		Bin:               p.bin,
		Logs:              filepath.Join(p.dir, "logs"),
		APIServerPort:     p.ports[kubeAPIServer],
		EtcdPort:          p.ports[etcd],
		MetricsServerPort: p.ports[metricsServer],
		KwokPort:          p.ports[kwok],
		Nodes:             nodes,
	}
	for index := range nodes {
		if hasSample(index) {
			told.NodesWithSamples++
		}
	}
	line, err := json.Marshal(told)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if err := os.WriteFile(filepath.Join(p.dir, readyName), line, 0o600); err != nil {
		return err
	}
	_, err = os.Stdout.Write(line)
	return err
}
