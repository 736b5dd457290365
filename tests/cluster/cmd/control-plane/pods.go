package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

const podNamespace = "simulated-pods"

// addPods spreads pods over the nodes of the control plane that runs, beside those that are their load. Those that are
// there already are left as they are.
func addPods(ctx context.Context, state string, count int) error {
	told, err := readReady(state)
	if err != nil {
		return err
	}
	config, err := clientConfig(told.Kubeconfig)
	if err != nil {
		return err
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: podNamespace}}
	_, err = client.CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return inParallel(ctx, count, func(ctx context.Context, index int) error {
		pods := client.CoreV1().Pods(podNamespace)
		pod, err := pods.Create(ctx, newPod(index, told.Nodes), metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			return nil
		}
		if err != nil {
			return err
		}
		pod.Status.Phase = corev1.PodRunning
		pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue}}
		_, err = pods.UpdateStatus(ctx, pod, metav1.UpdateOptions{})
		return err
	})
}

// newPod describes a pod as one of a deployment, on one of so many nodes. In turn those of a node request nothing, have
// a container that runs before the others, one that runs beside them, two containers, or limits.
func newPod(index, nodes int) *corev1.Pod {
	of := func(milliCPU, mebibytes int64) corev1.ResourceList {
		return corev1.ResourceList{
			corev1.ResourceCPU:    *resource.NewMilliQuantity(milliCPU, resource.DecimalSI),
			corev1.ResourceMemory: *resource.NewQuantity(mebibytes<<20, resource.BinarySI),
		}
	}
	container := func(name string, requests, limits corev1.ResourceList) corev1.Container {
		image := "registry.example.com/platform/" + name + ":v1"
		return corev1.Container{Name: name, Image: image, Resources: corev1.ResourceRequirements{Requests: requests, Limits: limits}}
	}
	always, noToken := corev1.ContainerRestartPolicyAlways, false
	spec := corev1.PodSpec{
		NodeName:                     nodeName(index % nodes),
		AutomountServiceAccountToken: &noToken,
		Tolerations:                  []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
		Containers:                   []corev1.Container{container("app", of(100, 128), nil)},
	}
	// The index alone would give a node one kind only, where the number of nodes is a multiple of five.
	switch (index%nodes + index/nodes) % 5 {
	case 0:
		spec.Containers[0].Resources = corev1.ResourceRequirements{}
	case 1:
		spec.InitContainers = []corev1.Container{container("migrate", of(250, 64), nil)}
	case 2:
		proxy := container("proxy", of(50, 32), of(100, 64))
		proxy.RestartPolicy = &always
		spec.InitContainers = []corev1.Container{proxy}
	case 3:
		spec.Containers = append(spec.Containers, container("exporter", of(10, 16), of(20, 32)))
	default:
		spec.Containers[0].Resources.Limits = of(200, 256)
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name:      fmt.Sprintf("app-%s-%06d", digits(fmt.Sprint(index / 10))[:10], index),
			Namespace: podNamespace,
			Labels: map[string]string{
				"app.kubernetes.io/name": fmt.Sprintf("app-%d", index/10), "pod-template-hash": digits(fmt.Sprint(index / 10))[:10],
				samplesLabel: "none", // kwok leaves its status alone
			},
		},
		Spec: spec,
	}
}
