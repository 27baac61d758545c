{{/* What does not fit together, told all at once. */}}

{{- define "cstar-gateway.faults" -}}
{{- $faults := concat
  (include "cstar-gateway.faults.pods" . | fromYamlArray)
  (include "cstar-gateway.faults.config" . | fromYamlArray)
  (include "cstar-gateway.faults.scaling" . | fromYamlArray)
  (include "cstar-gateway.faults.edges" . | fromYamlArray) }}
{{- if $faults }}
{{- fail (printf "\n\nThese values do not fit together:\n\n- %s\n" (join "\n- " $faults)) }}
{{- end }}
{{- end }}

{{- define "cstar-gateway.faults.config" -}}
{{- $config := include "cstar-gateway.config" . | fromYaml }}
{{- $secrets := .Values.secrets }}
{{- $elsewhere := or .Values.extraEnv .Values.extraEnvFrom }}
{{- $faults := list }}
{{- if not (or $config.kafka.bootstrap_servers $elsewhere) }}
{{- $faults = append $faults "No brokers. Set config.kafka.bootstrap_servers, as [kafka-0.kafka:9092], or strimzi.cluster." }}
{{- end }}
{{- if not (or $config.webhooks $elsewhere) }}
{{- $faults = append $faults "No webhooks. Set config.webhooks, each with its name and secrets." }}
{{- end }}
{{- range $config.webhooks }}
{{- if not (or .secrets $elsewhere) }}
{{- $faults = append $faults (printf "The webhook %q has no secrets. Refer to a file of the mounted Secret: file:%s/current." (.name | default "default") $secrets.mountPath) }}
{{- end }}
{{- end }}
{{- $ways := 0 }}
{{- range list $secrets.existingSecret $secrets.values $secrets.externalSecret.enabled }}
{{- if . }}{{ $ways = add1 $ways }}{{ end }}
{{- end }}
{{- if gt (int $ways) 1 }}
{{- $faults = append $faults "Two sources of one Secret. Keep one of secrets.existingSecret, secrets.values and secrets.externalSecret." }}
{{- end }}
{{- if and (eq (int $ways) 0) (contains (printf "file:%s/" $secrets.mountPath) (toJson $config)) }}
{{- $faults = append $faults (printf "config refers to files under %s, but no Secret is mounted there. Set secrets.existingSecret, secrets.externalSecret or secrets.values." $secrets.mountPath) }}
{{- end }}
{{- $external := $secrets.externalSecret }}
{{- if and $external.enabled (or (empty $external.storeRef.name) (and (empty $external.data) (empty $external.dataFrom))) }}
{{- $faults = append $faults "secrets.externalSecret needs storeRef.name, and data or dataFrom." }}
{{- end }}
{{- $several := or .Values.autoscaling.enabled .Values.keda.enabled (gt (int .Values.replicaCount) 1) }}
{{- if and (eq $config.idempotency.store "memory") $several }}
{{- $faults = append $faults "config.idempotency.store is memory, which replicas do not share: events would double. Use kafka, or one replica." }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- define "cstar-gateway.faults.scaling" -}}
{{- $values := .Values }}
{{- $faults := list }}
{{- if and $values.autoscaling.enabled $values.keda.enabled }}
{{- $faults = append $faults "autoscaling and keda are both enabled and would fight over the replicas. Keep one." }}
{{- end }}
{{- range $name := list "autoscaling" "keda" }}
{{- $scaling := get $values $name }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
{{- $faults = append $faults (printf "%s.minReplicas is more than maxReplicas." $name) }}
{{- end }}
{{- end }}
{{- $keda := $values.keda }}
{{- if and $keda.enabled (empty $keda.prometheus.serverAddress) (empty $keda.triggers) }}
{{- $faults = append $faults "keda has no trigger. Set keda.prometheus.serverAddress or keda.triggers." }}
{{- end }}
{{- $hpa := $values.autoscaling }}
{{- if and $hpa.enabled (not (or $hpa.targetCPUUtilizationPercentage $hpa.targetMemoryUtilizationPercentage $hpa.metrics)) }}
{{- $faults = append $faults "autoscaling has no metric. Set targetCPUUtilizationPercentage, targetMemoryUtilizationPercentage or metrics." }}
{{- end }}
{{- $budget := $values.podDisruptionBudget }}
{{- if and $budget.enabled (kindIs "invalid" $budget.maxUnavailable | eq (kindIs "invalid" $budget.minAvailable)) }}
{{- $faults = append $faults "podDisruptionBudget needs either maxUnavailable or minAvailable; the other is null." }}
{{- end }}
{{- $needed := include "cstar-gateway.grace" . | int }}
{{- if lt (int $values.terminationGracePeriodSeconds) $needed }}
{{- $faults = append $faults (printf "terminationGracePeriodSeconds is %d, but a drain may take %d: preStopSeconds, drain_delay, shutdown_timeout (at least the 10 s of a request) and 10 s to flush to Kafka. SIGKILL would lose what is in flight." (int $values.terminationGracePeriodSeconds) $needed) }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{- define "cstar-gateway.faults.pods" -}}
{{- $values := .Values }}
{{- $faults := list }}
{{- range $name := list "ingress" "admin" }}
{{- $listener := get $values.config $name }}
{{- if regexMatch "^(127\\.|localhost$|::1$)" $listener.host }}
{{- $faults = append $faults (printf "config.%s.host is %s, which nothing outside the pod can reach, probes included. Use 0.0.0.0." $name $listener.host) }}
{{- end }}
{{- if eq (int $listener.port) 0 }}
{{- $faults = append $faults (printf "config.%s.port is 0, a port that probes and Services cannot know. Name one." $name) }}
{{- end }}
{{- end }}
{{- if eq (int $values.config.ingress.port) (int $values.config.admin.port) }}
{{- $faults = append $faults "config.ingress.port and config.admin.port are the same. Give each its own." }}
{{- end }}
{{- range $folder := keys $values.secretMounts }}
{{- if eq $values.secrets.mountPath (printf "/run/secrets/%s" $folder) }}
{{- $faults = append $faults (printf "secretMounts would mount a second Secret at %s. Use another name." $values.secrets.mountPath) }}
{{- end }}
{{- end }}
{{- $limit := dig "limits" "memory" "" $values.resources }}
{{- $needed := include "cstar-gateway.memory" . | int64 }}
{{- if and $limit (lt (include "cstar-gateway.bytes" $limit | int64) $needed) }}
{{- $faults = append $faults (printf "resources.limits.memory is %v, but config permits %d MiB: idempotency.memory_limit, ingress.max_in_flight_bytes, kafka.queue_bytes, and 128 MiB for the process. Raise the one or lower the others." $limit (div $needed 1048576)) }}
{{- end }}
{{- if and $values.autoscaling.enabled $values.autoscaling.targetCPUUtilizationPercentage (not (dig "requests" "cpu" "" $values.resources)) }}
{{- $faults = append $faults "autoscaling on CPU needs resources.requests.cpu, which it is a percentage of." }}
{{- end }}
{{- toYaml $faults }}
{{- end }}

{{/* Bytes that the configuration lets the process hold. */}}
{{- define "cstar-gateway.memory" -}}
{{- $config := .Values.config }}
{{- $sum := 134217728 }}
{{- range list $config.idempotency.memory_limit $config.ingress.max_in_flight_bytes $config.kafka.queue_bytes }}
{{- $sum = add $sum (include "cstar-gateway.bytes" . | int64) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* Seconds from a pod's deletion until it has drained, at most. */}}
{{- define "cstar-gateway.grace" -}}
{{- $ingress := .Values.config.ingress }}
{{- $delay := include "cstar-gateway.seconds" $ingress.drain_delay | float64 }}
{{- $answers := maxf 10.0 (include "cstar-gateway.seconds" $ingress.shutdown_timeout | float64) }}
{{- addf .Values.preStopSeconds $delay $answers 10.0 | ceil | int }}
{{- end }}

{{- define "cstar-gateway.faults.edges" -}}
{{- $values := .Values }}
{{- $faults := list }}
{{- if and $values.metrics.serviceMonitor.enabled $values.metrics.podMonitor.enabled }}
{{- $faults = append $faults "metrics.serviceMonitor and metrics.podMonitor are both enabled: everything would be counted twice. Keep one." }}
{{- end }}
{{- if and $values.metrics.prometheusRule.enabled (not (.Files.Get "files/rules.yaml")) }}
{{- $faults = append $faults "metrics.prometheusRule is enabled, but files/rules.yaml is not in this chart." }}
{{- end }}
{{- if and $values.ingress.enabled (empty $values.ingress.hosts) }}
{{- $faults = append $faults "ingress has no host. Set ingress.hosts, as [hooks.example.com]." }}
{{- end }}
{{- if and $values.httpRoute.enabled (empty $values.httpRoute.parentRefs) }}
{{- $faults = append $faults "httpRoute has no Gateway. Set httpRoute.parentRefs, as [{name: public}]." }}
{{- end }}
{{- $strimzi := $values.strimzi }}
{{- if and (or $strimzi.topics.enabled $strimzi.user.enabled) (empty $strimzi.cluster) }}
{{- $faults = append $faults "strimzi.topics and strimzi.user need strimzi.cluster, the name of the Kafka resource." }}
{{- end }}
{{- if and $strimzi.topics.enabled (gt (int $strimzi.topics.minInSyncReplicas) (int $strimzi.topics.replicas)) }}
{{- $faults = append $faults "strimzi.topics.minInSyncReplicas is more than replicas: nothing could be written." }}
{{- end }}
{{- $made := or $values.secrets.externalSecret.enabled (and $strimzi.user.enabled (empty $strimzi.user.secretName)) }}
{{- if and $values.preflight.enabled (has "pre-install" $values.preflight.hooks) $made }}
{{- $faults = append $faults "preflight runs before the install, when the Secrets that this release orders are not there. Set preflight.hooks to [pre-upgrade], or make them beforehand." }}
{{- end }}
{{- toYaml $faults }}
{{- end }}
