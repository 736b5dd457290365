package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	metrics "k8s.io/metrics/pkg/client/clientset/versioned"
)

// createNodes creates the nodes with indices from from up to to, each with the pod that is its load. Nodes that are there
// already are left as they are.
func createNodes(ctx context.Context, config *rest.Config, from, to, kubeletPort int) error {
	config = rest.CopyConfig(config)
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: loadNamespace}}
	_, err = client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return inParallel(ctx, to-from, func(ctx context.Context, i int) error {
		index := from + i
		_, err := client.CoreV1().Nodes().Create(ctx, newNode(index, kubeletPort), metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) || !hasSample(index) {
			return err
		}
		_, err = client.CoreV1().Pods(loadNamespace).Create(ctx, newLoad(index), metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
		return nil
	})
}

var memoryInUse = regexp.MustCompile(`(?m)^node_memory_working_set_bytes [1-9]`)

// waitForLoads returns when kwok knows the loads of the nodes. It counts a node's CPU time from the first time that it is
// asked, and metrics-server drops a node whose time is zero: asking here first spares a whole round of samples.
func (p *plane) waitForLoads(ctx context.Context, from, to int) error {
	return inParallel(ctx, to-from, func(ctx context.Context, i int) error {
		if !hasSample(from + i) {
			return nil
		}
		url := "http://" + p.address(kwok) + "/metrics/nodes/" + nodeName(from+i) + "/metrics/resource"
		return poll(ctx, time.Minute, "load of "+nodeName(from+i), func(ctx context.Context) error {
			body, err := p.get(ctx, url)
			if err == nil && !memoryInUse.Match(body) {
				err = errors.New("none yet")
			}
			return err
		})
	})
}

// waitForSamples returns when the metrics API has a sample of each of the count first nodes that should have one.
func waitForSamples(ctx context.Context, config *rest.Config, count int) error {
	client, err := metrics.NewForConfig(config)
	if err != nil {
		return err
	}
	return poll(ctx, 120*time.Second, "the samples of all nodes", func(ctx context.Context) error {
		samples, err := client.MetricsV1beta1().NodeMetricses().List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		sampled := map[string]bool{}
		for _, sample := range samples.Items {
			sampled[sample.Name] = true
		}
		for index := range count {
			if hasSample(index) && !sampled[nodeName(index)] {
				return fmt.Errorf("%d samples, but none of %s", len(sampled), nodeName(index))
			}
		}
		return nil
	})
}

// countNodes counts the nodes that were created here. They are the first ones: none is ever left out.
func countNodes(ctx context.Context, config *rest.Config) (int, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return 0, err
	}
	list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return 0, err
	}
	present := map[string]bool{}
	for _, node := range list.Items {
		present[node.Name] = true
	}
	count := 0
	for present[nodeName(count)] {
		count++
	}
	return count, nil
}
