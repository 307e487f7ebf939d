// Trivy's checks of Kubernetes objects, without the rest of trivy, which takes four times as long to compile.
//
// usage: trivy FOLDER; prints {"judged": N, "failed": [{"id", "title", "message", "file"}]} of its *.yaml files, by the checks compiled into it.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"strings"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scan"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/kubernetes"
)

type failure struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Message string `json:"message"`
	File    string `json:"file"`
}

type report struct {
	Judged int       `json:"judged"`
	Failed []failure `json:"failed"`
}

func main() {
	scanner := kubernetes.NewScanner(
		rego.WithEmbeddedPolicies(true),
		rego.WithEmbeddedLibraries(true),
		rego.WithMaxAllowedErrors(0),
	)
	results, err := scanner.ScanFS(context.Background(), os.DirFS(os.Args[1]), ".")
	if err != nil {
		log.Fatal(err)
	}
	found := report{Failed: []failure{}}
	for _, result := range results {
		status := result.Status()
		if status == scan.StatusPassed || status == scan.StatusFailed {
			found.Judged++
		}
		if status != scan.StatusFailed {
			continue
		}
		flat := result.Flatten()
		found.Failed = append(found.Failed, failure{
			ID:      result.Rule().ID,
			Title:   result.Rule().Summary,
			Message: strings.TrimSpace(flat.Description),
			File:    flat.Location.Filename,
		})
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}
